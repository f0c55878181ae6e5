import asyncio
import random
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk.clock import EARLIEST_MS
from kiosk.desk import database
from kiosk.desk.database import DatabaseError, open_database
from kiosk.desk.freezes import FreezeRow, Pursuit
from kiosk.desk.keeper import LedgerKeeper
from kiosk.desk.ledger import Ledger
from kiosk.messages import MAX_COUNT, Agent, Event, EventBatch, State


@pytest.fixture
def ledger(engine: sa.Engine) -> Ledger:
    return Ledger(engine)


def event(seq: int, at_ms: int = 0, **more: object) -> Event:
    return Event(seq=seq, at_ms=at_ms, kind=f"kind-{seq}", call="boot-1", **more)  # type: ignore[arg-type]


def batch(*numbers: int, first: int = 1, journal: str = "j1") -> EventBatch:
    return EventBatch(journal, first, tuple(event(seq) for seq in numbers))


def store(ledger: Ledger, events: EventBatch, kiosk: str = "k1") -> int:
    return ledger.store("xinhua", kiosk, events, received_ms=5)


def rows(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(database.event)) or 0


def test_the_same_batch_many_times_is_kept_once(ledger: Ledger, engine: sa.Engine) -> None:
    assert [store(ledger, batch(1, 2, 3)) for _ in range(5)] == [3] * 5
    assert store(ledger, batch(2, 3, 4)) == 4
    assert rows(engine) == 4


def test_what_was_stored_first_stays(ledger: Ledger) -> None:
    store(ledger, batch(1))
    store(ledger, EventBatch("j1", 1, (replace(event(1), kind="other"),)))
    assert [one.kind for one in ledger.timeline("k1", "boot-1")] == ["kind-1"]


def test_a_gap_stops_the_acknowledgement_until_it_is_filled(ledger: Ledger) -> None:
    assert store(ledger, batch(1, 2, 4, 5)) == 2
    assert store(ledger, batch(7)) == 2
    assert store(ledger, batch(3)) == 5
    assert store(ledger, batch(6)) == 7
    assert store(ledger, batch(2)) == 7


def test_what_another_ledger_has_acknowledged_is_no_gap(ledger: Ledger) -> None:
    assert store(ledger, batch(40, 41, first=40)) == 41
    assert store(ledger, batch(42, 44, first=42)) == 42
    assert store(ledger, batch(44, 46, first=44)) == 44  # 43 is with the other one
    assert store(ledger, batch(45, first=44)) == 46


def test_each_journal_and_each_kiosk_is_numbered_by_itself(ledger: Ledger) -> None:
    assert store(ledger, batch(1, 2, 3)) == 3
    assert store(ledger, batch(1, journal="j2")) == 1
    assert store(ledger, batch(1, 2), kiosk="k2") == 2
    assert ledger.store("other-hall", "k1", batch(1), 5) == 1
    assert store(ledger, batch(4)) == 4


def test_batches_in_any_order_come_to_the_same(ledger: Ledger, engine: sa.Engine) -> None:
    batches = [batch(*range(n, min(n + 5, 41))) for n in range(1, 41, 3)]
    random.Random(7).shuffle(batches)
    last = [store(ledger, one) for one in batches]
    assert last == sorted(last)
    assert last[-1] == 40
    assert rows(engine) == 40


def test_an_empty_batch(ledger: Ledger) -> None:
    assert store(ledger, batch()) == 0
    assert store(ledger, batch(1)) == 1
    assert store(ledger, batch()) == 1


def test_a_call_is_told_in_order_and_unchanged(ledger: Ledger) -> None:
    opened = event(1, at_ms=1000, text="社保卡 'x'; \x00 🙂")
    accepted = event(2, at_ms=2000, state=State.ACCEPTED, agent=Agent("li", "李娜", "d1"))
    store(ledger, EventBatch("j1", 1, (accepted, opened)))
    assert ledger.timeline("k1", "boot-1") == [opened, accepted]
    assert ledger.timeline("k2", "boot-1") == []
    assert ledger.timeline("k1", "boot-2") == []


def test_a_wall_clock_that_was_set_back_does_not_turn_the_story_round(ledger: Ledger) -> None:
    store(ledger, EventBatch("j2", 1, (event(1, at_ms=500_000), event(2, at_ms=1_000))))
    store(ledger, EventBatch("j1", 7, (event(7, at_ms=900), event(8, at_ms=400_000))))
    assert [one.seq for one in ledger.timeline("k1", "boot-1")] == [7, 8, 1, 2]


def test_the_largest_numbers_a_message_may_carry(ledger: Ledger) -> None:
    last = replace(event(MAX_COUNT), at_ms=MAX_COUNT)
    assert store(ledger, EventBatch("j1", MAX_COUNT, (last,))) == MAX_COUNT


def test_a_poisonous_line_does_not_hold_up_the_others(ledger: Ledger) -> None:
    """PostgreSQL stores no NUL in a text."""
    poison = replace(event(1), kind="a\x00b", call="c\x00d")
    assert store(ledger, EventBatch("j\x001", 1, (poison, event(2)))) == 2


async def test_a_line_that_nobody_thought_of_neither_ends_the_keeper_nor_holds_up_the_others(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def note(_connection: object, _hall: str, _kiosk: str, events: EventBatch, _now_ms: int) -> None:
        if events.journal == "bad":
            raise OverflowError("year 287396 is out of range")

    async def in_database(work: Callable[..., object], *args: object) -> object:
        return work(*args)

    kept: list[str] = []
    monkeypatch.setattr(ledger.webhooks, "note", note)
    keeper = LedgerKeeper(
        "demo",
        ledger,
        in_database,
        on_kept=lambda _kiosk, events, _ack: kept.append(events.journal),
        on_fault=lambda: None,
    )
    running = asyncio.create_task(keeper.run())
    keeper.take("k1", batch(1, journal="bad"))
    await asyncio.sleep(0)
    for journal in ("j1", "bad", "j2"):
        keeper.take("k1", batch(1, journal=journal))
    await asyncio.sleep(0.01)
    keeper.take("k1", batch(1, journal="j3"))
    await asyncio.sleep(0.01)
    assert not running.done() and kept == ["j1", "j2", "j3"]
    assert keeper.spoilt == 2 and not keeper.fault
    running.cancel()


# --- requests to freeze -------------------------------------------------------------------------------

LI = Agent("li", "李强", "desk2")


def asked(seq: int = 1, request: str = "f1") -> Event:
    return Event(
        seq=seq, at_ms=1000, kind="freeze-asked", call="boot-1", case="482913", why=request, service="urgent_fraud"
    )


def received(seq: int = 2, request: str = "f1", receipt: str = "F1") -> Event:
    return Event(seq=seq, at_ms=2000, kind="freeze-received", call="boot-1", why=request, text=receipt, agent=LI)


def freezes(ledger: Ledger) -> list[FreezeRow]:
    return ledger.freezes.since("xinhua", 0)


def test_a_request_to_freeze_is_one_however_often_it_comes(ledger: Ledger) -> None:
    for _ in range(3):
        store(ledger, EventBatch("j1", 1, (asked(),)))
    store(ledger, EventBatch("j2", 1, (asked(1),)))  # the terminal has lost its disk
    assert freezes(ledger) == [
        FreezeRow("k1", "f1", "boot-1", "482913", "urgent_fraud", 1000, 5, ledger=True),
    ]


def test_two_requests_and_two_terminals_are_told_apart(ledger: Ledger) -> None:
    store(ledger, EventBatch("j1", 1, (asked(1), asked(2, "f2"))))
    store(ledger, EventBatch("j1", 1, (asked(1),)), kiosk="k2")
    assert len(freezes(ledger)) == 3
    ledger.store("xinhua", "k3", EventBatch("j1", 1, (asked(1),)), EARLIEST_MS)
    assert len(ledger.freezes.since("xinhua", EARLIEST_MS)) == 4
    assert len(ledger.freezes.since("xinhua", EARLIEST_MS + 1)) == 3, "what came while no clock was set has no age"
    assert ledger.freezes.since("other-hall", 0) == []


def test_the_banks_answers_are_kept_and_a_receipt_stays(ledger: Ledger) -> None:
    store(ledger, EventBatch("j1", 1, (asked(),)))
    (row,) = freezes(ledger)
    ledger.freezes.posted("xinhua", row, Pursuit.REFUSED, why="a\x00b")
    (row,) = freezes(ledger)
    assert (row.state, row.posted, row.why) == (Pursuit.REFUSED, True, "a\ufffdb")
    store(ledger, EventBatch("j1", 1, (received(),)))
    ledger.freezes.posted("xinhua", row, Pursuit.RECEIVED, receipt="F9")
    ledger.freezes.posted("xinhua", row, Pursuit.REFUSED, why="again")
    (row,) = freezes(ledger)
    assert (row.state, row.receipt, row.agent, row.why) == (Pursuit.RECEIVED, "F1", LI, "")


def test_an_agents_word_that_is_quicker_than_the_event_does_not_keep_it_from_the_bank(ledger: Ledger) -> None:
    word = FreezeRow("k1", "f1", "boot-1", "", "", 900, 4)
    ledger.freezes.receive("xinhua", word, "电话", LI)
    (row,) = freezes(ledger)
    assert (row.state, row.ledger, row.posted) == (Pursuit.RECEIVED, False, False)
    store(ledger, EventBatch("j1", 1, (asked(),)))
    (row,) = freezes(ledger)
    assert (row.state, row.receipt, row.ledger, row.posted) == (Pursuit.RECEIVED, "电话", True, False)
    assert row.service == "urgent_fraud"


def test_a_request_that_could_not_be_kept_is_not_acknowledged(ledger: Ledger, engine: sa.Engine) -> None:
    database.freeze.drop(engine)
    with pytest.raises(sa.exc.SQLAlchemyError):
        store(ledger, EventBatch("j1", 1, (asked(),)))
    assert rows(engine) == 0, "event and request are kept together or not at all"


def test_a_database_that_fails_is_an_error_and_acknowledges_nothing(ledger: Ledger, engine: sa.Engine) -> None:
    store(ledger, batch(1))
    database.metadata.drop_all(engine)
    with pytest.raises(sa.exc.SQLAlchemyError):
        store(ledger, batch(2))
    database.metadata.create_all(engine)
    assert store(ledger, batch(1, 2)) == 2


@pytest.mark.parametrize("url", ["", "nonsense", "oracle://x/y", "sqlite:////proc/no/desk.db"])
def test_a_database_that_cannot_be_opened_says_what_to_do(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"desk\.toml"):
        open_database(url)
