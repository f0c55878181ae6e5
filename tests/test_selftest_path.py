"""The self-test over real parts: what passes, what does not, who is told, and that nobody rings."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3

from parts import LIMIT_S, eventually

from kiosk.button.virtual import VirtualBoard
from kiosk.desk.client import connect
from kiosk.link.journal import Journal
from kiosk.link.selftest import Passed
from kiosk.messages import RunSelfTest


def fault_of(client):
    """How the desk's page has it; None: not at all."""
    row = client.kiosks.get("k1")
    part = row.health.parts.get("self-test") if row and row.health else None
    return part.fault if part else None


def on(stack):
    return connect(stack.url("desk1"), "wang", stack.password, stack.ca)


async def result_of(screen, number=1):
    """The result of the test of that number."""
    assert (await screen.command(RunSelfTest(f"test-{number}"))).ok
    state = await screen.until(lambda s: s.self_test and s.self_test.number >= number)
    return state.self_test


async def passes(screen):
    """The first test that passes: a desk that has just come subscribes a moment after it says that it is there."""
    number = screen.state.self_test.number if screen.state and screen.state.self_test else 0
    async with asyncio.timeout(LIMIT_S):
        while (result := await result_of(screen, number + 1)).fault:
            number = result.number
    return result


def on_record(stack):
    with contextlib.closing(sqlite3.connect(stack.directory / "desk1.db")) as db:
        return [json.loads(row[0]) for row in db.execute("select body from event where kind = 'self-test'")]


async def test_a_test_call_goes_the_whole_way_is_on_record_and_rings_nobody(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    screen = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.go_on_duty()
        await screen.until(lambda s: s.on_duty)
        result = await passes(screen)
        assert (result.desk, result.text) == ("desk1", "1 on duty")
        await agent.until(lambda c: fault_of(c) == "")
        assert agent.kiosks["k1"].call is None
        eventually(lambda: [(e["why"], e["desk"]) for e in on_record(stack)][-1:] == [("passed", "desk1")])


async def test_without_a_desk_it_fails_is_a_fault_and_passes_again_after(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    screen = await link_of(stack)
    await screen.until(lambda s: s.online)
    stack.kill("desk1")
    result = await result_of(screen)
    assert (result.fault, screen.state.parts["self-test"].fault) == ("no-answer", "no-answer")
    stack.start("desk1")
    async with asyncio.timeout(LIMIT_S), on(stack) as agent:
        await agent.until(lambda c: fault_of(c) == "no-answer")
        await passes(screen)
        await agent.until(lambda c: fault_of(c) == "")
        eventually(lambda: {event["why"] for event in on_record(stack)} >= {"no-answer", "passed"})


async def test_one_that_is_asked_for_during_a_call_holds_up_nobody(stack, link_of):
    stack.make_kiosk("k1")
    stack.start("broker", "k1")
    screen = await link_of(stack)
    stack.boards["k1"].press()
    await screen.until(lambda s: s.call)
    assert (await screen.command(RunSelfTest("during"))).ok
    await asyncio.sleep(0.5)  # one hand, twice
    stack.boards["k1"].press()
    await screen.until(lambda s: s.call.presses == 2)


async def test_a_button_that_cannot_call_fails_it_and_when_it_is_mended_the_test_is_made_again(stack, link_of):
    stack.make_kiosk("k1", board=False)
    stack.start()
    screen = await link_of(stack)
    await screen.until(lambda s: s.online and not s.parts["button"].ok)
    result = await result_of(screen)
    assert result.fault == "failed" and "port-missing" in result.text
    with contextlib.closing(VirtualBoard(str(stack.port("k1")))):
        state = await screen.until(lambda s: s.self_test.number > result.number)
    assert state.self_test.fault == "", "nobody has asked for it"


async def test_it_is_remembered_over_a_restart(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    screen = await link_of(stack)
    await screen.until(lambda s: s.online)
    await passes(screen)
    stack.kill("k1")
    journal = Journal(stack.directory / "k1" / "journal.db")
    noted = journal.noted("self-test", Passed)
    journal.close()
    assert noted is not None and noted.wall_ms > 1_700_000_000_000
