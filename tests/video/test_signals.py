"""Signals on their way: mosquitto, desk and link are real; screens and pages are written here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from parts import LIMIT_S, on_record

from kiosk import local, messages, topics
from kiosk.broker import Broker, Message
from kiosk.desk.client import DeskClient, connect
from kiosk.desk.hall import KioskRow
from kiosk.desk.protocol import KioskSignal, PageAccept, PageCard, PageOffer, PageRelease
from kiosk.messages import (
    Agent,
    Answer,
    Health,
    Hello,
    Media,
    Mode,
    Offer,
    Ready,
    Result,
    ShowCard,
    Signal,
    SignalDown,
    Signalled,
    SignalUp,
    Snapshot,
    State,
)
from kiosk.stack import HALL, Stack

WANG, LI = Agent("wang", "王芳", "desk1"), Agent("li", "李强", "desk1")


@pytest.fixture
def hall(stack) -> Stack:
    stack.make_kiosk("k1")
    stack.start()
    return stack


@contextlib.asynccontextmanager
async def agent(stack: Stack, user: str) -> AsyncIterator[DeskClient]:
    async with (
        asyncio.timeout(2 * LIMIT_S),
        connect(stack.url("desk1"), user, stack.password, stack.ca) as client,
    ):
        await client.go_on_duty()
        await client.until(lambda c: any(a.id == c.me for a in c.colleagues) and "k1" in c.kiosks)
        yield client


class Screen:
    """A client of the link that can carry video."""

    def __init__(self, connection: local.LocalConnection) -> None:
        self._connection = connection

    async def send(self, command: Any) -> Result:
        await self._connection.send(messages.encode(command))
        return await self.until(Result, lambda result: result.request == command.request)

    async def until(self, kind: type, found: Any = lambda _message: True) -> Any:
        async with asyncio.timeout(LIMIT_S):
            while True:
                line = await self._connection.receive()
                message = messages.decode(line, Snapshot | Signalled | Result)
                if isinstance(message, kind) and found(message):
                    return message


@contextlib.asynccontextmanager
async def screen(stack: Stack) -> AsyncIterator[Screen]:
    connection = await local.connect(stack.socket("k1"))
    try:
        made = Screen(connection)
        await made.send(Hello("screen", video=True))
        yield made
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def stranger(stack: Stack) -> AsyncIterator[tuple[Broker, list[Message]]]:
    """Another client of the broker, which may write what it likes; and what it hears."""
    heard: list[Message] = []
    ready = asyncio.Event()

    async def connected() -> None:
        await broker.subscribe([topics.kiosk(HALL, "k1", leaf) for leaf in ("signal/up", "signal/down", "health")])
        ready.set()

    broker = Broker(
        stack.client("stranger", free=True), "stranger", on_connected=connected, on_message=heard.append
    )
    running = asyncio.create_task(broker.run())
    try:
        await asyncio.wait_for(ready.wait(), LIMIT_S)
        yield broker, heard
    finally:
        running.cancel()


async def accepted(stack: Stack, client: DeskClient) -> messages.Call:
    """The customer presses, this agent answers by video."""
    stack.boards["k1"].press()
    await client.until_call("k1", State.CALLING, State.RUNG)
    await client.act(PageAccept, "k1", mode=Mode.VIDEO)
    return await client.until_call("k1", State.ACCEPTED)


def signals_in(heard: list[Message]) -> list[SignalDown]:
    return [messages.decode(m.payload, SignalDown) for m in heard if m.topic.endswith("signal/down")]


async def refused(heard: list[Message], count: int) -> None:
    """Until the terminal says in its health that it has refused so many."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            for message in heard:
                if message.topic.endswith("/health"):
                    health = messages.decode(message.payload, Health)
                    if health.counters.get("refused_signals") == count:
                        return
            await asyncio.sleep(0.05)


async def test_an_offer_reaches_the_screen_and_its_answer_the_page_of_that_agent_only(hall):
    async with agent(hall, "wang") as wang, agent(hall, "li") as li, screen(hall) as kiosk:
        call = await accepted(hall, wang)
        await wang.act(PageOffer, "k1", session="s1", sdp="v=0 offer")
        signal = (await kiosk.until(Signalled)).signal
        assert signal == Offer(call.id, 0, WANG, "s1", "v=0 offer")
        assert (await kiosk.send(Signal("r1", Ready(call.id, 0, "p1", {"camera": "missing"})))).ok
        assert (await kiosk.send(Signal("r2", Answer(call.id, 0, "s1", "v=0 answer")))).ok
        answers = [await next_signal(wang), await next_signal(wang)]
        assert answers == [Ready(call.id, 0, "p1", {"camera": "missing"}), Answer(call.id, 0, "s1", "v=0 answer")]
        await wang.act(PageRelease, "k1")
        async with asyncio.timeout(LIMIT_S):
            while (row := await li.next()) and not (isinstance(row, KioskRow) and row.call and row.call.round):
                assert not isinstance(row, KioskSignal), "a colleague's page heard of it"


async def next_signal(client: DeskClient) -> SignalUp:
    async with asyncio.timeout(LIMIT_S):
        while True:
            update = await client.next()
            if isinstance(update, KioskSignal):
                return update.signal


async def test_a_colleague_cannot_signal_through_the_desk(hall):
    async with (
        agent(hall, "wang") as wang,
        agent(hall, "li") as li,
        screen(hall) as kiosk,
        stranger(hall) as (_, heard),
    ):
        await accepted(hall, wang)
        await li.until_call("k1", State.ACCEPTED)
        await li.act(PageOffer, "k1", session="s2", sdp="v=0 stolen")
        await li.act(PageCard, "k1", text="请把密码告诉我")
        await wang.act(PageOffer, "k1", session="s1", sdp="v=0 offer")
        assert (await kiosk.until(Signalled)).signal.agent == WANG
        async with asyncio.timeout(LIMIT_S):
            while not (down := signals_in(heard)):  # noqa: ASYNC110 - nothing says that it has come
                await asyncio.sleep(0.02)
        assert [signal.agent for signal in down] == [WANG], "the colleague's did not even leave the desk"


async def test_the_terminal_itself_refuses_whoever_does_not_have_the_call(hall):
    """As a desk would that has been broken into, or is simply wrong."""
    async with agent(hall, "wang") as wang, screen(hall) as kiosk, stranger(hall) as (broker, heard):
        call = await accepted(hall, wang)
        topic = topics.kiosk(HALL, "k1", "signal/down")
        forged = [
            Offer(call.id, 0, LI, "s2", "v=0 stolen"),
            Offer(call.id, 1, WANG, "s3", "v=0 another round"),
            Offer("btn-other-1", 0, WANG, "s4", "v=0 another call"),
            ShowCard(call.id, 0, LI, text="请把密码告诉我"),
        ]
        for signal in forged:
            broker.publish(topic, messages.encode(signal))
        broker.publish(topic, b'{"do":"offer"}')
        await refused(heard, len(forged))
        await wang.act(PageOffer, "k1", session="s1", sdp="v=0 offer")
        assert (await kiosk.until(Signalled)).signal.session == "s1", "the first that reaches the screen"


async def test_the_screen_cannot_signal_about_a_call_that_is_not_by_video(hall):
    async with agent(hall, "wang") as wang, screen(hall) as kiosk, stranger(hall) as (_, heard):
        hall.boards["k1"].press()
        call = await wang.until_call("k1", State.CALLING, State.RUNG)
        assert not (await kiosk.send(Signal("r1", Ready(call.id, 0, "p1")))).ok
        await wang.act(PageAccept, "k1", mode=Mode.WALK)
        await wang.until_call("k1", State.ACCEPTED)
        assert not (await kiosk.send(Signal("r2", Answer(call.id, 0, "s1", "v=0")))).ok
        assert not [m for m in heard if m.topic.endswith("signal/up")]


async def test_an_agent_comes_over_instead_and_both_is_on_record(hall):
    async with agent(hall, "wang") as wang, screen(hall) as kiosk:
        call = await accepted(hall, wang)
        assert (await kiosk.send(Media("m1", call.id, running=True))).ok
        await wang.until_call("k1", State.CONNECTED)
        await wang.act(PageAccept, "k1", mode=Mode.WALK)
        walking = await wang.until_call("k1", State.ACCEPTED)
        assert (walking.mode, walking.agent, walking.round) == (Mode.WALK, WANG, 0)
        kinds = [event.kind for event in await on_record(wang, "k1", call.id, "walks")]
        assert kinds[-3:] == ["accepted", "connected", "walks"]
