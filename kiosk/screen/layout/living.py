"""Blocks that move by themselves: the wait, what is being heard, the agent's picture and what the agent shows."""

from __future__ import annotations

from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.layout.plain import Piece
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Caption, Sign, Tone, Video, Wait
from kiosk.screen.theme import SCALE

#: Of what is being heard, at least so many lines have room, so that nothing moves while words come in.
_CAPTION_LINES = 2
_LEVEL_BARS = 12


class WaitPiece(Piece):
    """How long it has been, as words and as a bar towards the promised time; a full bar just stays full."""

    grow = 0.4

    def __init__(self, pen: Pen, block: Wait) -> None:
        super().__init__(pen)
        self.block = block

    def _bar(self) -> int:
        return round((0.7, 0.55, 0.4)[self.pen.tight] * self.pen.body)

    def _beside(self, width: int) -> bool:
        """Whether the promise has room on the line of the waiting time."""
        pen = self.pen
        words = pen.width(self.block.label, pen.card, bold=True) + pen.width(self.block.promise, pen.quiet)
        return words + 2 * pen.pad + 2 * pen.body <= width

    def height(self, width: int) -> int:
        pen, room = self.pen, width - 2 * self.pen.pad
        words = pen.height(self.block.label, room, pen.card, bold=True)
        if not self._beside(width):
            words += pen.height(self.block.promise, room, pen.quiet)
        return words + self._bar() + 3 * self._space()

    def _space(self) -> int:
        """Above, between and below, together three times."""
        return max(self.pen.pad // 2, round(0.26 * self.pen.body))

    def most(self, width: int) -> int:
        return self.height(width) + self.pen.body

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette, block = self.pen, self.pen.palette, self.block
        tone = palette.tones[Tone.CALM]
        sheet.box(rect, tone.ground, radius=pen.radius)
        room = rect.width - 2 * pen.pad
        x, spare = rect.x + pen.pad, (rect.height - self.height(rect.width)) // 2
        label_high = pen.height(block.label, room, pen.card, bold=True)
        space = self._space()
        label = Rect(x, rect.y + space // 2 + spare, room, label_high)
        sheet.words(block.label, label, pen.card, tone.text, bold=True)
        beside = self._beside(rect.width)
        if beside:
            wide = pen.width(block.promise, pen.quiet) + pen.quiet // 2
            promise = Rect(label.right - wide, label.y, wide, label_high)
            sheet.words(block.promise, promise, pen.quiet, palette.text, align="right", middle=True)
        bar = Rect(x, label.bottom + space // 2, room, self._bar())
        sheet.box(bar, palette.track, radius=bar.height // 2)
        part = min(1.0, block.waited_s / block.promised_s) if block.promised_s > 0 else 1.0
        filled = max(bar.height, round(part * bar.width))
        sheet.box(Rect(bar.x, bar.y, filled, bar.height), palette.primary.ground, radius=bar.height // 2)
        if not beside:
            below = Rect(x, bar.bottom + space // 2, room, rect.bottom - bar.bottom)
            sheet.words(block.promise, below, pen.quiet, palette.text)


class CaptionPiece(Piece):
    """What is heard, as it comes in, with the microphone's level; the newest words are always there."""

    grow = 1.0

    def __init__(self, pen: Pen, block: Caption) -> None:
        super().__init__(pen)
        self.block = block
        self.px = pen.letters((SCALE.caption, 1.35, 1.2)[pen.tight])

    def _icon(self) -> int:
        return round(2.3 * self.px)

    def _lead(self) -> int:
        return self.pen.pad + self._icon() + round(0.7 * self.pen.body)

    def _meter(self) -> int:
        return round(1.1 * self.px)

    def _around(self) -> int:
        return self._meter() + round(2.4 * self.pen.pad)

    def height(self, width: int) -> int:
        pen = self.pen
        room = width - self._lead() - pen.pad
        needed = len(pen.lines(self.block.text, room, self.px, bold=True)) if self.block.text.strip() else 0
        lines = min(max(_CAPTION_LINES, needed), _CAPTION_LINES + 2 - pen.tight)
        return max(lines * pen.pitch(self.px) + self._around(), self._icon() + 2 * pen.pad)

    def most(self, width: int) -> int:
        return self._around() + 4 * self.pen.pitch(self.px)

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette = self.pen, self.pen.palette
        tone, icon = palette.tones[Tone.CALM], self._icon()
        sheet.box(rect, tone.ground, radius=pen.radius, edge=palette.primary.ground, edge_px=pen.metrics.hair)
        disc = Rect(rect.x + pen.pad, rect.y + (rect.height - icon) // 2, icon, icon)
        sheet.box(disc, palette.primary.ground, radius=icon // 2)
        size = round(0.62 * icon)
        sheet.icon("mic", disc.x + (icon - size) // 2, disc.y + (icon - size) // 2, size, palette.primary.text)
        x, room = rect.x + self._lead(), rect.width - self._lead() - pen.pad
        meter = Rect(x, rect.bottom - pen.pad - self._meter(), room, self._meter())
        self._draw_meter(sheet, meter)
        text = Rect(x, rect.y + pen.pad // 2, room, meter.y - rect.y - pen.pad)
        lines = max(1, text.height // pen.pitch(self.px))
        sheet.words(self.block.text, text, self.px, palette.text, bold=True, middle=True, last=lines)

    def _draw_meter(self, sheet: Sheet, rect: Rect) -> None:
        """Bars in a row, filled from the left; a low tick where it is silent, so that it is seen to be there."""
        palette = self.pen.palette
        pitch = min(rect.width // _LEVEL_BARS, round(1.0 * self.px))
        wide = round(0.55 * pitch)
        lit = round(min(1.0, max(0.0, self.block.level)) * _LEVEL_BARS)
        for number in range(_LEVEL_BARS):
            rise = (0.45, 0.7, 1.0, 0.8, 0.55, 0.9)[number % 6]
            high = round(rect.height * rise) if number < lit else max(4, rect.height // 5)
            bar = Rect(rect.x + number * pitch, rect.y + (rect.height - high) // 2, wide, high)
            sheet.box(
                bar, palette.primary.ground if number < lit else palette.outline, radius=min(wide, high) // 2
            )


class VideoPiece(Piece):
    """The agent's picture as large as the room allows; words until it comes."""

    grow = 8.0

    def __init__(self, pen: Pen, block: Video) -> None:
        super().__init__(pen)
        self.block = block

    def height(self, width: int) -> int:
        pen = self.pen
        words = pen.height(self.block.text, width - 2 * pen.pad, pen.body) + 2 * pen.pad
        return max(words + self._badge(), round(0.25 * width))

    def _badge(self) -> int:
        return _light_height(self.pen) if self.block.light else 0

    def most(self, width: int) -> int:
        return max(self.height(width), round(0.75 * width))

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen = self.pen
        ground = pen.palette.tones[Tone.CALM]
        sheet.box(rect, ground.ground, radius=pen.radius, edge=pen.palette.outline, edge_px=pen.metrics.hair)
        inside = rect.inset(pen.metrics.hair)
        below = self._badge()
        text = inside.inset(pen.pad)
        text = Rect(text.x, text.y + below, text.width, text.height - below)
        size = min(round(3.2 * pen.body), rect.height // 3)
        high = pen.height(self.block.text, text.width, pen.body)
        top = rect.y + (rect.height - size - high - pen.pad) // 2
        if size > pen.body and top > rect.y + below:
            sheet.icon("video", rect.x + (rect.width - size) // 2, top, size, ground.text)
            text = Rect(text.x, top + size + pen.pad, text.width, high)
        sheet.words(self.block.text, text, pen.body, ground.text, align="center", middle=True)
        sheet.place(inside, picture=self.block.picture)
        if self.block.light:
            _draw_light(sheet, inside, self.block.light)


class SignPiece(Piece):
    """Words on a card of their own, as large as the room allows."""

    grow = 8.0

    def __init__(self, pen: Pen, block: Sign) -> None:
        super().__init__(pen)
        self.block = block

    def _taken(self) -> int:
        """The height that the words cannot have."""
        return _light_height(self.pen) + 2 * self.pen.pad

    def height(self, width: int) -> int:
        return self._words(width, self.pen.letters(SCALE.sign[-1])) + self._taken()

    def most(self, width: int) -> int:
        return self._words(width, self.pen.letters(SCALE.sign[0])) + 2 * self._taken()

    def _words(self, width: int, px: int) -> int:
        return self.pen.height(self.block.text, width - 2 * self.pen.pad, px, bold=True)

    def _px(self, rect: Rect) -> int:
        """The largest size that fits, and cuts no word."""
        sizes, room = [self.pen.letters(part) for part in SCALE.sign], rect.width - 2 * self.pen.pad
        fits = (
            px
            for px in sizes
            if self._words(rect.width, px) + self._taken() <= rect.height
            and not self.pen.cuts(self.block.text, room, px, bold=True)
        )
        return next(fits, sizes[-1])

    def draw(self, sheet: Sheet, rect: Rect) -> None:
        pen, palette = self.pen, self.pen.palette
        ground = palette.tones[Tone.CALM]
        sheet.box(rect, ground.ground, radius=pen.radius, edge=palette.outline, edge_px=pen.metrics.hair)
        below, inside = _light_height(pen), rect.inset(pen.pad)
        text = Rect(inside.x, inside.y + below, inside.width, inside.height - below)
        sheet.words(self.block.text, text, self._px(rect), ground.text, bold=True, align="center", middle=True)
        _draw_light(sheet, rect.inset(pen.metrics.hair), self.block.light)


def _light_height(pen: Pen) -> int:
    """How high the light is, with what keeps it off the edge."""
    return pen.pitch(pen.quiet) + pen.quiet // 4 + pen.pad // 2


def _draw_light(sheet: Sheet, inside: Rect, light: str) -> None:
    """Above the pictures, so that nobody is seen without knowing it."""
    pen, tone, px = sheet.pen, sheet.pen.palette.tones[Tone.GOOD], sheet.pen.quiet
    margin, high, dot = pen.pad // 2, pen.pitch(px), round(0.5 * px)
    wide = pen.width(light, px, bold=True) + px // 3
    badge = Rect(inside.x + margin, inside.y + margin, dot + px + wide + px // 2, high + px // 4)
    sheet.box(badge, tone.ground, radius=badge.height // 2, edge=tone.text, edge_px=pen.metrics.hair // 2 or 1)
    left = badge.x + px // 2
    sheet.box(Rect(left, badge.y + (badge.height - dot) // 2, dot, dot), tone.text, radius=dot // 2)
    text = Rect(left + dot + px // 3, badge.y, wide, badge.height)
    sheet.words(light, text, px, tone.text, bold=True, middle=True)
