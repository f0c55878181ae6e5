"""What one picture holds, as plain values: what the drawing process hands to the judge. Pixels throughout."""

from __future__ import annotations

import math

from msgspec import Struct

from kiosk.screen.audit.limits import Panel
from kiosk.screen.audit.matrix import Shot


class Box(Struct, frozen=True, array_like=True):
    """A rectangle in pixels from the upper left corner of the window."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def common(self, other: Box) -> Box:
        """What both cover; its width or height is 0 when they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width, height = min(self.right, other.right) - x, min(self.bottom, other.bottom) - y
        return Box(x, y, max(0.0, width), max(0.0, height))

    def gap(self, other: Box) -> float:
        """The shortest way from one to the other; 0 when they touch or overlap."""
        across = max(self.x, other.x) - min(self.right, other.right)
        down = max(self.y, other.y) - min(self.bottom, other.bottom)
        return math.hypot(max(0.0, across), max(0.0, down))

    def outside(self, room: Box) -> float:
        """How far it reaches beyond a room; 0 or less when it lies within."""
        return max(room.x - self.x, room.y - self.y, self.right - room.right, self.bottom - room.bottom)


class Ink(Struct, frozen=True):
    """What the pixels say of one text."""

    box: Box  # around its visible strokes, as laid out (also where it was cut off)
    contrast: float  # of the strokes against the worst of what is really around them
    visible: float  # part of the strokes that is on the display, 0 to 1
    tallest_line: float  # height of the tallest line's strokes
    cut: bool  # strokes end at the edge of their own texture


class SeenText(Struct, frozen=True):
    """One text of the widget tree."""

    text: str
    laid_out: str  # what the layout kept of it: lines that do not fit are dropped
    size: float  # of the letters
    pitch: float  # from line to line; 0 with one line
    room: Box  # what its widget, the card it is on, its target and the window leave it
    target: str  # the action it belongs to; empty: none
    font: str  # the file
    family: str  # the name of its face
    missing: str  # characters that the font has not
    ink: Ink | None  # none: it left no mark


class SeenTarget(Struct, frozen=True):
    """Something that answers a touch."""

    action: str
    box: Box


class Red(Struct, frozen=True):
    """Where the picture is red."""

    human: float  # part of the 人工 button that is, 0 to 1
    elsewhere: int  # pixels outside it
    where: Box | None = None  # around those


class Wanted(Struct, frozen=True):
    """What the scene asks for."""

    headings: tuple[str, ...]
    body: tuple[str, ...]  # paragraphs, which a heading is larger than
    texts: tuple[str, ...]
    actions: tuple[str, ...]


class Picture(Struct, frozen=True):
    """One picture as it was drawn."""

    panel: Panel
    shot: Shot
    wanted: Wanted
    texts: tuple[SeenText, ...]
    targets: tuple[SeenTarget, ...]
    red: Red
    shift: tuple[int, int] = (0, 0)  # by which everything is moved, against burn-in

    @property
    def name(self) -> str:
        return f"{self.panel.name}/{self.shot.name}"
