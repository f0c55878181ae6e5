"""A whole report: what was asked for, and every figure of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from kiosk.desk.report.assembling import assemble
from kiosk.desk.report.calls import CallRecord, Line, Promise, Terms, record, told_at
from kiosk.desk.report.figures import By, Collection, Figures, Group, Groups, counted
from kiosk.desk.report.lists import Sentence, Sentences, Worst
from kiosk.desk.report.period import Period

#: The kinds of events that a report is made of.
KINDS = (
    *(
        "opened",
        "adopted",
        "pressed",
        "urgency",
        "escalated",
        "rung",
        "ring-unanswered",
        "accepted",
        "assigned",
        "handed-over",
        "released",
    ),
    *("connected", "ended", "rated", "complained", "missed", "freeze-asked"),
)


class Asked(Struct, frozen=True):
    """Which calls; empty: all."""

    period: Period
    hall: str = ""
    kiosk: str = ""
    agent: str = ""  # who had it, first or later


class Summary(Struct, frozen=True):
    """The figures of a report. Times are ms."""

    asked: Asked
    zone: str
    answer_s: float
    arrive_s: float
    total: Figures
    by: dict[By, list[Group]]
    misses: int  # times that the machine did not understand
    sentences: list[Sentence]  # what had been said; empty when words are not to be seen
    longest: list[CallRecord]
    broken: list[CallRecord]
    abandoned: list[CallRecord]
    wrong_clocks: int  # calls of kiosks without the right time
    torn: int  # calls whose beginning has never reached the ledger
    unreadable: int  # events that this program cannot read
    head: str | None = None  # of the ledger's chain, when the report was made


class Summing:
    """Sums up while calls stream through :meth:`records`; then :meth:`summary` has everything.

    ``begun``: whether the beginning of a line's call is on record, be it before all that streams through.
    """

    def __init__(
        self,
        asked: Asked,
        terms: Terms,
        *,
        by: Sequence[By] = tuple(By),
        words: bool = False,
        begun: Callable[[Line], bool] = lambda _line: False,
    ) -> None:
        self._asked = asked
        self._terms = terms
        self._words = words
        self._begun = begun
        self._begins = asked.period.begins_ms(terms.zone)
        self._ends = asked.period.ends_ms(terms.zone)
        self._total = Collection()
        self._groups = Groups(by)
        self._sentences = Sentences()
        self._complaints = self._torn = self._wrong_clocks = 0
        self._longest = Worst(lambda call: call.waited_ms if call.judged else None)
        self._broken = Worst(_how_broken)
        self._abandoned = Worst(lambda call: call.lasted_ms if call.abandoned and call.judged else None)

    def records(self, lines: Iterable[Line]) -> Iterator[CallRecord]:
        """Each call of the period that was asked for, as soon as nothing more is to be expected of it."""
        for group in assemble(lines):
            self._take_loose(group)
            call = record(group, self._terms) if group[0].event.call else None
            if call is None:
                ends = any(self._in_period(line) and line.event.kind == "ended" for line in group)
                self._torn += ends and not self._begun(group[0])  # one that began on a day before is counted there
            elif self._wanted(call):
                self._add(call)
                yield call

    def summary(self, unreadable: int = 0, head: str | None = None) -> Summary:
        """All figures. ``head``: of the ledger's chain; with it can be shown later that nothing was changed."""
        return Summary(
            asked=self._asked,
            zone=str(self._terms.zone),
            answer_s=self._terms.answer_s,
            arrive_s=self._terms.arrive_s,
            total=self._total.figures(None if self._asked.agent else self._complaints),
            by=self._groups.all(),
            misses=self._sentences.times,
            sentences=self._sentences.top() if self._words else [],
            longest=self._longest.all(),
            broken=self._broken.all(),
            abandoned=self._abandoned.all(),
            wrong_clocks=self._wrong_clocks,
            torn=self._torn,
            unreadable=unreadable,
            head=head,
        )

    def _take_loose(self, group: Sequence[Line]) -> None:
        """Complaints and misses count by their own time, with a call or without."""
        for line in group:
            kind = line.event.kind
            if kind in ("complained", "missed") and self._in_period(line):
                if kind == "complained":
                    self._complaints += 1
                else:
                    self._sentences.add(line.event.text)

    def _in_period(self, line: Line) -> bool:
        return self._begins <= told_at(line)[0] < self._ends

    def _wanted(self, call: CallRecord) -> bool:
        agent = self._asked.agent
        return self._begins <= call.opened_ms < self._ends and (
            not agent or any(one.id == agent for one in call.agents)
        )

    def _add(self, call: CallRecord) -> None:
        counts = counted(call)
        self._total.add(counts)
        self._groups.add(call, counts)
        self._wrong_clocks += not call.clock_right
        for worst in (self._longest, self._broken, self._abandoned):
            worst.add(call)


def _how_broken(call: CallRecord) -> int | None:
    if call.answer is Promise.BROKEN:
        return call.waited_ms
    if call.arrival is Promise.BROKEN and call.answered_ms is not None:
        return (call.lasted_ms if call.arrived_ms is None else call.arrived_ms) - call.answered_ms
    return None


def encoded(summary: Summary) -> bytes:
    """As JSON, the figures by their names here."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=2)
