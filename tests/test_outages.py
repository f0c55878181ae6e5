"""What breaks in the field, broken for real: no press is lost, none becomes two calls."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import textwrap

import pytest
from parts import LIMIT_S, PEOPLE, eventually, on_record

from kiosk.button import Buzzer, Lamp
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageArrived, PageRung
from kiosk.messages import CustomerEnd, Mode, Resolved, Seen, Staff, StaffAction, State
from kiosk.stack import free_port


def on(stack, user="wang", desk="desk1"):
    return connect(stack.url(desk), user, stack.password, stack.ca)


def _rows(stack, query):
    with contextlib.closing(sqlite3.connect(stack.directory / "desk1.db")) as db:
        return [row[0] for row in db.execute(query)]


async def test_a_press_without_a_broker_sounds_the_alarm_and_arrives_when_it_is_back(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await link.until(lambda s: s.on_duty)
        stack.kill("broker")
        await link.until(lambda s: not s.online and not s.parts["broker"].ok)

        stack.boards["k1"].press()
        await link.until(lambda s: s.alarm)
        eventually(lambda: stack.boards["k1"].buzzer is Buzzer.ALARM)
        assert "nobody listens there" in (await link.until(lambda s: s)).parts["broker"].remedy

        stack.start("broker")
        await agent.until_call("k1", State.CALLING)
        await agent.act(PageRung, "k1", seen=Seen.DRAWN)
        await link.until(lambda s: not s.alarm and s.call.state is State.RUNG)


async def test_a_call_whose_desk_died_is_rung_by_another(stack, link_of):
    stack.make_desk("desk2", ledger=False, people={"li": ("李强", 1)})
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack, "li", "desk2") as li:
        await li.go_on_duty()
        async with on(stack) as wang:
            await wang.go_on_duty()
            await link.until(lambda s: s.on_duty == 2)
            stack.boards["k1"].press()
            await wang.until_call("k1")
            await wang.act(PageRung, "k1", seen=Seen.DRAWN)
            await link.until(lambda s: s.call and s.call.rung_by == ("desk1",))
            stack.kill("desk1")
        await link.until(lambda s: s.call.state is State.CALLING)
        await li.until_call("k1", State.CALLING)
        await li.act(PageRung, "k1", seen=Seen.DRAWN)
        await link.until(lambda s: s.call.rung_by == ("desk2",))


async def test_with_every_desk_dead_the_terminal_gets_loud(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S):
        await link.until(lambda s: s.online)
        stack.kill("desk1")
        stack.boards["k1"].press()
        await link.until(lambda s: s.alarm)
        await link.until(lambda s: "desk" in s.parts and s.parts["desk"].fault == "no-desk")


@pytest.mark.parametrize("moment", ["before publish", "before commit", "after commit"])
async def test_link_killed_in_the_middle_of_a_press_gives_one_call(stack, moment):
    """The link is killed for real, at the named moment; the board has latched the press."""
    stack.make_kiosk("k1")
    stack.start("broker", "desk1")
    program = stack.directory / "killed.py"
    program.write_text(
        textwrap.dedent(
            f"""
            import os, signal, sys, time
            from kiosk.link.service import LinkService
            from kiosk.link.journal import Journal
            from kiosk.link.uplink import Uplink
            moment = {moment!r}

            def die():
                os.kill(os.getpid(), signal.SIGKILL)

            class KilledUplink(Uplink):
                def send_call(self, call, *, waiting):
                    if call is not None and moment == "before publish":
                        die()
                    super().send_call(call, waiting=waiting)

            class KilledJournal(Journal):
                def write(self, entries):
                    press = any(entry.causes for entry in entries)
                    if press and moment == "before commit":
                        time.sleep(0.5)  # the publish goes out meanwhile
                        die()
                    super().write(entries)
                    if press and moment == "after commit":
                        die()

            import kiosk.link.service, kiosk.link.recorder
            kiosk.link.service.Uplink = KilledUplink
            kiosk.link.recorder.Journal = KilledJournal
            from kiosk.cli import main
            main(["link", "--config", {str(stack.directory / "k1.toml")!r}])
            """
        )
    )
    whole = stack.command("k1")
    stack.set_command("k1", [sys.executable, str(program)])
    stack.start("k1")
    board = stack.boards["k1"]
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await agent.until(lambda a: "k1" in a.kiosks and not a.kiosks["k1"].offline)
        board.press()
        assert stack.wait_end("k1") == -signal.SIGKILL
        assert board.pending == 1, "the board must keep the press until it is safe"

        stack.kill("k1")
        stack.set_command("k1", whole)
        stack.start("k1")
        call = await agent.until_call("k1", State.CALLING, State.RUNG)
        eventually(lambda: board.pending == 0, "the acknowledgement")
        # Nothing more comes of that press: still the same call, pressed once.
        await asyncio.sleep(1.0)
        async with on(stack, "li") as other:
            now = other.kiosks["k1"].call
        assert (now.id, now.presses) == (call.id, 1)
        events = await on_record(agent, "k1", call.id, "opened", "adopted")
        assert len([event for event in events if event.kind in ("opened", "adopted")]) == 1


@pytest.mark.parametrize("state", [State.RUNG, State.ACCEPTED, State.CONNECTED, State.ENDED])
async def test_link_killed_in_each_state_comes_back_into_it(stack, link_of, state):
    stack.make_kiosk("k1")
    stack.start()
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        await agent.until_call("k1")
        await agent.act(PageRung, "k1", seen=Seen.DRAWN)
        await agent.until_call("k1", State.RUNG)
        if state is not State.RUNG:
            await agent.act(PageAccept, "k1", mode=Mode.WALK)
            await agent.until_call("k1", State.ACCEPTED)
        if state in (State.CONNECTED, State.ENDED):
            await agent.act(PageArrived, "k1")
            await agent.until_call("k1", State.CONNECTED)
        link = await link_of(stack)
        before = (await link.until(lambda s: s.call)).call
        if state is State.ENDED:
            await link.command(CustomerEnd("e", before.id, confirmed=True))
            before = (await link.until(lambda s: s.call.state is State.ENDED)).call
        # What is on record is committed; that the link may be killed before is tested above.
        await on_record(agent, "k1", before.id, str(state))

        stack.kill("k1")
        stack.start("k1")
        again = await link_of(stack)
        call = (await again.until(lambda s: s.call and s.online)).call
        assert (call.id, call.state, call.agent, call.round) == (before.id, state, before.agent, before.round)
        assert call.age_ms >= before.age_ms
        expected = {State.RUNG: Lamp.RUNG, State.ENDED: Lamp.READY}.get(state, Lamp.ANSWERED)
        eventually(lambda: stack.boards["k1"].lamp is expected)


async def test_a_lost_journal_adopts_the_call_that_the_broker_remembers(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        await agent.until_call("k1")
        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        before = await agent.until_call("k1", State.ACCEPTED)
        stack.kill("k1")
        for file in (stack.directory / "k1").glob("journal.db*"):
            file.unlink()
        stack.start("k1")
        link = await link_of(stack)
        # If the board has said its press again before the broker is there, the call is a new one for a moment.
        call = (await link.until(lambda s: s.call and s.call.state is State.ACCEPTED)).call
        assert (call.id, call.agent) == (before.id, before.agent)


async def test_a_call_that_is_over_does_not_come_back_from_the_broker(stack, link_of):
    """A broker restored from an old file shows a call that has ended long ago: a ghost."""
    stack.make_kiosk("k1", more='[staff]\npin = "4711"\n')
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        ghost = await agent.until_call("k1")
        await link.until(lambda s: s.call)
        stack.kill("broker", signal.SIGTERM)  # saves the open call
        assert (await link.command(Staff("s", "4711", StaffAction.END))).ok
        assert (await link.command(Resolved("r", ghost.id, yes=True))).ok
        stack.start("broker")
        await link.until(lambda s: s.online and s.call is None)
        await agent.until(lambda a: a.kiosks["k1"].call is None)


async def test_the_serial_line_unplugged_is_named_and_recovers_by_itself(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.until(lambda a: "k1" in a.kiosks)
        await link.until(lambda s: s.parts["button"].ok)
        stack.boards["k1"].cut(1.5)
        fault = (await link.until(lambda s: not s.parts["button"].ok)).parts["button"]
        assert str(stack.port("k1")) in fault.remedy
        await agent.until(lambda a: not a.kiosks["k1"].health.parts["button"].ok)
        stack.boards["k1"].press()  # while unplugged: the board has a supply of its own
        await link.until(lambda s: s.parts["button"].ok and s.call)


async def test_a_full_disk_still_lets_the_call_out_and_forgets_nothing(stack, link_of):
    resource = pytest.importorskip("resource")
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await link.until(lambda s: s.on_duty)
        # No file of this process may grow any more: SQLite sees the error of a full disk.
        limits = resource.prlimit(stack.pid("k1"), resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        stack.boards["k1"].press()
        call = await agent.until_call("k1")
        fault = (await link.until(lambda s: "journal" in s.parts and not s.parts["journal"].ok)).parts["journal"]
        assert "free some disk space" in fault.remedy
        await agent.until(lambda a: not a.kiosks["k1"].health.parts.get("journal", fault).ok)
        assert stack.boards["k1"].pending == 1

        resource.prlimit(stack.pid("k1"), resource.RLIMIT_FSIZE, limits)
        await link.until(lambda s: s.parts["journal"].ok)
        eventually(lambda: stack.boards["k1"].pending == 0)
        await on_record(agent, "k1", call.id, "opened")


async def test_the_desk_killed_keeps_people_on_duty_and_the_ledger_whole(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    async with asyncio.timeout(LIMIT_S):
        async with on(stack) as agent:
            await agent.go_on_duty()
            await agent.until(lambda a: a.colleagues)
            eventually(lambda: _rows(stack, "SELECT duty FROM person WHERE id = 'wang'") == [1])
        stack.kill("desk1")
        stack.boards["k1"].press()
        stack.start("desk1")
        async with on(stack) as agent:
            assert agent.duty
            await agent.go_on_duty()
            call = await agent.until_call("k1")
            await on_record(agent, "k1", call.id, "opened")
    seqs = _rows(stack, "SELECT seq FROM event ORDER BY seq")
    assert seqs == list(range(1, len(seqs) + 1))


async def test_of_two_ledgers_one_steps_back_and_the_other_takes_over_when_it_dies(stack, link_of):
    stack.make_desk("desk2", ledger=True, people=PEOPLE)
    stack.make_kiosk("k1", more='[staff]\npin = "4711"\n')
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack, "li", "desk2") as li:
        await li.go_on_duty()
        await li.until(lambda a: a.ledger == "desk1")
        stack.kill("desk1")
        await li.until(lambda a: a.ledger == "desk2")
        stack.boards["k1"].press()
        call = await li.until_call("k1")
        await on_record(li, "k1", call.id, "opened")
        await link.until(lambda s: s.call)


async def test_a_kiosk_that_falls_silent_keeps_its_call_in_the_list(stack):
    stack.make_kiosk("k1")
    stack.start()
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        call = await agent.until_call("k1")
        stack.kill("k1")
        await agent.until(lambda a: a.kiosks["k1"].offline)
        assert agent.kiosks["k1"].call.id == call.id
        assert agent.kiosks["k1"].health.place == "大厅入口左侧"


async def test_events_that_nobody_took_after_a_crash_of_the_broker_come_again_with_the_desk(stack):
    """The broker remembers a desk that is not back yet; the terminal is, and tells its journal to nobody."""
    stack.make_kiosk("k1")
    stack.start()
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await agent.until(lambda a: a.colleagues)
        os.kill(stack.pid("broker"), signal.SIGUSR1)  # it saves, with this desk in it
        eventually(lambda: b"rengong" in _saved(stack))
        os.kill(stack.pid("desk1"), signal.SIGSTOP)
        stack.kill("broker")
        stack.start("broker")
        eventually(lambda: stack.log("k1").count("connected to") == 2)
        stack.boards["k1"].press()
        eventually(lambda: stack.boards["k1"].pending == 0 and "opened" in stack.log("k1"))
        os.kill(stack.pid("desk1"), signal.SIGCONT)
        call = await agent.until_call("k1")
        await on_record(agent, "k1", call.id, "opened")


def _saved(stack) -> bytes:
    path = stack.directory / "retained" / "mosquitto.db"
    return path.read_bytes() if path.exists() else b""


class Wire:
    """The desk's cable to the broker, which can be pulled."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._ends: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.port = free_port()

    async def plug(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)

    def pull(self) -> None:
        assert self._server is not None
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        self._ends += [writer, far_writer]
        with contextlib.suppress(asyncio.CancelledError):  # the test is over
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


async def test_a_call_that_went_while_the_desk_was_cut_off_is_no_ghost_afterwards(stack, link_of):
    """The broker forgets a cleared call, so nobody tells the desk of it."""
    wire = Wire(stack.broker_port)
    await wire.plug()
    settings = stack.directory / "desk1.toml"
    settings.write_text(settings.read_text().replace(f"127.0.0.1:{stack.broker_port}", f"127.0.0.1:{wire.port}"))
    stack.make_kiosk("k1", more='[staff]\npin = "4711"\n')
    stack.make_kiosk("k2")
    await asyncio.to_thread(stack.start)
    link, other = await link_of(stack), await link_of(stack, "k2")
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        stack.boards["k1"].press()
        call = await agent.until_call("k1")
        stack.boards["k2"].press()
        await other.until(lambda s: s.ahead == 1)
        wire.pull()
        await link.until(lambda s: not s.on_duty)
        assert (await link.command(Staff("s", "4711", StaffAction.END))).ok
        assert (await link.command(Resolved("r", call.id, yes=True))).ok
        await wire.plug()
        await agent.until(lambda a: a.kiosks["k1"].call is None)
        await other.until(lambda s: s.ahead == 0)
        assert agent.kiosks["k2"].call
    wire.pull()
