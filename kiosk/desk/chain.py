"""The chain of each hall's record: appended to in the transaction that stores what it is about. Blocks.

One chain for each hall, not one for the database: halls that share a PostgreSQL do not wait for each other, and a
hall's record is verified and handed over without the others'.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Self

import msgspec
import sqlalchemy as sa

from kiosk.desk import database, hashing
from kiosk.desk.dialects import insert_into
from kiosk.desk.hashing import Place


class Head(msgspec.Struct, frozen=True):
    """The last link of a chain: whoever knows it knows whether anything before it was changed."""

    hall: str
    position: int
    hash: bytes
    events: int  # how many events have been put on record, also those deleted since

    def __str__(self) -> str:
        return f"{self.hash.hex()}@{self.position}"


class Chain:
    """The end of one hall's chain, held within a transaction: nobody else appends until that ends.

    A context manager: at its end the new head is written. Everything raises
    ``sqlalchemy.exc.SQLAlchemyError`` when the database fails.
    """

    def __init__(self, connection: sa.Connection, hall: str) -> None:
        """Must be the first that the transaction does, so that SQLite too waits for others instead of failing."""
        self._connection = connection
        self._hall = hall
        table = database.chain
        start = insert_into(connection, table).values(hall=hall, position=0, hash=hashing.START, events=0)
        held = start.on_conflict_do_update(index_elements=["hall"], set_={"events": table.c.events})
        row = connection.execute(held.returning(table.c.position, table.c.hash, table.c.events)).one()
        self._written = self._head = Head(hall, row.position, row.hash, row.events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if kind is not None or self._head == self._written:
            return
        table, head = database.chain, self._head
        now = {"position": head.position, "hash": head.hash, "events": head.events}
        self._connection.execute(sa.update(table).where(table.c.hall == self._hall).values(now))

    @property
    def head(self) -> Head:
        return self._head

    def append(self, rows: Sequence[dict[str, Any]]) -> None:
        """Put rows of the table ``event`` on record, in this order; they get their positions."""
        if not rows:
            return
        links = [self._link_event(row) for row in rows]
        self._connection.execute(sa.insert(database.event), rows)
        self._connection.execute(sa.insert(database.link), links)

    def enter(self, entry: dict[str, Any], now_ms: int) -> None:
        """Put something of the ledger's own on record."""
        text = msgspec.json.encode(entry, order="deterministic").decode()
        place = Place(self._hall, self._head.position + 1, "", "", 0, "", now_ms)
        link = self._link(place, hashing.entry_hash(text), is_event=False) | {"entry": text}
        self._connection.execute(sa.insert(database.link), link)

    def _link_event(self, row: dict[str, Any]) -> dict[str, Any]:
        row["position"] = self._head.position + 1
        place = Place(**{name: row[name] for name in Place.__struct_fields__})
        body, text = hashing.split(row["kind"], row["body"])
        salt = secrets.token_bytes(hashing.SALT_BYTES) if text else None
        words = hashing.words_hash(salt, text) if salt is not None else None
        content = hashing.content_hash(row["kind"], row["at_ms"], body, words)
        return self._link(place, content) | {"words": words, "salt": salt}

    def _link(self, place: Place, content: bytes, *, is_event: bool = True) -> dict[str, Any]:
        digest = hashing.link_hash(self._head.hash, place, content)
        self._head = Head(self._hall, place.position, digest, self._head.events + is_event)
        fields = {name: getattr(place, name) for name in Place.__struct_fields__}
        return fields | {"content": content, "hash": digest, "words": None, "salt": None, "entry": None}


def head(engine: sa.Engine, hall: str) -> Head:
    """The head of a hall's chain; of one that has none yet, position 0."""
    table = database.chain
    with engine.connect() as connection:
        row = connection.execute(sa.select(table).where(table.c.hall == hall)).one_or_none()
    return Head(hall, row.position, row.hash, row.events) if row else Head(hall, 0, hashing.START, 0)
