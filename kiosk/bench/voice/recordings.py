"""Recorded Mandarin with transcripts, and the noises of a hall, for benches and tests.

They lie in ``../shared/speech`` beside the clone, or where ``KIOSK_SPEECH`` says; its README has their licences.
"""

from __future__ import annotations

import csv
import os
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.voice.sound import RATE, Samples, to_int16
from kiosk.voice.wavfile import read_wav

#: Silence before and after each utterance, in seconds: a recording is cut close, a microphone is open before.
BEFORE_S, AFTER_S = 0.5, 0.7
#: Where the recordings lie by default.
_BESIDE = Path(__file__).parents[4] / "shared" / "speech"
_BABBLERS = 5


class RecordingsMissing(OSError):
    """There are no recordings to measure with; the text says where they were looked for."""


@dataclass(frozen=True)
class Spoken:
    """One utterance: its sound, and the text that it is."""

    name: str
    text: str
    sound: Samples

    @property
    def kind(self) -> str:
        """The collection that it is from."""
        return self.name.split("/")[0]


@dataclass(frozen=True)
class Recordings:
    """All there is. ``noises`` by name."""

    spoken: tuple[Spoken, ...]
    noises: dict[str, Samples]

    def noise(self, seed: int, count: int, but: str) -> Samples:
        """``count`` samples of one noise, every fourth time of babble without the utterance ``but``."""
        chance = random.Random(seed)
        if seed % 4 == 0:
            voices = [one.sound for one in self.spoken if one.kind == "aishell3" and one.name != but]
            return babble(chance.sample(voices, _BABBLERS), chance, count)
        noise = self.noises[chance.choice(sorted(self.noises))]
        return np.resize(np.roll(noise, -chance.randrange(len(noise))), count)


def find_recordings() -> Path:
    """Their directory. Raises :class:`RecordingsMissing`."""
    directory = Path(os.environ.get("KIOSK_SPEECH") or _BESIDE)
    if not (directory / "manifest.tsv").is_file():
        raise RecordingsMissing(f"no recordings in {directory}: say where they are with KIOSK_SPEECH")
    return directory


def load_recordings(directory: Path) -> Recordings:
    """Everything in ``manifest.tsv`` and ``noise/``. Raises OSError or ValueError for what cannot be read."""
    with (directory / "manifest.tsv").open(encoding="utf-8", newline="") as rows:
        spoken = tuple(
            Spoken(row["path"], row["text"], read_wav(directory / row["path"]))
            for row in csv.DictReader(rows, delimiter="\t")
        )
    noises = {path.stem: read_wav(path) for path in sorted((directory / "noise").glob("*.wav"))}
    return Recordings(spoken, noises)


def babble(voices: Sequence[Samples], chance: random.Random, count: int) -> Samples:
    """Several people at once, each as loud as the others and beginning anywhere."""
    mixed = np.zeros(count, np.float32)
    for voice in voices:
        even = voice.astype(np.float32) / (_rms(voice) + 1e-9)
        mixed += np.resize(np.roll(even, chance.randrange(len(voice))), count)
    return to_int16(mixed * (1500 / (_rms(mixed) + 1e-9)))


def padded(sound: Samples) -> Samples:
    """With silence before and after it."""
    return np.pad(sound, (round(BEFORE_S * RATE), round(AFTER_S * RATE)))


def mixed(spoken: Spoken, noise: Samples, snr_db: float) -> Samples:
    """The padded utterance with the noise ``snr_db`` below it; quieter where it would be cut off."""
    clean = padded(spoken.sound).astype(np.float32)
    gain = _rms(spoken.sound) / (_rms(noise) + 1e-9) / 10 ** (snr_db / 20)
    loud = clean + noise.astype(np.float32) * np.float32(gain)
    peak = float(np.abs(loud).max())
    return to_int16(loud * min(1.0, 32000 / peak) if peak else loud)


def plain(text: str) -> str:
    """The characters that count for the error rate: no punctuation, no spaces, simplified."""
    from opencc import OpenCC  # only benches and tests have it

    return str(OpenCC("t2s").convert(re.sub(r"[^\w]|_", "", text)))


def _rms(samples: Samples | NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float32) ** 2))) if len(samples) else 0.0
