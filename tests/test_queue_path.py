"""Who was served first, by whom, and why: on real parts, from the page's command to the record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from parts import LIMIT_S, on_record

from kiosk.desk.client import DeskClient, connect
from kiosk.desk.protocol import (
    Notice,
    PageAccept,
    PageArrived,
    PageAssign,
    PageEnd,
    PageHandOver,
    PageOpened,
    PageRung,
)
from kiosk.desk.roles import Role
from kiosk.messages import Call, Cause, CustomerEnd, Mode, Outcome, Seen, State
from kiosk.stack import Stack

PEOPLE = {"wang": ("王芳", 1), "li": ("李强", 1), "zhao": ("赵主任", 2, Role.SUPERVISOR)}


@pytest.fixture(scope="module")
def hall() -> Iterator[Stack]:
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people=PEOPLE)
        for kiosk in ("k1", "k2"):
            stack.make_kiosk(kiosk, more="[escalation]\nlevel2_s = 1.0\n")
        stack.start()
        yield stack


def on(hall: Stack, user: str):
    return connect(hall.url("desk1"), user, hall.password, hall.ca)


async def on_duty(client: DeskClient) -> None:
    await client.go_on_duty()
    await client.until(lambda c: any(agent.id == c.me for agent in c.colleagues))


async def call_of(client: DeskClient, holder: str) -> Call:
    """k1's call, as soon as this person has it."""

    def found(seen: DeskClient) -> bool:
        call = seen.kiosks["k1"].call
        return (
            call is not None
            and call.agent is not None
            and call.agent.id == holder
            and call.state is not State.ENDED
        )

    await client.until(found)
    call = client.kiosks["k1"].call
    assert call is not None
    return call


async def notice(client: DeskClient) -> str:
    while not isinstance(said := await client.next(), Notice):
        pass
    return said.text


async def end(client: DeskClient, kiosk: str) -> None:
    await client.act(PageEnd, kiosk, outcome=Outcome.RESOLVED)
    await client.until_call(kiosk, State.ENDED)


async def test_who_had_a_ring_and_did_not_take_it_is_on_record_with_names(hall: Stack) -> None:
    async with asyncio.timeout(LIMIT_S), on(hall, "wang") as wang, on(hall, "li") as li:
        for client in (wang, li):
            await on_duty(client)
        for kiosk in ("k1", "k2"):
            hall.boards[kiosk].press()
            for client in (wang, li):
                await client.until_call(kiosk)
                await client.act(PageRung, kiosk, seen=Seen.DRAWN)
            await wang.until(lambda c, k=kiosk: len(c.kiosks[k].call.seen_by) == 2)  # type: ignore[misc,union-attr]
        first = await wang.until_call("k1")
        later = await wang.until_call("k2")
        await wang.act(PageAccept, "k2", mode=Mode.WALK)  # though k1 has waited longer
        await wang.until_call("k2", State.ACCEPTED)

        events = await on_record(li, "k1", first.id, "skipped")
        (skipped,) = [event for event in events if event.kind == "skipped"]
        assert (skipped.agent.name, skipped.why) == ("王芳", later.id)  # type: ignore[union-attr]
        events = await on_record(li, "k1", first.id, "ring-unanswered")
        (late,) = [event for event in events if event.kind == "ring-unanswered"]
        assert {viewer.name for viewer in late.seen_by} == {"王芳", "李强"}
        await li.act(PageAccept, "k1", mode=Mode.WALK)
        await li.until_call("k1", State.ACCEPTED)
        events = await on_record(li, "k1", first.id, "accepted")
        (missed,) = next(event for event in events if event.kind == "accepted").seen_by
        assert missed.name == "王芳" and missed.shown_ms > 0
        await end(wang, "k2")
        await end(li, "k1")


async def test_a_note_reaches_the_colleague_and_a_supervisor_breaks_in(hall: Stack) -> None:
    async with (
        asyncio.timeout(LIMIT_S),
        on(hall, "wang") as wang,
        on(hall, "li") as li,
        on(hall, "zhao") as zhao,
    ):
        for client in (wang, li, zhao):
            await on_duty(client)
        hall.boards["k1"].press()
        call = await wang.until_call("k1", State.CALLING, State.RUNG)
        await wang.act(PageAccept, "k1", mode=Mode.WALK)
        await wang.until_call("k1", State.ACCEPTED)
        await wang.act(PageHandOver, "k1", to="li", note="要复印件")
        given = await call_of(li, "li")
        assert (given.given, given.note, given.passed) == (True, "要复印件", ("王芳",))
        await li.act(PageOpened, "k1")
        await li.until(lambda c: not c.kiosks["k1"].call.given)  # type: ignore[union-attr]

        await call_of(wang, "li")
        await wang.act(PageAssign, "k1", to="wang", why="我认识这位顾客")  # no supervisor
        assert "主管" in await notice(wang)
        await call_of(zhao, "li")
        await zhao.act(PageAssign, "k1", to="zhao", why="顾客要找主管")
        await call_of(zhao, "zhao")
        await end(zhao, "k1")
        events = await on_record(zhao, "k1", call.id, "ended")
        (taken,) = [event for event in events if event.kind == "assigned"]
        assert (taken.by.name, taken.why, taken.text) == ("赵主任", "李强", "顾客要找主管")  # type: ignore[union-attr]


async def test_an_agent_who_left_too_early_comes_back(hall: Stack, link_of) -> None:
    link = await link_of(hall)
    async with asyncio.timeout(LIMIT_S), on(hall, "wang") as wang:
        await on_duty(wang)
        hall.boards["k1"].press()
        left = await wang.until_call("k1", State.CALLING, State.RUNG)
        await wang.act(PageAccept, "k1", mode=Mode.WALK)
        await wang.until_call("k1", State.ACCEPTED)
        await wang.call_back("k1")  # while the customer's own call is open
        assert "正在呼叫" in await notice(wang)
        await wang.act(PageArrived, "k1")
        await wang.until_call("k1", State.CONNECTED)
        await end(wang, "k1")

        await wang.call_back("k1")
        state = await link.until(lambda s: s.call and s.call.cause is Cause.CALLBACK)
        back = state.call
        assert back is not None and back.agent is not None
        assert (back.state, back.agent.name, back.follows) == (State.ACCEPTED, "王芳", left.id)
        await wang.until_call("k1", State.ACCEPTED)
        assert (await link.command(CustomerEnd("r1", back.id, confirmed=True))).ok
        await wang.until_call("k1", State.ENDED)
        events = await on_record(wang, "k1", back.id, "ended")
        assert [event.kind for event in events] == ["opened", "accepted", "ended"]
        assert events[0].why == left.id

        hall.kill("k2")
        await wang.until(lambda c: c.kiosks["k2"].offline)
        await wang.call_back("k2")
        assert "断线" in await notice(wang)
