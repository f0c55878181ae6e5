"""The button's events, as the link acts on them: practice is the one press that calls nobody."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk.button import ButtonEvent, Fault, Held, Lamp, NoButton, Pressed, Recovered, Released
from kiosk.config import Escalation
from kiosk.link.alarm import AlarmSound
from kiosk.link.call import Switchboard
from kiosk.link.parts import Parts
from kiosk.link.presses import Presses
from kiosk.link.signals import Signals
from kiosk.messages import Cause, Fact, Trial, Urgency

SCREEN = object()


class Terminal:
    """Presses with everything that they change, and no clock but the test's."""

    def __init__(self, directory: Path, *, hold_ends_call: bool = False) -> None:
        self.board = Switchboard(Escalation())
        self.signals = Signals(NoButton(), AlarmSound(directory / "alarm.wav", ("true",)), loud=False)
        self.parts = Parts(lambda *_: None)
        self.recorded: list[tuple[list[Fact], list[str]]] = []
        self.presses = Presses(
            self.board, self.signals, self.parts, hold_ends_call=hold_ends_call, changed=self._changed
        )
        self.now = 100.0

    def _changed(self, facts: Sequence[Fact], causes: Sequence[str]) -> None:
        if facts or causes:
            self.recorded.append((list(facts), list(causes)))
            self.signals.show(self.board.call, False, self.now)

    def hears(self, event: ButtonEvent, *, waited: float = 0.0) -> None:
        """A second passes, then the link acts on an event that it was told ``waited`` seconds ago."""
        self.now += 1.0
        self.presses.hear(event, self.now - waited, self.now)

    def arm(self) -> None:
        self.signals.trial.arm(SCREEN, self.now)

    @property
    def kinds(self) -> list[str]:
        return [fact.kind for facts, _ in self.recorded for fact in facts]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_practice_press_calls_nobody_and_is_recorded_so_that_the_board_forgets_it(terminal: Terminal) -> None:
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    assert terminal.board.call is None
    assert terminal.signals.lamp is Lamp.ANSWERED
    ((facts, causes),) = terminal.recorded
    assert ([(fact.kind, fact.cause) for fact in facts], causes) == ([("tried", Cause.BUTTON)], ["btn-a-1"])


def test_said_again_by_the_board_a_practice_press_still_calls_nobody(terminal: Terminal) -> None:
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    for _ in range(2):
        terminal.hears(Pressed("btn-a-1", 1.0))
        assert terminal.recorded[-1] == ([], ["btn-a-1"])  # acknowledged again
        terminal.signals.trial.stop()
    assert terminal.board.call is None


def test_the_press_after_it_calls(terminal: Terminal) -> None:
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    terminal.hears(Pressed("btn-a-2", 0.0))
    assert terminal.kinds == ["tried", "opened"]
    assert terminal.board.call is not None and terminal.board.call.id == "btn-a-2"
    assert (terminal.signals.trial.state, terminal.signals.lamp) == (Trial.OFF, Lamp.CALLING)


@pytest.mark.parametrize(("age", "waited"), [(1.5, 0.0), (0.0, 1.5), (0.8, 0.7)])
def test_a_press_from_before_the_arming_calls(terminal: Terminal, age: float, waited: float) -> None:
    """Whether the board told of it late, or the link was busy when it did."""
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", age), waited=waited)
    assert terminal.kinds == ["opened"]
    assert terminal.board.call is not None and terminal.board.call.opened == pytest.approx(99.5)
    assert terminal.signals.trial.state is Trial.OFF


def test_a_press_during_a_call_is_never_practice(terminal: Terminal) -> None:
    terminal.board.summon("req-1", 100.0, cause=Cause.TOUCH)
    terminal.arm()  # which the link does not do; should it ever, the call comes first
    terminal.hears(Pressed("btn-a-1", 0.0))
    assert terminal.kinds == ["pressed"]
    assert terminal.board.call is not None and terminal.board.call.presses == 2


def test_a_press_known_from_the_journal_does_not_use_up_the_practice(terminal: Terminal) -> None:
    terminal.board.restore(None, ["btn-a-1"])
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    assert terminal.recorded == [([], ["btn-a-1"])]
    assert terminal.signals.trial.state is Trial.ARMED


def test_held_for_three_seconds_the_practice_press_is_an_urgent_call(terminal: Terminal) -> None:
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    terminal.hears(Held("btn-a-1", 1.0))
    assert terminal.board.call is None
    terminal.hears(Held("btn-a-1", 3.0))
    call = terminal.board.call
    assert call is not None
    assert (call.urgency, call.level, call.presses) == (Urgency.URGENT, 3, 1)
    assert terminal.recorded[-1][1] == [call.id]  # so that after a restart it is the same call
    assert terminal.signals.lamp is Lamp.CALLING
    terminal.hears(Held("btn-a-1", 10.0))
    terminal.hears(Released("btn-a-1", 11.0))
    assert (terminal.board.call, terminal.kinds) == (call, ["tried", "opened"])


def test_held_practice_calls_also_when_the_screen_has_gone_meanwhile(terminal: Terminal) -> None:
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    terminal.signals.trial.left(SCREEN)
    terminal.hears(Held("btn-a-1", 3.0))
    assert terminal.board.call is not None and terminal.board.call.urgency is Urgency.URGENT


def test_held_practice_makes_a_call_from_elsewhere_urgent(terminal: Terminal) -> None:
    terminal.arm()
    terminal.hears(Pressed("btn-a-1", 0.0))
    terminal.board.summon("req-1", terminal.now, cause=Cause.TOUCH)
    terminal.hears(Held("btn-a-1", 3.0))
    assert terminal.board.call is not None
    assert (terminal.board.call.id, terminal.board.call.urgency) == ("req-1", Urgency.URGENT)


def test_a_real_press_held_is_urgent_as_ever(terminal: Terminal) -> None:
    terminal.hears(Pressed("btn-a-1", 0.0))
    terminal.hears(Held("btn-a-1", 3.0))
    assert terminal.kinds == ["opened", "urgency"]


def test_any_press_ends_a_lamp_test(terminal: Terminal) -> None:
    terminal.arm()
    terminal.signals.lamp_test.start(terminal.now)
    terminal.hears(Pressed("btn-a-1", 0.0))
    assert terminal.signals.lamp is Lamp.ANSWERED


@pytest.mark.parametrize(("seconds", "ends"), [(9.9, False), (10.0, True), (29.9, True), (30.0, False)])
def test_only_where_the_site_wants_it_a_long_hold_ends_the_call(
    tmp_path: Path, seconds: float, ends: bool
) -> None:
    for wanted in (False, True):
        terminal = Terminal(tmp_path, hold_ends_call=wanted)
        terminal.hears(Pressed("btn-a-1", 0.0))
        terminal.hears(Released("btn-a-1", seconds))
        assert terminal.kinds == ["opened"] + ["ended"] * (wanted and ends)


def test_of_several_faults_the_newest_is_shown_until_all_are_over(terminal: Terminal) -> None:
    def shown() -> str:
        return terminal.parts.report(terminal.now)["button"].fault

    terminal.hears(Fault("stuck", "free its cap"))
    terminal.hears(Fault("unplugged", "plug it in"))
    assert shown() == "unplugged"
    terminal.hears(Recovered("unplugged"))
    assert shown() == "stuck"
    terminal.hears(Recovered("stuck"))
    assert terminal.parts.report(terminal.now)["button"].ok
