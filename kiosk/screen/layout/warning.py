"""The warning before anything ends: a calm band over the lower part, the seconds left, one button to stay.

Whoever is asked whether they are there also answers by touching the question: the whole band is that button's
target.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.screen.layout.items import Ink, Place
from kiosk.screen.layout.pen import Pen, Sheet
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import Tone, Warning
from kiosk.screen.theme import SCALE


def warning_band(pen: Pen, warning: Warning, room: Rect) -> tuple[Rect, Callable[[Sheet], None]]:
    """Where it lies, and what draws it."""
    pad, px = max(pen.pad, pen.metrics.gap), pen.card
    disc = max(round(2.9 * px), pen.metrics.touch)
    button = max(round(0.34 * room.width), pen.width(warning.stay.text, px, bold=True) + 3 * px)
    button = min(room.width - 2 * pad, button)
    text_room = room.width - disc - 3 * pad
    beside_room = text_room - button - pad
    beside = beside_room > 5 * px and len(pen.lines(warning.text, beside_room, px, bold=True)) <= 2
    button_high = max(pen.touch, round(1.25 * pen.metrics.touch))
    text_wide = beside_room if beside else text_room
    upper = max(disc, pen.height(warning.text, text_wide, px, bold=True))
    high = max(upper, button_high) + 2 * pad if beside else upper + button_high + 3 * pad
    band = Rect(room.x, room.bottom - high, room.width, high)
    row = Rect(band.x + pad, band.y + pad, band.width - 2 * pad, high - 2 * pad if beside else upper)
    if beside:
        stay = Rect(row.right - button, row.y, button, row.height)
    else:
        stay = Rect(row.x, row.bottom + pad, row.width, button_high)

    def draw(sheet: Sheet) -> None:
        tone = pen.palette.tones[Tone.WAITING]
        sheet.action = warning.stay.action
        sheet.box(band, tone.ground, radius=pen.radius, edge=tone.text, edge_px=pen.metrics.hair)
        circle = Rect(row.x, row.y + (row.height - disc) // 2, disc, disc)
        sheet.box(circle, tone.text, radius=disc // 2)
        number = pen.metrics.letters(SCALE.number * px)
        sheet.words(str(warning.left_s), circle, number, tone.ground, bold=True, align="center", middle=True)
        text = Rect(circle.right + pad, row.y, text_wide, row.height)
        sheet.words(warning.text, text, px, tone.text, bold=True, middle=True)
        pair, pressed = pen.palette.primary, pen.palette.primary_pressed
        sheet.box(stay, Ink(pair.ground, pressed.ground), radius=pen.radius)
        ink = Ink(pair.text, pressed.text)
        sheet.words(warning.stay.text, stay.inset(pad // 2), px, ink, bold=True, align="center", middle=True)
        sheet.action = ""
        sheet.target(warning.stay.action, band)

    return band, draw


def take_away(sheet: Sheet, band: Rect) -> None:
    """Whatever the band would hide in part goes as a whole: nothing is half seen, nothing hidden is touched."""
    limit = Rect(band.x, band.y - sheet.pen.metrics.gap, band.width, band.height + sheet.pen.metrics.gap)
    gone = {spot.action for spot in sheet.spots if spot.rect.meets(limit)}
    sheet.spots[:] = [spot for spot in sheet.spots if spot.action not in gone]
    cut = [item.rect for item in sheet.items if item.rect.meets(limit)]
    sheet.items[:] = [
        item
        for item in sheet.items
        if not any(item.rect.meets(rect) for rect in cut) and (isinstance(item, Place) or item.action not in gone)
    ]
