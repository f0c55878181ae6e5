"""What the chain of a ledger is made of: canonical bytes and their SHA-256. Pure; docs/ledger.md says the same.

Canonical is RFC 8785: JSON in UTF-8 with sorted keys and no space. Hashes are 32 bytes; within canonical JSON they
are lower-case hexadecimal.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

SALT_BYTES = 16
#: What the first link of a chain names as the one before it.
START = bytes(32)
#: Kinds of events whose ``text`` is no word of anybody: a remedy, what the bank said. Of every other kind, also of
#: one that this program does not know yet, it counts as somebody's words.
TECHNICAL = frozenset({"fault", "recovered", "freeze-received", "freeze-refused"})

_encode = msgspec.json.Encoder(order="deterministic").encode


class Place(msgspec.Struct, frozen=True):
    """Where a record stands, and which it is. Of an entry of the ledger's own all but hall and time are empty."""

    hall: str
    position: int
    kiosk: str
    journal: str
    seq: int
    call: str
    received_ms: int


def words_hash(salt: bytes, text: str) -> bytes:
    """Of somebody's words. With the salt gone it tells nothing, also of words that one could guess."""
    return hashlib.sha256(salt + text.encode()).digest()


def content_hash(kind: str, at_ms: int, body: dict[str, Any], words: bytes | None) -> bytes:
    """Of an event. ``words`` is the hash of its text, and ``body`` then has none."""
    return hashlib.sha256(_encode([kind, at_ms, body, words.hex() if words is not None else None])).digest()


def entry_hash(entry: str) -> bytes:
    """Of what the ledger itself puts on record, as it is written."""
    return hashlib.sha256(entry.encode()).digest()


def link_hash(previous: bytes, place: Place, content: bytes) -> bytes:
    """Of a link of the chain, and by ``previous`` of all before it."""
    return hashlib.sha256(
        _encode(
            [
                previous.hex(),
                place.hall,
                place.position,
                place.kiosk,
                place.journal,
                place.seq,
                place.call,
                place.received_ms,
                content.hex(),
            ]
        )
    ).digest()


def split(kind: str, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """An event's body without somebody's words, and the words; the body as it is where there are none."""
    text = body.get("text")
    if kind in TECHNICAL or not text or not isinstance(text, str):
        return body, ""
    return {key: value for key, value in body.items() if key != "text"}, text
