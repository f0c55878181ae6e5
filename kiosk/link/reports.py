"""The parts of other programs at the terminal, such as screen and voice, as they report them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kiosk.link.lastwork import PART, LastWork
from kiosk.link.parts import Parts
from kiosk.messages import Last, Part, Work

#: Only the link itself says how these are.
OWN_PARTS = frozenset(
    {"button", "journal", "broker", "desk", "clock", "alarm", "duty", "certificate", "self-test"}
    | {"disk", "memory", "temperature", "power"}
)
MAX_PARTS = 20  # of one client
MAX_ALL = 100  # of all clients there have been: whoever takes ever new names fills no memory
#: A client reports every 5 s. One that is connected and has not for so long hangs.
SILENT_S = 9.0


class Reports:
    """Keeps whose part is whose: what a client has reported is at fault when the client is gone, or its work
    stands still.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._owners: dict[str, str] = {}
        self._heard: dict[str, float] = {}  # client -> when it last reported
        self._said: dict[str, Part] = {}  # as the client says that it is; none of a client that is gone
        self._work = LastWork()

    def take(
        self, client: str, parts: Mapping[str, Part], now: float, last: Mapping[Work, Last] | None = None
    ) -> str:
        """What a client says of its parts, and of its ``last`` work; what is wrong with the report, or nothing.

        It counts as a whole.
        """
        last = last or {}
        if not client:
            return "say hello first: a part belongs to a client with a name"
        for name, part in parts.items():
            owner = "link" if name in OWN_PARTS else self._owners.get(name, client)
            if owner != client:
                return f"'{name}' is a part of {owner}"
            if not part.ok and not part.fault:
                return f"'{name}' is not ok, but its fault has no name"
        for work in last:
            if PART[work] not in parts and self._owners.get(PART[work]) != client:
                return f"'{work}' is told by who reports '{PART[work]}'"
        own = {name for name, owner in self._owners.items() if owner == client}
        if len(own | parts.keys()) > MAX_PARTS:
            return f"more than {MAX_PARTS} parts"
        if len(self._owners.keys() | parts.keys()) > MAX_ALL:
            return f"the programs of this terminal have reported more than {MAX_ALL} parts"
        self._heard[client] = now
        for name, part in parts.items():
            self._owners[name] = client
            self._said[name] = part
        self._work.take(parts, last, now)
        for name in parts:
            self._settle(name, now)
        return ""

    def last(self, now: float) -> dict[Work, Last]:
        """What was last really done, for the health message."""
        return self._work.report(now)

    def _settle(self, name: str, now: float) -> None:
        said, stands_still = self._said[name], self._work.fault(name, now)
        fault, remedy = said.fault, said.remedy
        if stands_still is not None and (said.ok or stands_still.outweighs):
            fault, remedy = stands_still.name, stands_still.remedy
        elif said.ok:
            self._parts.well(name)
            return
        self._parts.fault(name, fault, remedy, now)

    def left(self, present: Collection[str], now: float) -> None:
        """A client is gone; ``present`` are the names of those that are still there."""
        self._gone({owner for owner in self._heard if owner not in present}, now)

    def look(self, now: float) -> None:
        """A client that hangs goes on being connected, but it reports no more, or no work; call it every few
        seconds.
        """
        self._gone({owner for owner, heard in self._heard.items() if now - heard >= SILENT_S}, now)
        for name in self._said:
            self._settle(name, now)

    def _gone(self, owners: Collection[str], now: float) -> None:
        for name, owner in self._owners.items():
            if owner in owners:
                self._said.pop(name, None)
                self._work.gone(name)
                remedy = f"the program that reports it has ended or hangs: systemctl status kiosk-{owner}"
                self._parts.fault(name, "gone", remedy, now)
