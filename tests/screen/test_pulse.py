"""Whether link and voice still answer, as the screen sees it."""

import pytest

from kiosk.screen.peer import LOOK_S
from kiosk.screen.pulse import ASK_S, SILENT_S, Beat, Pulse


def looks(pulse: Pulse, begin: float, seconds: float, step: float = LOOK_S) -> list[tuple[float, Beat]]:
    """What the looks of so many seconds find, but for the calm ones."""
    times = [begin + step * number for number in range(1, round(seconds / step) + 1)]
    found = [(now, pulse.look(now)) for now in times]
    return [(now, beat) for now, beat in found if beat is not Beat.CALM]


def test_a_service_that_hangs_is_asked_once_and_counts_as_gone_within_five_seconds_whenever_it_began() -> None:
    for late in (0.0, 0.1, 0.25, 0.49):
        pulse = Pulse(100.0)
        pulse.look(100.0 + late)
        pulse.heard()  # the last that it has said
        (asked, ask), (gone, silent) = looks(pulse, 100.0 + late, 60.0)
        assert (ask, silent) == (Beat.ASK, Beat.SILENT)
        assert asked - 100.0 <= ASK_S + late + LOOK_S
        assert gone - 100.0 < 5.0, "a fault of the button's line is noticed in 5 s"
        assert pulse.silent


def test_one_that_answers_is_asked_again_and_again_and_never_gone() -> None:
    pulse, now, asked = Pulse(100.0), 100.0, 0
    while now < 160.0:
        now += LOOK_S
        if pulse.look(now) is Beat.ASK:
            asked += 1
            assert pulse.heard() is False
    assert not pulse.silent
    assert asked == pytest.approx(60.0 / ASK_S, abs=2), "no more than that: an idle terminal sleeps"


def test_one_that_talks_by_itself_is_not_asked() -> None:
    pulse = Pulse(100.0)
    for number in range(1, 200):
        pulse.heard()
        assert pulse.look(100.0 + number * LOOK_S) is Beat.CALM


def test_when_it_goes_on_that_is_told_once() -> None:
    pulse = Pulse(100.0)
    looks(pulse, 100.0, SILENT_S + 1)
    assert pulse.heard() is True
    assert pulse.heard() is False
    assert [beat for _, beat in looks(pulse, 110.0, 10.0)] == [Beat.ASK, Beat.SILENT], "and it may hang again"


def test_a_screen_that_was_asleep_itself_blames_nobody() -> None:
    pulse = Pulse(100.0)
    pulse.look(100.5)
    assert pulse.look(130.0) is not Beat.SILENT, "what was said in that time is still to be read"
    pulse.heard()
    assert looks(pulse, 130.0, 1.0)[-1:] != [(131.0, Beat.SILENT)]
