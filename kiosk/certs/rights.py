"""Who may write and read which topic, as mosquitto's access control list (docs/mqtt.md shows it as a table)."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk import topics
from kiosk.certs.roles import Holder, Role

KIOSK_WRITES = ("call", "events", "health", "signal/up", "test")
KIOSK_READS = ("call", "reply", "ledger-ack", "signal/down")
DESK_WRITES = ("reply", "signal/down")
DESK_READS = ("call", "health", "signal/up", "test")
#: Only of a desk whose certificate says that it keeps the ledger.
LEDGER_WRITES, LEDGER_READS = ("ledger-ack",), ("events",)
#: All but video: whoever looks on needs no addresses of agents and terminals.
WATCH_READS = ("call", "events", "health", "reply", "ledger-ack", "test")
#: What its entities are made of; who is on duty is not its business.
HOME_ASSISTANT_READS = ("call", "health")

_HEAD = """\
# Written by `kiosk certs broker` from the certificates that are valid; what is changed by hand is lost.
# A user name is the common name of a certificate. Whatever is not allowed here is denied.
"""


def access_list(hall: str, clients: Iterable[Holder], ledgers: Iterable[Holder]) -> str:
    """The file's text. ``ledgers``: those of the desks that may keep the ledger.

    These may tell Home Assistant of the terminals, under whatever prefix, once it has a certificate of the hall.

    There are no patterns with %u in it: they would hold for everybody, and from mosquitto 2.1 on %u stands for one
    level of a topic, which no user name with a slash ever matches.
    """
    known, keepers = set(clients), set(ledgers)
    discovery = topics.discovery("+", hall, "+")
    announced = any(client.role is Role.HOME_ASSISTANT for client in known)
    lines = [_HEAD.rstrip("\n")]
    for client in sorted(known, key=str):
        writes, reads = _of(client, client in keepers)
        if client.role is Role.HOME_ASSISTANT:
            reads.append(discovery)
        else:
            reads.append(topics.presence(hall, "+"))
        if announced and client in keepers:  # reads them too, to take away those of terminals that are gone
            writes.append(discovery)
            reads.append(discovery)
        lines += ["", f"user {client}"]
        lines += [f"topic write {topic}" for topic in writes]
        lines += [f"topic read {topic}" for topic in reads]
    return "\n".join(lines) + "\n"


def _of(client: Holder, keeps_ledger: bool) -> tuple[list[str], list[str]]:
    """What a client may write and read of the terminals."""
    hall = client.hall
    if client.role is Role.KIOSK:
        own = [
            [topics.kiosk(hall, client.name, leaf) for leaf in leaves] for leaves in (KIOSK_WRITES, KIOSK_READS)
        ]
        return own[0], own[1]
    heads = topics.ledger_head(hall, "+")
    if client.role is Role.WATCH:
        return [], [*(topics.kiosk(hall, "+", leaf) for leaf in WATCH_READS), heads]
    if client.role is Role.HOME_ASSISTANT:
        return [], [topics.kiosk(hall, "+", leaf) for leaf in HOME_ASSISTANT_READS]
    writes = [topics.kiosk(hall, "+", leaf) for leaf in (*DESK_WRITES, *(LEDGER_WRITES if keeps_ledger else ()))]
    reads = [topics.kiosk(hall, "+", leaf) for leaf in (*DESK_READS, *(LEDGER_READS if keeps_ledger else ()))]
    own_head = [topics.ledger_head(hall, client.name)] if keeps_ledger else []
    return [topics.presence(hall, client.name), *own_head, *writes], [*reads, heads]
