"""An understanding that is opened when it is needed: classifier and syllables take a third of a screen's start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from kiosk.dialogue.decision import Judgement, Understanding


class LaterUnderstanding(Understanding):
    """Opens the real one at the first sentence, which then takes that much longer, or when it is told to."""

    def __init__(self, make: Callable[[], Understanding]) -> None:
        self._make = make
        self._made: Understanding | None = None
        self._lock = threading.Lock()

    def open(self) -> Understanding:
        """Any thread; once, and what ``make`` raises is raised each time."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def judge(self, text: str, others: Sequence[str] = ()) -> Judgement:
        return self.open().judge(text, others)
