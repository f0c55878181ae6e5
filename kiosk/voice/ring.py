"""A bounded ring between the sound card's thread and ours: the oldest sound is lost, and counted."""

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
