"""A button with two poles, read directly: one contact that closes when it is pressed and one that opens.

Both contacts say the same thing, so each broken, shorted or exchanged wire shows as a disagreement that can be
named. What is in doubt calls; what is in doubt is never a release, because staff may end a call with one.

No I/O and no clock: times are seconds of a clock that only goes forward. See docs/serial.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from kiosk.button.contact import HELD_S, Contact
from kiosk.button.events import ButtonEvent, Pressed
from kiosk.button.faults import Faults, Kind
from kiosk.button.firmware import DEBOUNCE_MS, SPACING_MS
from kiosk.button.frames import cause_of
from kiosk.button.wires import Wires

DEBOUNCE_S = DEBOUNCE_MS / 1000
SPACING_S = SPACING_MS / 1000
WRONG_S = 0.5  # no finger holds the contacts between their places, or both closed, for longer
DOUBT_S = 10.0  # both open for at most this long may have been a press: it calls
BREAK_S = 2.0  # both open for that long: the cable was off, and may come back wired otherwise
SUSPECT_S = 4.0  # down without ever having been up, or both closed, for that long is no press that can be followed
SETTLED_S = 30.0  # up for that long: the wires are not exchanged after all; nobody holds a button so long


class Position(Enum):
    """What the contacts say: whether the normally-open one and the normally-closed one are closed."""

    UP = (False, True)
    DOWN = (True, False)
    BOTH = (True, True)
    NONE = (False, False)


PRESSED = (Position.DOWN, Position.BOTH)


class TwoPole:
    """Contacts and times go in, events come out. ``nonce``: eight hexadecimal digits, new for each process."""

    def __init__(self, wires: Wires, nonce: str, held_s: Sequence[float] = HELD_S) -> None:
        self._wires = wires
        self._nonce = nonce
        self._contact = Contact(held_s)
        self._counts = {"presses": 0, "doubtful": 0, "reconnects": 0}
        self._events: list[ButtonEvent] = []
        self._faults = Faults()
        self._was_open = False
        self._forget()

    def _forget(self) -> None:
        self._raw: Position | None = None
        self._raw_since = 0.0
        self._now: Position | None = None  # debounced
        self._since = 0.0
        self._before: Position | None = None  # the debounced one before it
        self._left_at = 0.0  # when that one ended
        self._pressed_at = -SPACING_S
        self._up_was_seen = False  # since the port was opened, or the cable came back
        self._went_down = False  # since it was up: both contacts have moved
        self._agreed = True  # since it was up
        self._loop_is_there = False  # the optional wire
        self._broken = False  # the contacts were open for as long as only a cable that is off does it

    @property
    def counters(self) -> dict[str, int]:
        """What happened so far, by name."""
        return dict(self._counts)

    @property
    def settling(self) -> bool:
        """Whether the contacts have just moved, so that they should be read more often."""
        return self._raw is not self._now

    def opened(self) -> list[ButtonEvent]:
        """The port is open: nothing is known of the button, and a button that is down calls."""
        self._counts["reconnects"] += self._was_open
        self._was_open = True
        self._events += self._faults.line("", "")
        self._forget()
        return self._take()

    def failed(self, kind: Kind, remedy: str) -> list[ButtonEvent]:
        """The port could not be opened, or it broke."""
        self._events += self._contact.lose()
        self._events += self._faults.clear()
        self._events += self._faults.line(kind, remedy)
        return self._take()

    def sample(self, no: bool, nc: bool, now: float, *, loop: bool = False) -> list[ButtonEvent]:
        """The contacts at this moment: closed or not. Call it every 10 ms, or every 2 ms while :attr:`settling`.

        ``loop``: the optional wire that only leads through the cable and back returns its voltage.
        """
        seen = Position((no, nc))
        self._loop_is_there |= loop
        if seen is not self._raw:
            self._raw, self._raw_since = seen, now
        if seen is not self._now and now - self._raw_since >= DEBOUNCE_S and self._may_follow(seen, now):
            self._settle(seen, self._raw_since, now)
        if self._now is self._raw:
            self._last(now - self._since, now, loop)
            if self._now in PRESSED:
                self._events += self._contact.tick(now)
        return self._take()

    def _may_follow(self, seen: Position, now: float) -> bool:
        """No two presses are closer than 150 ms; one that comes sooner counts if it is still there then."""
        return seen not in PRESSED or self._now in PRESSED or now - self._pressed_at >= SPACING_S

    def _settle(self, new: Position, at: float, now: float) -> None:
        before, since = self._now, self._since
        self._now, self._since = new, at
        # Not let go in between, only trembling: the normally-closed contact would have told.
        same = before is Position.NONE and self._before in PRESSED and self._contact.is_down
        if new is Position.UP:
            self._is_up(before, since, at, now)
        elif new is Position.DOWN:
            if not same and (before is not Position.BOTH or not self._contact.is_down):
                self._press(at, now)
            self._went_down = True
            self._events += self._faults.set("cut", False)  # the cable has just returned something
        elif new is Position.BOTH and before is not Position.DOWN and not same:
            self._press(at, now)  # in doubt
        if new in PRESSED:
            self._broken = False  # what came back with the cable was not a button at rest
        self._before, self._left_at = before, at

    def _is_up(self, before: Position | None, since: float, at: float, now: float) -> None:
        left = self._left_at
        if before is Position.NONE and self._before is Position.UP:
            if at - left <= DOUBT_S:
                self._doubtful(left, now)
        elif self._went_down and self._agreed:  # a press as it should be: whatever was wrong is mended
            self._events += self._faults.set("no-open", False)
            self._events += self._faults.set("welded", False)
        elif before is Position.BOTH and not self._went_down:
            self._weld(self._wires.not_opened())
        if before is Position.NONE:
            at = left
        elif before is Position.BOTH and self._went_down:
            at = since
        self._events += self._contact.up(at)
        self._events += self._faults.set("cut", False)
        self._events += self._faults.set("nc-open", False)
        if self._broken:
            self._events += self._faults.set("swapped", False)
        self._up_was_seen, self._went_down, self._agreed, self._broken = True, False, True, False

    def _last(self, seconds: float, now: float, loop: bool) -> None:
        """What it means that the contacts have been as they are for so long."""
        if self._now is Position.NONE and seconds >= WRONG_S:
            self._events += self._contact.lose()
            self._agreed = False
            if seconds >= BREAK_S:
                self._up_was_seen, self._broken = False, True
            self._nothing_returns(loop)
        elif self._now is Position.BOTH and seconds >= WRONG_S:
            self._agreed = False
            if self._before is Position.DOWN:  # the normally-closed contact tells of the release
                self._events += self._contact.up(self._since)
                self._weld(self._wires.sticks())
            else:
                self._weld(self._wires.not_opened())
            if seconds >= SUSPECT_S:
                self._events += self._contact.lose()
        elif self._now is Position.DOWN and seconds >= SUSPECT_S and not self._up_was_seen:
            if "nc-open" not in self._faults:
                self._events += self._faults.set("swapped", True, self._wires.swapped())
                self._events += self._contact.lose()
        elif self._now is Position.UP and seconds >= SETTLED_S:
            self._events += self._faults.set("swapped", False)

    def _nothing_returns(self, loop: bool) -> None:
        known = self._before is Position.DOWN or "nc-open" in self._faults
        if loop or (known and not self._loop_is_there):
            self._events += self._faults.set("cut", False)
            self._events += self._faults.set("nc-open", True, self._wires.nc_open())
        else:
            self._events += self._faults.set("nc-open", False)
            self._events += self._faults.set("cut", True, self._wires.cut())

    def _press(self, at: float, now: float) -> None:
        self._pressed_at = now
        self._events += self._contact.lose()
        if "swapped" in self._faults:
            self._events.append(Pressed(self._cause(), max(0.0, now - at)))  # how long it lasts says nothing
        else:
            self._events += self._contact.down(self._cause(), at, now)

    def _doubtful(self, at: float, now: float) -> None:
        """Both contacts were open for a while: a press without the normally-open one, or a loose cable."""
        self._counts["doubtful"] += 1
        self._pressed_at = now
        self._events.append(Pressed(self._cause(), max(0.0, now - at)))
        self._events += self._faults.set("no-open", True, self._wires.no_open())

    def _weld(self, remedy: str) -> None:
        self._events += self._faults.set("welded", True, remedy)

    def _cause(self) -> str:
        self._counts["presses"] += 1
        return cause_of(self._nonce, self._counts["presses"])

    def _take(self) -> list[ButtonEvent]:
        events, self._events = self._events, []
        return events
