"""The picture of a scene, at the largest text size up to the wanted one at which everything fits."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from msgspec.structs import replace as changed

from kiosk.screen.fonts import Fonts
from kiosk.screen.layout.frame import draw_frame
from kiosk.screen.layout.items import Layout
from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.layout.stack import Blocks, Placed, place
from kiosk.screen.layout.warning import take_away, warning_band
from kiosk.screen.metrics import Metrics, Rect
from kiosk.screen.scene import Cards, Heading, Paragraph, Parts, Rows, Scene, Wait, Warning
from kiosk.screen.theme import FACTORS, PALETTES

log = logging.getLogger(__name__)

_STEP = 0.05
_TIGHTEST, _TIGHTER = 2, 3.0


def lay_out(scene: Scene, metrics: Metrics, fonts: Fonts) -> Layout:
    """Space goes before letters: at each text size, the blocks are put closer together if need be."""
    frame = Sheet(Pen(metrics, fonts, PALETTES[scene.variant], scene.tone, 1.0))
    room = draw_frame(frame, scene)
    wanted = FACTORS[scene.size]
    sheet = _content(frame.pen, scene.blocks, room, wanted, metrics.smallest_text / metrics.body)
    fits = sheet is not None
    if sheet is None:
        sheet = _less(frame.pen, scene.blocks, room)
    if scene.warning is not None:
        closer = _above_warning(frame.pen, scene.blocks, scene.warning, room, wanted)
        if closer is not None:
            sheet = closer
        else:
            band, draw = warning_band(sheet.pen, scene.warning, room)
            take_away(sheet, band)
            draw(sheet)
    items, spots = (*frame.items, *sheet.items), (*frame.spots, *sheet.spots)
    return Layout(frame.pen.palette.background, items, spots, sheet.pen.factor, fits)


def _content(like: Pen, blocks: Blocks, room: Rect, wanted: float, least: float) -> Sheet | None:
    """The blocks in that room at the largest factor from ``wanted`` down to ``least``; none: they do not fit."""
    for factor in _factors(wanted, least):
        if (sheet := _at(replace(like, factor=factor), blocks, room)) is not None:
            return sheet
    return None


def _at(like: Pen, blocks: Blocks, room: Rect) -> Sheet | None:
    """The blocks at that text size, as close together as looks best; none: they do not fit."""
    pens = [replace(like, tight=tight) for tight in range(_TIGHTEST + 1)]
    found = [(_cost(placed, pen), pen, placed) for pen in pens if (placed := place(pen, blocks, room))]
    if not found:
        return None
    _, pen, placed = min(found, key=lambda one: one[0])
    return _drawn(pen, placed)


def _above_warning(like: Pen, blocks: Blocks, warning: Warning, room: Rect, wanted: float) -> Sheet | None:
    """Rather everything above the warning, a little closer together, than a part of it under it."""
    for factor in _factors(wanted, 1.0):
        pen = replace(like, factor=factor, tight=1)
        band, draw = warning_band(pen, warning, room)
        sheet = _at(pen, blocks, room._replace(height=band.y - pen.gap - room.y))
        if sheet is not None:
            draw(sheet)
            return sheet
    return None


def _factors(wanted: float, least: float) -> Iterator[float]:
    while wanted > least:
        yield round(wanted, 2)
        wanted -= _STEP
    yield least


def _cost(placed: Placed, pen: Pen) -> float:
    return _TIGHTER * pen.tight + sum(piece.cost(rect) for piece, rect in placed)


def _drawn(pen: Pen, placed: Placed) -> Sheet:
    sheet = Sheet(pen)
    for piece, rect in placed:
        piece.draw(sheet, rect)
    return sheet


def _less(like: Pen, blocks: Blocks, room: Rect) -> Sheet:
    """More than the panel can hold in letters of 30 dp: the least important goes, so that the rest can be read."""
    pen = replace(like, factor=like.metrics.smallest_text / like.metrics.body, tight=_TIGHTEST)
    for lesser in _lesser(blocks):
        if placed := place(pen, lesser, room):
            return _drawn(pen, placed)
    log.error("this panel is too small for the scene")
    return Sheet(pen)


def _lesser(blocks: Blocks) -> Iterator[Blocks]:
    """Less and less: rows from the last, quiet words, notes of cards, then whole blocks to be read."""
    rows = max((len(block.rows) for block in blocks if isinstance(block, Rows | Parts)), default=0)
    for most in range(rows - 1, 0, -1):
        yield (
            blocks := tuple(
                changed(block, rows=block.rows[:most]) if isinstance(block, Rows | Parts) else block
                for block in blocks
            )
        )
    blocks = tuple(block for block in blocks if not (isinstance(block, Paragraph) and block.quiet))
    yield blocks
    blocks = tuple(
        changed(block, cards=tuple(changed(card, note="") for card in block.cards))
        if isinstance(block, Cards)
        else block
        for block in blocks
    )
    yield blocks
    for kind in (Rows, Parts, Wait, Paragraph, Heading):
        blocks = tuple(block for block in blocks if not isinstance(block, kind))
        yield blocks
