"""A face for the demo's agent: drawn, blinking and speaking, so that pictures of the screen show somebody."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

from kiosk import clock

Pixels = NDArray[np.uint8]

_WALL, _SHELF, _COAT, _SHIRT, _SKIN, _HAIR, _LIPS, _DARK, _WHITE = (
    (214, 226, 230), (176, 196, 202), (32, 64, 110), (245, 245, 245), (238, 200, 172), (42, 34, 32), (176, 76, 72),
    (40, 30, 28), (250, 250, 250),
)  # fmt: skip
BLINK_EVERY_S, BLINK_S = 3.0, 0.15
SPEAKS_HZ = 3.0  # so often the mouth opens, while it speaks


class Portrait:
    """A camera that is always on (:class:`kiosk.video.camera.Camera`)."""

    def __init__(self, width: int, height: int) -> None:
        self._still = _still(width, height)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def newest(self) -> av.VideoFrame:
        return av.VideoFrame.from_ndarray(self.picture(clock.now()), format="rgb24")

    def picture(self, at_s: float) -> Pixels:
        """What it sees at a time."""
        pixels = self._still.copy()
        for side in (-1, 1):
            if at_s % BLINK_EVERY_S < BLINK_S:
                _oval(pixels, side * 0.13, -0.2, 0.055, 0.01, _DARK)
            else:
                _oval(pixels, side * 0.13, -0.2, 0.055, 0.034, _WHITE)
                _oval(pixels, side * 0.13, -0.2, 0.026, 0.032, _DARK)
        opened = 0.012 + 0.03 * abs(np.sin(np.pi * SPEAKS_HZ * at_s))
        _oval(pixels, 0.0, 0.06, 0.085, opened, _LIPS)
        return pixels


def _still(width: int, height: int) -> Pixels:
    """Everything that does not move."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = _WALL
    for y in (0.18, 0.5, 0.82):
        pixels[round(y * height) : round((y + 0.02) * height)] = _SHELF
    _oval(pixels, 0.0, -0.2, 0.36, 0.42, _HAIR)
    _oval(pixels, 0.0, 1.0, 0.85, 0.62, _COAT)
    _oval(pixels, 0.0, 0.52, 0.2, 0.22, _SHIRT)
    _oval(pixels, 0.0, 0.32, 0.13, 0.2, _SKIN)
    _oval(pixels, 0.0, -0.12, 0.29, 0.38, _SKIN)
    _oval(pixels, 0.0, -0.47, 0.31, 0.17, _HAIR)
    for side in (-1, 1):
        _oval(pixels, side * 0.13, -0.28, 0.07, 0.013, _HAIR)
    _oval(pixels, 0.0, -0.07, 0.03, 0.05, tuple(channel - 18 for channel in _SKIN))
    return pixels


def _oval(pixels: Pixels, x: float, y: float, wide: float, high: float, colour: tuple[int, ...]) -> None:
    """Around x, y, with half its sides: 0, 0 is the middle of the picture, and its height is 2."""
    height, width = pixels.shape[:2]
    unit = height / 2
    left, right = (round(width / 2 + (x + side * wide) * unit) for side in (-1, 1))
    top, bottom = (round(unit + (y + side * high) * unit) for side in (-1, 1))
    across = slice(max(0, left), min(width, right + 1))
    down = slice(max(0, top), min(height, bottom + 1))
    ys, xs = np.ogrid[down, across]
    inside = ((xs - width / 2) / unit - x) ** 2 / wide**2 + ((ys - unit) / unit - y) ** 2 / high**2 <= 1
    pixels[down, across][inside] = colour
