"""The MQTT topic tree, in one place (docs/mqtt.md shows it as a table)."""

from __future__ import annotations

import re
from typing import NamedTuple

ROOT = "rengong/v1"

#: A hall's, kiosk's or desk's name in a topic: short, lower case, no MQTT wildcard can hide in it.
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z")

#: No kiosk may be called this: it is the level that holds the desks.
DESK = "desk"

#: Of a desk.
DESK_LEAVES = frozenset({"presence", "ledger-head"})

KIOSK_LEAVES = frozenset({"call", "events", "health", "reply", "ledger-ack", "signal/up", "signal/down", "test"})


class Address(NamedTuple):
    """What a topic says: ``who`` is a kiosk's name, or a desk's where ``leaf`` is one of :data:`DESK_LEAVES`."""

    hall: str
    who: str
    leaf: str


def kiosk(hall: str, name: str, leaf: str) -> str:
    """The topic of one kiosk, for example ``rengong/v1/xinhua/k1/call``; ``name`` may be ``+``."""
    if leaf not in KIOSK_LEAVES:
        raise ValueError(f"no such topic: {leaf}")
    return f"{ROOT}/{hall}/{name}/{leaf}"


def presence(hall: str, desk: str) -> str:
    """The topic on which a desk says who is on duty; ``desk`` may be ``+``."""
    return f"{ROOT}/{hall}/{DESK}/{desk}/presence"


def discovery(prefix: str, hall: str, kiosk: str) -> str:
    """The topic on which Home Assistant is told of a kiosk, below its own ``prefix``; ``kiosk`` may be ``+``."""
    return f"{prefix}/device/rengong-{hall}/{kiosk}/config"


def ledger_head(hall: str, desk: str) -> str:
    """The topic on which the desk that keeps the ledger says where its chain ends; ``desk`` may be ``+``."""
    return f"{ROOT}/{hall}/{DESK}/{desk}/ledger-head"


def parse(topic: str) -> Address | None:
    """Take a topic apart; None for one that is not ours (clients filter by it, some brokers leak)."""
    parts = topic.split("/")
    if len(parts) < 5 or "/".join(parts[:2]) != ROOT:
        return None
    hall, who, leaf = parts[2], parts[3], "/".join(parts[4:])
    if who == DESK:
        if len(parts) != 6 or parts[5] not in DESK_LEAVES:
            return None
        who, leaf = parts[4], parts[5]
    elif leaf not in KIOSK_LEAVES:
        return None
    return Address(hall, who, leaf) if SLUG.match(hall) and SLUG.match(who) else None
