"""Blocks that are only read: heading, paragraph, rows, the parts of the terminal."""

from __future__ import annotations

from functools import cached_property

from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Heading, Paragraph, Parts, Rows, Tone
from kiosk.screen.theme import SCALE

_TONE_ICONS = {Tone.WAITING: "clock", Tone.GOOD: "check", Tone.TROUBLE: "warning"}
_HEADING_LINES = 2


class Piece:
    """One block at one pen. ``grow``: its share of the room that is left over."""

    grow = 0.0

    def __init__(self, pen: Pen) -> None:
        self.pen = pen

    def height(self, width: int) -> int:
        """The least it needs at this width, pixels."""
        raise NotImplementedError

    def most(self, width: int) -> int:
        """The most it can use well."""
        return self.height(width)

    def cost(self, rect: Rect) -> float:
        """How far from beautiful it is there; 0 is best, 3 costs as much as a step tighter."""
        return 0.0

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        raise NotImplementedError


class HeadingPiece(Piece):
    """Large and bold; where something is happening, on a band in the tone's colour with its icon."""

    grow = 0.5

    def __init__(self, pen: Pen, block: Heading) -> None:
        super().__init__(pen)
        self.block = block
        self.icon = _TONE_ICONS.get(pen.tone, "")

    def _px(self, width: int) -> int:
        sizes = [self.pen.letters(part) for part in SCALE.heading[self.pen.tight]]
        fitting = [px for px in sizes if self._lines(width, px) <= _HEADING_LINES]
        return max(fitting[0] if fitting else sizes[-1], self.pen.body + 2)

    def _lines(self, width: int, px: int) -> int:
        """How many it needs; far too many where a word would have to be cut."""
        room = self._room(width, px)
        if self.pen.cuts(self.block.text, room, px, bold=True):
            return 99
        return len(self.pen.lines(self.block.text, room, px, bold=True))

    def cost(self, rect: Rect) -> float:
        return 6.0 * max(0, self._lines(rect.width, self._px(rect.width)) - _HEADING_LINES)

    def _room(self, width: int, px: int) -> int:
        return width - (2 * self.pen.pad + round(1.5 * px) if self.icon else 0)

    def height(self, width: int) -> int:
        px = self._px(width)
        text = self.pen.height(self.block.text, self._room(width, px), px, bold=True)
        return text + (self.pen.pad if self.icon else 0)

    def most(self, width: int) -> int:
        return self.height(width) + (round(1.1 * self._px(width)) if self.icon else 0)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, px = self.pen, self._px(rect.width)
        if not self.icon:
            sheet.words(self.block.text, rect, px, pen.palette.text, bold=True, middle=True)
            return
        tone = pen.palette.tones[pen.tone]
        sheet.box(rect, tone.ground, radius=pen.radius)
        size = round(1.15 * px)
        sheet.icon(self.icon, rect.x + pen.pad, rect.y + (rect.height - size) // 2, size, tone.text)
        text = Rect(rect.x + pen.pad + round(1.5 * px), rect.y, self._room(rect.width, px), rect.height)
        sheet.words(self.block.text, text, px, tone.text, bold=True, middle=True)


class ParagraphPiece(Piece):
    """Body text; larger where there is much room."""

    grow = 0.8

    def __init__(self, pen: Pen, block: Paragraph) -> None:
        super().__init__(pen)
        self.block = block
        self.px = pen.quiet if block.quiet else pen.body
        self.sizes = (self.px,) if block.quiet else tuple(pen.letters(part) for part in SCALE.paragraph[pen.tight])

    def height(self, width: int) -> int:
        return self.pen.height(self.block.text, width, self.px)

    def most(self, width: int) -> int:
        return max(self.pen.height(self.block.text, width, px) for px in self.sizes)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        palette, text = self.pen.palette, self.block.text
        px = next((px for px in self.sizes if self.pen.height(text, rect.width, px) <= rect.height), self.px)
        sheet.words(text, rect, px, palette.quiet if self.block.quiet else palette.text)


class RowsPiece(Piece):
    """Lines with an icon and a label on one card. Where labels leave too little beside them, they stand above."""

    grow = 0.6

    def __init__(self, pen: Pen, block: Rows) -> None:
        super().__init__(pen)
        self.rows = block.rows

    @cached_property
    def _icon(self) -> int:
        return round(1.25 * self.pen.body)

    @cached_property
    def _label(self) -> int:
        """The width of the widest label."""
        return max(self.pen.width(row.label, self.pen.quiet) for row in self.rows) + self.pen.quiet // 3

    @cached_property
    def _lead(self) -> int:
        """Before the words: the card's edge, the icon and a space."""
        return self.pen.pad + self._icon + round(0.5 * self.pen.body)

    def _beside(self, width: int) -> int:
        """What labels beside the texts leave for these."""
        return width - self._lead - self._label - round(0.5 * self.pen.body) - self.pen.pad

    def _above(self, width: int) -> bool:
        if self._label > 0.36 * width:
            return True
        room = self._beside(width)
        return any(
            len(self.pen.lines(row.text, room, self.pen.body, bold=True)) > 2
            and len(self.pen.lines(row.text, width - self._lead - self.pen.pad, self.pen.body, bold=True)) < 3
            for row in self.rows
        )

    def _heights(self, width: int) -> list[int]:
        pen, space = self.pen, round((0.5, 0.34, 0.16)[self.pen.tight] * self.pen.body)
        if self._above(width):
            room = width - self._lead - pen.pad
            return [
                pen.pitch(pen.quiet) + max(self._icon, pen.height(row.text, room, pen.body, bold=True)) + space
                for row in self.rows
            ]
        room = self._beside(width)
        return [max(self._icon, pen.height(row.text, room, pen.body, bold=True)) + space for row in self.rows]

    def height(self, width: int) -> int:
        return sum(self._heights(width)) + self.pen.pad // 2

    def most(self, width: int) -> int:
        return self.height(width) + round(1.2 * self.pen.body) * len(self.rows)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette = self.pen, self.pen.palette
        sheet.box(rect, palette.surface, radius=pen.radius, edge=palette.hairline, edge_px=pen.metrics.hair)
        heights, above = self._heights(rect.width), self._above(rect.width)
        extra = (rect.height - self.height(rect.width)) // len(self.rows)
        y = rect.y + pen.pad // 4
        for number, (row, high) in enumerate(zip(self.rows, heights, strict=True)):
            if number:
                line = Rect(rect.x + pen.pad, y, rect.width - 2 * pen.pad, max(1, pen.metrics.hair // 2))
                sheet.box(line, palette.hairline)
            slot = Rect(rect.x, y, rect.width, high + extra)
            sheet.icon(
                row.icon,
                slot.x + pen.pad,
                slot.y + (slot.height - self._icon) // 2,
                self._icon,
                palette.primary.ground,
            )
            x = slot.x + self._lead
            if above:
                room = rect.width - self._lead - pen.pad
                text_high = pen.height(row.text, room, pen.body, bold=True)
                top = slot.y + (slot.height - pen.pitch(pen.quiet) - text_high) // 2
                label = Rect(x, top, room, pen.pitch(pen.quiet))
                text = Rect(x, label.bottom, room, text_high)
                sheet.words(row.label, label, pen.quiet, palette.quiet)
                sheet.words(row.text, text, pen.body, palette.text, bold=True)
            else:
                label = Rect(x, slot.y, self._label, slot.height)
                text = Rect(x + self._label + round(0.5 * pen.body), slot.y, self._beside(rect.width), slot.height)
                sheet.words(row.label, label, pen.quiet, palette.quiet, middle=True)
                sheet.words(row.text, text, pen.body, palette.text, bold=True, middle=True)
            y += slot.height


class PartsPiece(Piece):
    """For a technician: a mark, the part's name, and what is the matter; in the smallest letters allowed."""

    def __init__(self, pen: Pen, block: Parts) -> None:
        super().__init__(pen)
        self.rows = block.rows
        self.px = pen.quiet

    @cached_property
    def _mark(self) -> int:
        return round(1.1 * self.px)

    def _columns(self, width: int) -> tuple[int, int, int]:
        """Where the names begin, where the texts begin, and how wide these are."""
        names = self._mark + round(0.5 * self.px)
        widest = max((self.pen.width(row.name, self.px, bold=True) for row in self.rows), default=0)
        texts = names + min(widest, width // 2) + round(0.8 * self.px)
        return names, texts, width - texts

    def _heights(self, width: int) -> list[int]:
        names, texts, room = self._columns(width)
        space = round((0.3, 0.2, 0.08)[self.pen.tight] * self.px)
        return [
            max(
                self.pen.height(row.name, texts - names, self.px, bold=True),
                self.pen.height(row.text, room, self.px),
                self._mark,
            )
            + space
            for row in self.rows
        ]

    def height(self, width: int) -> int:
        return sum(self._heights(width))

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette = self.pen, self.pen.palette
        names, texts, room = self._columns(rect.width)
        y = rect.y
        for row, high in zip(self.rows, self._heights(rect.width), strict=True):
            tone = palette.tones[Tone.GOOD if row.ok else Tone.TROUBLE]
            slot = Rect(rect.x, y, rect.width, high)
            if not row.ok:
                sheet.box(slot, tone.ground, radius=pen.radius // 2)
            top = slot.y + min((pen.pitch(self.px) - self._mark) // 2, (high - self._mark) // 2)
            sheet.icon("check" if row.ok else "warning", slot.x, top, self._mark, tone.text)
            sheet.words(row.name, Rect(slot.x + names, y, texts - names, high), self.px, palette.text, bold=True)
            sheet.words(
                row.text, Rect(slot.x + texts, y, room, high), self.px, palette.quiet if row.ok else palette.text
            )
            y += high
