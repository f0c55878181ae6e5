"""Milliseconds that only go forward. MicroPython's own start again from 0 after 12 days."""


class Clock:
    """``ticks_ms`` and ``ticks_diff``: as in MicroPython's module time."""

    def __init__(self, ticks_ms, ticks_diff):
        self._ticks_ms = ticks_ms
        self._ticks_diff = ticks_diff
        self._seen = ticks_ms()
        self._now = 0

    def now(self):
        """Milliseconds since the clock was made. Ask at least once in six days."""
        ticks = self._ticks_ms()
        self._now += self._ticks_diff(ticks, self._seen)
        self._seen = ticks
        return self._now
