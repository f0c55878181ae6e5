"""One call as the report knows it, worked out from its events. Pure.

Times are milliseconds since the call was opened, by the kiosk's own steady clock (``age_ms`` of its events).
Only the moment at which a call was opened is told by a wall clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from kiosk import clock
from kiosk.messages import Agent, Cause, Event, Mode, Outcome, Urgency

AHEAD_MS = 10 * 60_000  # a kiosk's clock may be ahead of the desk's by so much, and is still believed
BEHIND_MS = 7 * 24 * 3_600_000  # events may reach the ledger so late: the kiosk was offline

BEGINS = ("opened", "adopted")  # kinds that a call begins with
_URGENCIES = list(Urgency)


class Line(NamedTuple):
    """One event with where it came from, and when (ms since 1970 by the ledger's clock)."""

    hall: str
    kiosk: str
    journal: str
    received_ms: int
    event: Event


class Promise(StrEnum):
    """What became of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"  # the call was over, or the record ends, before it ran out; or none was given


class Terms(NamedTuple):
    """What a hall promises, and when.

    ``closed``: whether this hall was closed at a local time; nothing is promised then, nor of a call-back.
    """

    zone: ZoneInfo
    answer_s: float = 15.0  # from the press to somebody's answer
    arrive_s: float = 60.0  # from the first answer until somebody stands there, or is seen and heard
    closed: Callable[[str, datetime], bool] = lambda _hall, _at: False


class CallRecord(Struct, frozen=True):
    """A call, from the press to whatever came after. Times are ms since it was opened; None: it did not happen."""

    hall: str
    kiosk: str
    call: str
    case: str
    opened_ms: int  # since 1970; see clock_right
    local: datetime  # the same in the hall's time zone
    clock_right: bool  # by the kiosk's wall clock; else it had no right time, and this is when the ledger heard
    closed: bool
    cause: Cause
    urgency: Urgency  # the highest it came to
    service: str
    level: int  # the highest that was rung
    presses: int
    agents: tuple[Agent, ...]  # who had it, in order
    hands: int  # how often somebody who had it gave it on or lost it
    mode: Mode | None  # of the first answer
    shown_ms: int | None  # the first page showed or sounded it
    answered_ms: int | None  # the first agent took it
    arrived_ms: int | None  # the first who was there, or whose sound or picture came in
    ended_ms: int | None
    lasted_ms: int  # to the last event but those after the end
    outcome: Outcome | None
    rating: int  # 1 to 5; 0: none
    complaints: int
    follows: str  # the call that ended with 没办好 before
    freeze: bool  # the customer asked that the bank freezes their money
    answer: Promise
    arrival: Promise

    @property
    def callback(self) -> bool:
        """An agent came back by themselves: no customer waited for an answer."""
        return self.cause is Cause.CALLBACK

    @property
    def judged(self) -> bool:
        """Whether its waits and promises count."""
        return not (self.closed or self.callback)

    @property
    def abandoned(self) -> bool:
        """The customer ended it before anybody had answered."""
        return self.answered_ms is None and self.outcome is Outcome.CUSTOMER

    @property
    def waited_ms(self) -> int:
        """Until somebody answered; if nobody did, for as long as is on record."""
        return self.lasted_ms if self.answered_ms is None else self.answered_ms


def record(lines: Sequence[Line], terms: Terms) -> CallRecord | None:
    """The call that these events tell of, in whatever order they come; None when its beginning is not there."""
    lines = in_order(lines)
    first = next((line for line in lines if line.event.kind in BEGINS), None)
    if first is None:
        return None
    times: dict[str, int] = {}
    agents: list[Agent] = []
    urgencies = {Urgency.NORMAL}
    service = follows = ""
    level = presses = hands = rating = complaints = age = lasted = 0
    mode: Mode | None = None
    outcome: Outcome | None = None
    freeze = False
    for line in lines:
        event = line.event
        # Events of the same call beside its course (a rating, a complaint) carry no age.
        if event.age_ms > age:
            age = event.age_ms
        if "ended" not in times:
            lasted = age
        if event.level > level:
            level = event.level
        if event.presses > presses:
            presses = event.presses
        if event.service:
            service = event.service
        if event.urgency is not None:
            urgencies.add(event.urgency)
        match event.kind:
            case "opened":
                follows = event.why
            case "rung" if "accepted" not in times:
                times.setdefault("rung", age)
            # A kiosk that lost its journal has heard from the broker who has the call, not since when: by now.
            case "adopted" if event.agent is not None and "accepted" not in times and event.outcome is None:
                agents.append(event.agent)
                times["accepted"], mode = age, event.mode
            case "accepted" | "assigned" | "handed-over":
                if event.agent is not None:
                    agents.append(event.agent)
                if event.kind != "accepted" and event.why:  # the name of who had it
                    hands += 1
                if "accepted" not in times:
                    times["accepted"], mode = age, event.mode
            case "released":
                hands += 1
            case "connected" if "accepted" in times:
                times.setdefault("connected", age)
            case "ended":
                times.setdefault("ended", age)
                outcome = outcome or event.outcome
            case "rated":
                rating = event.score
            case "complained":
                complaints += 1
            case "freeze-asked":
                freeze = True
    opened_ms, right = _opened(first)
    local = datetime.fromtimestamp(opened_ms / 1000, terms.zone)
    closed = terms.closed(first.hall, local)
    answered, arrived = times.get("accepted"), times.get("connected")
    cause = first.event.cause or Cause.BUTTON
    promised = not closed and cause is not Cause.CALLBACK
    return CallRecord(
        hall=first.hall,
        kiosk=first.kiosk,
        call=first.event.call,
        case=first.event.case,
        opened_ms=opened_ms,
        local=local,
        clock_right=right,
        closed=closed,
        cause=cause,
        urgency=max(urgencies, key=_URGENCIES.index),
        service=service,
        level=level,
        presses=presses,
        agents=tuple(agents),
        hands=hands,
        mode=mode,
        shown_ms=times.get("rung"),
        answered_ms=answered,
        arrived_ms=arrived,
        ended_ms=times.get("ended"),
        lasted_ms=lasted,
        outcome=outcome,
        rating=rating,
        complaints=complaints,
        follows=follows,
        freeze=freeze,
        answer=_judge(0, answered, lasted, terms.answer_s) if promised else Promise.OPEN,
        arrival=Promise.OPEN
        if not promised or answered is None
        else _judge(answered, arrived, lasted, terms.arrive_s),
    )


def in_order(lines: Sequence[Line]) -> list[Line]:
    """As it happened: within a journal by number, since the kiosk's wall clock may have been set back."""
    if all(line.journal == lines[0].journal for line in lines):
        return sorted(lines, key=lambda line: line.event.seq)
    begun: dict[str, int] = {}
    for line in lines:
        begun[line.journal] = min(begun.get(line.journal, line.event.at_ms), line.event.at_ms)
    return sorted(lines, key=lambda line: (begun[line.journal], line.journal, line.event.seq))


def told_at(line: Line) -> tuple[int, bool]:
    """When an event happened, ms since 1970, and whether the kiosk's clock can be believed.

    If not, it is when the ledger received it.
    """
    at = line.event.at_ms
    right = clock.is_set(at / 1000) and line.received_ms - BEHIND_MS <= at <= line.received_ms + AHEAD_MS
    return (at if right else line.received_ms), right


def _opened(first: Line) -> tuple[int, bool]:
    at, right = told_at(first)
    return max(0, at - first.event.age_ms), right


def _judge(since: int, done: int | None, lasted: int, promised_s: float) -> Promise:
    if done is not None:
        return Promise.KEPT if done - since <= promised_s * 1000 else Promise.BROKEN
    return Promise.BROKEN if lasted - since > promised_s * 1000 else Promise.OPEN
