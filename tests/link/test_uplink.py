"""Which desks a terminal believes are there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk import clock, config, messages, topics
from kiosk.broker import Message
from kiosk.link.recorder import Recorder
from kiosk.link.uplink import DESK_SILENT_S, Uplink
from kiosk.messages import OnDuty, Presence


class Hall:
    """A terminal's side of the broker, without a broker, and a clock that is moved by hand."""

    def __init__(self, path: Path) -> None:
        self.now = 1000.0
        self.changes = 0
        ignore: Callable[..., None] = lambda *_, **__: None  # noqa: E731
        recorder = Recorder(path, on_committed=ignore, on_fault=ignore, on_late_open=ignore)
        settings = config.Kiosk("xinhua", "k1")
        self.uplink = Uplink(
            settings, recorder, own_call=ignore, reply=ignore, signal=ignore, changed=self.changed, ledger=ignore
        )

    def changed(self) -> None:
        self.changes += 1

    def hear(self, desk: str, presence: Presence, *, retained: bool) -> None:
        topic = topics.presence("xinhua", desk)
        self.uplink.receive(Message(topic, messages.encode(presence), retained))


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    hall = Hall(tmp_path / "journal.db")
    monkeypatch.setattr(clock, "now", lambda: hall.now)
    return hall


EMPTY = Presence(online=True)


def test_what_the_broker_remembers_is_a_desk_for_a_while_but_tells_nothing(hall: Hall) -> None:
    hall.hear("d1", EMPTY, retained=True)
    assert (list(hall.uplink.desks), hall.uplink.told) == (["d1"], False)
    hall.now += DESK_SILENT_S + 1
    assert (list(hall.uplink.desks), hall.uplink.told) == ([], False)


def test_a_desk_that_goes_on_speaking_is_there(hall: Hall) -> None:
    for _ in range(10):
        hall.hear("d1", EMPTY, retained=False)
        hall.now += 5
    assert (list(hall.uplink.desks), hall.uplink.told) == (["d1"], True)
    hall.now += DESK_SILENT_S
    assert not hall.uplink.told


def test_the_same_again_is_no_change(hall: Hall) -> None:
    for _ in range(3):
        hall.hear("d1", EMPTY, retained=False)
    assert hall.changes == 1
    hall.hear("d1", Presence(online=True, agents=(OnDuty("li", "李娜", 1),)), retained=False)
    assert hall.changes == 2


def test_one_that_says_that_it_goes_is_gone_at_once(hall: Hall) -> None:
    hall.hear("d1", EMPTY, retained=False)
    hall.hear("d1", Presence(online=False), retained=False)
    assert (hall.uplink.desks, hall.uplink.told) == ({}, False)
