"""What is the same on every scene: the line at the top, the 人工 button and the three text sizes.

Nothing here grows with the chosen text size, so that nothing here ever moves.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from kiosk.screen.layout.items import Ink
from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Button, Header, Human, Scene

HUMAN, HEADER = "human", "header"
#: Each name of a text size is written in about its own size.
_SIZES = (1.0, 1.3, 1.6)
#: Of the letters of 人工, as parts of the body size, largest first.
_HUMAN_SIZES = (3.2, 2.8, 2.4, 2.1, 1.8, 1.5, 1.3, 1.15)
_NOTE_SIZES = (1.1, 1.0, 0.85, 0.7, 0.5)


def draw_frame(sheet: Sheet, scene: Scene) -> Rect:
    """Draw it, and give what is left for the content; ``sheet.pen`` has the standard text size."""
    metrics, palette = sheet.pen.metrics, sheet.pen.palette
    rail = metrics.rail
    sheet.box(rail, palette.rail)
    if metrics.landscape:
        sheet.box(Rect(rail.x, rail.y, metrics.hair // 2 or 1, rail.height), palette.hairline)
    else:
        sheet.box(Rect(rail.x, rail.y, rail.width, metrics.hair // 2 or 1), palette.hairline)
    _human(sheet, scene.human, metrics.human)
    for button, rect, size in zip(scene.sizes, metrics.sizes, _SIZES, strict=False):
        _size(sheet, button, rect, size)
    below = _header(sheet, scene.header)
    stage, margin = metrics.stage, metrics.margin
    return Rect(stage.x + margin, below + margin, stage.width - 2 * margin, stage.bottom - below - 2 * margin)


def _header(sheet: Sheet, header: Header) -> int:
    """The line at the top, or two where the panel is too narrow; gives where it ends."""
    pen = sheet.pen
    metrics, palette = pen.metrics, pen.palette
    stage, px = metrics.stage, metrics.letters(0.64 * metrics.body)
    pad, line = metrics.margin, pen.pitch(px)
    wide = {text: pen.width(text, px, bold=bold) + px // 4 for text, bold in _header_texts(header)}
    room = stage.width - 2 * pad
    one_line = sum(wide.values()) + 2 * px <= room
    high = (line if one_line else 2 * line) + max(metrics.hair * 2, round(0.3 * px))
    row = Rect(stage.x + pad, stage.y + (high - (line if one_line else 2 * line)) // 2, room, line)
    privacy = wide[header.privacy]
    sheet.words(header.clock, row, px, palette.text, bold=True, align="right")
    if one_line:
        sheet.words(header.hall, row, px, palette.text, bold=True)
        middle = row.x + (wide[header.hall] + room - wide[header.clock] - privacy) // 2
        sheet.words(header.privacy, Rect(middle, row.y, privacy, line), px, palette.quiet, align="center")
    else:
        beside = Rect(row.x, row.y, room - wide[header.clock] - px, line)
        sheet.words(_shortened(pen, header.hall, beside.width, px), beside, px, palette.text, bold=True)
        sheet.words(header.privacy, Rect(row.x, row.y + line, room, line), px, palette.quiet)
    sheet.box(Rect(stage.x + pad, stage.y + high, room, metrics.hair // 2 or 1), palette.hairline)
    sheet.target(HEADER, Rect(stage.x, stage.y, stage.width, high))
    return stage.y + high


def _header_texts(header: Header) -> tuple[tuple[str, bool], ...]:
    return (header.hall, True), (header.privacy, False), (header.clock, True)


def _shortened(pen: Pen, text: str, width: int, px: int) -> str:
    """A hall's name is the one text that a site may make longer than there is room for."""
    short = text
    while short and pen.width(short + "…" * (short != text), px, bold=True) > width:
        short = short[:-1]
    return short if short == text else f"{short}…"


def _human(sheet: Sheet, human: Human, rect: Rect) -> None:
    metrics, palette = sheet.pen.metrics, sheet.pen.palette
    sheet.action = HUMAN
    ink = Ink(palette.human.text, palette.human_pressed.text)
    sheet.box(
        rect,
        Ink(palette.human.ground, palette.human_pressed.ground),
        radius=round(0.8 * metrics.body),
        edge=palette.human_edge,
        edge_px=metrics.hair,
    )
    if human.calling or human.answered:  # a white line within, so that it is seen from afar that it was pressed
        inner = rect.inset(metrics.hair * 2)
        sheet.box(
            inner,
            Ink(palette.human.ground, palette.human_pressed.ground),
            radius=round(0.8 * metrics.body) - metrics.hair * 2,
            edge=ink,
            edge_px=metrics.hair,
        )
    icon = "walk" if human.answered else "bell" if human.calling else "person"
    inside = rect.inset(metrics.hair * 3 + max(2, round(0.08 * metrics.body)))
    if metrics.landscape:
        _human_upright(sheet, human, inside, icon, ink)
    else:
        _human_lying(sheet, human, inside, icon, ink)
    sheet.action = ""
    sheet.target(HUMAN, rect)


def _human_upright(sheet: Sheet, human: Human, rect: Rect, icon: str, ink: Ink) -> None:
    """The icon above the word, where there is room for it, and the note below."""
    pen, title, note = _human_letters(sheet.pen, human, rect.width, rect.height)
    title_high = pen.height(human.text, rect.width, title, bold=True)
    # Room for two lines, so that the word itself stays where it is when the note changes.
    note_high = max(pen.height(human.note, rect.width, note), 2 * pen.pitch(note))
    left = rect.height - title_high - note_high
    size = min(round(0.6 * rect.width), round(0.7 * left), 3 * title)
    if size < pen.metrics.body:  # rather no icon than a speck
        size = 0
    gap = min(title // 3, (left - size) // 2) if size else 0
    y = rect.y + (left - size - gap) // 2
    if size:
        sheet.icon(icon, rect.x + (rect.width - size) // 2, y, size, ink)
        y += size + gap
    words = Sheet(pen, sheet.items, sheet.spots, sheet.action)
    y += words.words(human.text, Rect(rect.x, y, rect.width, title_high), title, ink, bold=True, align="center")
    words.words(human.note, Rect(rect.x, y, rect.width, note_high), note, ink, align="center")


def _human_lying(sheet: Sheet, human: Human, rect: Rect, icon: str, ink: Ink) -> None:
    """The icon, the word, and the note after them."""
    pen, gap = sheet.pen, sheet.pen.metrics.body // 2
    size = min(round(0.75 * rect.height), round(0.16 * rect.width))
    room = round(0.4 * rect.width)
    title = next(
        px
        for px in (
            *(pen.metrics.letters(part * pen.metrics.body) for part in _HUMAN_SIZES),
            pen.metrics.smallest_text,
        )
        if px == pen.metrics.smallest_text or (pen.width(human.text, px, bold=True) <= room and px <= rect.height)
    )
    title_wide = pen.width(human.text, title, bold=True) + title // 4
    room = rect.width - size - title_wide - 4 * gap
    note = next(
        px
        for px in (*(pen.metrics.letters(part * pen.metrics.body) for part in (1.2, *_NOTE_SIZES)), 0)
        if px <= pen.metrics.smallest_text or pen.height(human.note, room, px) <= rect.height
    )
    note = max(note, pen.metrics.smallest_text)
    lines = pen.lines(human.note, room, note)
    note_wide = max(pen.width(line, note) for line in lines) + note // 4
    x = rect.x + (rect.width - size - title_wide - note_wide - 3 * gap) // 2
    sheet.icon(icon, x, rect.y + (rect.height - size) // 2, size, ink)
    x += size + gap
    sheet.words(human.text, Rect(x, rect.y, title_wide, rect.height), title, ink, bold=True, middle=True)
    x += title_wide + 2 * gap
    sheet.words(human.note, Rect(x, rect.y, note_wide, rect.height), note, ink, middle=True)


def _human_letters(like: Pen, human: Human, width: int, height: int) -> tuple[Pen, int, int]:
    """A pen, and the sizes of 人工 and the note below it: as large as fit, the note never below the smallest."""
    least = like.metrics.smallest_text
    notes = [*(like.metrics.letters(part * like.metrics.body) for part in _NOTE_SIZES), least]
    titles = [like.metrics.letters(part * like.metrics.body) for part in _HUMAN_SIZES]
    pens = [replace(like, tight=tight) for tight in (0, 2)]
    for pen, title, note in itertools.product(pens, titles, notes):
        high = max(pen.height(human.note, width, note), 2 * pen.pitch(note))
        if pen.width(human.text, title, bold=True) <= width and pen.pitch(title) + high <= height:
            return pen, title, note
    return pens[-1], titles[-1], least


def _size(sheet: Sheet, button: Button, rect: Rect, size: float) -> None:
    metrics, palette = sheet.pen.metrics, sheet.pen.palette
    sheet.action = button.action
    chosen = palette.primary if button.primary else None
    fill = Ink(chosen.ground if chosen else palette.surface, palette.primary_pressed.ground)
    ink = Ink(chosen.text if chosen else palette.text, palette.primary_pressed.text)
    sheet.box(rect, fill, radius=sheet.pen.radius, edge=Ink(palette.outline, fill.pressed), edge_px=metrics.hair)
    px = metrics.letters(size * metrics.body)
    inside = rect.inset(metrics.hair * 2)
    while px > metrics.smallest_text and len(sheet.pen.lines(button.text, inside.width, px, bold=True)) > 1:
        px -= 1
    sheet.words(button.text, inside, px, ink, bold=True, align="center", middle=True)
    sheet.action = ""
    sheet.target(button.action, rect)
