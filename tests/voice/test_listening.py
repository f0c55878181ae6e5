"""The ears' thread from visit to visit, at a microphone that is not there."""

from types import SimpleNamespace

import numpy as np
import pytest
from hall_sound import eventually

from kiosk import config
from kiosk.voice import capture, listening
from kiosk.voice.sound import RATE

MUTED = np.zeros(RATE // 10, np.int16)
NOISE = np.random.default_rng(1).normal(0, 20, RATE // 10).astype(np.int16)


class Nothing:
    """A recogniser that is never needed."""

    def rest(self):
        return False

    def so_far(self):
        return ""


class Card:
    """In place of PortAudio's stream: three seconds of ``sound``, then the visit is over."""

    sound, over = MUTED, None

    def __init__(self, callback, **_):
        self._take = callback

    def __enter__(self):
        when, status = SimpleNamespace(currentTime=0, inputBufferAdcTime=0), SimpleNamespace(input_overflow=False)
        for _ in range(30):
            self._take(self.sound.tobytes(), len(self.sound), when, status)
        return self

    def __exit__(self, *_):
        pass

    @property
    def active(self):
        Card.over()
        return False


@pytest.fixture
def told():
    """Faults in their order, and "look" for each look at whether there is a microphone."""
    return []


@pytest.fixture
def ears(monkeypatch, tmp_path, told):
    def look(_pattern):
        told.append("look")
        return ""

    monkeypatch.setattr(listening, "look", look)
    monkeypatch.setattr(listening, "LOOK_S", 60.0)
    monkeypatch.setattr(listening, "Activity", lambda: SimpleNamespace(feed=lambda _frame: 0.0))
    monkeypatch.setattr(capture, "find", lambda _pattern: capture._Setup(0, RATE, 1))
    monkeypatch.setattr(capture.sounddevice, "RawInputStream", Card)
    settings = config.Kiosk("h", "k", state_dir=str(tmp_path), hearing=config.Hearing(silent_s=5.0))
    made = listening.Listening(settings, lambda _event: None, lambda _name, part: told.append(part.fault))
    made._recogniser, made._clear = Nothing(), lambda _text: False
    monkeypatch.setattr(Card, "over", lambda: made.want(False))
    made.start()
    yield made
    made.close()


def looked(told, times):
    eventually(lambda: told.count("look") == times and told[-1] != "look", "a look")


def test_a_muted_microphone_is_told_though_each_visit_is_short_and_until_it_is_heard(ears, told, monkeypatch):
    looked(told, 1)
    ears.want(True)
    looked(told, 2)
    assert "silent" not in told, "three seconds are not enough"
    ears.want(True)
    looked(told, 3)
    assert told[-3:] == ["silent", "look", "silent"], "that it is there does not make it sound"
    monkeypatch.setattr(Card, "sound", NOISE)
    ears.want(True)
    looked(told, 4)
    assert told[-3:] == ["", "look", ""]
