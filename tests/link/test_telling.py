"""Who is told of a change, and in which order."""

from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.config import Escalation
from kiosk.link.call import Switchboard
from kiosk.link.escalation import Surroundings
from kiosk.link.telling import Telling
from kiosk.messages import Trial


class Terminal:
    """Everybody who is told, and what they were told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.entries: list[Any] = []
        self.board = Switchboard(Escalation())
        self.signals: Any = SimpleNamespace(seen=("ready", False, Trial.OFF), passing=False, show=self._show)
        others: Any = SimpleNamespace(
            write=self._write,
            send_call=lambda _call, *, waiting: self.told.append("waiting call" if waiting else "call"),
            around=Surroundings,
            call=lambda: self.board.call,
            snapshot=lambda: b"{}",
        )
        self.telling = Telling(
            self.board,
            others,
            others,
            world=others,
            signals=self.signals,
            view=others,
            broadcast=lambda _snapshot: self.told.append("clients"),
        )

    def _show(self, *_: object) -> None:
        if self.told[-1:] != ["lamp"]:
            self.told.append("lamp")

    def _write(self, entry: Any) -> None:
        self.entries.append(entry)
        self.told.append("journal")


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_the_lamp_is_first_and_nobody_waits_for_the_disk(terminal: Terminal) -> None:
    terminal.telling.changed(terminal.board.summon("btn-1", 0.0), ["btn-1"])
    assert terminal.told == ["lamp", "waiting call", "journal", "lamp", "clients"]
    (entry,) = terminal.entries
    assert ([fact.kind for fact in entry.facts], entry.causes, entry.saved.call.id) == (
        ["opened"],
        ["btn-1"],
        "btn-1",
    )


def test_a_cause_that_changes_nothing_is_written_again_and_nothing_at_all_is_told_to_nobody(
    terminal: Terminal,
) -> None:
    terminal.telling.changed([], ["btn-1"])
    assert terminal.entries
    terminal.told.clear()
    terminal.telling.changed([])
    assert terminal.told == []


def test_clients_are_told_of_the_lamp_only_when_it_is_news(terminal: Terminal) -> None:
    terminal.telling.refresh_signals()
    assert terminal.told == ["lamp"]
    terminal.signals.seen = ("ready", False, Trial.ARMED)  # practice has begun
    terminal.telling.refresh_signals()
    terminal.telling.refresh_signals()
    assert terminal.told.count("clients") == 1


def test_time_matters_while_there_is_a_call_or_a_test(terminal: Terminal) -> None:
    terminal.telling.refresh()
    assert not terminal.telling.time_matters.is_set()
    terminal.signals.passing = True
    terminal.telling.refresh()
    assert terminal.telling.time_matters.is_set()
    terminal.signals.passing = False
    terminal.telling.time_matters.clear()
    terminal.board.summon("btn-1", 0.0)
    terminal.telling.refresh()
    assert terminal.telling.time_matters.is_set()
