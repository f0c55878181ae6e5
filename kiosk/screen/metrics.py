"""How large things are on one panel: millimetres and dp in pixels, and where the frame's parts lie.

All rectangles are pixels from the upper left corner. No Kivy here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

#: Limits of DESIGN §9.
TEXT_DP, TOUCH_DP, TOUCH_MM, GAP_MM = 30, 60, 16.0, 2.5
MM_PER_INCH, DP_PER_INCH = 25.4, 160


class Rect(NamedTuple):
    """Pixels from the upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def inset(self, by: int) -> Rect:
        return Rect(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def meets(self, other: Rect) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True)
class Metrics:
    """One panel: its pixels and its diagonal in inches."""

    width: int
    height: int
    diagonal_inch: float

    @property
    def px_per_inch(self) -> float:
        return math.hypot(self.width, self.height) / self.diagonal_inch

    @property
    def px_per_mm(self) -> float:
        return self.px_per_inch / MM_PER_INCH

    @property
    def px_per_dp(self) -> float:
        return self.px_per_inch / DP_PER_INCH

    @property
    def landscape(self) -> bool:
        return self.width >= self.height

    @cached_property
    def smallest_text(self) -> int:
        """No letters are smaller, pixels."""
        return math.ceil(TEXT_DP * self.px_per_dp)

    @cached_property
    def body(self) -> int:
        """Body text at the standard size, pixels."""
        return self.letters(0.046 * min(self.width, self.height))

    def letters(self, px: float) -> int:
        """The size of letters near that many pixels: of few sizes, since each takes memory; never too small."""
        step = 2 if px < 40 else 4 if px < 80 else 8
        return max(self.smallest_text, round(px / step) * step)

    @cached_property
    def touch(self) -> int:
        """The least width and height of what can be touched, pixels."""
        return math.ceil(max(TOUCH_MM * self.px_per_mm, TOUCH_DP * self.px_per_dp))

    @cached_property
    def gap(self) -> int:
        """The least space between two things that can be touched, pixels."""
        return math.ceil(max(GAP_MM * self.px_per_mm, 0.36 * self.body))

    @cached_property
    def margin(self) -> int:
        """Between the content and the edges, pixels."""
        return max(self.gap, round(0.6 * self.body))

    @cached_property
    def hair(self) -> int:
        """The thickness of an edge, pixels."""
        return max(2, round(0.055 * self.body))

    # --- the frame -------------------------------------------------------------------------------------

    @cached_property
    def rail(self) -> Rect:
        """The ground of 人工 and the text sizes: a column at the right, or a bar at the bottom of a portrait."""
        if self.landscape:
            # 30 mm: on a small panel 人工 would else be narrower than three fingers.
            wide = round(max(0.21 * self.width, 30 * self.px_per_mm))
            return Rect(self.width - wide, 0, wide, self.height)
        tall = 3 * self.gap + self._human_height + self._size_height
        return Rect(0, self.height - tall, self.width, tall)

    @cached_property
    def human(self) -> Rect:
        """The 人工 button, the same on every scene."""
        rail, gap = self.rail, self.gap
        if self.landscape:
            return Rect(rail.x + gap, gap, rail.width - 2 * gap, self.sizes[0].y - 2 * gap)
        return Rect(rail.x + gap, rail.y + gap, rail.width - 2 * gap, self._human_height)

    @cached_property
    def sizes(self) -> tuple[Rect, Rect, Rect]:
        """The three buttons of the text size."""
        rail, gap = self.rail, self.gap
        high = self._size_height
        if self.landscape:
            top = self.height - 3 * (high + gap)
            return tuple(  # type: ignore[return-value]
                Rect(rail.x + gap, top + number * (high + gap), rail.width - 2 * gap, high) for number in range(3)
            )
        wide = (rail.width - 4 * gap) // 3
        top = rail.bottom - gap - high
        return tuple(  # type: ignore[return-value]
            Rect(rail.x + gap + number * (wide + gap), top, wide, high) for number in range(3)
        )

    @property
    def _size_height(self) -> int:
        return max(self.touch, round(2.3 * self.body))

    @property
    def _human_height(self) -> int:
        """In a portrait."""
        return max(2 * self.touch, round(0.11 * self.height))

    @cached_property
    def stage(self) -> Rect:
        """Everything beside the rail: the header and the content."""
        if self.landscape:
            return Rect(0, 0, self.rail.x, self.height)
        return Rect(0, 0, self.width, self.rail.y)
