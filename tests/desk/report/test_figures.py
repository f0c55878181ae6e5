"""Figures of a handful of calls, worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.desk.report.calls import Line, Terms
from kiosk.desk.report.figures import FEW, By, rank, share, spread
from kiosk.desk.report.lists import MAX_SENTENCES, Sentences
from kiosk.desk.report.period import Period
from kiosk.desk.report.summary import Asked, Summary, Summing
from kiosk.desk.report.words import percent
from kiosk.messages import Agent, Cause, Event, Outcome, Urgency

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = Period(date(2026, 11, 26), date(2026, 11, 26))
TEN = TODAY.begins_ms(ZONE) + 10 * 3_600_000
AGENTS = {"wang": Agent("wang", "王芳", "desk1"), "li": Agent("li", "李强", "desk2")}


class Book:
    """Writes events as a ledger would have them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def tell(self, kind: str, at_ms: int, kiosk: str = "k1", **more: Any) -> None:
        event = Event(seq=len(self.lines) + 1, at_ms=at_ms, kind=kind, **more)
        self.lines.append(Line("xinhua", kiosk, f"j-{kiosk}", at_ms + 20, event))

    def call(
        self,
        at_ms: int,
        kiosk: str = "k1",
        *,
        answer_s: float | None = None,
        arrive_s: float | None = None,
        end_s: float | None = None,
        agent: str = "wang",
        outcome: Outcome = Outcome.RESOLVED,
        score: int = 0,
        opened_by: Cause = Cause.BUTTON,
        **more: Any,
    ) -> None:
        call = f"c{len(self.lines)}"
        about = dict(kiosk=kiosk, call=call) | more

        def tell(kind: str, age_s: float, **also: Any) -> None:
            self.tell(kind, at_ms + round(age_s * 1000), age_ms=round(age_s * 1000), **about, **also)

        tell("opened", 0, cause=opened_by, urgency=Urgency.NORMAL, case=call)
        if answer_s is not None:
            tell("accepted", answer_s, agent=AGENTS[agent])
        if arrive_s is not None:
            tell("connected", arrive_s, agent=AGENTS[agent])
        if end_s is not None:
            tell("ended", end_s, outcome=outcome)
        if score:
            self.tell("rated", at_ms + 200_000, kiosk, call=call, score=score)

    def summary(self, terms: Terms | None = None, words: bool = False, **asked: str) -> Summary:
        summing = Summing(Asked(TODAY, **asked), terms or Terms(ZONE), words=words)
        lines = sorted(self.lines, key=lambda line: line.received_ms)
        for _ in summing.records(lines):
            pass
        return summing.summary()


@pytest.fixture
def book() -> Book:
    """Six calls of a morning."""
    book = Book()
    book.call(TEN, answer_s=4, arrive_s=20, end_s=100, score=5)
    book.call(TEN + 300_000, answer_s=10, arrive_s=75, end_s=200, score=2)  # 65 s to arrive: too long
    book.call(TEN + 600_000, answer_s=16, arrive_s=30, end_s=90, agent="li", score=4)  # too late
    book.call(TEN + 900_000, "k2", answer_s=8, arrive_s=9, end_s=60, agent="li", outcome=Outcome.REFERRED)
    book.call(TEN + 3_600_000, "k2", end_s=40, outcome=Outcome.CUSTOMER)  # left alone, 40 s
    book.call(TEN + 4_000_000, "k2", end_s=5, outcome=Outcome.CUSTOMER)  # left alone, before the promise ran out
    return book


def test_all_of_them(book: Book) -> None:
    total = book.summary().total
    assert (total.calls, total.few, total.answered, total.abandoned) == (6, False, 4, 2)
    assert total.abandoned_share == 0.3333  # 2 of 6
    # Waits 4, 8, 10, 16 s: half of 4 is the 2nd, 90 % and 95 % of 4 round up to the 4th.
    assert (total.wait.n, total.wait.p50, total.wait.p90, total.wait.p95, total.wait.max) == (
        4,
        8000,
        16000,
        16000,
        16000,
    )
    assert (total.gave_up.n, total.gave_up.p50, total.gave_up.max) == (2, 5000, 40000)
    # Kept: 4, 10, 8 s. Broken: 16 s, and the one who waited 40 s in vain. 5 s were too short to tell.
    assert (total.answer.kept, total.answer.broken, total.answer.open, total.answer.share) == (3, 2, 1, 0.6)
    # From the answer: 16, 65, 14, 1 s.
    assert (total.arrived.kept, total.arrived.broken, total.arrived.share) == (3, 1, 0.75)
    assert (total.arrival.p50, total.arrival.max) == (14000, 65000)
    assert total.outcomes == {"customer": 2, "referred": 1, "resolved": 3}
    assert total.ratings == {"2": 1, "4": 1, "5": 1} and total.rating_p50 == 4


def test_groups_are_the_same_calls_apart(book: Book) -> None:
    summary = book.summary()
    kiosks = {group.key: group.figures for group in summary.by[By.KIOSK]}
    assert {key: (of.calls, of.few) for key, of in kiosks.items()} == {"k1": (3, True), "k2": (3, True)}
    assert kiosks["k1"].answer.share == 0.6666 and kiosks["k2"].answer.share == 0.5
    agents = {group.name: group.figures for group in summary.by[By.AGENT]}
    assert {name: of.calls for name, of in agents.items()} == {"": 2, "李强": 2, "王芳": 2}
    assert agents["李强"].wait.max == 16000
    hours = {group.key: group.figures.calls for group in summary.by[By.HOUR]}
    assert hours == {"10": 4, "11": 2}
    for groups in summary.by.values():
        assert sum(group.figures.calls for group in groups) == 6


def test_a_call_back_is_counted_apart_and_nobody_has_waited_for_it(book: Book) -> None:
    before = book.summary().total
    for at in range(7):
        book.call(TEN + 5_000_000 + at * 100_000, answer_s=0, arrive_s=90, end_s=95, opened_by=Cause.CALLBACK)
    summary = book.summary()
    total = summary.total
    assert (total.calls, total.callbacks, before.callbacks) == (13, 7, 0)
    for name in ("wait", "shown", "arrival", "whole", "gave_up", "abandoned", "abandoned_share"):
        assert getattr(total, name) == getattr(before, name), name
    assert (total.answer.kept, total.answer.share) == (before.answer.kept, before.answer.share)
    assert (total.arrived.broken, total.arrived.share) == (before.arrived.broken, before.arrived.share)
    assert total.causes["callback"] == 7 and len(summary.longest) == 6
    closed = book.summary(Terms(ZONE, closed=lambda _hall, at: True)).total
    assert (closed.closed, closed.callbacks, closed.abandoned_share) == (13, 7, None)


def test_the_calls_to_look_at_are_named(book: Book) -> None:
    summary = book.summary()
    assert [call.waited_ms for call in summary.longest] == [40000, 16000, 10000, 8000, 5000, 4000]
    assert [call.waited_ms for call in summary.broken] == [10000, 40000, 16000], (
        "by how long it took: 65, 40, 16 s"
    )
    assert [call.lasted_ms for call in summary.abandoned] == [40000, 5000]


def test_what_is_asked_for(book: Book) -> None:
    assert book.summary(agent="li").total.calls == 2
    book.call(TEN - 86_400_000, answer_s=1)
    book.call(TEN + 86_400_000, answer_s=1)
    assert book.summary().total.calls == 6, "of another day"


def test_outside_opening_hours_calls_are_counted_and_not_judged(book: Book) -> None:
    total = book.summary(Terms(ZONE, closed=lambda _hall, at: at.hour == 11)).total
    assert (total.calls, total.closed, total.abandoned, total.gave_up.n) == (6, 2, 0, 0)
    assert total.answer.share == 0.75  # 4, 10, 8 s of 4, 10, 16, 8 s
    assert sum(total.outcomes.values()) == 6


def test_complaints_and_misses_count_by_their_own_time() -> None:
    book = Book()
    book.call(TEN, answer_s=4, end_s=60)
    book.tell("complained", TEN + 50_000, call="c0", text="等得太久")
    book.tell(
        "complained", TEN + 10 * 3_600_000, call="c0", text="还是没办好"
    )  # so late that the call is done with
    book.tell("complained", TEN, text="太吵了")  # about no call
    book.tell("complained", TEN - 86_400_000, text="昨天的")
    for text in ("那个啥", "那个啥", "孙子让我来的"):
        book.tell("missed", TEN, text=text)
    summary = book.summary(words=True)
    assert (summary.total.complaints, summary.misses) == (3, 3)
    assert [(one.text, one.times) for one in summary.sentences] == [("那个啥", 2), ("孙子让我来的", 1)]
    assert book.summary().sentences == [] and book.summary().misses == 3, "without the right there are no words"


def test_nothing_at_all() -> None:
    total = Book().summary().total
    assert (total.calls, total.few, total.answer.share, total.wait.p50, total.rating_p50) == (
        0,
        True,
        None,
        None,
        None,
    )


def test_percentiles_are_values_that_were() -> None:
    hundred = list(range(1, 101))
    assert [rank(hundred, percent) for percent in (1, 50, 90, 95, 100)] == [1, 50, 90, 95, 100]
    assert [rank([7], percent) for percent in (1, 50, 100)] == [7, 7, 7]
    assert rank([], 50) is None
    assert spread([3, 1, 2]).p50 == 2


def test_shares_and_few() -> None:
    assert share(1, 3) == 0.3333 and share(0, 0) is None
    assert percent(share(29_999, 30_000)) == "99.9%" and share(30_000, 30_000) == 1.0
    book = Book()
    for number in range(FEW):
        book.call(TEN + number * 60_000, answer_s=1)
        assert book.summary().total.few == (number + 1 < FEW)


def test_ever_new_sentences_fill_no_memory() -> None:
    sentences = Sentences()
    for number in range(MAX_SENTENCES + 100):
        sentences.add(f"第 {number} 句")
    sentences.add("第 1 句")
    assert sentences.times == MAX_SENTENCES + 101
    assert sentences.top()[0].times == 2
