"""Opening hours. Pure: the hour is passed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE = "一二三四五六日"
_SPAN = re.compile(r"(?:([a-z]{3})(?:-([a-z]{3}))? +)?(\d\d?:\d\d)-(\d\d?:\d\d)")


class OpeningHoursError(ValueError):
    """Opening hours that cannot be read; the text shows some that can, ``key`` names the setting."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key


class OpeningHours:
    """When the hall is open; no lines at all mean always, but for ``closed_on``.

    ``lines``: such as ``mon-fri 09:00-17:00``, ``sat 09:00-12:00`` or ``08:30-18:00`` for every day;
    ``closed_on``: dates such as ``2026-10-01``. Raises :class:`OpeningHoursError`.
    """

    def __init__(self, lines: Sequence[str] = (), closed_on: Sequence[str] = ()) -> None:
        self._spans: list[list[tuple[time, time]]] = [[] for _ in DAYS]
        #: Whether the site has set any hours.
        self.known = bool(lines)
        for line in lines or ["00:00-24:00"]:
            for day, span in _parse(line):
                self._spans[day].append(span)
        for spans in self._spans:
            spans.sort()
        try:
            self._closed_on = frozenset(date.fromisoformat(day) for day in closed_on)
        except ValueError as error:
            raise OpeningHoursError("hours.closed_on", f"{error}; write for example 2026-10-01") from error

    def is_open(self, at: datetime) -> bool:
        """Whether the hall is open at a local time."""
        now = at.time()
        return any(start <= now and (now < end or end == time.max) for start, end in self._of(at.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """The next time the hall opens after ``at``; None when it is open or does not open in a month."""
        if self.is_open(at):
            return None
        for ahead in range(31):
            day = at.date() + timedelta(days=ahead)
            for start, _ in self._of(day):
                opening = datetime.combine(day, start, at.tzinfo)
                if opening > at:
                    return opening
        return None

    def _of(self, day: date) -> list[tuple[time, time]]:
        return [] if day in self._closed_on else self._spans[day.weekday()]


def say_opening(opening: datetime | None, at: datetime) -> str:
    """An opening time as people say it: ``明天 09:00``, ``周一 09:00``; empty for None."""
    if opening is None:
        return ""
    clock = f"{opening:%H:%M}"
    ahead = (opening.date() - at.date()).days
    if ahead < 3:
        return f"{('今天', '明天', '后天')[ahead]} {clock}"
    day = f"周{_CHINESE[opening.weekday()]}"
    return f"{day} {clock}" if ahead < 7 else f"{opening.month}月{opening.day}日{day} {clock}"


def _parse(line: str) -> list[tuple[int, tuple[time, time]]]:
    match = _SPAN.fullmatch(line.strip().lower())
    try:
        if match is None:
            raise ValueError
        first = DAYS.index(match[1]) if match[1] else 0
        last = DAYS.index(match[2] or match[1]) if match[1] else 6
        span = (_clock(match[3]), _clock(match[4]))
        if span[0] >= span[1]:
            raise ValueError
    except ValueError as error:
        raise OpeningHoursError("hours.open", f"'{line}' is not like 'mon-fri 09:00-17:00'") from error
    return [(day % 7, span) for day in range(first, (last if last >= first else last + 7) + 1)]


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time.max if (hour, minute) == ("24", "00") else time(int(hour), int(minute))
