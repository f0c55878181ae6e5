"""What became of each press of a chaos run, from what the board, the page and the ledger say. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kiosk.messages import Event

RECOVERY_S = 5.0


class Outages:
    """When each part was not there; seconds of one clock."""

    def __init__(self) -> None:
        self._of: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)

    def add(self, part: str, down: float, back: float) -> None:
        """The part was away, or disturbed, from ``down`` until ``back``."""
        self._of[part].append((down, back))

    def recovery(self, parts: Iterable[str], pressed: float, arrived: float) -> float | None:
        """Seconds from when all these parts were there again until it arrived; None if none was away meanwhile."""
        backs = [back for part in parts for down, back in self._of[part] if down <= arrived and back >= pressed]
        return max(0.0, arrived - max(pressed, *backs)) if backs else None

    def quiet_since(self, parts: Iterable[str], now: float) -> float:
        """Since when all of these have been there; the start of time if they always were."""
        return max((back for part in parts for _, back in self._of[part] if back <= now), default=0.0)


@dataclass
class Verdict:
    """The figures of a run, with the causes and calls that need looking at."""

    delivered: int = 0
    gone_with_board: int = 0
    set_aside: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def judge(
    pressed: Iterable[str], forgotten: Iterable[str], events: Sequence[Event], seen: Mapping[str, float]
) -> Verdict:
    """Compare what the boards counted with what the ledger has and the page has shown.

    ``forgotten``: presses that a board lost with its power, before anybody else had them. ``events``: the
    ledger's lines of every terminal, each terminal's in order. ``seen``: when a page first showed each call.
    """
    made, powerless, verdict = set(pressed), set(forgotten), Verdict()
    opened = Counter(event.call for event in events if event.kind == "opened")
    adopted = {event.call for event in events if event.kind == "adopted"}
    # A link that was killed before it could write may have opened a call that only the broker remembers. Until it
    # has read it, the press that opened it counts for the call before; that call is then set aside for this one.
    set_aside = {(event.call, event.why) for event in events if event.kind == "set-aside"}
    verdict.set_aside = len(set_aside)
    again = Counter(
        event.why for event in events if event.kind == "pressed" and (event.call, event.why) not in set_aside
    )
    for cause in sorted(made):
        counted = opened[cause] + again[cause]
        if counted > 1 or (again[cause] and cause in adopted):
            verdict.duplicated.append(cause)
        if counted or cause in adopted:
            verdict.delivered += 1
        elif cause in powerless:
            verdict.gone_with_board += 1
        else:
            verdict.lost.append(cause)
    calls = opened.keys() | adopted
    verdict.unknown = sorted((calls | again.keys()) - made)
    verdict.unseen = sorted(calls - seen.keys())
    _count_within(events, verdict)
    _look_for_ghosts(events, verdict)
    return verdict


def _count_within(events: Sequence[Event], verdict: Verdict) -> None:
    """A call's own count must be the number of presses that it stands for."""
    causes: defaultdict[str, int] = defaultdict(lambda: 1)
    last: dict[str, int] = {}
    for event in events:
        if event.kind == "pressed":
            causes[event.call] += 1
        if event.call and event.presses:
            last[event.call] = event.presses
    for call, presses in last.items():
        if presses > causes[call]:
            verdict.duplicated.append(f"{call} counts {presses} of {causes[call]}")
        elif presses < causes[call]:
            verdict.lost.append(f"{call} counts {presses} of {causes[call]}")


def _look_for_ghosts(events: Sequence[Event], verdict: Verdict) -> None:
    """A call that ended is never spoken of again, but to put it away or to rate it."""
    over: set[str] = set()
    for event in events:
        if event.kind == "ended":
            over.add(event.call)
        elif event.call in over and event.kind in ("opened", "adopted", "rung", "accepted", "released", "pressed"):
            verdict.ghosts.append(f"{event.call} {event.kind}")
