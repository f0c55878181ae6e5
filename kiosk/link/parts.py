"""What works and what does not: the parts of a kiosk, for the health message and the screens."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

from kiosk.logs import about
from kiosk.messages import MAX_NAME, MAX_TEXT, Part

log = logging.getLogger(__name__)

_FIGURES = re.compile(r"[0-9.]+")


class Parts:
    """Named parts; each is well until it is said to be at fault. Pure but for the log; times are passed in."""

    def __init__(self, on_change: Callable[[str, str, str], None]) -> None:
        self._faults: dict[str, tuple[str, str, float]] = {}
        self._names: dict[str, None] = {}
        self._on_change = on_change

    def well(self, name: str) -> None:
        """The part works."""
        self._names[name] = None
        if self._faults.pop(name, None):
            log.info("%s: recovered", name, extra=about(part=name, event="recovered"))
            self._on_change(name, "", "")

    def fault(self, name: str, fault: str, remedy: str, now: float) -> None:
        """The part has this fault; the same fault again is no news, nor are other figures in its remedy."""
        fault, remedy = fault[:MAX_NAME], remedy[:MAX_TEXT]  # as much as a message carries
        self._names[name] = None
        known = self._faults.get(name)
        since = known[2] if known else now
        self._faults[name] = (fault, remedy, since)
        if known and known[0] == fault and _FIGURES.sub("", known[1]) == _FIGURES.sub("", remedy):
            return  # so many MB, so many degrees: others at each look
        log.error("%s: %s: %s", name, fault, remedy, extra=about(part=name, event=fault))
        self._on_change(name, fault, remedy)

    def report(self, now: float) -> dict[str, Part]:
        """All parts as they are sent."""
        return dict(self._report(now))

    def _report(self, now: float) -> Iterator[tuple[str, Part]]:
        for name in self._names:
            if name in self._faults:
                fault, remedy, since = self._faults[name]
                yield name, Part(ok=False, fault=fault, remedy=remedy, age_ms=max(0, round((now - since) * 1000)))
            else:
                yield name, Part(ok=True)
