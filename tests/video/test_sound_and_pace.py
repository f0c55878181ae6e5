"""Ducking and pace: what people hear and how much the processor is given to do, with made-up times."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kiosk.video import synthetic
from kiosk.video.ducking import DUCKED_DB, Ducking
from kiosk.video.pace import BEHIND, BUSY_S, CALM_S, STEPS, Beat, Pace, Rate


def settled(ducking: Ducking, start: float, seconds: float) -> float:
    """The gain after so long, asked for every 20 ms as a track does."""
    return [ducking.gain(start + number / 50) for number in range(int(seconds * 50))][-1]


def test_while_the_agent_speaks_the_microphone_is_turned_down_and_comes_back():
    ducking = Ducking()
    assert settled(ducking, 0.0, 1.0) == 1.0
    for number in range(50):
        ducking.played(-20.0, 1.0 + number / 50)
    assert 20 * np.log10(settled(ducking, 1.98, 0.3)) == pytest.approx(DUCKED_DB)
    assert settled(ducking, 2.3, 2.0) == 1.0


def test_a_quiet_loudspeaker_ducks_nothing():
    ducking = Ducking()
    ducking.played(-60.0, 1.0)
    assert settled(ducking, 1.0, 1.0) == 1.0


def test_a_syllable_comes_back_gradually_so_that_nothing_clicks():
    ducking = Ducking()
    ducking.played(-20.0, 0.0)
    settled(ducking, 0.0, 0.3)
    gains = [ducking.gain(0.36 + number / 50) for number in range(20)]
    assert gains == sorted(gains)
    assert all(later / earlier < 1.5 for earlier, later in itertools.pairwise(gains))


def load(pace: Pace, share: float, start: float, seconds: float) -> float:
    for number in range(round(seconds)):
        pace.load(share, start + number)
    return start + seconds


def test_a_processor_that_has_too_much_to_do_gets_less_and_more_again_when_it_is_calm():
    pace = Pace(Rate(640, 480, 15))
    assert pace.rate == (640, 480, 15)
    now = load(pace, 0.6, 0.0, 60)
    assert pace.rate == (640, 480, 15)
    now = load(pace, 1.5, now, BUSY_S + 1)
    first = pace.rate
    assert first != (640, 480, 15)
    now = load(pace, 1.5, now, 30)
    lowest = pace.rate
    assert lowest == (320, 240, round(15 * STEPS[-1][1]))
    now = load(pace, 0.1, now, 2 * CALM_S * 2 ** len(STEPS))
    assert pace.rate > lowest


def test_what_proved_too_much_is_not_tried_again_soon():
    pace = Pace(Rate(640, 480, 15))
    now = load(pace, 1.0, 0.0, BUSY_S + 1)
    now = load(pace, 0.2, now, CALM_S + 2)
    assert pace.rate != (640, 480, 15)


def test_a_process_that_is_always_a_little_late_sends_as_many_pictures_as_were_wished():
    beat, now = Beat(0.0), 0.0
    moments = []
    for number in range(150):
        moments.append(beat.next(15, now))
        late = 0.1 if number % 10 == 9 else 0.03  # the processor has something else to do
        now = max(now, moments[-1]) + late
        beat.waited(15, now)
    assert moments == pytest.approx([(number + 1) / 15 for number in range(150)])


def test_a_camera_that_comes_back_is_not_made_up_for():
    beat = Beat(0.0)
    beat.next(15, 0.0)
    assert beat.waited(15, 10.0) == pytest.approx(10.0 - BEHIND / 15), "of the picture that comes now"
    after = [beat.next(15, 10.0) for _ in range(4)]
    assert [moment > 10.0 for moment in after] == [False, False, True, True]
    assert np.diff(after) == pytest.approx([1 / 15] * 3)


def test_a_moment_of_load_changes_nothing():
    pace = Pace(Rate(640, 480, 15))
    for number in range(20):
        pace.load(1.5 if number % 2 else 0.6, float(number))
    assert pace.rate == (640, 480, 15)


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (1280, 720)])
@pytest.mark.parametrize("ms", [0, 1, 123_456_789, 2**32 - 1])
def test_the_clock_in_the_synthetic_picture_can_be_read(size, ms):
    assert synthetic.read_clock(synthetic.picture(*size, ms / 1000)) == ms


def test_no_clock_is_read_where_there_is_none():
    assert synthetic.read_clock(np.full((480, 640, 3), 90, np.uint8)) is None
