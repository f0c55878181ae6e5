"""What a picture is made of: boxes, words and icons, each with its colours at rest and while it is touched.

Lengths are pixels, rectangles lie from the upper left corner, colours are ``#rrggbb``.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from kiosk.screen.metrics import Rect

Align = Literal["left", "center", "right"]


class Ink(Struct, frozen=True):
    """A colour at rest, and the one while its target is touched."""

    rest: str
    pressed: str


def plain(colour: str) -> Ink:
    """The same colour always."""
    return Ink(colour, colour)


class Box(Struct, frozen=True):
    """A rounded rectangle; ``edge`` lies inside its rim."""

    rect: Rect
    fill: Ink
    radius: int = 0
    edge: Ink | None = None
    edge_px: int = 0
    action: str = ""


class Words(Struct, frozen=True):
    """Lines of one text, ``pitch`` pixels from one to the next; ``rect`` is around all of them."""

    rect: Rect
    text: str
    lines: tuple[str, ...]
    px: int
    pitch: int
    bold: bool
    ink: Ink
    align: Align = "left"
    action: str = ""


class Mark(Struct, frozen=True):
    """An icon in a square."""

    rect: Rect
    icon: str
    ink: Ink
    action: str = ""


class Place(Struct, frozen=True):
    """Where video frames are drawn, as large as fits: the customer's own in the corner, and with ``picture`` the
    agent's."""

    rect: Rect
    picture: bool = True


Item = Box | Words | Mark | Place


class Spot(Struct, frozen=True):
    """Where an action is touched."""

    action: str
    rect: Rect


class Layout(Struct, frozen=True):
    """One picture. ``factor`` is the text size that was used; ``fits``: nothing had to be left out."""

    background: str
    items: tuple[Item, ...]
    spots: tuple[Spot, ...]
    factor: float
    fits: bool

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(item.text for item in self.items if isinstance(item, Words))

    def at(self, x: float, y: float) -> str:
        """The action under a point; empty: none."""
        return next((spot.action for spot in self.spots if spot.rect.holds(x, y)), "")
