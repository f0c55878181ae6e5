"""The ledger's events as a report reads them, from real databases."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.bench import history
from kiosk.config import Hours
from kiosk.desk import database
from kiosk.desk.ledger import Ledger
from kiosk.desk.report import reading
from kiosk.desk.report.calls import Terms
from kiosk.desk.report.job import Job, Running, summarise
from kiosk.desk.report.period import Period
from kiosk.desk.report.reading import Reader
from kiosk.desk.report.reports import ReportError, Reports
from kiosk.desk.report.summary import Asked
from kiosk.messages import Cause, Event, EventBatch

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 26)
PLAN = history.Plan(calls=40, kiosks=3)
MIDNIGHT = Period(DAY, DAY).begins_ms(ZONE)


@pytest.fixture
def kept(engine: sa.Engine) -> Ledger:
    """A ledger with one day of a hall, as kiosks send it."""
    ledger = Ledger(engine)
    batches: dict[str, list[Event]] = {}
    for kiosk, event in history.events(history.day(PLAN, DAY)):
        batches.setdefault(kiosk, []).append(event)
    for kiosk, events in batches.items():
        for at in range(0, len(events), 50):
            some = tuple(events[at : at + 50])
            ledger.store(PLAN.hall, kiosk, EventBatch(f"j-{kiosk}", 1, some), some[-1].at_ms + 20)
    return ledger


def job(engine: sa.Engine, **asked: str) -> Job:
    url = engine.url.render_as_string(hide_password=False)
    return Job(
        url, Asked(Period(DAY, DAY), **asked), PLAN.hall, Hours(open=("08:30-17:30",)), 15.0, 60.0, words=True
    )


def test_a_day_of_a_hall_beside_the_desk_that_writes(kept: Ledger, engine: sa.Engine) -> None:
    running = Running(job(engine))
    with engine.begin() as writing:  # the desk is in the middle of a batch
        writing.execute(sa.update(database.journal).values(upto=1))
        assert len(list(running.records())) == PLAN.calls
    summary = running.summary()
    assert summary.total.calls == PLAN.calls
    assert 0 < summary.total.closed < PLAN.calls
    assert summary.misses == round(PLAN.calls * PLAN.misses)
    assert summary.torn == summary.unreadable == summary.wrong_clocks == 0
    one = summarise(job(engine, kiosk="k1"))
    assert one.total.calls == next(g.figures.calls for g in summary.by["kiosk"] if g.key == "k1")  # type: ignore[index]
    assert summarise(job(engine, hall="another")).total.calls == 0


def test_events_that_cannot_be_read_are_counted(kept: Ledger, engine: sa.Engine) -> None:
    table = database.event
    with engine.begin() as connection:
        spoilt = {"kind": "rated", "seq": 1, "at_ms": -5}
        connection.execute(sa.update(table).where(table.c.kind == "rated").values(body=spoilt))
    reader = Reader(engine, Asked(Period(DAY, DAY)), Terms(ZONE))
    lines = list(reader.lines(PLAN.hall))
    assert reader.unreadable > 0 and not any(line.event.kind == "rated" for line in lines)


def test_a_call_over_midnight_belongs_to_its_first_day_and_is_not_torn(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    for call, opened in (("c1", True), ("c2", False)):
        for seq, minutes, kind in ((1, -15, "opened"), (2, -14, "accepted"), (3, 5, "ended")):
            at_ms = MIDNIGHT + minutes * 60_000
            event = Event(seq=seq, at_ms=at_ms, kind=kind, call=call, age_ms=(minutes + 15) * 60_000)
            if opened or kind != "opened":
                ledger.store(PLAN.hall, "k1", EventBatch(f"j-{call}", 1, (event,)), at_ms)
    summary = summarise(job(engine))
    assert (summary.total.calls, summary.torn) == (0, 1), "of c2 nobody knows when it began"
    before = date(2026, 11, 25)
    summary = summarise(msgspec.structs.replace(job(engine), asked=Asked(Period(before, before))))
    assert (summary.total.calls, summary.torn) == (1, 0)


def test_one_call_and_the_one_that_follows_it(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    first = Event(seq=1, at_ms=MIDNIGHT, kind="opened", call="c1", cause=Cause.BUTTON)
    ended = Event(seq=2, at_ms=MIDNIGHT + 5000, kind="ended", call="c1", age_ms=5000)
    again = Event(seq=3, at_ms=MIDNIGHT + 9000, kind="opened", call="c2", why="c1", cause=Cause.AGAIN)
    ledger.store("xinhua", "k1", EventBatch("j1", 1, (again, ended, first)), MIDNIGHT + 9020)
    assert [line.event.kind for line in reading.call_lines(engine, "xinhua", "k1", "c1")] == ["opened", "ended"]
    assert reading.call_lines(engine, "xinhua", "k2", "c1") == []
    assert reading.followers(engine, "xinhua", "k1", "c1", MIDNIGHT) == ["c2"]
    assert reading.followers(engine, "xinhua", "k1", "c2", MIDNIGHT) == []
    assert reading.choices(engine) == (["xinhua"], ["k1"])


async def test_a_process_of_its_own_comes_to_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = database.open_database(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/desk.db")
    Ledger(engine).store(
        "xinhua", "k1", EventBatch("j1", 1, (Event(seq=1, at_ms=MIDNIGHT, kind="opened", call="c1"),)), MIDNIGHT
    )
    reports = Reports()
    try:
        there = await reports.get(job(engine))
        assert msgspec.json.encode(there) == msgspec.json.encode(summarise(job(engine)))
        assert there.total.calls == 1
        Ledger(engine).store(
            "xinhua",
            "k1",
            EventBatch("j1", 1, (Event(seq=2, at_ms=MIDNIGHT, kind="opened", call="c2"),)),
            MIDNIGHT,
        )
        assert (await reports.get(job(engine))).total.calls == 1, "the plots of a page are those of its tables"
        nowhere = msgspec.structs.replace(job(engine), database="sqlite:////proc/no/desk.db")
        with pytest.raises(ReportError, match=r"desk\.toml"):
            await reports.get(nowhere)
    finally:
        await reports.close()
        engine.dispose()
