"""What a screen for people over 65 has to hold (DESIGN §9), and the panels it is drawn for."""

from __future__ import annotations

import math
import re

from msgspec import Struct

MM_PER_INCH, DP_PER_INCH = 25.4, 160


class Limits(Struct, frozen=True):
    """The least that is allowed; ``line_spacing`` from line to line as a part of the size of the letters."""

    text_dp: float = 30.0
    line_spacing: float = 1.3
    target_mm: float = 16.0
    target_dp: float = 60.0
    gap_mm: float = 2.0
    contrast: float = 7.0


class PanelError(ValueError):
    """No such panel; the text says how one is written."""


class Panel(Struct, frozen=True):
    """A touch panel: its pixels and its diagonal in inches."""

    width: int
    height: int
    diagonal_inch: float

    @property
    def name(self) -> str:
        """Such as ``1280x800``: the folder of its pictures."""
        return f"{self.width}x{self.height}"

    def mm(self, pixels: float) -> float:
        return pixels / self._px_per_inch * MM_PER_INCH

    def dp(self, pixels: float) -> float:
        """A dp is 1/160 inch of the real panel, not what a toolkit takes it for."""
        return pixels / self._px_per_inch * DP_PER_INCH

    def px(self, mm: float) -> float:
        return mm / MM_PER_INCH * self._px_per_inch

    @property
    def _px_per_inch(self) -> float:
        return math.hypot(self.width, self.height) / self.diagonal_inch


#: The panels the layouts are made for.
PANELS = (
    Panel(800, 480, 7.0),
    Panel(1280, 800, 10.1),
    Panel(1920, 1080, 21.5),
    Panel(1080, 1920, 21.5),
)


def panel(text: str) -> Panel:
    """A known panel by its name, or any other as ``1024x768@15``. Raises :class:`PanelError`."""
    for known in PANELS:
        if known.name == text:
            return known
    other = re.fullmatch(r"([1-9]\d{2,3})x([1-9]\d{2,3})@(\d{1,2}(?:\.\d+)?)", text)
    if other is None or float(other[3]) <= 0:
        names = ", ".join(known.name for known in PANELS)
        raise PanelError(f"no panel '{text}': there are {names}; others are written 1024x768@15 (inches)")
    return Panel(int(other[1]), int(other[2]), float(other[3]))
