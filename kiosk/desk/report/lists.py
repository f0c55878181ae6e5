"""What a report names one by one: calls to look at, and sentences the machine did not understand. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from kiosk.desk.report.calls import CallRecord

WORST = 20  # so many calls are listed
MAX_SENTENCES = 5000  # different ones that are counted
TOP_SENTENCES = 30


class Sentence(Struct, frozen=True):
    """What was said (masked) when the machine did not understand, and how often."""

    text: str
    times: int


class Worst:
    """The calls with the most of something, most first."""

    def __init__(self, how_bad: Callable[[CallRecord], int | None]) -> None:
        self._how_bad = how_bad
        self._heap: list[tuple[int, int, CallRecord]] = []
        self._number = 0

    def add(self, call: CallRecord) -> None:
        """One more call, which may be one of them."""
        bad = self._how_bad(call)
        if bad is None:
            return
        self._number += 1
        entry = (bad, -self._number, call)
        if len(self._heap) < WORST:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def all(self) -> list[CallRecord]:
        """The calls."""
        return [call for _, _, call in sorted(self._heap, reverse=True, key=lambda entry: entry[:2])]


class Sentences:
    """How often the machine did not understand, and the sentences it was said most often."""

    def __init__(self) -> None:
        self.times = 0
        self._texts: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """One more; the text may be empty."""
        self.times += 1
        if text and (text in self._texts or len(self._texts) < MAX_SENTENCES):
            self._texts[text] += 1

    def top(self) -> list[Sentence]:
        """Most often first."""
        order = sorted(self._texts.items(), key=lambda pair: (-pair[1], pair[0]))
        return [Sentence(text, times) for text, times in order[:TOP_SENTENCES]]
