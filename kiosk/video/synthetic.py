"""A camera and a microphone for trials: a picture with a clock in it, and a tone that comes and goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

#: The two halves of the picture, and the bar that moves across them.
LEFT, RIGHT, BAR = (214, 120, 40), (30, 140, 150), (245, 245, 245)
ROUND_S = 4.0  # the bar is back after so long
BITS = 32
#: Higher rows would hide the picture, lower ones do not come through the codec.
ROW_SHARE = 1 / 30
TONE_HZ = 440.0
ON_S, OFF_S = 0.6, 0.4  # a tone that goes on for ever would be taken for noise, and taken out
LEVEL = 0.2


def picture(width: int, height: int, at_s: float) -> Pixels:
    """What the synthetic camera sees at a time: RGB rows from above, the milliseconds as bars on top."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:, : width // 2] = LEFT
    pixels[:, width // 2 :] = RIGHT
    bar = max(2, width // 40)
    x = int((at_s % ROUND_S) / ROUND_S * (width - bar))
    pixels[:, x : x + bar] = BAR
    _write_clock(pixels, round(at_s * 1000))
    return pixels


def read_clock(pixels: Pixels) -> int | None:
    """The milliseconds in a picture, modulo 2**32; None when it cannot be read for certain."""
    height, width = pixels.shape[:2]
    row, column = _cell(width, height)
    bits = []
    for number in range(BITS):
        x = number * column
        upper, lower = (
            float(pixels[y + row // 4 : y + row - row // 4, x + column // 4 : x + column - column // 4].mean())
            for y in (0, row)
        )
        if abs(upper - lower) < 64:
            return None
        bits.append(upper > lower)
    return sum(bit << number for number, bit in enumerate(bits))


def _write_clock(pixels: Pixels, ms: int) -> None:
    height, width = pixels.shape[:2]
    row, column = _cell(width, height)
    for number in range(BITS):
        bit = ms >> number & 1
        x = number * column
        pixels[:row, x : x + column] = 255 if bit else 0
        pixels[row : 2 * row, x : x + column] = 0 if bit else 255  # the same once more, the other way round


def _cell(width: int, height: int) -> tuple[int, int]:
    return max(4, round(height * ROW_SHARE)), width // BITS


def tone(first: int, count: int, rate: int, hz: float = TONE_HZ) -> NDArray[np.int16]:
    """Samples of the synthetic microphone, from number ``first`` on."""
    at = np.arange(first, first + count) / rate
    on = (at % (ON_S + OFF_S)) < ON_S
    return (LEVEL * 32767 * np.sin(2 * np.pi * hz * at) * on).astype(np.int16)
