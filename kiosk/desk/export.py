"""A stretch of a hall's record as lines of JSON, with all that one needs to verify it elsewhere. Blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.desk import database, dialects, hashing
from kiosk.desk.verification import PAGE, read_page
from kiosk.desk.walk import Link, Stored, object_in

FORMAT = 1


def lines(engine: sa.Engine, hall: str, since_ms: int, until_ms: int) -> Iterator[bytes]:
    """From the first record that was received at ``since_ms`` or later to the last that was before ``until_ms``.

    Without line ends; bounded memory. Raises ``sqlalchemy.exc.SQLAlchemyError`` when the database fails.
    """
    table = database.link
    of_hall = table.c.hall == hall
    with engine.connect() as connection:
        first = connection.scalar(
            sa.select(sa.func.min(table.c.position)).where(of_hall, table.c.received_ms >= since_ms)
        )
        last = connection.scalar(
            sa.select(sa.func.max(table.c.position)).where(of_hall, table.c.received_ms < until_ms)
        )
        before = connection.scalar(sa.select(table.c.hash).where(of_hall, table.c.position == (first or 0) - 1))
    previous = before or hashing.START
    yield _encode({"ledger": hall, "format": FORMAT, "first": first or 0, "previous": previous.hex()})
    position, events = (first or 0) - 1, 0
    while first is not None and last is not None and position < last:
        with dialects.snapshot(engine) as connection:
            page = read_page(connection, hall, position, min(PAGE, last - position))
        if not page:
            break
        for link, stored in page:
            yield _encode(_record(link, stored))
            position, previous = link.position, link.hash
            events += stored is not None
    yield _encode({"head": f"{previous.hex()}@{max(position, 0)}", "events": events})


def _record(link: Link, stored: Stored | None) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in msgspec.structs.asdict(link).items()
    }
    if stored is not None:
        body, text = object_in(stored.body), ""
        if body is not None and link.words is not None:
            body, text = hashing.split(stored.kind, body)
        # What is no object goes out as it is: it is not what the chain says, whoever looks.
        said = stored.body if body is None else body
        fields |= {"kind": stored.kind, "at_ms": stored.at_ms, "body": said, "text": text}
    return fields


def _encode(line: dict[str, Any]) -> bytes:
    return msgspec.json.encode(line)
