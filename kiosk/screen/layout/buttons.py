"""Buttons in rows, and the keypad."""

from __future__ import annotations

import itertools
import math
from functools import cached_property

from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.layout.plain import ParagraphPiece, Piece
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Button, Buttons, Keypad, Paragraph
from kiosk.screen.theme import SCALE

#: The last column has words on its keys: so much wider it is.
_WORD_KEY = 1.25
_KEY_ROWS = (("1", "2", "3", "delete"), ("4", "5", "6", "0"), ("7", "8", "9", "enter"))


class ButtonsPiece(Piece):
    """Buttons in a row, or in more where their words are long; the expected one is filled."""

    def __init__(self, pen: Pen, block: Buttons) -> None:
        super().__init__(pen)
        self.buttons = block.buttons
        self._icons = True
        self._rows_at: dict[int, list[list[tuple[Button, int]]]] = {}

    def _natural(self, button: Button, px: int) -> int:
        icon = round(1.55 * px) if button.icon and self._icons else 0
        return self.pen.width(button.text, px, bold=True) + px // 3 + icon + 2 * self._pad

    def natural_width(self) -> int:
        """In one row, without anything to spare."""
        wide = [max(self.pen.metrics.touch, self._natural(button, self.pen.body)) for button in self.buttons]
        return sum(wide) + (len(wide) - 1) * self.pen.gap

    @cached_property
    def _pad(self) -> int:
        return max(self.pen.metrics.hair * 3, round((0.7, 0.5, 0.35)[self.pen.tight] * self.pen.body))

    def _rows(self, width: int) -> list[list[tuple[Button, int]]]:
        """The rows, each button with its width."""
        if width not in self._rows_at:
            count = len(self.buttons)
            # At the tightest, rather a row less than the icons before the words.
            icons = (True, False) if self.pen.tight == 2 else (True,)
            for number, icon in itertools.product(range(1, count + 1), icons):
                self._icons = icon
                per_row = math.ceil(count / number)
                rows = [self.buttons[at : at + per_row] for at in range(0, count, per_row)]
                shared = [self._share(row, width) for row in rows]
                if all(shared):
                    break
            self._rows_at[width] = [
                list(zip(row, wide or [width // len(row)] * len(row), strict=True))
                for row, wide in zip(rows, shared, strict=True)
            ]
        return self._rows_at[width]

    def _share(self, row: tuple[Button, ...], width: int) -> list[int]:
        """The widths of a row's buttons; empty when their words do not fit."""
        pen = self.pen
        natural = [max(pen.metrics.touch, self._natural(button, pen.body)) for button in row]
        left = width - sum(natural) - (len(row) - 1) * pen.gap
        if left < 0:
            return []
        if len(row) == 1:
            return [min(width, max(natural[0], round(0.5 * width)))]
        equal = (width - (len(row) - 1) * pen.gap) // len(row)
        if all(wide <= equal for wide in natural):
            return [equal] * len(row)
        return [wide + left // len(row) for wide in natural]

    def _row_height(self, row: list[tuple[Button, int]]) -> int:
        pen = self.pen
        return max(
            pen.touch,
            *(
                pen.height(button.text, self._room(button, wide), pen.body, bold=True) + pen.pad
                for button, wide in row
            ),
        )

    def _room(self, button: Button, wide: int) -> int:
        return wide - 2 * self._pad - (round(1.55 * self.pen.body) if button.icon and self._icons else 0)

    def height(self, width: int) -> int:
        rows = self._rows(width)
        return sum(self._row_height(row) for row in rows) + (len(rows) - 1) * self.pen.gap

    def cost(self, rect: Rect) -> float:
        return 4.0 * (len(self._rows(rect.width)) - 1)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, px, y = self.pen, self.pen.body, rect.y
        for row in self._rows(rect.width):
            x, high = rect.x, self._row_height(row)
            for button, wide in row:
                place = Rect(x, y, wide, high)
                sheet.action = button.action
                ink, accent = sheet.surface(place, primary=button.primary)
                room = self._room(button, wide)
                lines = pen.lines(button.text, room, px, bold=True)
                text_wide = min(room, max(pen.width(line, px, bold=True) for line in lines) + px // 3)
                icon = round(1.2 * px) if button.icon and self._icons else 0
                lead = round(1.55 * px) if icon else 0
                left = x + (wide - lead - text_wide) // 2
                if icon:
                    sheet.icon(button.icon, left, y + (high - icon) // 2, icon, accent)
                text = Rect(left + lead, y, text_wide, high)
                sheet.words(button.text, text, px, ink, bold=True, align="center", middle=True)
                sheet.action = ""
                sheet.target(button.action, place)
                x += wide + pen.gap
            y += high + pen.gap


class HintedPiece(Piece):
    """A quiet paragraph beside the buttons it belongs to: one row less on a small panel."""

    def __init__(self, pen: Pen, hint: Paragraph, buttons: Buttons) -> None:
        super().__init__(pen)
        self.hint = ParagraphPiece(pen, hint)
        self.buttons = ButtonsPiece(pen, buttons)

    def _split(self, width: int) -> tuple[int, int]:
        """The widths of the hint and of the buttons."""
        buttons = min(self.buttons.natural_width(), round(0.75 * width))
        return width - buttons - self.pen.gap, buttons

    def height(self, width: int) -> int:
        hint, buttons = self._split(width)
        return max(self.hint.height(hint), self.buttons.height(buttons))

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        hint, buttons = self._split(rect.width)
        high = self.hint.height(hint)
        self.hint.draw(sheet, Rect(rect.x, rect.y + (rect.height - high) // 2, hint, high))
        self.buttons.draw(sheet, Rect(rect.right - buttons, rect.y, buttons, rect.height))


class KeypadPiece(Piece):
    """Ten digits, delete and enter in four columns, under what was entered (as dots)."""

    grow = 2.0

    def __init__(self, pen: Pen, block: Keypad) -> None:
        super().__init__(pen)
        self.block = block

    @staticmethod
    def least_width(pen: Pen) -> int:
        return math.ceil((3 + _WORD_KEY) * pen.metrics.touch) + 3 * pen.gap

    @cached_property
    def _field(self) -> int:
        return round(1.5 * self.pen.body)

    def height(self, width: int) -> int:
        return self._field + 3 * (self.pen.metrics.touch + self.pen.gap)

    def most(self, width: int) -> int:
        key = (width - 3 * self.pen.gap) // 4
        return self._field + 3 * (max(self.pen.metrics.touch, round(1.1 * key)) + self.pen.gap)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette = self.pen, self.pen.palette
        field = Rect(rect.x, rect.y, rect.width, self._field)
        sheet.box(field, palette.surface, radius=pen.radius, edge=palette.hairline, edge_px=pen.metrics.hair)
        dot = round(0.5 * pen.body)
        pitch = min(2 * dot, (field.width - 2 * pen.pad) // max(1, self.block.entered))
        x = field.x + (field.width - pitch * self.block.entered) // 2
        for number in range(self.block.entered):
            spot = Rect(x + number * pitch + (pitch - dot) // 2, field.y + (field.height - dot) // 2, dot, dot)
            sheet.box(spot, palette.text, radius=dot // 2)
        high = (rect.height - self._field - 3 * pen.gap) // 3
        wide = round((rect.width - 3 * pen.gap) / (3 + _WORD_KEY))
        last = rect.width - 3 * (wide + pen.gap)
        words = {"delete": self.block.delete, "enter": self.block.enter}
        for row, keys in enumerate(_KEY_ROWS):
            for column, key in enumerate(keys):
                x, y = rect.x + column * (wide + pen.gap), field.bottom + pen.gap + row * (high + pen.gap)
                place = Rect(x, y, last if column == 3 else wide, high)
                self._key(sheet, f"key-{key}", words.get(key, key), place, enter=key == "enter")

    def _key(self, sheet: Sheet, action: str, text: str, rect: Rect, *, enter: bool) -> None:
        pen = self.pen
        sheet.action = action
        ink, _ = sheet.surface(rect, primary=enter)
        px = pen.letters(SCALE.number) if len(text) == 1 else pen.body
        room = rect.width - 3 * pen.metrics.hair
        while px > pen.metrics.smallest_text and len(pen.lines(text, room, px, bold=True)) > 1:
            px -= 1
        inside = Rect(rect.x + (rect.width - room) // 2, rect.y, room, rect.height)
        sheet.words(text, inside, px, ink, bold=True, align="center", middle=True)
        sheet.action = ""
        sheet.target(action, rect)
