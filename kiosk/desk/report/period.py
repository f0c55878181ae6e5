"""Which days a report is about, in the hall's time zone. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

DAYS = 7
MAX_DAYS = 3 * 366


class PeriodError(ValueError):
    """Days that cannot be reported on; the text says what to write."""


class Period(Struct, frozen=True):
    """Whole days, the first and the last included."""

    first: date
    last: date

    def begins_ms(self, zone: ZoneInfo) -> int:
        """Since 1970."""
        return _midnight_ms(self.first, zone)

    def ends_ms(self, zone: ZoneInfo) -> int:
        """The first millisecond that is no longer in it, since 1970."""
        return _midnight_ms(self.last + timedelta(days=1), zone)


def period(first: str, last: str, today: date) -> Period:
    """The days as people write them; an empty last is today, an empty first a week of days. Raises PeriodError."""
    to = _date(last) if last else today
    since = _date(first) if first else to - timedelta(days=DAYS - 1)
    if since > to:
        raise PeriodError(f"the first day, {since}, is after the last, {to}; exchange them")
    if (to - since).days >= MAX_DAYS:
        raise PeriodError(f"{since} to {to} is more than three years; ask for less at a time")
    return Period(since, to)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise PeriodError(f"'{text}' is no day; write for example 2026-11-01") from error
    if not 1980 <= day.year <= 9000:
        raise PeriodError(f"'{text}' is no day of this program's time; write for example 2026-11-01")
    return day


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)
