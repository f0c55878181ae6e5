"""Who may hold a certificate of the hall, and the name that is in it. For a client it is the MQTT user name."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kiosk import topics


class Role(StrEnum):
    """What a certificate is for."""

    BROKER = "broker"  # the broker's own, to its clients
    PAGE = "page"  # a desk's HTTPS, to browsers
    KIOSK = "kiosk"  # a terminal, to the broker
    DESK = "desk"  # a desk, to the broker
    WATCH = "watch"  # somebody who only looks: a technician, a wall display
    HOME_ASSISTANT = "homeassistant"  # shows terminals as devices; only looks too, and at less


#: What stands in the certificate of a desk that may keep the ledger, as its organizational unit.
LEDGER = "ledger"

#: Those that sign in at the broker; the others prove to these and to browsers who they are.
CLIENTS = frozenset({Role.KIOSK, Role.DESK, Role.WATCH, Role.HOME_ASSISTANT})


class Holder(NamedTuple):
    """Whose certificate it is. ``str()`` gives the name in it: ``xinhua/k1``, ``xinhua/desk/desk1``."""

    hall: str
    role: Role
    name: str

    def __str__(self) -> str:
        if self.role is Role.KIOSK:
            return f"{self.hall}/{self.name}"
        return f"{self.hall}/{self.role}/{self.name}"

    @property
    def file(self) -> str:
        """How its files are called, without ``.crt`` and ``.key``: ``kiosk-k1``; the broker's: ``broker``."""
        return "broker" if self.role is Role.BROKER else f"{self.role}-{self.name}"

    @property
    def words(self) -> str:
        """As it is written behind ``kiosk certs issue``."""
        return "broker" if self.role is Role.BROKER else f"{self.role} {self.name}"


def parse(text: str) -> Holder | None:
    """The holder of a name out of a certificate; None for one that is not ours."""
    match text.split("/"):
        case [hall, name]:
            role = Role.KIOSK
        case [hall, word, name] if word in set(Role) - {Role.KIOSK}:
            role = Role(word)
        case _:
            return None
    return Holder(hall, role, name) if topics.SLUG.match(hall) and topics.SLUG.match(name) else None
