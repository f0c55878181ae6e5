"""Between the sound card's thread and ours: a bounded ring, whose oldest sound is lost and counted; and times."""

from __future__ import annotations

import threading
from collections import deque

from kiosk.voice.sound import Samples


class Ring:
    """Blocks of one second or less; holds at most ``limit`` samples."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._blocks: deque[Samples] = deque()
        self._held = 0
        self._lost = 0
        self._ready = threading.Condition()

    def put(self, block: Samples) -> None:
        """Add a block; never waits for the reader."""
        with self._ready:
            self._blocks.append(block)
            self._held += len(block)
            while self._held > self._limit and len(self._blocks) > 1:
                gone = len(self._blocks.popleft())
                self._held -= gone
                self._lost += gone
            self._ready.notify()

    def get(self, wait_s: float) -> Samples | None:
        """The oldest block; None when none came in ``wait_s`` seconds."""
        with self._ready:
            if not self._ready.wait_for(lambda: bool(self._blocks), wait_s):
                return None
            block = self._blocks.popleft()
            self._held -= len(block)
            return block

    def lost(self) -> int:
        """How many samples were lost since this was last asked."""
        with self._ready:
            lost, self._lost = self._lost, 0
            return lost

    def clear(self) -> None:
        with self._ready:
            self._blocks.clear()
            self._held = 0


class Steady:
    """When each sample was heard, from the times of blocks, which are late by whatever else the machine did.

    Pure. A straight line that follows the times slowly: so frames that follow each other do so in time as well.
    """

    _FIRST, _PACE, _OFF_S = 32, 0.002, 0.2

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._count = 0
        self._blocks = 0
        self._start = 0.0

    def feed(self, at: float, count: int) -> None:
        """A block of ``count`` samples, of which the first was heard at ``at`` (seconds), as far as is known."""
        off = at - self._count / self._rate - self._start
        anew = abs(off) > self._OFF_S or not self._blocks
        self._blocks += 1
        if anew:  # the first one, or the device stood still
            self._start += off
            self._blocks = 1
        else:
            self._start += off * (1 / self._blocks if self._blocks < self._FIRST else self._PACE)
        self._count += count

    def lost(self) -> None:
        """Before the next block samples were lost: its time begins the line anew."""
        self._blocks = 0

    def at(self, number: float) -> float:
        """When sample ``number``, counted from 0, was heard."""
        return self._start + number / self._rate
