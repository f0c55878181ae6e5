"""The faults that a button has, and the events when that changes. Pure."""

from __future__ import annotations

from typing import Literal

from kiosk.button.events import ButtonEvent, Fault, Recovered

#: Every fault a button can have; docs/serial.md and docs/technician.md explain each.
Kind = Literal[
    "cut",
    "deaf",
    "nc-open",
    "no-gpio",
    "no-lines",
    "no-open",
    "pin-busy",
    "port-busy",
    "port-denied",
    "port-missing",
    "silent",
    "stuck",
    "swapped",
    "unplugged",
    "welded",
    "wrong-protocol",
]


class Faults:
    """At most one of the line (the port, or what speaks on it), and any number of others.

    Each method gives the events that tell the listener what is new.
    """

    def __init__(self) -> None:
        self._line: Kind | Literal[""] = ""
        self._others: set[Kind] = set()

    def __contains__(self, kind: Kind) -> bool:
        return kind in self._others

    def line(self, kind: Kind | Literal[""], remedy: str) -> list[ButtonEvent]:
        """This is wrong with the line now; an empty ``kind``: nothing is."""
        # A port that was unplugged is missing until it comes back: that is one fault, not two.
        if kind == self._line or (kind, self._line) == ("port-missing", "unplugged"):
            return []
        events: list[ButtonEvent] = [Recovered(self._line)] if self._line else []
        self._line = kind
        return [*events, Fault(kind, remedy)] if kind else events

    def set(self, kind: Kind, present: bool, remedy: str = "") -> list[ButtonEvent]:
        """Whether another fault is there."""
        if present == (kind in self._others):
            return []
        if present:
            self._others.add(kind)
            return [Fault(kind, remedy)]
        self._others.remove(kind)
        return [Recovered(kind)]

    def clear(self) -> list[ButtonEvent]:
        """Nothing is known any more of what lies behind the line."""
        return [event for kind in sorted(self._others) for event in self.set(kind, False)]
