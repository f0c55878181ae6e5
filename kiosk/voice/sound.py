"""Sound on its way from a microphone to the recogniser: one channel, 16 kHz, 16 bit, in frames of 32 ms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

#: Samples in a second, and in a frame: what the recogniser was trained with and the voice detector wants.
RATE = 16_000
FRAME = 512
FRAME_S = FRAME / RATE

Samples = NDArray[np.int16]


class Source(Protocol):
    """Where sound comes from."""

    def frames(self) -> Iterator[Samples | None]:
        """Frames of :data:`FRAME` samples until the source ends; None for a while in which nothing came."""

    def close(self) -> None:
        """End the frames soon; may be called from any thread."""


@runtime_checkable
class Timed(Source, Protocol):
    """A source that knows when its sound was heard; from one that does not, no echo can be taken out."""

    at: float  # of the first sample of the frame that was brought last (:func:`kiosk.clock.now`)


def seconds(count: int) -> float:
    """How long ``count`` frames last."""
    return count * FRAME_S


def frames_in(duration: float) -> int:
    """The frames that ``duration`` seconds fill, rounded up."""
    return int(-(-duration // FRAME_S))


def to_int16(samples: NDArray[Any]) -> Samples:
    """Numbers of the scale of 16 bit, cut to its range."""
    whole: Samples = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return whole


class Framer:
    """Cuts blocks of any length into frames; what does not fill one waits for the next block."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)

    def feed(self, block: Samples) -> list[Samples]:
        joined = np.concatenate([self._rest, block])
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        return [joined[at : at + FRAME] for at in range(0, whole, FRAME)]

    def flush(self) -> list[Samples]:
        """The last, unfilled frame, filled with silence."""
        rest, self._rest = self._rest, np.zeros(0, np.int16)
        return [np.pad(rest, (0, FRAME - len(rest)))] if len(rest) else []
