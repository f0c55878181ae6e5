"""One call by video as the benches make it: the agent's clicks, and a terminal without a window."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
from playwright.async_api import Page

from kiosk import clock, config, local, messages
from kiosk.messages import Hello, Resolved, Signalled, Snapshot, State
from kiosk.screen.peer import Peer as Connection
from kiosk.stack import Stack
from kiosk.video.frames import Which
from kiosk.video.line import VideoLine
from kiosk.video.session import VideoView
from kiosk.video.synthetic import read_clock

LIMIT_S = 30.0
BEFORE_ANSWER_S = (0.8, 1.5)  # nobody answers faster than that
_MASK = 2**32


class Terminal:
    """A screen without a window: everything else of a terminal's video, and when what came."""

    def __init__(self, stack: Stack, kiosk: str) -> None:
        settings = config.load(stack.directory / f"{kiosk}.toml", config.Kiosk)
        self.times: dict[str, float] = {}
        self.delays: list[float] = []
        self._came: list[float] = []  # when each picture of the agent came, while one measures
        self._measures = False
        self.state: Snapshot | None = None
        self.view = VideoView()
        self._changed = asyncio.Event()
        self._line = VideoLine(
            settings,
            None,
            to_link=lambda command: self._link.send(messages.encode(command)),
            to_voice=lambda _command: None,
            on_frame=self._frame,
            on_view=self._view,
        )
        hello = messages.encode(Hello("screen", video=True))
        self._link = Connection(settings.link_socket, hello, self._told, lambda _silent_s: None)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (self._link.run(), self._line.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def until(self, *states: State | None) -> None:
        """Until the call is in one of these states; None: there is none."""
        async with asyncio.timeout(LIMIT_S):
            while self.state is None or (self.state.call.state if self.state.call else None) not in states:
                self._changed.clear()
                await self._changed.wait()

    async def until_view(self, found: Callable[[VideoView], bool]) -> None:
        """Until this is so of what a screen would show of the video."""
        async with asyncio.timeout(LIMIT_S):
            while not found(self.view):
                self._changed.clear()
                await self._changed.wait()

    async def arrived(self) -> None:
        """Until sound and picture of the agent have come."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                if {"audio", "video"} <= self.times.keys():
                    return
                await asyncio.sleep(0.005)

    def begin(self) -> None:
        """From now on look at each picture."""
        self._came, self.delays, self._measures = [], [], True

    def rate(self) -> float:
        """Pictures of the agent a second since :meth:`begin`, by the intervals between them; look at no more."""
        self._measures = False
        return (len(self._came) - 1) / (self._came[-1] - self._came[0]) if len(self._came) > 1 else 0.0

    async def put_away(self) -> None:
        """The customer is content."""
        assert self.state is not None
        if self.state.call is not None:
            self._link.send(messages.encode(Resolved("content", self.state.call.id, yes=True)))
        await self.until(None)

    def _told(self, line: bytes) -> None:
        message: Any = messages.decode(line, Snapshot | Signalled | messages.Result)  # type: ignore[arg-type]
        if isinstance(message, Snapshot):
            self.state = message
            self._line.link(message.call)
            self._changed.set()
        elif isinstance(message, Signalled):
            self._line.signal(message.signal)

    def _view(self, view: VideoView) -> None:
        self.view = view
        self._changed.set()
        if view.sound:
            self.times.setdefault("audio", clock.now())

    def _frame(self, which: Which, data: bytes, size: tuple[int, int]) -> None:
        """Called by the thread that reads them."""
        if which is not Which.AGENT:
            return
        now = clock.now()
        self.times.setdefault("video", now)
        if self._measures:
            self._came.append(now)
            ms = read_clock(np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3))
            if ms is not None:
                late = (round(now * 1000) - ms) % _MASK
                if late < 5000:
                    self.delays.append(late)


# --- what an agent clicks --------------------------------------------------------------------------


async def answer(stack: Stack, page: Page, kiosk: str) -> None:
    stack.boards[kiosk].press()
    button = f'.card[data-kiosk="{kiosk}"] [data-action=video]:enabled'
    await page.wait_for_selector(button, timeout=LIMIT_S * 1000)
    await asyncio.sleep(random.uniform(*BEFORE_ANSWER_S))
    await page.click(button)


async def end(page: Page) -> None:
    await page.click('.card[data-phase="mine"] [data-action=end]:enabled')
    await page.click(".card [data-outcome=resolved]")


@contextlib.asynccontextmanager
async def linked(stack: Stack, kiosk: str) -> AsyncIterator[local.LocalConnection]:
    connection = await local.connect(stack.socket(kiosk))
    try:
        yield connection
    finally:
        await connection.close()


async def put_away(link: local.LocalConnection) -> None:
    """Wait for the end, be content, and wait until the terminal is idle."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            line = await link.receive()
            if b'"type":"state"' not in line:
                continue
            call = messages.decode(line, Snapshot).call
            if call is None:
                return
            if call.state is State.ENDED:
                await link.send(messages.encode(Resolved("content", call.id, yes=True)))
