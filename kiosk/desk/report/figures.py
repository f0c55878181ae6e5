"""From calls to figures: counts, shares and percentiles, never an average alone. Pure."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from kiosk.desk.report.calls import CallRecord, Promise

FEW = 5  # fewer calls than that say nothing about anybody


class By(StrEnum):
    """What calls are grouped by."""

    DAY = "day"
    HOUR = "hour"
    KIOSK = "kiosk"
    AGENT = "agent"  # the first who answered
    SERVICE = "service"
    HALL = "hall"


_KEYS: dict[By, Callable[[CallRecord], str]] = {
    By.DAY: lambda call: call.local.date().isoformat(),
    By.HOUR: lambda call: f"{call.local.hour:02d}",
    By.KIOSK: lambda call: call.kiosk,
    By.AGENT: lambda call: call.agents[0].id if call.agents else "",
    By.SERVICE: lambda call: call.service,
    By.HALL: lambda call: call.hall,
}


class Spread(Struct, frozen=True):
    """Of ``n`` times in ms; percentiles by nearest rank, so each is one that really was. None: there are none."""

    n: int
    p50: int | None = None
    p90: int | None = None
    p95: int | None = None
    max: int | None = None


class PromiseCount(Struct, frozen=True):
    """What became of a promise; ``share`` kept of those that could be judged, None when none could."""

    kept: int
    broken: int
    open: int
    share: float | None


class Figures(Struct, frozen=True):
    """Of some calls. Waits, promises and abandoned calls are those of opening hours, without call-backs."""

    calls: int
    few: bool
    closed: int  # outside opening hours
    callbacks: int  # an agent came back by themselves, whenever
    answered: int
    abandoned: int
    abandoned_share: float | None  # of the calls in opening hours that are no call-backs
    wait: Spread  # press to answer, of those that were answered
    gave_up: Spread  # press to end, of the abandoned
    shown: Spread  # press to the first page that showed or sounded it
    arrival: Spread  # answer to arrival
    whole: Spread  # press to end, of those that were answered
    answer: PromiseCount
    arrived: PromiseCount
    outcomes: dict[str, int]  # "": its end is not on record
    causes: dict[str, int]
    urgencies: dict[str, int]
    levels: dict[str, int]
    modes: dict[str, int]
    changed_hands: int  # calls that did, at least once
    pressed_again: int  # calls in which the customer pressed more than once
    again: int  # calls after 没办好
    freezes: int
    complaints: int
    ratings: dict[str, int]  # "1" to "5"
    rating_p50: int | None


class Group(Struct, frozen=True):
    """One of the groups: its key, how it is called, and its figures."""

    key: str
    name: str
    figures: Figures


class _Kind(NamedTuple):
    """Everything of a call that is counted and not measured."""

    closed: bool
    callback: bool
    judged: bool
    answered: bool
    abandoned: bool
    outcome: str
    cause: str
    urgency: str
    level: str
    mode: str
    rating: str
    hands: bool
    pressed: bool
    again: bool
    freeze: bool
    complaints: int
    answer: Promise
    arrival: Promise


class Counted(NamedTuple):
    """A call as collections take it, worked out once for all of them. Times in ms; None is not collected."""

    kind: _Kind
    wait: int | None = None
    gave_up: int | None = None
    shown: int | None = None
    arrival: int | None = None
    whole: int | None = None


def counted(call: CallRecord) -> Counted:
    """What counts of a call: outside opening hours, and of a call-back, no times."""
    answered, arrived, ended = call.answered_ms, call.arrived_ms, call.ended_ms
    kind = _Kind(
        call.closed,
        call.callback,
        call.judged,
        answered is not None,
        call.abandoned and call.judged,
        call.outcome or "",
        call.cause,
        call.urgency,
        str(call.level),
        call.mode or "",
        str(call.rating),
        call.hands > 0,
        call.presses > 1,
        bool(call.follows),
        call.freeze,
        call.complaints,
        call.answer,
        call.arrival,
    )
    if not call.judged:
        return Counted(kind)
    if answered is None:
        return Counted(kind, gave_up=call.lasted_ms if call.abandoned else None, shown=call.shown_ms)
    arrival = None if arrived is None else arrived - answered
    return Counted(kind, answered, None, call.shown_ms, arrival, ended)


class Collection:
    """Takes calls one by one; :meth:`figures` tells of them. Keeps at most five times of each call, and counts."""

    def __init__(self) -> None:
        self._kinds: Counter[_Kind] = Counter()
        self._wait, self._gave_up, self._shown, self._arrival, self._whole = (array("q") for _ in range(5))

    def add(self, call: Counted) -> None:
        """One more call."""
        kind, wait, gave_up, shown, arrival, whole = call
        self._kinds[kind] += 1
        if wait is not None:
            self._wait.append(wait)
        if gave_up is not None:
            self._gave_up.append(gave_up)
        if shown is not None:
            self._shown.append(shown)
        if arrival is not None:
            self._arrival.append(arrival)
        if whole is not None:
            self._whole.append(whole)

    def figures(self, complaints: int | None = None) -> Figures:
        """What these calls come to; ``complaints``: all that there were, also those of no call."""
        kinds = self._kinds.items()

        def total(of: Callable[[_Kind], int]) -> int:
            return sum(of(kind) * times for kind, times in kinds)

        def each(of: Callable[[_Kind], str]) -> dict[str, int]:
            counts: Counter[str] = Counter()
            for kind, times in kinds:
                counts[of(kind)] += times
            return dict(sorted(counts.items()))

        def promise(of: Callable[[_Kind], Promise]) -> PromiseCount:
            counts = {one: total(lambda kind: kind.judged and of(kind) is one) for one in Promise}  # noqa: B023
            kept, broken = counts[Promise.KEPT], counts[Promise.BROKEN]
            return PromiseCount(kept, broken, counts[Promise.OPEN], share(kept, kept + broken))

        calls, abandoned = total(lambda _kind: 1), total(lambda kind: kind.abandoned)
        modes, ratings = each(lambda kind: kind.mode), each(lambda kind: kind.rating)
        modes.pop("", None)
        ratings.pop("0", None)
        scores = [int(score) for score, times in ratings.items() for _ in range(times)]
        return Figures(
            calls=calls,
            few=calls < FEW,
            closed=total(lambda kind: kind.closed),
            callbacks=total(lambda kind: kind.callback),
            answered=total(lambda kind: kind.answered),
            abandoned=abandoned,
            abandoned_share=share(abandoned, total(lambda kind: kind.judged)),
            wait=spread(self._wait),
            gave_up=spread(self._gave_up),
            shown=spread(self._shown),
            arrival=spread(self._arrival),
            whole=spread(self._whole),
            answer=promise(lambda kind: kind.answer),
            arrived=promise(lambda kind: kind.arrival),
            outcomes=each(lambda kind: kind.outcome),
            causes=each(lambda kind: kind.cause),
            urgencies=each(lambda kind: kind.urgency),
            levels=each(lambda kind: kind.level),
            modes=modes,
            changed_hands=total(lambda kind: kind.hands),
            pressed_again=total(lambda kind: kind.pressed),
            again=total(lambda kind: kind.again),
            freezes=total(lambda kind: kind.freeze),
            complaints=total(lambda kind: kind.complaints) if complaints is None else complaints,
            ratings=ratings,
            rating_p50=rank(scores, 50),
        )


class Groups:
    """The same calls by each of several keys."""

    def __init__(self, by: Sequence[By]) -> None:
        self._of: dict[By, dict[str, Collection]] = {one: {} for one in by}
        self._names: dict[str, str] = {}

    def add(self, call: CallRecord, counts: Counted) -> None:
        """One more call, and what counts of it."""
        for by, groups in self._of.items():
            key = _KEYS[by](call)
            group = groups.get(key)
            if group is None:
                group = groups[key] = Collection()
            group.add(counts)
        for agent in call.agents:
            self._names[agent.id] = agent.name

    def all(self) -> dict[By, list[Group]]:
        """The groups, by key."""
        return {by: [self._group(by, key) for key in sorted(groups)] for by, groups in self._of.items()}

    def _group(self, by: By, key: str) -> Group:
        name = self._names.get(key, key) if by is By.AGENT else key
        return Group(key, name, self._of[by][key].figures())


def spread(times: Sequence[int]) -> Spread:
    """The percentiles of some times."""
    ordered = sorted(times)
    p50, p90, p95, most = (rank(ordered, percent) for percent in (50, 90, 95, 100))
    return Spread(len(ordered), p50, p90, p95, most)


def rank(ordered: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least so many per cent do not exceed (nearest rank); None for none."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else None


def share(part: int, whole: int) -> float | None:
    """A share, to four places, rounded down; None of nothing."""
    return part * 10_000 // whole / 10_000 if whole else None


def days(first: date, last: date) -> list[str]:
    """The keys of :attr:`By.DAY` from the first to the last, those without a call too."""
    return [date.fromordinal(day).isoformat() for day in range(first.toordinal(), last.toordinal() + 1)]
