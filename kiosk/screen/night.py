"""Dark hours: colours, dimming, and moving the picture against burn-in. Pure."""

from __future__ import annotations

from datetime import datetime, time

from kiosk import config
from kiosk.screen.scene import Variant

DIM, DIM_AFTER_S = 0.5, 120.0
SHIFT_EVERY_S = 120.0
_SHIFTS = ((0, 0), (3, -2), (-2, 3), (-4, -1), (1, 4), (4, 2), (-1, -4))


def is_night(night: str, wall: datetime) -> bool:
    """Whether it is night; ``night`` is such as ``19:00-07:00`` and may go over midnight."""
    start, end = (_clock(text) for text in night.split("-"))
    now = wall.time()
    return start <= now < end if start <= end else now >= start or now < end


def variant(screen: config.Screen, wall: datetime) -> Variant:
    """The colours of this hour."""
    if screen.variant == "auto":
        return Variant.DARK if is_night(screen.night, wall) else Variant.DAY
    return Variant(screen.variant)


def dim(screen: config.Screen, wall: datetime, untouched_s: float) -> float:
    """How much darker: at night, when nobody has touched the screen for two minutes."""
    return DIM if untouched_s >= DIM_AFTER_S and is_night(screen.night, wall) else 0.0


def shift(now: float) -> tuple[int, int]:
    """By how many pixels everything is moved now."""
    return _SHIFTS[int(now // SHIFT_EVERY_S) % len(_SHIFTS)]


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour) % 24, int(minute))
