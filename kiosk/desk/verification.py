"""Reads a hall's record and its chain, page by page, beside whoever writes it. Blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import sqlalchemy as sa

from kiosk.desk import database, dialects
from kiosk.desk.chain import Head
from kiosk.desk.walk import Fault, Finding, Link, Stored, Walk

PAGE = 1000  # links, with their events, that are in memory at once

_LINK = [database.link.c[name] for name in Link.__struct_fields__]
#: The body as text: what is no JSON is a finding, and no reason to stop.
_EVENT = [
    (sa.cast(database.event.c.body, sa.Text) if name == "body" else database.event.c[name]).label(f"event_{name}")
    for name in Stored.__struct_fields__
]
_BOTH = database.link.outerjoin(
    database.event,
    sa.and_(database.event.c.hall == database.link.c.hall, database.event.c.position == database.link.c.position),
)


class Verdict(msgspec.Struct, frozen=True):
    """What was seen of one hall's chain; ``finding`` is the first thing that is wrong, None: nothing."""

    head: Head
    since: int  # links up to this one were not looked at
    events: int  # there and unchanged
    deleted: int  # by rule
    wordless: int  # whose words are deleted by rule
    entries: int  # deletions on record
    heads: int  # published heads that it was held against
    finding: Finding | None


def verify(
    engine: sa.Engine, hall: str, heads: Iterable[tuple[int, bytes]] = (), *, since: int = 0, page: int = PAGE
) -> Verdict:
    """Walk a hall's chain in bounded memory; ``since``: from the link after this one, which is trusted.

    Raises ``sqlalchemy.exc.SQLAlchemyError`` when the database fails.
    """
    published = sorted(set(heads))
    with engine.connect() as connection:
        previous = _hash_at(connection, hall, since) if since else None
    walk = Walk(hall, published, since, previous) if previous is not None else Walk(hall, published)
    start = walk.position
    finding = _walk(engine, hall, walk, page)
    return Verdict(
        Head(hall, walk.position, walk.hash, walk.events + walk.deleted),
        start,
        walk.events,
        walk.deleted,
        walk.wordless,
        walk.entries,
        len([position for position, _ in published if start < position <= walk.position]),
        finding,
    )


def contradicts(engine: sa.Engine, hall: str, heads: Iterable[tuple[int, bytes]]) -> Finding | None:
    """The first published head that the chain as it is written does not have; looks at no record."""
    with engine.connect() as connection:
        for position, published in sorted(heads):
            written = _hash_at(connection, hall, position)
            if position and written != published:
                what = "is another" if written is not None else "is not there"
                why = f"the head published for position {position} {what}: the record was made anew or cut"
                return Finding(Fault.REWRITTEN if written is not None else Fault.REMOVED, hall, position, why)
    return None


def _hash_at(connection: sa.Connection, hall: str, position: int) -> bytes | None:
    table = database.link
    query = sa.select(table.c.hash).where(table.c.hall == hall, table.c.position == position)
    digest: bytes | None = connection.scalar(query)
    return digest


def _walk(engine: sa.Engine, hall: str, walk: Walk, page: int) -> Finding | None:
    entries_read = 0
    while True:
        # One state of the database for both, or what is deleted in between looked like a theft.
        with dialects.snapshot(engine) as connection:
            for entry in _entries(connection, hall, entries_read):
                if finding := walk.read_entry(entry):
                    return finding
                entries_read = entry.position
            rows = read_page(connection, hall, walk.position, page)
            ended = _end(connection, hall, walk) if not rows else None
        if not rows:
            return ended
        for row in rows:
            if finding := walk.step(*row):
                return finding


def read_page(connection: sa.Connection, hall: str, after: int, count: int) -> list[tuple[Link, Stored | None]]:
    """At most ``count`` links after that position, in order, each with the event that has its position."""
    rows = connection.execute(
        sa.select(*_LINK, *_EVENT)
        .select_from(_BOTH)
        .where(database.link.c.hall == hall, database.link.c.position > after)
        .order_by(database.link.c.position)
        .limit(count)
    )
    ends = len(_LINK)
    return [(Link(*row[:ends]), Stored(*row[ends:]) if row[ends] is not None else None) for row in rows]


def _entries(connection: sa.Connection, hall: str, after: int) -> Iterator[Link]:
    table = database.link
    query = sa.select(*_LINK).where(table.c.hall == hall, table.c.position > after, table.c.entry.is_not(None))
    for row in connection.execute(query.order_by(table.c.position)):
        yield Link(*row)


def _end(connection: sa.Connection, hall: str, walk: Walk) -> Finding | None:
    """What is beyond the last link."""
    table = database.event
    beyond = sa.or_(table.c.position.is_(None), table.c.position > walk.position, table.c.position < 1)
    query = sa.select(table).where(table.c.hall == hall, beyond).order_by(table.c.received_ms).limit(1)
    if row := connection.execute(query).one_or_none():
        why = "it has no link: it was not stored by the ledger"
        position = row.position or 0
        return Finding(
            Fault.INSERTED, hall, position, why, row.kiosk, row.journal, row.seq, row.call, row.received_ms
        )
    written = connection.execute(sa.select(database.chain).where(database.chain.c.hall == hall)).one_or_none()
    if written is not None and (written.position, written.hash) != (walk.position, walk.hash):
        why = f"the chain ends at {walk.position}, and the ledger had written up to {written.position}"
        return Finding(Fault.REMOVED, hall, walk.position + 1, why)
    return walk.end()
