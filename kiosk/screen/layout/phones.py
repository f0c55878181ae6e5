"""Numbers to ring, in figures that can be read from a distance and dialled without glasses."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.layout.plain import Piece
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Phone, Phones
from kiosk.screen.theme import SCALE

Line = tuple[Phone, ...]

#: Figures of that part of the body's size at least, for one number and for several, where their width allows it.
_LEAST = {1: 3.2, 2: 1.4, 3: 1.4}


@dataclass(frozen=True)
class _Look:
    """One way to show them: their lines, and whether labels stand above the numbers or before them."""

    lines: tuple[Line, ...]
    above: bool
    px: int
    height: int


class PhonesPiece(Piece):
    """The largest figures that fit."""

    grow = 3.0

    def __init__(self, pen: Pen, block: Phones) -> None:
        super().__init__(pen)
        self.phones = block.phones
        self._looks_at: dict[int, list[_Look]] = {}

    def _looks(self, width: int) -> list[_Look]:
        """The largest figures first; never none."""
        if width not in self._looks_at:
            parts = (*SCALE.phones, SCALE.body, SCALE.quiet, 0.7, 0.55, 0.0)  # 0: the smallest letters there are
            sizes = sorted({self.pen.letters(part) for part in parts}, reverse=True)
            looks = [
                _Look(lines, above, px, self._high(lines, above, px))
                for px in sizes
                for lines, above in self._arrangements()
                if all(self._line_width(line, above, px) <= width for line in lines)
            ]
            least = _LEAST[len(self.phones)] * self.pen.body
            large = [look for look in looks if look.px >= 0.95 * least]
            alone, above = tuple((phone,) for phone in self.phones), False
            px = sizes[-1]
            self._looks_at[width] = large or looks or [_Look(alone, above, px, self._high(alone, above, px))]
        return self._looks_at[width]

    def _arrangements(self) -> list[tuple[tuple[Line, ...], bool]]:
        """All beside each other, the first above the others, or each in a line of its own."""
        first, *others = self.phones
        found: list[tuple[tuple[Line, ...], bool]] = [((self.phones,), True), ((self.phones,), False)]
        if len(others) > 1:
            found.append((((first,), tuple(others)), False))
        return [*found, (tuple((phone,) for phone in self.phones), False)] if others else found

    def _line_width(self, line: Line, above: bool, px: int) -> int:
        gaps = (len(line) - 1) * (self.pen.gap if above else self.pen.body)
        return sum(self._wide(phone, above, px) for phone in line) + gaps + (0 if above else 2 * self.pen.pad)

    def _wide(self, phone: Phone, above: bool, px: int) -> int:
        pen = self.pen
        number = pen.width(phone.number, px, bold=True) + px // 4
        label = pen.width(phone.label, pen.quiet) + pen.quiet // 2
        return max(number, label) + 2 * pen.pad if above else number + label

    def _high(self, lines: tuple[Line, ...], above: bool, px: int) -> int:
        pen = self.pen
        if above:
            return pen.pitch(pen.quiet) + pen.pitch(px) + pen.pad
        return len(lines) * max(pen.pitch(px), pen.pitch(pen.quiet)) + pen.pad

    def height(self, width: int) -> int:
        return min(look.height for look in self._looks(width))

    def most(self, width: int) -> int:
        return max(look.height for look in self._looks(width))

    def _best(self, rect: Rect) -> _Look:
        looks = self._looks(rect.width)
        return next((look for look in looks if look.height <= rect.height), looks[-1])

    def cost(self, rect: Rect) -> float:
        """Small figures are worth a step closer together."""
        return 6.0 * max(0.0, 2.0 - self._best(rect).px / self.pen.body)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        look = self._best(rect)
        if look.above:
            self._draw_beside_each_other(sheet, rect, look)
        else:
            self._draw_lines(sheet, rect, look)

    def _draw_beside_each_other(self, sheet: Sheet, rect: Rect, look: _Look) -> None:
        pen, palette, px = self.pen, self.pen.palette, look.px
        spare = (rect.width - self._line_width(self.phones, True, px)) // len(self.phones)
        label_high, number_high = pen.pitch(pen.quiet), pen.pitch(px)
        top = rect.y + (rect.height - label_high - number_high) // 2
        x = rect.x
        for phone in self.phones:
            card = Rect(x, rect.y, self._wide(phone, True, px) + spare, rect.height)
            self._ground(sheet, card)
            inside = card.inset(pen.metrics.hair)
            label = inside._replace(y=top, height=label_high)
            number = inside._replace(y=label.bottom, height=number_high)
            sheet.words(phone.label, label, pen.quiet, palette.quiet, align="center")
            sheet.words(phone.number, number, px, palette.text, bold=True, align="center", middle=True)
            x = card.right + pen.gap

    def _draw_lines(self, sheet: Sheet, rect: Rect, look: _Look) -> None:
        pen, palette, px = self.pen, self.pen.palette, look.px
        self._ground(sheet, rect)
        high = (rect.height - pen.pad) // len(look.lines)
        for row, line in enumerate(look.lines):
            # One below the other they begin alike, so that they are found; a line of its own stands in the middle.
            spare = rect.width - self._line_width(line, False, px) if len(look.lines) == 1 else 0
            x, y = rect.x + pen.pad + spare // 2, rect.y + pen.pad // 2 + row * high
            for phone in line:
                label = Rect(x, y, pen.width(phone.label, pen.quiet) + pen.quiet // 2, high)
                number = Rect(label.right, y, pen.width(phone.number, px, bold=True) + px // 4, high)
                sheet.words(phone.label, label, pen.quiet, palette.quiet, middle=True)
                sheet.words(phone.number, number, px, palette.text, bold=True, middle=True)
                x = number.right + pen.body

    def _ground(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette = self.pen, self.pen.palette
        sheet.box(rect, palette.surface, radius=pen.radius, edge=palette.hairline, edge_px=pen.metrics.hair)
