"""Large things to touch: cards in a grid, and the five faces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from kiosk.screen.layout.items import Ink
from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.layout.plain import Piece
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Card, Cards, Faces
from kiosk.screen.theme import SCALE


@dataclass(frozen=True)
class _Look:
    """One way to arrange cards: how many beside each other, the icon above or before the words, their size."""

    columns: int
    icon: Literal["above", "before", ""]
    px: int
    height: int  # of one card, the least
    cost: float  # how far it is from beautiful


class CardsPiece(Piece):
    """Large cards in a grid; the arrangement that looks best of those that fit."""

    grow = 3.0

    def __init__(self, pen: Pen, block: Cards | Faces) -> None:
        super().__init__(pen)
        self.cards = block.cards
        self._looks_at: dict[int, list[_Look]] = {}

    def _looks(self, width: int) -> list[_Look]:
        if width not in self._looks_at:
            count = len(self.cards)
            columns = range(1, min(count, 3 if self.pen.metrics.landscape else 2) + 1)
            sizes = [self.pen.letters(part) for part in SCALE.cards]
            found = [
                self._look(width, number, icon, px)
                for number in columns
                for icon in ("above", "before", "")
                for px in sizes
            ]
            self._looks_at[width] = [look for look in found if look is not None]
        return self._looks_at[width]

    def _look(self, width: int, columns: int, icon: str, px: int) -> _Look | None:
        pen, count = self.pen, len(self.cards)
        has_icon = any(card.icon for card in self.cards)
        if icon and not has_icon:
            return None
        rows = math.ceil(count / columns)
        wide = (width - (columns - 1) * pen.gap) // columns
        size = self._icon_size(icon, px)
        room = wide - 2 * pen.pad - (size + round(0.5 * px) if icon == "before" else 0)
        if room < 3 * px and columns > 1:
            return None
        if any(pen.cuts(card.title, room, px, bold=True) for card in self.cards) and (columns > 1 or icon):
            return None
        lines = max(len(pen.lines(card.title, room, px, bold=True)) for card in self.cards)
        notes = max(pen.height(card.note, room, pen.quiet) for card in self.cards)
        text = lines * pen.pitch(px) + notes
        high = text + size + round(0.2 * px) if icon == "above" else max(text, size)
        high = max(pen.metrics.touch, high + 2 * round(0.7 * pen.pad))
        cost = 2.0 * (lines - 1) + 3.0 * (rows * columns - count) / columns
        cost += 4.0 * (SCALE.cards[0] - px / pen.body)
        cost += {"above": 0.0, "before": 0.6, "": 8.0 if has_icon else 0.0}[icon]
        if columns == 1 and count > 1 and pen.metrics.landscape:
            cost += 3.0
        return _Look(columns, icon, px, high, cost)  # type: ignore[arg-type]

    def _icon_size(self, icon: str, px: int) -> int:
        return {"above": round(1.9 * px), "before": round(1.5 * px), "": 0}[icon]

    def _total(self, look: _Look, high: int) -> int:
        rows = math.ceil(len(self.cards) / look.columns)
        return rows * high + (rows - 1) * self.pen.gap

    def height(self, width: int) -> int:
        return min(self._total(look, look.height) for look in self._looks(width))

    def most(self, width: int) -> int:
        best = min(self._looks(width), key=lambda look: look.cost)
        wide = (width - (best.columns - 1) * self.pen.gap) / best.columns
        return max(
            self._total(best, best.height), min(round(1.9 * self._total(best, best.height)), round(0.95 * wide))
        )

    def _best(self, rect: Rect) -> _Look:
        fitting = [look for look in self._looks(rect.width) if self._total(look, look.height) <= rect.height]
        return min(fitting or self._looks(rect.width), key=lambda look: (look.cost, look.height))

    def cost(self, rect: Rect) -> float:
        return self._best(rect).cost

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, look = self.pen, self._best(rect)
        rows = math.ceil(len(self.cards) / look.columns)
        wide = (rect.width - (look.columns - 1) * pen.gap) // look.columns
        high = max(look.height, (rect.height - (rows - 1) * pen.gap) // rows)
        for number, card in enumerate(self.cards):
            row, column = divmod(number, look.columns)
            place = Rect(rect.x + column * (wide + pen.gap), rect.y + row * (high + pen.gap), wide, high)
            _draw_card(sheet, card, place, look)


def _draw_card(sheet: Sheet, card: Card, rect: Rect, look: _Look) -> None:
    pen = sheet.pen
    sheet.action = card.action
    ink, accent = sheet.surface(rect)
    quiet = Ink(pen.palette.quiet, pen.palette.pressed.text)
    inside = Rect(rect.x + pen.pad, rect.y, rect.width - 2 * pen.pad, rect.height)
    if look.icon == "above":
        title_high = pen.height(card.title, inside.width, look.px, bold=True)
        note_high = pen.height(card.note, inside.width, pen.quiet)
        left = rect.height - title_high - note_high - 2 * round(0.7 * pen.pad) - round(0.2 * look.px)
        size = min(max(round(1.6 * look.px), round(0.75 * left)), round(2.8 * look.px), left)
        y = rect.y + (rect.height - size - round(0.2 * look.px) - title_high - note_high) // 2
        if card.icon:
            sheet.icon(card.icon, rect.x + (rect.width - size) // 2, y, size, accent)
        y += size + round(0.2 * look.px)
        text = Rect(inside.x, y, inside.width, title_high)
        y += sheet.words(card.title, text, look.px, ink, bold=True, align="center")
        sheet.words(card.note, Rect(inside.x, y, inside.width, note_high), pen.quiet, quiet, align="center")
    else:
        if look.icon:
            size = round(1.5 * look.px)
            if card.icon:
                sheet.icon(card.icon, inside.x, rect.y + (rect.height - size) // 2, size, accent)
            lead = size + round(0.5 * look.px)
            inside = Rect(inside.x + lead, inside.y, inside.width - lead, inside.height)
        title_high = pen.height(card.title, inside.width, look.px, bold=True)
        note_high = pen.height(card.note, inside.width, pen.quiet)
        y = rect.y + (rect.height - title_high - note_high) // 2
        align: Literal["left", "center"] = "left" if look.icon else "center"
        text = Rect(inside.x, y, inside.width, title_high)
        y += sheet.words(card.title, text, look.px, ink, bold=True, align=align)
        sheet.words(card.note, Rect(inside.x, y, inside.width, note_high), pen.quiet, quiet, align=align)
    sheet.action = ""
    sheet.target(card.action, rect)


class FacesPiece(Piece):
    """Five faces in one row, worst to best, each with its words."""

    grow = 2.0

    def __init__(self, pen: Pen, block: Faces) -> None:
        super().__init__(pen)
        self.cards = block.cards

    def _wide(self, width: int) -> int:
        return (width - (len(self.cards) - 1) * self.pen.gap) // len(self.cards)

    def _look(self, width: int) -> _Look:
        pen = self.pen
        px = pen.body
        room = self._wide(width) - 2 * pen.metrics.hair - px // 3
        text = max(pen.height(card.title, room, px, bold=True) for card in self.cards)
        size = min(round(0.6 * self._wide(width)), 3 * px)
        return _Look(len(self.cards), "above", px, text + size + 2 * pen.pad, 0)

    def height(self, width: int) -> int:
        return max(self.pen.metrics.touch, self._look(width).height)

    def most(self, width: int) -> int:
        return round(1.3 * self.height(width))

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, look, wide = self.pen, self._look(rect.width), self._wide(rect.width)
        room = wide - 2 * pen.metrics.hair - look.px // 3
        text_high = max(pen.height(card.title, room, look.px, bold=True) for card in self.cards)
        size = min(round(0.72 * wide), rect.height - text_high - round(1.6 * pen.pad))
        top = rect.y + (rect.height - size - text_high - pen.pad // 2) // 2
        for number, card in enumerate(self.cards):
            place = Rect(rect.x + number * (wide + pen.gap), rect.y, wide, rect.height)
            sheet.action = card.action
            ink, accent = sheet.surface(place)
            sheet.icon(card.icon, place.x + (wide - size) // 2, top, size, accent)
            text = Rect(place.x + (wide - room) // 2, top + size + pen.pad // 2, room, text_high)
            sheet.words(card.title, text, look.px, ink, bold=True, align="center", middle=True)
            sheet.action = ""
            sheet.target(card.action, place)
