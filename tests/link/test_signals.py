from pathlib import Path

import pytest

from kiosk.button import Buzzer, Lamp, NoButton
from kiosk.config import Escalation
from kiosk.link.alarm import AlarmSound
from kiosk.link.call import Switchboard
from kiosk.link.signals import LOOK_S, LampTest, Signals
from kiosk.messages import Trial


class Shown(NoButton):
    """What somebody at the terminal sees and hears."""

    lamp, buzzer = Lamp.OFF, Buzzer.OFF

    def _show(self, lamp: Lamp, buzzer: Buzzer) -> None:
        self.lamp, self.buzzer = lamp, buzzer


@pytest.fixture
def button() -> Shown:
    return Shown()


@pytest.fixture
def signals(button: Shown, tmp_path: Path) -> Signals:
    return Signals(button, AlarmSound(tmp_path / "alarm.wav", ("true",)), loud=False)


@pytest.fixture
def board() -> Switchboard:
    board = Switchboard(Escalation())
    board.summon("b-1", 100.0)
    return board


def test_a_lamp_test_shows_every_look_and_ends_with_the_buzzer() -> None:
    test = LampTest()
    assert test.shown(100.0) is None and not test.running
    test.start(100.0)
    seen = []
    at = 100.0
    while shown := test.shown(at):
        if not seen or seen[-1] != shown:
            seen.append(shown)
        at += LOOK_S / 4
    assert [lamp for lamp, _ in seen] == list(Lamp)
    assert [buzzer for _, buzzer in seen] == [Buzzer.OFF] * (len(seen) - 1) + [Buzzer.ALARM]
    assert not test.running


def test_after_a_lamp_test_what_is_true_is_shown_again(signals: Signals, button: Shown) -> None:
    signals.lamp_test.start(100.0)
    for number, lamp in enumerate(Lamp):
        signals.show(None, False, 100.5 + number * LOOK_S)
        assert button.lamp is signals.lamp is lamp
        assert signals.passing
    assert button.buzzer is Buzzer.ALARM
    signals.show(None, False, 100.0 + len(Lamp) * LOOK_S)
    assert (button.lamp, button.buzzer, signals.passing) == (Lamp.READY, Buzzer.OFF, False)


def test_a_call_ends_a_lamp_test_at_once(signals: Signals, button: Shown, board: Switchboard) -> None:
    signals.lamp_test.start(100.0)
    signals.show(None, False, 106.5)
    assert button.buzzer is Buzzer.ALARM
    signals.show(board.call, False, 106.6)
    assert (button.lamp, button.buzzer) == (Lamp.CALLING, Buzzer.OFF)
    assert not signals.lamp_test.running


def test_an_ended_call_that_lingers_ends_no_lamp_test(signals: Signals, button: Shown, board: Switchboard) -> None:
    board.staff_end(101.0)
    signals.show(board.call, False, 101.0)
    assert button.lamp is Lamp.READY
    signals.lamp_test.start(102.0)
    signals.show(board.call, False, 102.0 + 2 * LOOK_S)
    assert button.lamp is Lamp.CALLING


def test_a_practice_press_is_answered_in_green_for_a_moment(signals: Signals, button: Shown) -> None:
    signals.trial.arm(object(), 100.0)
    signals.show(None, False, 100.0)
    assert (button.lamp, signals.seen[2]) == (Lamp.READY, Trial.ARMED)
    signals.trial.press("b-1", 101.0, 101.0)
    signals.show(None, False, 103.9)
    assert (button.lamp, button.buzzer) == (Lamp.ANSWERED, Buzzer.OFF)
    signals.show(None, False, 104.0)
    assert (button.lamp, signals.passing) == (Lamp.READY, True)
    signals.show(None, False, 161.0)
    assert (signals.trial.state, signals.passing) == (Trial.OFF, False)


@pytest.mark.parametrize("ended", [False, True])
def test_any_call_ends_the_practice(signals: Signals, button: Shown, board: Switchboard, ended: bool) -> None:
    signals.trial.arm(object(), 100.0)
    if ended:
        board.staff_end(100.5)
    signals.show(board.call, not ended, 101.0)
    assert signals.trial.state is Trial.OFF
    assert not signals.trial.press("b-2", 102.0, 102.0)
    assert button.buzzer is (Buzzer.OFF if ended else Buzzer.ALARM)
