"""What is deleted by rule is gone, is on record, and is no theft."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from kiosk import config
from kiosk.clock import EARLIEST_MS
from kiosk.desk import chain, database
from kiosk.desk.case_rules import Act, Close, How, Reopen, Reply, Who
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.retention import DAY_MS, STEP, Retention
from kiosk.desk.verification import verify
from kiosk.desk.walk import Fault, Rule
from kiosk.messages import Did, Event, EventBatch

HALL = "xinhua"
NOW = EARLIEST_MS + 2000 * DAY_MS
SETTINGS = config.Retention()


def event(seq: int, text: str = "", kind: str = "opened") -> Event:
    return Event(seq=seq, at_ms=1, kind=kind, call=f"btn-{seq}", text=text, why=f"f{seq}")


def store(ledger: Ledger, days_ago: float, *events: Event, hall: str = HALL) -> None:
    ledger.store(hall, "k1", EventBatch("j1", 1, events), NOW - int(days_ago * DAY_MS))


def texts(engine: sa.Engine, hall: str = HALL) -> dict[int, str]:
    table = database.event
    with engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.seq, table.c.body).where(table.c.hall == hall))
        return {seq: body.get("text", "") for seq, body in rows}


def run(engine: sa.Engine, now_ms: int = NOW, hall: str = HALL) -> list[int]:
    retention, counts = Retention(engine, hall, SETTINGS), []
    while count := retention.step(now_ms):
        counts.append(count)
    return counts


def fill(engine: sa.Engine) -> Ledger:
    """By age: two events of four years ago, words and a complaint of 40 days ago, words of yesterday."""
    ledger = Ledger(engine)
    store(ledger, 1500, event(1, "四年前的话"), event(2, "四年前的投诉", "complained"))
    store(ledger, 1500, event(3, "freeze", "freeze-asked"))
    store(ledger, 40, event(4, "四十天前的话"), event(5, "四十天前的投诉", "complained"))
    store(ledger, 40, event(6), event(7, "plug it in", "fault"), event(8, "网点备注", "ended"))
    store(ledger, 1, event(9, "昨天的话"))
    store(ledger, 1500, event(1, "别处的话"), hall="dongmen")
    return ledger


def test_each_rule_deletes_what_is_over_its_time_and_nothing_else(engine: sa.Engine) -> None:
    ledger = fill(engine)
    due = {one.rule: one.count for one in Retention(engine, HALL, SETTINGS).due(NOW)}
    assert due == {Rule.WORDS: 4, Rule.COMPLAINTS: 1, Rule.EVENTS: 3, Rule.FREEZES: 1}
    run(engine)
    assert texts(engine) == {4: "", 5: "四十天前的投诉", 6: "", 7: "plug it in", 8: "", 9: "昨天的话"}
    assert texts(engine, "dongmen") == {1: "别处的话"}
    assert ledger.freezes.since(HALL, 0) == []
    assert [one.count for one in Retention(engine, HALL, SETTINGS).due(NOW)] == [0, 0, 0, 0]
    assert [one.kind for one in ledger.timeline("k1", "btn-4")] == ["opened"]


def test_what_was_deleted_by_rule_verifies_and_is_on_record(engine: sa.Engine) -> None:
    fill(engine)
    head = chain.head(engine, HALL)
    run(engine)
    verdict = verify(engine, HALL, [(head.position, head.hash)], page=2)
    assert verdict.finding is None
    assert (verdict.events, verdict.deleted, verdict.wordless, verdict.entries) == (6, 3, 2, 4)
    history = Retention(engine, HALL, SETTINGS).history()
    assert [(when, one.rule, one.count, one.ranges) for when, one in history] == [
        (NOW, Rule.FREEZES, 1, ()),
        (NOW, Rule.EVENTS, 3, ((1, 3),)),
        (NOW, Rule.COMPLAINTS, 1, ((2, 2),)),
        (NOW, Rule.WORDS, 4, ((1, 8),)),
    ]
    assert {one.days for _, one in history} == {30, 365, 1095}


@pytest.mark.parametrize(
    ("statement", "fault", "position"),
    [
        ("delete from event where seq = 9", Fault.REMOVED, 9),
        ("delete from event where seq = 5", Fault.REMOVED, 5),
        ("update link set salt = null where position = 9", Fault.CHANGED, 9),
        # A complaint within the range of the other words, which were deleted by rule.
        (
            """update event set body = '{"kind":"complained","call":"btn-5","why":"f5","seq":5,"at_ms":1}'
            where seq = 5;\nupdate link set salt = null where position = 5""",
            Fault.CHANGED,
            5,
        ),
        ("update event set at_ms = 7 where seq = 4", Fault.CHANGED, 4),
        ("""update event set body = '{"text":"x","seq":4}' where seq = 4""", Fault.CHANGED, 4),
        ("update link set entry = replace(entry, '3]', '9]') where position = 12", Fault.CHANGED, 12),
        ("update link set received_ms = 7 where position = 2", Fault.CHANGED, 2),
    ],
)
def test_what_is_deleted_or_changed_beside_the_rules_is_found(
    engine: sa.Engine, statement: str, fault: Fault, position: int
) -> None:
    fill(engine)
    run(engine)
    with engine.begin() as connection:
        for one in statement.split(";\n"):
            connection.exec_driver_sql(one)
    finding = verify(engine, HALL).finding
    assert finding is not None and (finding.fault, finding.position) == (fault, position), finding
    assert finding.kiosk == ("k1" if position < 10 else "")


def test_a_record_that_comes_back_after_its_deletion_is_found(engine: sa.Engine) -> None:
    fill(engine)
    with engine.connect() as connection:
        old = dict(connection.execute(sa.select(database.event).where(database.event.c.seq == 2)).one()._mapping)
    run(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(database.event).values(old))
    finding = verify(engine, HALL).finding
    assert finding is not None and (finding.fault, finding.position) == (Fault.INSERTED, 2)


def test_an_entry_cannot_allow_what_comes_after_it(engine: sa.Engine) -> None:
    ledger = fill(engine)
    with engine.begin() as connection:
        forged = {"entry": "deleted", "rule": "events", "days": 1, "before_ms": 1, "count": 9, "ranges": [[1, 99]]}
        with chain.Chain(connection, HALL) as held:
            held.enter(forged, NOW)
    store(ledger, 0, event(10))
    with engine.begin() as connection:
        connection.execute(sa.delete(database.event).where(database.event.c.hall == HALL))
    finding = verify(engine, HALL).finding
    assert finding is not None and (finding.fault, finding.seq) == (Fault.REMOVED, 10)


def test_a_clock_that_once_was_wrong_keeps_young_records(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    for seq, days in ((1, 2000), (2, 5), (3, 1999), (4, 5)):
        store(ledger, days, event(seq, "话"))
    run(engine)
    assert texts(engine) == {2: "话", 4: "话"}
    (_, events), _ = Retention(engine, HALL, SETTINGS).history()
    assert events.ranges == ((1, 1), (3, 3))
    assert verify(engine, HALL).finding is None


def test_what_came_while_the_clock_was_not_set_is_kept_until_it_is_surely_over_its_time(engine: sa.Engine) -> None:
    ledger, retention = Ledger(engine), Retention(engine, HALL, SETTINGS)
    unset = EARLIEST_MS - 300 * DAY_MS
    missed = Event(
        seq=5, at_ms=NOW, kind="missed", text="没听懂", pack="bank", did=Did.ASKED_AGAIN, call="btn-5", why="f5"
    )
    early = (event(1, "话"), event(2, "冻结", "freeze-asked"), event(3, "投诉", "complained"), event(4), missed)
    ledger.store(HALL, "k1", EventBatch("j1", 1, early), unset)
    assert retention.step(unset + 40 * DAY_MS) == 0, "by a clock that is not set nothing is old"
    assert run(engine) == [] and [one.count for one in retention.due(NOW)] == [0, 0, 0, 0]
    assert [row.received_ms for row in ledger.freezes.since(HALL, 0)] == [NOW]
    ledger.store(HALL, "k1", EventBatch("j1", 1, (event(6, "之后"),)), NOW + DAY_MS)
    run(engine, NOW + 31 * DAY_MS)
    assert texts(engine)[1] == "话", "the first with a time came 30 days ago, not longer"
    run(engine, NOW + 31 * DAY_MS + 1)
    assert texts(engine) == {1: "", 2: "", 3: "投诉", 4: "", 5: "", 6: ""}
    run(engine, NOW + 1097 * DAY_MS)
    assert texts(engine) == {} and ledger.freezes.since(HALL, 0) == []
    assert verify(engine, HALL).finding is None


def test_much_is_deleted_in_small_transactions_while_others_store(engine: sa.Engine) -> None:
    ledger = Ledger(engine)
    for start in range(0, STEP + 100, 200):
        store(ledger, 40, *(event(start + n, "话") for n in range(1, 201)))
    retention = Retention(engine, HALL, SETTINGS)
    assert retention.step(NOW) == STEP
    store(ledger, 0, event(1000, "新"))
    assert retention.step(NOW) == 100
    assert retention.step(NOW) == 0
    assert verify(engine, HALL).finding is None
    assert texts(engine)[1000] == "新"


def test_deleted_words_are_nowhere_in_the_files(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/desk.db")
    ledger = fill(engine)
    # Enough that some lie where nothing is written again.
    store(ledger, 1500, *(event(seq, f"很久以前的话{seq}") for seq in range(100, 300)))
    run(engine)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    engine.dispose()
    gone, young = (json.dumps(text)[1:-1].encode() for text in ("四十天前的话", "昨天的话"))
    assert young in everything and gone not in everything
    assert json.dumps("很久以前的话")[1:-1].encode() not in everything


def test_nothing_that_is_left_tells_the_words(engine: sa.Engine) -> None:
    """Two customers who said the same have hashes of their own, and the salts are gone."""
    ledger = Ledger(engine)
    store(ledger, 40, event(1, "是"), event(2, "是"))
    run(engine)
    table = database.link
    with engine.connect() as connection:
        rows = connection.execute(sa.select(table.c.words, table.c.salt).where(table.c.seq > 0)).all()
    assert [salt for _, salt in rows] == [None, None]
    assert len({words for words, _ in rows}) == 2


def test_a_complaint_that_was_closed_long_ago_loses_its_words_and_one_that_is_open_does_not(
    engine: sa.Engine,
) -> None:
    ledger = Ledger(engine)
    store(ledger, 500, event(1, "早就办好的投诉", "complained"), event(2, "还没办好的投诉", "complained"))
    with engine.begin() as connection:
        first = sa.select(sa.func.min(database.case.c.id)).scalar_subquery()
        connection.execute(sa.update(database.case).where(database.case.c.id == first).values(state="closed"))
    run(engine)
    with engine.connect() as connection:
        summaries = list(connection.scalars(sa.select(database.case.c.summary).order_by(database.case.c.id)))
        said = list(connection.scalars(sa.select(database.case_entry.c.text).order_by(database.case_entry.c.id)))
    assert (summaries, said) == (["", "还没办好的投诉"], ["", "还没办好的投诉"])
    assert verify(engine, HALL).finding is None


def test_what_is_said_of_a_complaint_after_its_words_are_forgotten_goes_too(engine: sa.Engine) -> None:
    ledger, who = Ledger(engine), Who("li", "李娜")
    case = ledger.cases.open(HALL, who, "等了太久", "13800000000", NOW)

    def act(what: Act, days: float) -> None:
        nonlocal case
        case = ledger.cases.act(HALL, case.id, what, who, NOW + int(days * DAY_MS))

    def said(days: float) -> list[str]:
        run(engine, NOW + int(days * DAY_MS))
        return [entry.text for entry in ledger.cases.one(HALL, case.id)[1]]

    act(Reply(case.version, How.PHONE, "解释了"), 1)
    act(Close(case.version), 1)
    assert not any(said(366))
    act(Reopen(case.version, "她又来了"), 370)
    act(Reply(case.version, How.PHONE, "她的事"), 371)
    again = ["她又来了", "她的事"]
    assert [text for text in said(371 + 366) if text] == again, "it is open"
    act(Close(case.version), 800)
    assert [text for text in said(800 + 365) if text] == again
    assert not any(said(800 + 366))
    assert [one.rule for _, one in Retention(engine, HALL, SETTINGS).history()] == [Rule.COMPLAINTS] * 2
