"""A WAV file in a microphone's place."""

from __future__ import annotations

import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from kiosk.voice.sound import FRAME_S, RATE, Framer, Samples, to_int16


class WavError(ValueError):
    """The file is no WAV that can be heard; the text says which and why."""


def read_wav(path: Path) -> Samples:
    """The file as one channel of 16 kHz. Raises :class:`WavError`, or OSError when it cannot be read."""
    try:
        with wave.open(str(path)) as wav:
            if wav.getsampwidth() != 2:
                raise WavError(f"{path}: has {wav.getsampwidth() * 8} bits a sample; 16 are needed")
            rate, channels = wav.getframerate(), wav.getnchannels()
            packed = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, channels)
    except (wave.Error, EOFError) as error:
        raise WavError(f"{path}: no WAV file ({error})") from error
    mixed = packed.astype(np.float32).mean(axis=1)
    return to_int16(soxr.resample(mixed, rate, RATE) if rate != RATE else mixed)


class Recording:
    """Samples as a source: as fast as they are taken, or ``paced`` like a microphone.

    ``tail_s`` seconds of silence follow, so that what is said last has an end.
    """

    def __init__(self, samples: Samples, *, paced: bool = False, tail_s: float = 2.0) -> None:
        self._samples = np.concatenate([samples, np.zeros(round(tail_s * RATE), np.int16)])
        self._paced = paced
        self._closed = threading.Event()

    def frames(self) -> Iterator[Samples | None]:
        framer = Framer()
        begun = time.monotonic()
        for number, frame in enumerate([*framer.feed(self._samples), *framer.flush()]):
            if self._paced and (early := begun + (number + 1) * FRAME_S - time.monotonic()) > 0:
                self._closed.wait(early)
            if self._closed.is_set():
                return
            yield frame

    def close(self) -> None:
        self._closed.set()
