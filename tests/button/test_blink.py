"""A lamp of one colour: what it does, and that each of its states can be told by looking."""

import random

import pytest

from kiosk.button import Buzzer, Lamp
from kiosk.button.blink import Blinker, LampReader

STEP_S = 0.005


def watch(blinker: Blinker, reader: LampReader, start: float, seconds: float, late_s: float = 0.0) -> list[float]:
    """Let so much time pass; gives when the lamp went on. ``late_s``: how late a change of the light is seen."""
    begun, lit = [], False
    for number in range(int(seconds / STEP_S)):
        now = start + number * STEP_S
        on, _, rest = blinker.at(now)
        assert rest > 0
        if on and not lit:
            begun.append(now)
        lit = on
        reader.light(on, now + random.Random(int(now * 7)).uniform(0, late_s))
    return begun


@pytest.mark.parametrize("lamp", Lamp)
@pytest.mark.parametrize("before", Lamp)
def test_each_state_can_be_told_from_the_light_whatever_was_before(before: Lamp, lamp: Lamp) -> None:
    blinker, reader = Blinker(), LampReader()
    blinker.show(before, Buzzer.OFF, 100.0)
    watch(blinker, reader, 100.0, 8.37, late_s=0.05)
    assert reader.lamp(108.37) is before
    blinker.show(lamp, Buzzer.OFF, 108.37)
    watch(blinker, reader, 108.37, 8.0, late_s=0.05)
    assert reader.lamp(116.4) is lamp


@pytest.mark.parametrize("lamp", Lamp)
def test_nothing_blinks_faster_than_three_times_a_second(lamp: Lamp) -> None:
    blinker = Blinker()
    blinker.show(lamp, Buzzer.OFF, 0.0)
    begun = watch(blinker, LampReader(), 0.0, 10.0)
    for first in begun:
        assert sum(first <= other < first + 1.0 for other in begun) <= 3


def test_a_pattern_begins_with_its_light_and_the_same_again_goes_on() -> None:
    blinker = Blinker()
    blinker.show(Lamp.RUNG, Buzzer.OFF, 50.3)
    assert blinker.at(50.3) == (True, False, pytest.approx(1.0))
    blinker.show(Lamp.RUNG, Buzzer.OFF, 50.9)
    assert blinker.at(51.4) == (False, False, pytest.approx(0.9))


@pytest.mark.parametrize(
    ("before", "after"),
    [(Lamp.OFF, Lamp.CALLING), (Lamp.READY, Lamp.CALLING), (Lamp.RUNG, Lamp.RUNG), (Lamp.ANSWERED, Lamp.ANSWERED)],
)
def test_a_press_lights_a_lamp_that_is_not_about_a_call_already(before: Lamp, after: Lamp) -> None:
    blinker, reader = Blinker(), LampReader()
    blinker.show(before, Buzzer.ALARM, 0.0)
    blinker.felt(0.3)
    watch(blinker, reader, 0.3, 8.0)
    assert reader.lamp(8.3) is after
    assert blinker.at(8.3)[1], "the alarm goes on"


def test_an_alarm_goes_on_and_a_click_is_short_and_once() -> None:
    blinker = Blinker()
    blinker.show(Lamp.OFF, Buzzer.ALARM, 0.0)
    assert [blinker.at(at)[1] for at in (0.1, 0.6, 1.1, 601.6)] == [True, False, True, False]
    blinker.show(Lamp.OFF, Buzzer.CLICK, 700.0)
    assert blinker.at(700.0)[1] and not blinker.at(700.05)[1] and not blinker.at(701.0)[1]
    blinker.show(Lamp.OFF, Buzzer.CLICK, 702.0)
    assert blinker.at(702.01)[1]
    blinker.show(Lamp.OFF, Buzzer.OFF, 703.0)
    assert not blinker.at(703.0)[1]
