"""The doctor's ear: judged on made sound, and heard through a real sound server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hall_sound import Loudspeaker, plugged_in

from kiosk import config
from kiosk.ops.doctor import sound
from kiosk.ops.doctor.line import State

CHANCE = np.random.default_rng(1)


def hall(seconds: float, level: float = 0.01) -> sound.Samples:
    return (level * CHANCE.standard_normal(round(sound.RATE * seconds))).astype(np.float32)


def states(recorded: sound.Samples) -> list[State]:
    return [line.state for line in sound.judge(recorded)]


def test_a_tone_above_the_hall_is_heard_also_a_quiet_one() -> None:
    recorded = np.concatenate([hall(1), hall(1) + 0.05 * sound.make_tone()])
    assert states(recorded) == [State.OK, State.OK]


def test_a_loudspeaker_that_is_off_is_not_heard() -> None:
    assert states(hall(2)) == [State.OK, State.BAD]


def test_a_muted_microphone_is_no_quiet_hall() -> None:
    assert states(np.zeros(2 * sound.RATE, np.float32)) == [State.BAD]


def test_a_microphone_that_is_too_loud_is_told() -> None:
    recorded = np.clip(np.concatenate([hall(1, 2.0), hall(1, 2.0) + 10 * sound.make_tone()]), -1, 1)
    assert states(recorded)[0] is State.WARN


@pytest.mark.skipif(bool(Loudspeaker.missing()), reason=Loudspeaker.missing())
def test_over_a_sound_card_the_doctor_hears_itself(tmp_path: Path) -> None:
    with plugged_in(tmp_path):
        lines = sound.lines(config.Kiosk("xinhua", "k1"))
    assert [(line.what, line.state) for line in lines][-1] == ("loudspeaker", State.OK)
