"""The screen's end of ``link.sock`` and ``voice.sock``, with real services that hang and go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from waiting import until

from kiosk import messages
from kiosk.messages import Hello, Part, Ping, Report
from kiosk.screen.peer import Peer
from kiosk.stack import Stack

VOICE = "k1-voice"


class Told:
    """What a screen is told by its peer: ``there`` from each whole state until the service is said to be gone."""

    def __init__(self, path: Path) -> None:
        self.states: list[bytes] = []
        self.gone: list[float] = []
        self.there = False
        self.peer = Peer(path, messages.encode(Hello("screen")), self._line, self._gone)

    def _line(self, line: bytes) -> None:
        if b'"type":"state"' in line or b'"type":"voice"' in line:
            self.states.append(line)
            self.there = True

    def _gone(self, silent_s: float) -> None:
        self.gone.append(silent_s)
        self.there = False


@contextlib.asynccontextmanager
async def running(path: Path) -> AsyncIterator[Told]:
    told = Told(path)
    task = asyncio.create_task(told.peer.run())
    try:
        await until(lambda: told.there)
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("name", ["k1", VOICE])
async def test_one_that_hangs_is_told_as_gone_once_and_goes_on_with_its_whole_state(
    stack: Stack, name: str
) -> None:
    stack.make_kiosk("k1")
    stack.make_simulated_voice("k1")
    stack.start("broker", "k1", VOICE)
    async with running(stack.socket(name)) as told:
        os.kill(stack.pid(name), signal.SIGSTOP)
        try:
            await until(lambda: told.gone)
            states = len(told.states)
        finally:
            os.kill(stack.pid(name), signal.SIGCONT)
        await until(lambda: told.there)
        assert len(told.states) > states
        (silent_s,) = told.gone
        assert 0 < silent_s < 5.0, "it has not hung up, and was noticed in time"


async def test_what_is_said_to_a_link_that_hangs_is_not_said_later(stack: Stack) -> None:
    stack.make_kiosk("k1")
    stack.start("broker", "k1")
    async with running(stack.socket("k1")) as told:
        os.kill(stack.pid("k1"), signal.SIGSTOP)
        try:
            await until(lambda: told.gone)
            told.peer.send(messages.encode(Report("late", {"late": Part(ok=True)})))
        finally:
            os.kill(stack.pid("k1"), signal.SIGCONT)
        await until(lambda: told.there)
        told.peer.send(messages.encode(Report("timely", {"timely": Part(ok=True)})))
        told.peer.send(messages.encode(Ping("look", state=True)))
        await until(lambda: b'"timely"' in told.states[-1])
        assert b'"late"' not in told.states[-1], "whoever needs an answer asks again"
