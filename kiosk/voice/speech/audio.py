"""Sound as an array, and what is done to it before it is played: level, pace of samples, WAV."""

from __future__ import annotations

import io
import math
import wave
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

#: Loud enough for a hall, with room left for peaks: the level (RMS over speech, relative to full scale).
_LEVEL, _PEAK = 10 ** (-19 / 20), 0.95


@dataclass(frozen=True)
class Audio:
    """One channel of sound; samples are within -1 to 1, ``rate`` is in Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def silence(seconds: float, rate: int) -> Audio:
    return Audio(np.zeros(round(seconds * rate), np.float32), rate)


def joined(parts: list[Audio]) -> Audio:
    """One after the other; all have the rate of the first."""
    return Audio(np.concatenate([part.samples for part in parts]), parts[0].rate)


def trimmed(audio: Audio, keep: float = 0.03) -> Audio:
    """Without the silence at both ends, but for ``keep`` seconds, so that pauses are ours to set."""
    loud = np.flatnonzero(np.abs(audio.samples) > 0.01)
    if not len(loud):
        return silence(0, audio.rate)
    margin = round(keep * audio.rate)
    return Audio(audio.samples[max(loud[0] - margin, 0) : loud[-1] + margin], audio.rate)


def levelled(audio: Audio) -> Audio:
    """At one level whatever voice it came from; peaks are bent, not cut."""
    frame = audio.rate // 50
    frames = audio.samples[: len(audio.samples) // frame * frame].reshape(-1, frame)
    power = np.mean(frames**2, axis=1) if len(frames) else np.zeros(1)
    loudest = max(float(np.percentile(power, 95)), 1e-7)  # of the speech: a click is louder and must not count
    speech = np.minimum(power[power > loudest * 0.01], loudest)
    if not len(speech):
        return audio
    samples = audio.samples * (_LEVEL / math.sqrt(float(speech.mean())))
    # Above half of full scale the curve flattens: quiet syllables gain, loud ones do not clip.
    over = np.abs(samples) > 0.5
    room = _PEAK - 0.5
    samples[over] = np.sign(samples[over]) * (0.5 + room * np.tanh((np.abs(samples[over]) - 0.5) / room))
    return Audio(samples.astype(np.float32), audio.rate)


def resampled(audio: Audio, rate: int) -> Audio:
    """The same sound at another rate."""
    if rate == audio.rate:
        return audio
    samples: Samples = soxr.resample(audio.samples, audio.rate, rate)
    return Audio(samples, rate)


def to_wav(audio: Audio) -> bytes:
    """A WAV file: one channel, 16 bit."""
    packed = io.BytesIO()
    with wave.open(packed, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(audio.rate)
        out.writeframes((np.clip(audio.samples, -1, 1) * 32767).astype("<i2").tobytes())
    return packed.getvalue()


def from_wav(content: bytes) -> Audio:
    """The first channel of a 16-bit WAV. Raises ValueError for anything else."""
    try:
        with wave.open(io.BytesIO(content)) as wav:
            if wav.getsampwidth() != 2:
                raise ValueError(f"a WAV of 16 bit is needed, not of {wav.getsampwidth() * 8}")
            packed: NDArray[Any] = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
            samples: Samples = packed[:: wav.getnchannels()].astype(np.float32) / np.float32(32768)
            return Audio(samples, wav.getframerate())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"no WAV that can be read ({error})") from error
