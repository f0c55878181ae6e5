"""What the loudspeaker has just played, and when: for the microphone, which hears it too."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np

from kiosk.voice.speech.audio import Audio, Samples, resampled

#: Times that a sound device tells are this much off; samples that follow each other so closely are seamless.
_JITTER_S = 0.06
#: So much around a window is looked at, to bring it to another rate.
_EDGE_S = 0.01


class Played:
    """The last seconds of what went to the loudspeaker, with the times (of :func:`kiosk.clock.now`) it came out.

    Filled by the player's thread, read by any other.
    """

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._blocks: deque[tuple[float, int, Samples]] = deque()
        self._lock = threading.Lock()
        #: When something last began after a silence, or on a device that was opened anew or had run dry: its times
        #: have nothing to do with those before.
        self.broke = 0.0
        self._out: float | None = None  # when something last came out, as far as it is not in the blocks

    def add(self, at: float, rate: int, samples: Samples, *, dry: bool = False) -> None:
        """Samples of which the first comes out at ``at``; they are copied. ``dry``: the device had none before."""
        with self._lock:
            end = self._end(self._blocks[-1]) if self._blocks else 0.0
            if abs(at - end) < _JITTER_S and not dry:
                at = end
            else:
                self.broke = at
            self._blocks.append((at, rate, samples.copy()))
            while self._blocks and self._end(self._blocks[0]) < at - self._seconds:
                self._out = self._end(self._blocks.popleft())

    def cut(self, at: float) -> None:
        """What was to come out after ``at`` was dropped and never will."""
        with self._lock:
            self._out = self._until(at)
            kept = [
                (start, rate, samples[: max(round((at - start) * rate), 0)])
                for start, rate, samples in self._blocks
            ]
            self._blocks = deque(block for block in kept if len(block[2]))

    def window(self, start: float, seconds: float, rate: int = 16_000) -> Samples:
        """What came out from ``start`` on, at ``rate``; zeros where it was silent."""
        with self._lock:
            end = start + seconds + _EDGE_S
            blocks = [b for b in self._blocks if self._end(b) > start - _EDGE_S and b[0] < end]
        count = round(seconds * rate)
        sound = np.zeros(count, np.float32)
        for native in {block_rate for _, block_rate, _ in blocks}:
            # A filter knows what was before and after; lines drawn between samples would be another sound.
            whole = np.zeros(round((seconds + 2 * _EDGE_S) * native), np.float32)
            exact = 0.0
            for at, block_rate, samples in blocks:
                if block_rate == native:
                    exact = (at - start + _EDGE_S) * native
                    first = round(exact)
                    part = samples[max(0, -first) : max(0, len(whole) - first)]
                    whole[max(0, first) : max(0, first) + len(part)] = part
            edge = round(_EDGE_S * rate)
            whole = _later(whole, exact - round(exact))  # blocks follow each other: it is the same for all
            sound += resampled(Audio(whole, native), rate).samples[edge : edge + count]
        return sound

    def last(self) -> float:
        """When the newest sound has come out, or will have; 0 when there is none."""
        with self._lock:
            return self._end(self._blocks[-1]) if self._blocks else 0.0

    def came_out(self, now: float) -> float | None:
        """When sound last came out, up to ``now``; None: never."""
        with self._lock:
            return self._until(now)

    def _until(self, now: float) -> float | None:
        begun = [block for block in self._blocks if block[0] < now]
        return min(now, self._end(begun[-1])) if begun else self._out

    @staticmethod
    def _end(block: tuple[float, int, Samples]) -> float:
        at, rate, samples = block
        return at + len(samples) / rate


def _later(sound: Samples, by: float) -> Samples:
    """Later by a fraction of a sample: what takes an echo away must be exact to a few microseconds."""
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(len(sound)) * by)
    return np.fft.irfft(np.fft.rfft(sound) * turns, len(sound)).astype(np.float32)
