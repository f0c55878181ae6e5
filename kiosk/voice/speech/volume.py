"""How loud the terminal speaks at which hour."""

from __future__ import annotations

import datetime

from kiosk import config


def volume_at(voice: config.Voice, at: datetime.time) -> float:
    """The volume, 0 to 1, that the settings say for a time of day; a quiet span may go past midnight."""
    if not voice.quiet:
        return voice.volume
    start, end = (datetime.time.fromisoformat(text) for text in voice.quiet.split("-"))
    quiet = start <= at < end if start <= end else at >= start or at < end
    return voice.quiet_volume if quiet else voice.volume
