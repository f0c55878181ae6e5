"""Lets the mishaps of a chaos run happen to the real parts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kiosk import clock
from kiosk.bench.chaos.mishaps import Mishap, Strike
from kiosk.bench.chaos.tally import Outages
from kiosk.stack import Stack

DAMAGE = 0.03  # of the bytes on a line that is garbled
NOISE_BYTES = 300


class Breaking:
    """``clocks``: of terminals whose wall clock can be set, the file that says by how much it is.

    ``struck`` counts what has happened, ``outages`` is when a part was away for it.
    """

    def __init__(self, stack: Stack, desk: str) -> None:
        self._stack = stack
        self._desk = desk
        self._away: set[str] = set()
        self.clocks: dict[str, Path] = {}
        self.struck: Counter[str] = Counter()
        self.outages = Outages()

    async def strike(self, where: str, strike: Strike) -> None:
        """Let it happen, unless that part is away already."""
        await asyncio.sleep(strike.after_s)
        line = f"{where} line" if strike.mishap in (Mishap.UNPLUGGED, Mishap.GARBLED) else where
        if strike.mishap is Mishap.CLOCK_STEPPED and where not in self.clocks:
            return
        if line in self._away:
            self.struck["skipped"] += 1
            return
        self.struck[strike.mishap] += 1
        with self._outage(line):
            await self._do(where, strike)

    async def _do(self, where: str, strike: Strike) -> None:
        stack, lasts = self._stack, strike.amount
        match strike.mishap:
            case Mishap.LINK_KILLED:
                await self._restart(where, signal.SIGKILL, lasts)
            case Mishap.DESK_KILLED:
                await self._restart(self._desk, signal.SIGKILL, lasts)
            case Mishap.BROKER_KILLED:
                await self._restart("broker", signal.SIGKILL, lasts)
            case Mishap.BROKER_STOPPED:
                await self._restart("broker", signal.SIGTERM, lasts)
            case Mishap.BROKER_OLDER:
                os.kill(stack.pid("broker"), signal.SIGUSR1)  # it saves
                await asyncio.sleep(lasts)
                await self._restart("broker", signal.SIGKILL, 0.0)
            case Mishap.BROKER_HUNG:
                os.kill(stack.pid("broker"), signal.SIGSTOP)
                await asyncio.sleep(lasts)
                os.kill(stack.pid("broker"), signal.SIGCONT)
            case Mishap.UNPLUGGED:
                stack.boards[where].cut(lasts)
                await asyncio.sleep(lasts)
            case Mishap.GARBLED:
                stack.boards[where].garble(lasts, DAMAGE)
                await asyncio.sleep(lasts)
            case Mishap.NOISE:
                stack.boards[where].noise(NOISE_BYTES)
            case Mishap.BOARD_REBOOTED:
                stack.boards[where].reboot()
            case Mishap.CLOCK_STEPPED:
                clock_file = self.clocks[where]
                step = int(clock_file.read_text()) + int(lasts)
                clock_file.write_text(f"{step:+d}")

    async def _restart(self, name: str, how: signal.Signals, away_s: float) -> None:
        await asyncio.to_thread(self._stack.kill, name, how)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self._stack.start, name)

    @contextlib.contextmanager
    def _outage(self, part: str) -> Iterator[None]:
        down = clock.now()
        self._away.add(part)
        try:
            yield
        finally:
            self._away.discard(part)
            self.outages.add(part, down, clock.now())
