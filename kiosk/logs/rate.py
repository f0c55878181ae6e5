"""No line may fill the disk: the same one too often is counted, and told of once it is quieter."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

BURST, WINDOW_S = 20, 60.0
#: Lines of code that are remembered; a program has a few hundred.
MAX_PLACES = 1000


class RateLimit(logging.Filter):
    """At most :data:`BURST` lines from one place in the code within :data:`WINDOW_S`.

    The steps of calls are let through: a call that is missing from the log has not been, for whoever reads it.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._places: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Called by :mod:`logging`."""
        if getattr(record, "call", ""):
            return True
        place, now = (record.pathname, record.lineno), self._now()
        since, count = self._places.pop(place, (now, 0))
        left_out = 0
        if now - since >= WINDOW_S:
            left_out, since, count = max(0, count - BURST), now, 0
        self._places[place] = (since, count + 1)
        if len(self._places) > MAX_PLACES:
            del self._places[next(iter(self._places))]
        if left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out} more like it in the minute before)", ()
        return count < BURST
