"""A button with two contacts, as the board reads it: when it is down, and what is wrong with its wires.

This file is copied onto the board as it is, beside firmware.py, so it keeps to the Python that MicroPython
runs: no imports, no enums. It decides as :mod:`kiosk.button.poles` does for buttons without a board, and the
tests hold the two together; here the outcome is a level for :meth:`kiosk.button.firmware.Board.contact` and the
names of the faults, since the host makes the events. What is in doubt calls, and is never told as a long hold.

No I/O and no clock: ``now`` is in milliseconds of a clock that never goes back. docs/serial.md has the rules.
"""

WRONG_MS = 500  # no finger holds the contacts between their places, or both closed, for longer
DOUBT_MS = 10000  # both open for at most this long may have been a press: it calls
BREAK_MS = 2000  # both open for that long: the cable was off, and may come back wired otherwise
SUSPECT_MS = 4000  # down without ever having been up, or both closed, for that long is no press to follow
SETTLED_MS = 30000  # up for that long: the wires are not exchanged after all; nobody holds a button so long
PULSE_MS = 200  # how long a press lasts that was only deduced; more than the spacing of presses, so that it counts

# Positions: 2 when the normally-open contact is closed, plus 1 when the normally-closed one is.
NONE = 0
UP = 1
DOWN = 2
BOTH = 3
UNKNOWN = -1


class Antivalent:
    """Feed :meth:`sample`; read :attr:`closed`, :attr:`since` and :attr:`wiring` after it."""

    def __init__(self, now: int, debounce_ms: int) -> None:
        self.closed = False  # whether the button counts as down
        self.since = now  # when that began, as far as known
        self._debounce = debounce_ms
        self._raw = UNKNOWN
        self._raw_since = now
        self._now = UNKNOWN  # debounced
        self._now_since = now
        self._before = UNKNOWN  # the debounced one before it
        self._press_at = now
        self._pulse_until = -1
        self._up_was_seen = False  # since the boot, or since the cable came back
        self._went_down = False  # since it was up: both contacts have moved
        self._agreed = True  # since it was up
        self._broken = False  # the contacts were open for as long as only a cable that is off does it
        self._faults: set[str] = set()

    @property
    def wiring(self) -> str:
        """``OK``, or the faults joined with ``+``."""
        return "+".join(sorted(self._faults)) or "OK"

    def sample(self, no: bool, nc: bool, now: int) -> None:
        """The contacts at this moment, closed or not. Between two looks they count as unchanged."""
        if self._raw != self._now and now - self._raw_since >= self._debounce:
            self._settle(self._raw, self._raw_since)
        seen = (2 if no else 0) + (1 if nc else 0)
        if seen != self._raw:
            self._raw = seen
            self._raw_since = now
        if self._now == self._raw:
            self._last(now - self._now_since, now)
        if 0 <= self._pulse_until <= now:
            self._open(now)

    def _settle(self, new: int, at: int) -> None:
        before, since = self._now, self._now_since
        self._now, self._now_since = new, at
        if new == UP:
            self._is_up(before, since, at)
        elif new == DOWN:
            if not self.closed:
                self._press(at)
            self._went_down = True
            self._set("CUT", False)  # the cable has just returned something
        elif new == BOTH and before != DOWN and not self.closed:
            self._press(at)  # in doubt
        if new in (DOWN, BOTH):
            self._broken = False  # what came back with the cable was not a button at rest
        self._before = before

    def _is_up(self, before: int, since: int, at: int) -> None:
        doubtful = before == NONE and self._before == UP
        if not doubtful and self._went_down and self._agreed:  # a press as it should be: what was wrong is mended
            self._set("NO-OPEN", False)
            self._set("WELDED", False)
        elif before == BOTH and not self._went_down:
            self._set("WELDED", True)
        if before == NONE or (before == BOTH and self._went_down):
            self._open(since)
        else:
            self._open(at)
        if doubtful and at - since <= DOUBT_MS:  # without the normally-open contact, or a loose cable
            self._pulse(since, at)
            self._set("NO-OPEN", True)
        self._set("CUT", False)
        self._set("NC-OPEN", False)
        if self._broken:
            self._set("SWAPPED", False)
        self._up_was_seen, self._went_down, self._agreed, self._broken = True, False, True, False

    def _last(self, ms: int, now: int) -> None:
        """What it means that the contacts have been as they are for so long."""
        if self._now == NONE and ms >= WRONG_MS:
            self._lose()
            self._agreed = False
            if ms >= BREAK_MS:
                self._up_was_seen, self._broken = False, True
            known = self._before == DOWN or "NC-OPEN" in self._faults
            self._set("NC-OPEN", known)
            self._set("CUT", not known)
        elif self._now == BOTH and ms >= WRONG_MS:
            self._agreed = False
            self._set("WELDED", True)
            if self._before == DOWN:  # the normally-closed contact tells of the release
                self._open(self._now_since)
            elif ms >= SUSPECT_MS:
                self._lose()
        elif self._now == DOWN and ms >= SUSPECT_MS and not self._up_was_seen:
            if "NC-OPEN" not in self._faults and "SWAPPED" not in self._faults:
                self._set("SWAPPED", True)
                self._lose()
        elif self._now == UP and ms >= SETTLED_MS:
            self._set("SWAPPED", False)

    def _press(self, at: int) -> None:
        if "SWAPPED" in self._faults:
            self._pulse(at, at)  # how long it lasts says nothing
            return
        self.closed, self.since, self._press_at = True, at, at
        self._pulse_until = -1

    def _pulse(self, since: int, now: int) -> None:
        """A press that began ``since`` and is told by a level that lasts :data:`PULSE_MS` from ``now`` on."""
        if not self.closed:
            self.closed, self.since, self._press_at = True, since, since
        self._pulse_until = now + PULSE_MS

    def _open(self, at: int) -> None:
        if self.closed and (self._pulse_until < 0 or at >= self._pulse_until):
            self.closed, self.since = False, at
            self._pulse_until = -1

    def _lose(self) -> None:
        """The button is not known any longer to be down; how long it was is told as 0."""
        if self.closed and self._pulse_until < 0:
            self.closed, self.since = False, self._press_at

    def _set(self, fault: str, present: bool) -> None:
        if present:
            self._faults.add(fault)
        else:
            self._faults.discard(fault)
