"""One call from its events; each expected figure is worked out beside the events."""

from __future__ import annotations

import itertools
import random
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from kiosk.bench import history
from kiosk.desk.report.calls import CallRecord, Line, Promise, Terms, record
from kiosk.messages import Agent, Cause, Event, Mode, Outcome, Urgency

ZONE = ZoneInfo("Asia/Shanghai")
TERMS = Terms(ZONE)
PRESSED = round(datetime(2026, 11, 26, 10, 0, tzinfo=ZONE).timestamp() * 1000)
WANG, LI = Agent("wang", "王芳", "desk1"), Agent("li", "李强", "desk2")
_numbers = itertools.count(1)


def line(kind: str, age_s: float = 0.0, *, at_ms: int | None = None, late_ms: int = 20, **more: Any) -> Line:
    """An event of call c1 of kiosk k1, so long after the press."""
    at = PRESSED + round(age_s * 1000) if at_ms is None else at_ms
    fields = dict(call="c1", age_ms=round(age_s * 1000), presses=1, level=1) | more
    event = Event(seq=next(_numbers), at_ms=at, kind=kind, **fields)
    return Line("xinhua", "k1", "j1", PRESSED + round(age_s * 1000) + late_ms, event)


def told(*lines: Line, terms: Terms = TERMS) -> CallRecord:
    call = record(lines, terms)
    assert call is not None
    return call


def opened(**more: Any) -> Line:
    return line("opened", cause=Cause.BUTTON, urgency=Urgency.NORMAL, case="482913", **more)


def test_a_call_that_goes_well() -> None:
    call = told(
        opened(),
        line("rung", 0.4, desk="desk1"),
        line("accepted", 6.0, agent=WANG, mode=Mode.WALK),
        line("connected", 31.5, agent=WANG, mode=Mode.WALK),
        line("ended", 180.0, agent=WANG, outcome=Outcome.RESOLVED),
        line("rated", call="c1", age_ms=0, presses=0, level=0, score=4),
    )
    assert (call.shown_ms, call.answered_ms, call.arrived_ms, call.ended_ms) == (400, 6000, 31500, 180000)
    assert (call.answer, call.arrival) == (Promise.KEPT, Promise.KEPT)  # 6 <= 15 and 25.5 <= 60
    assert (call.outcome, call.rating, call.hands, call.level, call.presses) == (Outcome.RESOLVED, 4, 0, 1, 1)
    assert call.agents == (WANG,) and call.mode is Mode.WALK and not call.abandoned
    assert call.local == datetime(2026, 11, 26, 10, 0, tzinfo=ZONE) and call.clock_right


def test_a_call_that_changes_hands() -> None:
    call = told(
        opened(),
        line("rung", 0.2),
        line("accepted", 14.9, agent=WANG, mode=Mode.VIDEO),
        line("released", 24.9, agent=WANG, why="no-media", level=2),
        line("rung", 25.1, level=2),
        line("pressed", 30.0, presses=2, level=2),
        line("urgency", 31.0, presses=3, level=3, urgency=Urgency.URGENT),
        line("accepted", 40.0, agent=LI, mode=Mode.WALK, level=3),
        line("handed-over", 50.0, agent=WANG, why="李强", level=3),
        line("connected", 75.0, agent=WANG, level=3),
        line("ended", 90.0, agent=WANG, outcome=Outcome.UNRESOLVED, level=3),
    )
    assert (call.answered_ms, call.mode) == (14900, Mode.VIDEO), "the first answer is what the customer saw"
    assert call.answer is Promise.KEPT
    assert call.arrival is Promise.BROKEN  # 75.0 - 14.9 = 60.1 > 60
    assert (call.hands, call.level, call.presses, call.urgency) == (2, 3, 3, Urgency.URGENT)
    assert [agent.id for agent in call.agents] == ["wang", "li", "wang"]


def test_a_call_that_a_supervisor_gives_to_somebody_is_answered_and_one_that_is_taken_away_changes_hands() -> None:
    """The customer is told so, whether or not the agent has opened it; `opened-by` says when."""
    given = told(opened(), line("ring-unanswered", 15.0), line("assigned", 16.0, agent=LI, by=WANG))
    assert (given.answered_ms, given.hands, given.agents, given.answer) == (16000, 0, (LI,), Promise.BROKEN)
    taken = told(
        opened(), line("accepted", 5.0, agent=LI), line("assigned", 30.0, agent=WANG, why="李强", by=WANG)
    )
    assert (taken.answered_ms, taken.hands, taken.agents) == (5000, 1, (LI, WANG))


@pytest.mark.parametrize(
    ("answer_s", "answer"), [(15.0, Promise.KEPT), (15.001, Promise.BROKEN)], ids=["at the last moment", "late"]
)
def test_the_promise_is_kept_up_to_its_last_moment(answer_s: float, answer: Promise) -> None:
    assert told(opened(), line("accepted", answer_s, agent=WANG)).answer is answer


def test_who_gives_up_early_has_been_promised_nothing_that_was_broken() -> None:
    early = told(opened(), line("ended", 12.0, outcome=Outcome.CUSTOMER))
    late = told(opened(), line("escalated", 15.0, level=2), line("ended", 61.0, outcome=Outcome.CUSTOMER))
    assert (early.abandoned, early.answer, early.waited_ms) == (True, Promise.OPEN, 12000)
    assert (late.abandoned, late.answer, late.waited_ms) == (True, Promise.BROKEN, 61000)
    assert late.arrival is Promise.OPEN, "nobody had answered"


def test_who_ends_a_call_that_was_answered_or_at_the_terminal_has_not_been_left_alone() -> None:
    said_bye = told(opened(), line("accepted", 5, agent=WANG), line("ended", 9, outcome=Outcome.CUSTOMER))
    by_staff = told(opened(), line("ended", 9, outcome=Outcome.STAFF))
    assert not said_bye.abandoned and not by_staff.abandoned


def test_a_call_that_still_waits_breaks_the_promise_when_it_has_waited_too_long() -> None:
    assert told(opened(), line("rung", 0.3)).answer is Promise.OPEN
    assert told(opened(), line("rung", 0.3), line("escalated", 45.0, level=3)).answer is Promise.BROKEN


def test_outside_opening_hours_nothing_is_promised() -> None:
    terms = TERMS._replace(closed=lambda hall, at: hall == "xinhua" and at.hour == 10)
    call = told(opened(), line("accepted", 99.0, agent=WANG), terms=terms)
    assert (call.closed, call.answer, call.arrival) == (True, Promise.OPEN, Promise.OPEN)


def test_a_press_that_was_heard_late_counts_from_the_press() -> None:
    """The board kept it for 8 s while the link was down."""
    call = told(line("opened", 8.0, cause=Cause.BUTTON), line("accepted", 16.0, agent=WANG))
    assert call.opened_ms == PRESSED and call.answer is Promise.BROKEN


@pytest.mark.parametrize("at_ms", [0, 1_000_000_000_000, PRESSED + 3_600_000, PRESSED - 30 * 86_400_000])
def test_a_kiosk_without_the_right_time_is_dated_by_the_ledger(at_ms: int) -> None:
    call = told(opened(at_ms=at_ms, late_ms=700), line("accepted", 4.0, at_ms=at_ms + 4000, agent=WANG))
    assert (call.opened_ms, call.clock_right) == (PRESSED + 700, False)
    assert call.answered_ms == 4000, "ages are never wrong"


def test_a_kiosk_that_was_offline_for_a_day_is_dated_by_itself() -> None:
    assert told(opened(late_ms=86_400_000)).opened_ms == PRESSED


def test_a_kiosk_that_lost_its_journal_while_somebody_was_coming() -> None:
    call = told(line("adopted", 20.0, agent=WANG, mode=Mode.WALK), line("connected", 40.0, agent=WANG))
    assert (call.answered_ms, call.arrived_ms, call.abandoned) == (20000, 40000, False)
    assert call.opened_ms == PRESSED


def test_two_journals_of_one_call_are_told_in_order() -> None:
    lines = [opened(), line("accepted", 5.0, agent=WANG)]
    after = [
        Line(
            "xinhua",
            "k1",
            "a-later-one",
            PRESSED + 9000,
            Event(seq=1, at_ms=PRESSED + 9000, kind="adopted", call="c1", age_ms=9000),
        ),
        Line(
            "xinhua",
            "k1",
            "a-later-one",
            PRESSED + 9500,
            Event(seq=2, at_ms=PRESSED + 9500, kind="connected", call="c1", age_ms=9500),
        ),
    ]
    assert told(*after, *lines).arrived_ms == 9500


def test_what_has_no_beginning_is_no_call() -> None:
    assert record([line("rated", score=5)], TERMS) is None


def test_complaints_and_requests_to_freeze_are_counted_with_their_call() -> None:
    call = told(opened(service="urgent_fraud", why="c0"), line("freeze-asked", 2.0), line("complained", text="慢"))
    assert (call.complaints, call.freeze, call.service, call.follows) == (1, True, "urgent_fraud", "c0")


# --- what holds for every call --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_up() -> list[list[Line]]:
    """The calls of a busy day with few agents."""
    calls: dict[str, list[Line]] = {}
    day = history.day(history.Plan(calls=150, agents=2, kiosks=8), date(2026, 11, 26), seed=3)
    for kiosk, event in history.events(day):
        if event.call:
            calls.setdefault(event.call, []).append(Line("xinhua", kiosk, kiosk, event.at_ms + 20, event))
    return list(calls.values())


@given(chance=st.randoms(use_true_random=False))
def test_whatever_the_call_and_in_whatever_order_its_events_come(
    made_up: list[list[Line]], chance: random.Random
) -> None:
    lines = chance.choice(made_up)
    call = told(*lines)
    mixed = lines[:]
    chance.shuffle(mixed)
    assert told(*mixed) == call
    known = [ms for ms in (call.shown_ms, call.answered_ms, call.arrived_ms, call.ended_ms) if ms is not None]
    assert known == sorted(known) and all(ms <= call.lasted_ms for ms in known)
    assert not (call.abandoned and (call.agents or call.answered_ms is not None))
    assert call.arrived_ms is None or call.answered_ms is not None
    assert (call.answered_ms is None) == (not call.agents)
    if call.answer is Promise.KEPT:
        assert call.answered_ms is not None and call.answered_ms <= 15_000
    cut = told(*lines[: chance.randint(1, len(lines))])
    assert call.answer is cut.answer or cut.answer is Promise.OPEN, "what is judged stays judged"
