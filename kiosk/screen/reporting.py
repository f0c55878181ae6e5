"""What the screen says of itself every few seconds, to link and systemd: above all that frames are drawn."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time

from kiosk import messages
from kiosk.messages import Last, Work
from kiosk.ops.memory import give_back
from kiosk.ops.notify import notify
from kiosk.screen.content import Content
from kiosk.screen.peer import Peer
from kiosk.screen.window import ScreenWindow
from kiosk.video.line import VideoLine

REPORT_S = 5.0
STANDS_S = 2.0  # a picture that stands for so long is drawn once more for the report, as proof that it can be
PROOF_S = 1.0  # so long a frame may take, above all on a busy computer
FROZEN_S = 9.0  # no sign of life for systemd when no frame was drawn for so long
TRIM_FRAMES = 500  # after so many frames, memory that was freed goes back to the system


class Reporting:
    """Reports what ``content`` and ``video`` say of their parts, and how old the picture in the window is."""

    def __init__(self, window: ScreenWindow, link: Peer, content: Content, video: VideoLine) -> None:
        self._window = window
        self._link = link
        self._content = content
        self._video = video
        self._started_ns = time.monotonic_ns()
        self._due, self._frame = asyncio.Event(), asyncio.Event()

    def at_once(self) -> None:
        """The link is new: what was never reported to it is never missed."""
        self._due.set()

    def drawn(self) -> None:
        """There is a new frame."""
        self._frame.set()

    async def run(self) -> None:
        """Report for ever."""
        number = trimmed_at = 0
        while True:
            self._due.clear()
            await self._prove()
            if self._window.frame.number >= trimmed_at + TRIM_FRAMES:
                trimmed_at = self._window.frame.number
                gc.collect()
                give_back()
            number += 1
            drawn = Last(round(self._age_s() * 1000)) if self._window.frame.number else Last()
            parts = {"screen": self._content.part(), **self._video.parts}
            report = messages.Report(f"report-{number}", parts, {Work.DRAWN: drawn})
            self._link.send(messages.encode(report))
            if self._window.frame.number and self._age_s() < FROZEN_S:
                notify("WATCHDOG=1")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPORT_S):
                    await self._due.wait()

    async def _prove(self) -> None:
        """Draw a frame, if there was none lately."""
        if self._age_s() < STANDS_S:
            return
        self._frame.clear()
        self._window.redraw()
        with contextlib.suppress(TimeoutError):  # then the age says it
            async with asyncio.timeout(PROOF_S):
                await self._frame.wait()

    def _age_s(self) -> float:
        """Of what is on the display; before the first frame, since the start."""
        return (time.monotonic_ns() - (self._window.frame.drawn_ns or self._started_ns)) / 1e9
