"""How loud it is: gain for quiet speakers, and what the signal says about the microphone. Pure; time is frames."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kiosk.voice.sound import Samples, frames_in, to_int16

#: Full scale of 16 bit, and a level that stands for digital silence, in dB below it.
_FULL, _NOTHING = 32768.0, -100.0
#: No peak is raised above this.
_LOUDEST = 31_000.0
#: Where a frame counts as cut off by the sound card: samples within 0.1 % of full scale.
_CLIP = 32735
_CLIP_SHARE, _CLIP_WINDOW_S = 0.01, 10.0
#: A microphone that works makes noise of more than this many steps, however quiet the room.
_DEAD_STEPS = 4


def level(samples: Samples) -> float:
    """RMS in dB relative to full scale, without what stands still (DC); -100 for silence."""
    power = float(np.var(samples.astype(np.float32)))
    return max(_NOTHING, 10 * math.log10(power / _FULL**2)) if power > 0 else _NOTHING


class AutoGain:
    """Brings quiet voices up to ``target_db``, by at most ``most_db``. It cannot pump: an utterance has one gain.

    The gain is set by the utterance's first voice, of which the loudest part counts, and from then on it only goes
    down, where a peak would be cut off. Loud voices are left as they are.
    """

    def __init__(self, target_db: float, most_db: float) -> None:
        self._target, self._most = target_db, most_db
        self.gain_db = 0.0

    def begin(self, voice: Sequence[Samples]) -> None:
        """An utterance begins with these frames of voice."""
        levels = sorted((level(frame) for frame in voice), reverse=True)
        loudest = levels[: max(1, len(levels) // 2)]
        mean = sum(loudest) / len(loudest) if loudest else self._target
        self.gain_db = min(max(self._target - mean, 0.0), self._most)

    def apply(self, frame: Samples) -> Samples:
        """The frame with the utterance's gain."""
        peak = int(np.abs(frame.astype(np.int32)).max())
        if peak:
            self.gain_db = max(0.0, min(self.gain_db, 20 * math.log10(_LOUDEST / peak)))
        if self.gain_db < 0.1:
            return frame
        return to_int16(frame * np.float32(10 ** (self.gain_db / 20)))


class SignalHealth:
    """Tells a muted or dead microphone, and one that is set too loud, from the frames alone.

    A visit is shorter than the silence that is a fault, so one is kept from opening to opening.
    """

    def __init__(self, silent_s: float = 120.0) -> None:
        self._silent_after = frames_in(silent_s)
        self._still = 0
        self._window = frames_in(_CLIP_WINDOW_S)
        self._clipped = 0.0
        self.fault = ""  # the one that stands

    def feed(self, frame: Samples) -> str:
        """The fault that stands after this frame: ``silent``, ``clipping``, or none."""
        steps = int(frame.max()) - int(frame.min())
        self._still = self._still + 1 if steps <= _DEAD_STEPS else 0
        clipped = float(np.count_nonzero(np.abs(frame.astype(np.int32)) >= _CLIP)) > len(frame) * _CLIP_SHARE
        # A leaky count of frames that were cut off: full after a second of them, empty ten seconds later.
        self._clipped = min(self._window, self._clipped + 10.0) if clipped else max(0.0, self._clipped - 1.0)
        if self._still >= self._silent_after:
            self.fault = "silent"
        else:
            self.fault = "clipping" if self._clipped >= self._window else ""
        return self.fault
