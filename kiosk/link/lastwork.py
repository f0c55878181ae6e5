"""What the terminal has last really done: drawn a frame, got sound from the microphone, played a sound. Pure.

Who does the work tells it with its reports, as ages; here they are counted on, so that no program is believed that
runs and does nothing: a part that reports itself well while its work stands still is at fault until it goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kiosk.messages import MAX_COUNT, Last, Work

#: Work that is told every 5 s, and has not been done for so long, stands still.
STALE_S = 9.0
#: Whose work it is: who reports the part says also when it was last done.
PART = {Work.DRAWN: "screen", Work.HEARD: "microphone", Work.PLAYED: "speaker"}


class Fault(NamedTuple):
    """``outweighs``: also what the part's own program says to be wrong with it."""

    name: str
    remedy: str
    outweighs: bool = False


#: What it is called when work stands still. Nothing is played for hours when nobody comes: that is none.
STANDS_STILL = {
    Work.DRAWN: Fault(
        "frozen",
        "no frame is drawn, though one is due every 5 s: systemctl restart kiosk-screen; does the X server run?",
        outweighs=True,
    ),
    Work.HEARD: Fault(
        "frozen",
        "it is open and no sound comes from it: plug it in anew, or systemctl restart kiosk-voice",
    ),
}


class _Done(NamedTuple):
    at: float | None = None
    since: float | None = None  # from when on it is expected; None: it is not
    off: bool = False


class LastWork:
    """Times are ``now`` values, seconds."""

    def __init__(self) -> None:
        self._done: dict[Work, _Done] = {}

    def take(self, parts: Iterable[str], last: Mapping[Work, Last], now: float) -> None:
        """A report of these parts, with what it says of their work; what it leaves out is expected as well."""
        names = set(parts)
        for work in {one for one, part in PART.items() if part in names} | last.keys():
            before, told = self._done.get(work, _Done()), last.get(work, Last())
            at = before.at if told.age_ms is None else now - told.age_ms / 1000
            since = now if before.since is None else before.since
            self._done[work] = _Done(at, None if told.off else since, told.off)

    def gone(self, part: str) -> None:
        """Nobody does its work any more; when it was last done is still true."""
        for work, done in self._done.items():
            if PART[work] == part:
                self._done[work] = _Done(done.at)

    def fault(self, part: str, now: float) -> Fault | None:
        """What is wrong with the part because its work stands still."""
        for work, fault in STANDS_STILL.items():
            done = self._done.get(work)
            if PART[work] == part and done is not None and done.since is not None:
                latest = done.since if done.at is None else max(done.at, done.since)
                if now - latest >= STALE_S:
                    return fault
        return None

    def report(self, now: float) -> dict[Work, Last]:
        """All of it as it is sent; ages counted on to now."""
        return {work: Last(_age_ms(done.at, now), done.off) for work, done in sorted(self._done.items())}


def _age_ms(at: float | None, now: float) -> int | None:
    return None if at is None else min(MAX_COUNT, max(0, round((now - at) * 1000)))
