"""Icons as lines: each name gives strokes and dots on a grid of 24, and how much of each pixel they cover.

They are computed and not left to the graphics chip, whose smooth lines have neither round ends nor round corners.
No Kivy here.
"""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise

from msgspec import Struct

from kiosk.screen.iconshapes import SHAPES

GRID, STROKE = 24.0, 2.2
NAMES = frozenset(SHAPES)
Point = tuple[float, float]
_PIECE = re.compile(r"([MLCZAORD])([^MLCZAORD]*)")
_CURVE_STEPS = 12


class Icon(Struct, frozen=True):
    """``lines``: points that are joined by a round stroke; ``dots``: x, y and radius."""

    lines: tuple[tuple[Point, ...], ...]
    dots: tuple[tuple[float, float, float], ...]


@cache
def icon(name: str) -> Icon:
    """The icon of this name; raises KeyError where there is none."""
    shapes = SHAPES[name]
    return Icon(
        tuple(tuple(_points(shape)) for shape in shapes if shape[0] != "D"),
        tuple((x, y, radius) for x, y, radius in (_numbers(shape[1:]) for shape in shapes if shape[0] == "D")),
    )


def coverage(name: str, size: int) -> bytearray:
    """How much of each pixel the icon covers, 0 to 255, in rows from the upper left; ``size`` pixels square."""
    shape, scale = icon(name), size / GRID
    pixels = bytearray(size * size)
    for line in shape.lines:
        points = [(x * scale, y * scale) for x, y in line]
        for start, end in pairwise(points):
            _stroke(pixels, size, start, end, STROKE * scale / 2)
    for x, y, radius in shape.dots:
        _stroke(pixels, size, (x * scale, y * scale), (x * scale, y * scale), radius * scale)
    return pixels


def _stroke(pixels: bytearray, size: int, start: Point, end: Point, radius: float) -> None:
    """Draw everything within a radius of a line from start to end, its rim smoothed over one pixel."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    length_2 = dx * dx + dy * dy
    inside, outside = max(0.0, radius - 0.5), radius + 0.5
    inside_2, outside_2 = inside * inside, outside * outside
    left, right = max(0, int(min(x0, x1) - outside)), min(size - 1, int(max(x0, x1) + outside))
    top, bottom = max(0, int(min(y0, y1) - outside)), min(size - 1, int(max(y0, y1) + outside))
    reach = outside * math.sqrt(length_2)
    for row in range(top, bottom + 1):
        y = row + 0.5 - y0
        first, last = left, right
        if abs(dy) > 1e-6:  # only where the row comes near the line
            middle, half = x0 + dx * y / dy, reach / abs(dy)
            first, last = max(left, int(middle - half)), min(right, int(middle + half) + 1)
        at = row * size
        for column in range(first, last + 1):
            x = column + 0.5 - x0
            along = (x * dx + y * dy) / length_2 if length_2 else 0.0
            along = 0.0 if along < 0 else 1.0 if along > 1 else along
            off_x, off_y = x - along * dx, y - along * dy
            far_2 = off_x * off_x + off_y * off_y
            if far_2 <= inside_2:
                pixels[at + column] = 255
            elif far_2 < outside_2:
                value = int(255 * (outside - math.sqrt(far_2)))
                if value > pixels[at + column]:
                    pixels[at + column] = min(255, value)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split()]


def _points(shape: str) -> list[Point]:
    points: list[Point] = []
    for command, text in _PIECE.findall(shape):
        numbers = _numbers(text)
        if command in "ML":
            points.append((numbers[0], numbers[1]))
        elif command == "C":
            points += _curve(points[-1], numbers)
        elif command == "A":
            points += _arc(*numbers[:5])
        elif command == "O":
            x, y, radius = numbers
            points += _arc(x, y, radius, 0, 360)
            points[-1] = points[0]
        elif command == "R":
            points += _rounded(*numbers[:5])
        else:
            points.append(points[0])
    return [point for number, point in enumerate(points) if not number or _far(point, points[number - 1])]


def _far(one: Point, other: Point) -> bool:
    return math.dist(one, other) > 0.01


def _arc(x: float, y: float, radius: float, start: float, end: float) -> list[Point]:
    steps = max(3, math.ceil(abs(end - start) / 360 * 44))
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def _curve(start: Point, numbers: list[float]) -> list[Point]:
    (x0, y0), (x1, y1, x2, y2, x3, y3) = start, numbers
    found = []
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return found


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    right, bottom = x + width - radius, y + height - radius
    left, top = x + radius, y + radius
    points = _arc(left, top, radius, 180, 270) + _arc(right, top, radius, 270, 360)
    points += _arc(right, bottom, radius, 0, 90) + _arc(left, bottom, radius, 90, 180)
    return [*points, points[0]]
