"""Whether the hall is open, for the pages that cry for people: at night nobody is missed. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk import clock, config
from kiosk.link.hours import OpeningHours


class Opening:
    """Raises :class:`~kiosk.link.hours.OpeningHoursError` for hours that cannot be read."""

    def __init__(self, hours: config.Hours) -> None:
        self._hours = OpeningHours(hours.open, hours.closed_on)
        self._zone = ZoneInfo(hours.timezone)

    def is_open(self, wall_ms: int) -> bool:
        """At this time (milliseconds since 1970). By a clock that has lost its time no hall is closed."""
        if not clock.is_set(wall_ms / 1000):
            return True
        return self._hours.is_open(datetime.fromtimestamp(wall_ms / 1000, self._zone))
