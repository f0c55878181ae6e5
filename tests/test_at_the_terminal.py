"""What screen and staff do at the terminal itself: practice, complaints, lamp test, restart, reports."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest
from parts import LIMIT_S, eventually, on_record

from kiosk.button import Buzzer, Lamp
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept
from kiosk.link.service import RESTART_STATUS
from kiosk.messages import (
    Cause,
    Complain,
    Hello,
    Mode,
    Part,
    Rate,
    Report,
    Staff,
    StaffAction,
    State,
    Summon,
    Trial,
    TryButton,
    Urgency,
)

PIN = "4711"
STAFF = f'[staff]\npin = "{PIN}"\n'


def on(stack, user="wang", desk="desk1"):
    return connect(stack.url(desk), user, stack.password, stack.ca)


def rows(stack, query):
    with contextlib.closing(sqlite3.connect(stack.directory / "desk1.db")) as db:
        return [row[0] for row in db.execute(query)]


# --- practice ---------------------------------------------------------------------------------------


async def test_a_practice_press_turns_the_lamp_green_and_rings_nobody_and_the_next_one_does(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    board, screen = stack.boards["k1"], await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await screen.until(lambda s: s.on_duty)
        await screen.practise()
        assert screen.state.trial is Trial.ARMED
        board.press()
        state = await screen.until(lambda s: s.trial is Trial.DONE)
        assert (state.call, state.lamp) == (None, Lamp.ANSWERED)
        eventually(lambda: board.lamp is Lamp.ANSWERED)
        eventually(lambda: board.pending == 0, "the acknowledgement")
        await screen.until(lambda s: s.lamp == Lamp.READY and s.trial is Trial.DONE)
        eventually(lambda: "tried" in rows(stack, "SELECT kind FROM event"))
        assert agent.kiosks["k1"].call is None

        board.press()
        call = await agent.until_call("k1")
        state = await screen.until(lambda s: s.call)
        assert (state.call.id, state.call.presses, state.trial) == (call.id, 1, Trial.OFF)
        answer = await screen.command(TryButton("b2", on=True))
        assert not answer.ok and "there is a call" in answer.why


async def test_the_practice_press_held_is_an_urgent_call(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    screen = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await screen.until(lambda s: s.online)
        await screen.practise()
        stack.boards["k1"].hold(4)
        await screen.until(lambda s: s.trial is Trial.DONE and s.call is None)
        call = await agent.until_call("k1")
        assert (call.urgency, call.cause) == (Urgency.URGENT, Cause.BUTTON)


@pytest.mark.parametrize("how", ["the screen is gone", "the customer has finished", "somebody touched 人工"])
async def test_practice_that_is_over_calls(stack, link_of, how):
    stack.make_kiosk("k1")
    stack.start()
    screen, other = await link_of(stack), await link_of(stack)
    await screen.practise()
    await other.until(lambda s: s.trial is Trial.ARMED)
    if how == "the screen is gone":
        await screen.close()
    elif how == "the customer has finished":
        await screen.command(TryButton("b2", on=False))
    else:
        await other.command(Summon("t1", Cause.TOUCH))
    await other.until(lambda s: s.trial is Trial.OFF)
    stack.boards["k1"].press()
    await other.until(lambda s: s.call and s.call.presses == (2 if s.call.cause is Cause.TOUCH else 1))


async def test_a_practice_press_that_never_got_on_disk_calls_after_a_restart(stack, link_of):
    """The board still has it, and the link that knew it for practice is gone: in doubt, call."""
    resource = pytest.importorskip("resource")
    stack.make_kiosk("k1")
    stack.start("broker", "k1")
    screen = await link_of(stack)
    await screen.practise()
    resource.prlimit(stack.pid("k1"), resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    stack.boards["k1"].press()
    await screen.until(lambda s: s.trial is Trial.DONE)
    assert stack.boards["k1"].pending == 1
    stack.kill("k1")
    stack.start("k1")
    state = await (await link_of(stack)).until(lambda s: s.call)
    assert (state.call.presses, state.trial) == (1, Trial.OFF)
    eventually(lambda: stack.boards["k1"].pending == 0)


# --- complaints and the queue -----------------------------------------------------------------------


async def test_a_complaint_is_on_record_under_the_calls_number(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    screen = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        call = await agent.until_call("k1")
        answer = await screen.command(Complain("c1", "等了半个小时没有人来", call.id))
        assert (answer.ok, answer.case) == (True, call.case)
        again = await screen.command(Complain("c1", "等了半个小时没有人来", call.id))
        assert (again.ok, again.case) == (True, call.case)
        await screen.command(Complain("c2", "空调太冷", call.id))
        await screen.command(Rate("last", call.id, 1))
        events = await on_record(agent, "k1", call.id, "rated")
        complaints = [(event.text, event.case) for event in events if event.kind == "complained"]
        assert complaints == [("等了半个小时没有人来", call.case), ("空调太冷", call.case)]


async def test_each_terminal_is_told_how_many_come_first(stack, link_of):
    stack.make_desk("desk2", ledger=False, people={"li": ("李强", 1)})
    stack.make_kiosk("k1")
    stack.make_kiosk("k2")
    stack.start()
    k1, k2 = await link_of(stack, "k1"), await link_of(stack, "k2")
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        for link in (k1, k2):
            assert (await link.until(lambda s: s.on_duty)).ahead is None
        stack.boards["k1"].press()
        await k1.until(lambda s: s.call and s.ahead == 0)
        stack.boards["k2"].press()
        await k2.until(lambda s: s.call and s.ahead == 1)

        await k2.command(Summon("t1", Cause.TOUCH, Urgency.URGENT))
        await k2.until(lambda s: s.ahead == 0)
        await k1.until(lambda s: s.ahead == 1)

        # A terminal that has vanished keeps its place: somebody stands there.
        stack.kill("k2")
        await agent.until(lambda a: a.kiosks["k2"].offline)
        stack.kill("desk2")
        await agent.until(lambda a: not any(colleague.desk == "desk2" for colleague in a.colleagues))
        assert (await k1.until(lambda s: s.call)).ahead == 1

        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        state = await k1.until(lambda s: s.call.state is State.ACCEPTED)
        assert state.ahead is None
        stack.kill("broker")
        await k1.until(lambda s: not s.online and s.ahead is None)


# --- staff ------------------------------------------------------------------------------------------


async def test_the_lamp_test_shows_every_look_and_a_press_ends_it(stack, link_of):
    looks: list[Lamp] = []
    stack.make_kiosk("k1", more=STAFF, on_lamp=lambda _, lamp: looks.append(lamp))
    stack.start("broker", "k1")
    board, screen = stack.boards["k1"], await link_of(stack)
    eventually(lambda: looks[-1:] == [Lamp.READY])
    looks.clear()
    assert (await screen.command(Staff("s1", PIN, StaffAction.LAMP_TEST))).ok
    await screen.until(lambda s: s.lamp == Lamp.TEST)
    eventually(lambda: board.buzzer is Buzzer.ALARM)
    await screen.until(lambda s: s.lamp == Lamp.READY)
    eventually(lambda: looks == [*Lamp, Lamp.READY] and board.buzzer is Buzzer.OFF)

    await screen.command(Staff("s2", PIN, StaffAction.LAMP_TEST))
    await screen.until(lambda s: s.lamp == Lamp.OFF)
    board.press()
    assert (await screen.until(lambda s: s.call)).lamp == Lamp.CALLING
    assert not (await screen.command(Staff("s3", PIN, StaffAction.LAMP_TEST))).ok


async def test_staff_restart_the_link_and_the_call_goes_on(stack, link_of):
    stack.make_kiosk("k1", more=STAFF)
    stack.start("broker", "k1")
    screen = await link_of(stack)
    assert (await screen.command(Staff("s1", PIN, StaffAction.CHECK))).ok
    stack.boards["k1"].press()
    call = (await screen.until(lambda s: s.call)).call
    assert (await screen.command(Staff("s2", PIN, StaffAction.RESTART))).ok
    assert stack.wait_end("k1") == RESTART_STATUS
    assert "Traceback" not in stack.log("k1")
    stack.start("k1")
    state = await (await link_of(stack)).until(lambda s: s.call)
    assert (state.call.id, state.call.presses) == (call.id, 1)


async def test_a_client_that_asks_for_a_restart_and_reads_nothing_does_not_prevent_it(stack, link_of):
    stack.make_kiosk("k1", more=STAFF)
    stack.start("broker", "k1")
    lines = b'{"do":"staff","request":"s","pin":"4711","action":"restart"}\n'
    _, writer = await asyncio.open_unix_connection(str(stack.socket("k1")))
    writer.write(lines * 2)
    await writer.drain()
    assert await asyncio.to_thread(stack.wait_end, "k1") == RESTART_STATUS
    writer.close()


# --- reports ----------------------------------------------------------------------------------------


async def test_a_screen_that_dies_is_a_fault_that_the_desk_shows_until_it_is_back(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    screen, voice = await link_of(stack), await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await screen.command(Hello("screen"))
        await screen.command(Report("r1", {"window": Part(ok=True)}))
        refused = await screen.command(Report("r2", {"button": Part(ok=True)}))
        assert not refused.ok and "'button' is a part of link" in refused.why
        await agent.until(lambda a: "k1" in a.kiosks and "window" in a.kiosks["k1"].health.parts)

        await screen.close()
        part = (await voice.until(lambda s: "window" in s.parts and not s.parts["window"].ok)).parts["window"]
        assert part.fault == "gone" and "systemctl status kiosk-screen" in part.remedy
        await agent.until(lambda a: a.kiosks["k1"].health.parts["window"].fault == "gone")

        back = await link_of(stack)
        await back.command(Hello("screen"))
        await back.command(Report("r1", {"window": Part(ok=True)}))
        await voice.until(lambda s: s.parts["window"].ok)
        await agent.until(lambda a: a.kiosks["k1"].health.parts["window"].ok)


async def test_stopping_the_link_is_no_fault_of_its_clients(stack, link_of):
    stack.make_kiosk("k1", more=STAFF)
    stack.start()
    screen = await link_of(stack)
    await screen.command(Hello("screen"))
    await screen.command(Report("r1", {"window": Part(ok=True)}))
    await screen.command(Staff("s1", PIN, StaffAction.RESTART))
    stack.wait_end("k1")
    stack.start("k1")
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        link = await link_of(stack)
        await link.command(Summon("t1", Cause.TOUCH))
        await on_record(agent, "k1", (await agent.until_call("k1")).id, "opened")
    recorded = rows(stack, "SELECT body FROM event ORDER BY seq")
    assert any('"restarted"' in body for body in recorded)
    assert not [body for body in recorded if "window" in body]
