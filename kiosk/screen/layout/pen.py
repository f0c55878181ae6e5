"""The sizes of one attempt to lay a scene out, and the sheet it is written on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from kiosk.screen.fonts import Fonts
from kiosk.screen.layout.items import Align, Box, Ink, Item, Mark, Place, Spot, Words, plain
from kiosk.screen.metrics import Metrics, Rect
from kiosk.screen.scene import Tone
from kiosk.screen.theme import LINE_SPACING, SCALE, Palette
from kiosk.screen.wrapping import pieces, wrap

#: SDL_ttf sets Chinese characters so much too low within their line, as a part of their size.
_SINK = 0.056
_NO_ROOM = 100_000
#: Punctuation that is white in its right half: a centred line that ends so would seem to hang to the left.
_HALF_EMPTY, _BALANCE = "，。、；：！？", "\u2002"


@lru_cache(maxsize=1024)
def _wrapped(fonts: Fonts, text: str, width: int, px: int, bold: bool) -> tuple[str, ...]:
    face = fonts.of(bold)
    return tuple(wrap(text, width, lambda part: face.width(part, px), px))


@dataclass(frozen=True)
class Pen:
    """Sizes at one text factor; ``tight`` 0 to 2 takes space away before letters are made smaller."""

    metrics: Metrics
    fonts: Fonts
    palette: Palette
    tone: Tone
    factor: float
    tight: int = 0

    @cached_property
    def body(self) -> int:
        return self.metrics.letters(self.metrics.body * self.factor)

    def letters(self, part: float) -> int:
        """A size of letters as a part of the body's, pixels."""
        return self.metrics.letters(part * self.body)

    @cached_property
    def quiet(self) -> int:
        return self.letters(SCALE.quiet)

    @cached_property
    def card(self) -> int:
        return self.letters(SCALE.card)

    @cached_property
    def gap(self) -> int:
        """Between blocks and between what can be touched."""
        return max(self.metrics.gap, round((0.62, 0.46, 0.3)[self.tight] * self.body))

    @cached_property
    def pad(self) -> int:
        """Within a card or a panel."""
        return max(self.metrics.hair * 3, round((0.62, 0.42, 0.26)[self.tight] * self.body))

    @cached_property
    def radius(self) -> int:
        return round(0.55 * self.metrics.body)

    @cached_property
    def touch(self) -> int:
        """The least height of a button."""
        return max(self.metrics.touch, round((2.3, 2.05, 1.8)[self.tight] * self.body))

    def pitch(self, px: int) -> int:
        """From line to line, pixels."""
        return math.ceil(LINE_SPACING[self.tight] * px)

    def lines(self, text: str, width: int, px: int, *, bold: bool = False) -> tuple[str, ...]:
        return _wrapped(self.fonts, text, width, px, bold)

    def width(self, text: str, px: int, *, bold: bool = False) -> int:
        return self.fonts.of(bold).width(text, px)

    def height(self, text: str, width: int, px: int, *, bold: bool = False) -> int:
        """Of a wrapped text; 0 where there is none, more than any room where a word would have to be cut."""
        if not text.strip():
            return 0
        if self.cuts(text, width, px, bold=bold):
            return _NO_ROOM
        return len(self.lines(text, width, px, bold=bold)) * self.pitch(px)

    def cuts(self, text: str, width: int, px: int, *, bold: bool = False) -> bool:
        """Whether a word is too long for a line, and there are smaller letters to be tried."""
        if self.body <= self.metrics.smallest_text:
            return False
        return any(self.width(part, px, bold=bold) > width for part in pieces(text) if len(part) > 1)


@dataclass
class Sheet:
    """Collects what is drawn. While ``action`` is set, everything belongs to that target."""

    pen: Pen
    items: list[Item] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    action: str = ""

    def box(self, rect: Rect, fill: Ink | str, *, radius: int = 0, edge: Ink | str = "", edge_px: int = 0) -> None:
        self.items.append(
            Box(rect, _ink(fill), radius, _ink(edge) if edge else None, edge_px if edge else 0, self.action)
        )

    def surface(self, rect: Rect, *, primary: bool = False) -> tuple[Ink, Ink]:
        """Draw what is touched; gives the inks of its text and of its icon."""
        pen, palette = self.pen, self.pen.palette
        if primary:
            pair, pressed = palette.primary, palette.primary_pressed
            ink = Ink(pair.text, pressed.text)
            self.box(rect, Ink(pair.ground, pressed.ground), radius=pen.radius)
            return ink, ink
        pressed = palette.pressed
        self.box(
            rect,
            Ink(palette.surface, pressed.ground),
            radius=pen.radius,
            edge=Ink(palette.outline, pressed.ground),
            edge_px=pen.metrics.hair,
        )
        return Ink(palette.text, pressed.text), Ink(palette.primary.ground, pressed.text)

    def icon(self, name: str, x: int, y: int, size: int, ink: Ink | str) -> None:
        self.items.append(Mark(Rect(x, y, size, size), name, _ink(ink), self.action))

    def place(self, rect: Rect, *, picture: bool) -> None:
        self.items.append(Place(rect, picture))

    def words(
        self,
        text: str,
        rect: Rect,
        px: int,
        ink: Ink | str,
        *,
        bold: bool = False,
        align: Align = "left",
        middle: bool = False,
        last: int = 0,
    ) -> int:
        """Write a text into a rectangle's width, from its top or about its middle; gives the height it took.

        ``last``: only so many of its last lines.
        """
        if not text.strip():
            return 0
        pen = self.pen
        lines = pen.lines(text, rect.width, px, bold=bold)[-last:]
        if align == "center":
            lines = tuple(_BALANCE + line if line[-1:] in _HALF_EMPTY else line for line in lines)
        pitch = pen.pitch(px)
        high = len(lines) * pitch
        top = rect.y + ((rect.height - high) // 2 - round(_SINK * px) if middle else 0)
        self.items.append(
            Words(Rect(rect.x, top, rect.width, high), text, lines, px, pitch, bold, _ink(ink), align, self.action)
        )
        return high

    def target(self, action: str, rect: Rect) -> None:
        self.spots.append(Spot(action, rect))


def _ink(colour: Ink | str) -> Ink:
    return colour if isinstance(colour, Ink) else plain(colour)
