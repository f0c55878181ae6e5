"""A recogniser is warmed with the terminal's own sentences, and with nothing else."""

import numpy as np

from kiosk.voice.recogniser import Recogniser
from kiosk.voice.sound import RATE
from kiosk.voice.speech.audio import Audio
from kiosk.voice.speech.cache import Cache
from kiosk.voice.warming import own_sentences


def rendered(seconds):
    return Audio(np.full(round(24_000 * seconds), 0.1, np.float32), 24_000)


def test_prepared_sentences_come_at_the_recognisers_rate_and_not_without_end(tmp_path):
    cache = Cache(tmp_path, 1 << 30)
    for number in range(5):
        cache.put(f"sentence {number}", rendered(20))
    (tmp_path / "0.wav").write_bytes(b"broken by a power cut")
    sounds = list(own_sentences(tmp_path))
    assert len(sounds) == 3, "a minute of it"
    assert all(abs(len(sound) - 20 * RATE) < RATE for sound in sounds)


def test_there_is_nothing_before_anything_was_prepared(tmp_path):
    assert list(own_sentences(tmp_path / "speech")) == []


def test_new_recognisers_hear_them_before_they_take_over(hearing_model):
    heard = []

    def sounds():
        heard.append(True)
        return [np.zeros(RATE, np.int16)]

    recogniser = Recogniser(hearing_model, ["转人工"], 4000, warm_with=sounds)
    assert not recogniser.rest() and not heard
    recogniser.renew()
    while not recogniser.rest():
        pass
    assert heard == [True]
