"""Rooms that are not there: a loudspeaker, a microphone beside it, a customer before it, and the hall's noise.

The loudspeaker's sound comes back to the microphone through an impulse response of exponentially decaying noise,
late and bent by a small loudspeaker; the customer's comes through another one. Everything is drawn from a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from kiosk.voice.sound import RATE, Samples, to_int16

Sound = NDArray[np.float64]

#: How loud a customer is at the microphone, RMS over the loud half of the speech, in dB of full scale.
NEAR_DB = -27.0
#: How much of a voice from nearby comes straight, against what the walls give back, in dB.
_STRAIGHT_DB = 3.0
_FULL = 32768.0


@dataclass(frozen=True)
class Room:
    """Times in seconds; levels in dB against the customer's voice, but ``noise_db``, which is dB of full scale."""

    name: str
    t60_s: float  # how long it echoes until it is 60 dB quieter
    delay_s: float  # from the time that the terminal believes, to the microphone
    echo_db: float  # how loud the terminal's own voice is at the microphone
    bend: float = 1.0  # how far the loudspeaker is driven; 0: not bent at all
    noise_db: float = -62.0
    jitter_s: float = 0.01  # how far the times that the loudspeaker tells of its sentences are off, at most
    drift: float = 0.0  # how much faster the loudspeaker's clock goes than the microphone's, in millionths
    seed: int = 1

    def echo(self, far: Sound) -> Sound:
        """What the microphone hears of ``far``, which the terminal plays; of the same length."""
        bent = np.tanh(far * 3 * self.bend) / (3 * self.bend) if self.bend else far
        heard = _through(bent, self._response(self.seed))
        if self.drift:
            heard = soxr.resample(heard, RATE * (1 + self.drift / 1e6), RATE, quality="VHQ")
        late = round(self.delay_s * RATE)
        return np.concatenate([np.zeros(late), heard, np.zeros(len(far))])[: len(far)]

    def echo_gain(self, far: Sound) -> float:
        """What :meth:`echo` has to be multiplied with for ``echo_db``; ``far`` holds whole sentences."""
        return float(_FULL * 10 ** ((NEAR_DB + self.echo_db) / 20) / loud(self.echo(far)))

    def near(self, voice: Sound) -> Sound:
        """What the microphone hears of a customer who says this."""
        heard = _through(voice, self._response(self.seed + 1))
        return heard * (_FULL * 10 ** (NEAR_DB / 20) / loud(heard))

    def noise(self, count: int) -> Sound:
        """The hum and hiss of a hall without people: more of it at low frequencies."""
        chance = np.random.default_rng(self.seed + 2)
        spectrum = np.fft.rfft(chance.normal(0, 1, count))
        spectrum /= np.sqrt(1 + np.arange(len(spectrum)) / (len(spectrum) / 20))
        hum = np.fft.irfft(spectrum, count)
        return np.asarray(hum * (_FULL * 10 ** (self.noise_db / 20) / np.sqrt(np.mean(hum**2))))

    def _response(self, seed: int) -> Sound:
        count = round(self.t60_s * RATE)
        tail = np.random.default_rng(seed).normal(0, 1, count) * 10 ** (-3 * np.arange(count) / count)
        tail *= 10 ** (-_STRAIGHT_DB / 20) / np.sqrt(np.sum(tail**2))
        tail[0] += 1
        return tail


#: From a padded box in a carpeted office to a marble hall with a loudspeaker that is too loud.
ROOMS = (
    Room("office", 0.25, 0.02, -5.0, bend=0.2, seed=10),
    Room("branch", 0.4, 0.06, 0.0, bend=0.5, seed=20),
    Room("hall", 0.6, 0.12, 3.0, bend=0.5, seed=30, noise_db=-55.0),
    Room("marble", 0.8, 0.16, 6.0, bend=0.7, seed=40),
    Room("late", 0.5, 0.25, 3.0, bend=0.5, seed=50),
    Room("two_clocks", 0.4, 0.06, 0.0, bend=0.5, seed=70, drift=50.0),
    Room("shouting", 0.5, 0.08, 10.0, bend=1.2, seed=60),
)


def loud(sound: Sound) -> float:
    """RMS of the louder half of a sound, in its own scale: pauses do not count."""
    blocks = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    power = np.sort(np.mean(blocks**2, axis=1))
    return float(np.sqrt(np.mean(power[len(power) // 2 :])) + 1e-9)


def microphone(*sounds: Sound) -> Samples:
    """All of them at once, as 16 bit; the first one is as long as the longest."""
    heard = sounds[0].copy()
    for sound in sounds[1:]:
        heard[: len(sound)] += sound
    return to_int16(heard)


def _through(sound: Sound, response: Sound) -> Sound:
    size = 1 << (len(sound) + len(response)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(sound)])
