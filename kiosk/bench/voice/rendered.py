"""Sentences spoken by machines, for what nobody has recorded: calls for a person and the hall's own sentences.

The voices are the terminal's Mandarin one, at several paces and pitches, and espeak-ng's, which is no human's at
all and is reported apart. Pitch and length of the vocal tract are changed together by playing faster or slower.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import soxr

from kiosk.bench.voice.recordings import Spoken
from kiosk.voice.sound import RATE, Samples, to_int16
from kiosk.voice.speech.audio import from_wav
from kiosk.voice.speech.fastspeech import FastSpeech

#: Pace of the voice, and how much higher than it is (playing it faster) each rendering is.
PACES = ((1.0, 1.0), (0.8, 1.0), (1.2, 1.0), (0.9, 0.85), (1.0, 1.1), (0.85, 0.92))
ESPEAK = ("cmn", "cmn+f2", "cmn+m3")


@dataclass(frozen=True)
class Renderer:
    """``models``: where the models lie. Rendering raises SpeechError without them."""

    models: Path

    @cached_property
    def _voice(self) -> FastSpeech:
        return FastSpeech(self.models)

    def neural(self, text: str, pace: float = 1.0, pitch: float = 1.0) -> Spoken:
        """The terminal's Mandarin voice; ``pitch`` 1.1 is a tenth higher, at the pace all the same."""
        audio = self._voice.render(text, pace / pitch)
        sound = soxr.resample(audio.samples, audio.rate * pitch, RATE)
        return Spoken(f"neural/{text}/{pace:g}/{pitch:g}", text, to_int16(sound * 16000))


def espeak(text: str, voice: str, words_a_minute: int = 150) -> Spoken:
    """espeak-ng. Raises FileNotFoundError when it is not installed, CalledProcessError when it fails."""
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", text]
    wav = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    # Its header says that the file is endless; the length that is there is what counts.
    audio = from_wav(_with_length(wav))
    return Spoken(f"{voice}/{text}", text, to_int16(soxr.resample(audio.samples, audio.rate, RATE) * 20000))


def has_espeak() -> bool:
    return shutil.which("espeak-ng") is not None


def renderings(renderer: Renderer, texts: tuple[str, ...]) -> Iterator[Spoken]:
    """Each text at every pace and pitch."""
    for text in texts:
        for pace, pitch in PACES:
            yield renderer.neural(text, pace, pitch)


def _with_length(wav: bytes) -> bytes:
    size = np.array([len(wav) - 8], "<u4").tobytes()
    data = np.array([len(wav) - 44], "<u4").tobytes()
    return wav[:4] + size + wav[8:40] + data + wav[44:]


def joined(sounds: list[Samples], pause_s: float) -> Samples:
    """One after the other, with silence between them."""
    pause = np.zeros(round(pause_s * RATE), np.int16)
    parts = [part for sound in sounds for part in (sound, pause)]
    return np.concatenate(parts[:-1])
