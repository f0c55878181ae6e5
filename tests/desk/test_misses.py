"""What customers asked in vain is kept once, and what became of it stays with the sentence."""

import pytest
import sqlalchemy as sa

from kiosk import config
from kiosk.clock import EARLIEST_MS
from kiosk.content.likeness import Sentence
from kiosk.desk.deeds import Deeds
from kiosk.desk.ledger import Ledger
from kiosk.desk.misses import MissRecord, Standing
from kiosk.desk.people import People
from kiosk.desk.retention import DAY_MS, Retention
from kiosk.desk.verification import verify
from kiosk.desk.walk import Deletion, Rule
from kiosk.messages import Did, Event, EventBatch


class Desk:
    def __init__(self, engine: sa.Engine) -> None:
        self.ledger = Ledger(engine)
        self.record = MissRecord(engine, "xinhua")
        self.seq = 0

    def missed(self, text: str, pack: str = "bank", refused: tuple[str, ...] = (), at: int = 1000) -> EventBatch:
        self.seq += 1
        event = Event(
            seq=self.seq, at_ms=5, kind="missed", text=text, pack=pack, did=Did.ASKED_AGAIN, refused=refused
        )
        batch = EventBatch("j1", 1, (event,))
        assert self.ledger.store("xinhua", "k1", batch, at) == self.seq
        return batch

    def open(self, pack: str = "bank") -> list[str]:
        return [row.text for row in self.record.open(pack)]

    def teach(self, text: str, service: str = "fund") -> None:
        self.record.settle("bank", [text], Standing.TAUGHT, service, "zhu", 2000)


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    return Desk(engine)


def test_a_miss_is_kept_with_its_event_and_once(desk: Desk) -> None:
    batch = desk.missed("公积金咋提", refused=("cash",))
    desk.ledger.store("xinhua", "k1", batch, 3000)
    (row,) = desk.record.open("bank")
    assert (row.kiosk, row.text, row.did, row.refused) == ("k1", "公积金咋提", Did.ASKED_AGAIN, ("cash",))
    assert row.received_ms == 1000
    assert desk.record.packs() == ["bank"]


def test_each_hall_and_each_pack_by_itself(desk: Desk, engine: sa.Engine) -> None:
    desk.missed("公积金咋提")
    desk.missed("社保咋交", pack="gov")
    assert (desk.open(), desk.open("gov"), desk.record.packs()) == (["公积金咋提"], ["社保咋交"], ["bank", "gov"])
    assert MissRecord(engine, "other").packs() == []


def test_what_was_taught_is_a_sample_and_can_be_taken_back(desk: Desk, engine: sa.Engine) -> None:
    People(engine).add("zhu", "朱主管", "a long password")
    for text in ("公积金咋提", "公积金咋提", "卡号****丢了"):
        desk.missed(text)
    desk.teach("公积金咋提")
    desk.teach("卡号****丢了", "card_loss")
    assert desk.open() == []
    assert set(desk.record.taught("bank")) == {Sentence("公积金咋提", "fund"), Sentence("卡号丢了", "card_loss")}
    first = next(one for one in desk.record.settled("bank") if one.text == "公积金咋提")
    assert (first.state, first.service, first.person, first.changed_ms, first.count) == (
        *("taught", "fund", "朱主管", 2000, 2),
    )
    desk.record.reopen("bank", ["公积金咋提"], "zhu")
    assert desk.open() == ["公积金咋提"] * 2
    assert [one.text for one in desk.record.settled("bank")] == ["卡号****丢了"]
    deeds = [(one.who, one.what, one.about, one.detail) for one in Deeds(engine).last() if "sentences" in one.what]
    assert deeds == [
        ("zhu", "sentences-reopened", "bank", "1"),
        ("zhu", "sentences-taught", "card_loss", "1"),
        ("zhu", "sentences-taught", "fund", "1"),
    ]


def test_who_comes_second_changes_nothing(desk: Desk) -> None:
    desk.missed("公积金咋提")
    desk.teach("公积金咋提")
    desk.record.settle("bank", ["公积金咋提"], Standing.IGNORED, "", "wang", 3000)
    assert [(one.state, one.person) for one in desk.record.settled("bank")] == [("taught", "zhu")]


def test_chatter_that_comes_again_stays_out_of_the_way_and_so_does_what_was_taught(desk: Desk) -> None:
    desk.missed("今天真热")
    desk.missed("公积金咋提")
    desk.record.settle("bank", ["今天真热"], Standing.IGNORED, "", "zhu", 2000)
    desk.teach("公积金咋提")
    desk.missed("今天真热", refused=("hours",))
    desk.missed("公积金咋提", refused=("cash",))
    assert desk.open() == []
    assert [one.count for one in desk.record.settled("bank")] == [2, 2]
    desk.missed("公积金咋提", refused=("fund",))
    assert desk.open() == ["公积金咋提"], "they were told what was taught, and it was not what they wanted"


def test_a_line_that_cannot_be_kept_holds_up_nothing(desk: Desk) -> None:
    desk.missed("")
    desk.missed("\x00")
    desk.missed("公积金咋提", pack="../bank")
    desk.missed("公积金\x00咋提 '; 🙂")
    assert desk.open() == ["公积金咋提 '; 🙂"]


def test_words_that_nobody_has_made_a_sample_go_when_the_hall_keeps_words_no_longer(
    desk: Desk, engine: sa.Engine
) -> None:
    begin = EARLIEST_MS + 1000
    for text in ("公积金咋提", "今天真热", "社保卡呢"):
        desk.missed(text, at=begin)
    desk.missed("新的", at=begin + DAY_MS)
    desk.teach("公积金咋提")
    desk.record.settle("bank", ["今天真热"], Standing.IGNORED, "", "zhu", 2000)
    for hall, days, now in (("other", 2, 9), ("xinhua", 3, 3), ("xinhua", 2, 2)):  # not theirs, and not yet
        assert _nightly(engine, hall, days, begin + now * DAY_MS) == [], hall
    assert sorted(desk.open()) == ["新的", "社保卡呢"]

    entries = _nightly(engine, "xinhua", 2, begin + 1 + 2 * DAY_MS)
    assert desk.open() == ["新的"]
    assert [one.text for one in desk.record.settled("bank")] == ["公积金咋提"]
    assert [(one.rule, one.days, one.count) for one in entries] == [(Rule.WORDS, 2, 2), (Rule.WORDS, 2, 3)]
    assert verify(engine, "xinhua").finding is None


def _nightly(engine: sa.Engine, hall: str, days: int, now_ms: int) -> list[Deletion]:
    """The deletions on record after a night in a hall that keeps words for so many days."""
    retention = Retention(engine, hall, config.Retention(words_days=days))
    while retention.step(now_ms):
        pass
    return [entry for _, entry in retention.history()]
