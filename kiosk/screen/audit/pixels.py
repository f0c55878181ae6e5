"""What the pixels say: the strokes of a text and what is really around them, and where the picture is red.

A text's own texture tells which pixels are stroke and which are not; the colours are those of the display, with
everything that lies over or under the text.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kiosk.screen.audit.seen import Box, Ink, Red

Pixels = npt.NDArray[np.uint8]  # height x width x 3, the upper row first
Mask = npt.NDArray[np.bool_]
Texture = npt.NDArray[np.uint8]  # height x width x 4, the upper row first

#: A pixel this opaque has the stroke's own colour.
OPAQUE = 255
#: How far around the strokes the background is looked at, as a part of the size of the letters.
AROUND = 0.06
#: Parts of the pixels that may be odd ones: a smoothed edge of something near.
ODD_PERCENT = 3.0
#: A stroke whose colour is this far from what its texture says, beside what all strokes are, is covered.
COVERED = 48
#: Red: at least this bright, with a hue within this part of a sixth of the circle (20 degrees).
RED_LEAST, RED_HUE = 90, 1 / 3


class Piece(NamedTuple):
    """A texture of text on the display, pixels from the upper left corner of the window."""

    texture: Texture
    box: Box


def _linear() -> npt.NDArray[np.float32]:
    """sRGB's curve (WCAG 2.2), for each value of a byte."""
    part = np.arange(256) / 255
    curve: npt.NDArray[np.float64] = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)


_LINEAR = _linear()
_WEIGHTS = np.array([0.2126, 0.7152, 0.0722], np.float32)


def luminance(colours: Pixels) -> npt.NDArray[np.float32]:
    """The relative luminance of WCAG 2.2 of each pixel, 0 to 1."""
    result: npt.NDArray[np.float32] = _LINEAR[colours] @ _WEIGHTS
    return result


def contrast(one: float, other: float) -> float:
    """The contrast ratio of two luminances, 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def ink(frame: Pixels, pieces: list[Piece], size: float) -> Ink | None:
    """Measure one text, drawn in one or more pieces; ``size`` is that of its letters. None: it has no stroke."""
    inked = [(piece, box) for piece in pieces if (box := _strokes(piece)) is not None]
    if not inked:
        return None
    colours, around, strokes, seen = [], [], 0, 0
    for piece, _ in inked:
        stroke, seen_colours, near = _colours(frame, piece, max(2, round(AROUND * size)))
        strokes += stroke
        seen += len(seen_colours)
        colours.append(luminance(seen_colours))
        around.append(luminance(near))
    return Ink(
        box=_around([box for _, box in inked]),
        contrast=_worst(np.concatenate(colours), np.concatenate(around)),
        visible=seen / strokes,
        tallest_line=max(_tallest(piece, size) for piece, _ in inked),
        cut=any(_cut(piece) for piece, _ in inked),
    )


def _strokes(piece: Piece) -> Box | None:
    """Around the strokes, in the window."""
    alpha = piece.texture[..., 3] >= 128
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return None
    across = piece.box.width / alpha.shape[1]
    down = piece.box.height / alpha.shape[0]
    return Box(
        piece.box.x + float(columns[0]) * across,
        piece.box.y + float(rows[0]) * down,
        float(columns[-1] - columns[0] + 1) * across,
        float(rows[-1] - rows[0] + 1) * down,
    )


def _colours(frame: Pixels, piece: Piece, reach: int) -> tuple[int, Pixels, Pixels]:
    """How many pixels are stroke, the colours of those that are seen, and the colours around them."""
    width, height = max(1, round(piece.box.width)), max(1, round(piece.box.height))
    texture = piece.texture
    if texture.shape[:2] != (height, width):  # drawn larger or smaller than it was made
        texture = _scaled(texture, width, height)
    # With a margin, so that the background is also looked at where the texture ends with the strokes.
    texture = np.pad(texture, ((reach, reach), (reach, reach), (0, 0)))
    left, top = round(piece.box.x) - reach, round(piece.box.y) - reach
    alpha = texture[..., 3]
    core = alpha >= min(OPAQUE, int(alpha.max()))
    strokes = int(core.sum())
    x0, y0 = max(0, -left), max(0, -top)
    shown = frame[max(0, top) : max(0, top + alpha.shape[0]), max(0, left) : max(0, left + alpha.shape[1])]
    there = slice(y0, y0 + shown.shape[0]), slice(x0, x0 + shown.shape[1])
    near = _grown(alpha > 0, reach) & (alpha == 0)
    core, near, own = core[there], near[there], texture[there][..., :3]
    on_display, around = shown[core], shown[near]
    if not len(on_display):
        return strokes, on_display, around
    # What lies over all of it (a dimming) changes all strokes alike; what covers a part changes only those.
    difference = on_display.astype(np.int16) - own[core]
    usual = np.median(difference, axis=0)
    uncovered = (np.abs(difference - usual) <= COVERED).all(axis=1)
    return strokes, on_display[uncovered], around


def _scaled(texture: Texture, width: int, height: int) -> Texture:
    """To another size: each pixel is the mean of nine places."""
    total = np.zeros((height, width, 4), np.uint16)
    for down in (1, 3, 5):
        rows = ((6 * np.arange(height) + down) * texture.shape[0]) // (6 * height)
        for across in (1, 3, 5):
            columns = ((6 * np.arange(width) + across) * texture.shape[1]) // (6 * width)
            total += texture[rows][:, columns]
    return (total // 9).astype(np.uint8)


def _worst(strokes: npt.NDArray[np.float32], around: npt.NDArray[np.float32]) -> float:
    """The lowest contrast between any usual colour of the strokes and any around them."""
    if not len(strokes) or not len(around):
        return 1.0  # nothing of it is seen
    percents = [ODD_PERCENT, 100 - ODD_PERCENT]
    darker, lighter = (float(value) for value in np.percentile(strokes, percents))
    lowest, highest = (float(value) for value in np.percentile(around, percents))
    return min(contrast(one, other) for one in (darker, lighter) for other in (lowest, highest))


def _grown(mask: Mask, by: int) -> Mask:
    """Everything within ``by`` pixels of it, along rows and columns; by doubling, which is quick."""
    for axis in (0, 1):
        left = by
        step = 1
        while left > 0:
            step = min(step, left)
            grown = mask.copy()
            ahead, behind = [slice(None)] * 2, [slice(None)] * 2
            ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
            grown[tuple(ahead)] |= mask[tuple(behind)]
            grown[tuple(behind)] |= mask[tuple(ahead)]
            mask = grown
            left -= step
            step *= 2
    return mask


def _tallest(piece: Piece, size: float) -> float:
    """The height of the tallest line's strokes in the window: rows of strokes with less than a third of a
    letter's size between them are one line."""
    rows = np.flatnonzero((piece.texture[..., 3] >= 128).any(axis=1))
    down = piece.box.height / len(piece.texture)
    breaks = np.flatnonzero(np.diff(rows) * down > size / 3)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(rows) - 1]))
    tallest = int((rows[ends] - rows[starts] + 1).max())
    return tallest * down


def _cut(piece: Piece) -> bool:
    """Whether strokes go on at full strength over a good part of the texture's upper or lower edge."""
    alpha = piece.texture[..., 3] >= OPAQUE
    return bool(max(alpha[0].sum(), alpha[-1].sum()) >= max(3, alpha.shape[1] // 200))


def _around(boxes: list[Box]) -> Box:
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(box.right for box in boxes) - x, max(box.bottom for box in boxes) - y)


def red(frame: Pixels, human: Box | None) -> Red:
    """Where a picture is red, within the 人工 button (with the pixel its smooth edge needs) and elsewhere."""
    reds = _red(frame)
    share = 0.0
    if human is not None:
        rows = slice(max(0, math.floor(human.y) - 1), math.ceil(human.bottom) + 1)
        columns = slice(max(0, math.floor(human.x) - 1), math.ceil(human.right) + 1)
        button = reds[rows, columns]
        share = float(button.mean()) if button.size else 0.0
        button[...] = False
    elsewhere = int(reds.sum())
    if not elsewhere:
        return Red(share, 0)
    rows_red, columns_red = np.flatnonzero(reds.any(axis=1)), np.flatnonzero(reds.any(axis=0))
    left, top = float(columns_red[0]), float(rows_red[0])
    where = Box(left, top, float(columns_red[-1]) + 1 - left, float(rows_red[-1]) + 1 - top)
    return Red(share, elsewhere, where)


def _red(frame: Pixels) -> Mask:
    """People call it red: bright enough, at least half saturated, and within 20 degrees of pure red."""
    most, green, blue = frame[..., 0], frame[..., 1], frame[..., 2]
    half = most >> 1
    found: Mask = (most >= RED_LEAST) & (green < half) & (blue < half)
    at = np.nonzero(found)
    if len(at[0]):
        r, g, b = (frame[..., part][at].astype(np.int16) for part in range(3))
        found[at] = np.abs(g - b) < RED_HUE * (r - np.minimum(g, b))
    return found
