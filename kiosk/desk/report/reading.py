"""The ledger's events for a report, streamed from the database. Blocks; runs beside the desk that writes.

Raises ``sqlalchemy.exc.SQLAlchemyError`` when the database fails.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from kiosk.desk import database
from kiosk.desk.database import DatabaseError
from kiosk.desk.dialects import storable
from kiosk.desk.report.calls import AHEAD_MS, BEGINS, BEHIND_MS, Line, Terms, in_order
from kiosk.desk.report.summary import KINDS, Asked
from kiosk.messages import Event

AT_ONCE = 2000  # rows in memory


class Reader:
    """Reads the events that a report needs, in the order in which the ledger received them.

    ``unreadable`` counts those of another version of the program that this one cannot read; they are left out.
    """

    def __init__(self, engine: sa.Engine, asked: Asked, terms: Terms) -> None:
        self._engine = engine
        self._asked = asked
        self._zone = terms.zone
        self.unreadable = 0

    def halls(self) -> list[str]:
        """The halls that are asked for, and have anything on record."""
        return [hall for hall in choices(self._engine)[0] if self._asked.hall in ("", hall)]

    def lines(self, hall: str) -> Iterator[Line]:
        """The events of a hall; one reading transaction, of which a writer sees nothing."""
        table, asked = database.event, self._asked
        query = (
            sa.select(
                table.c.kiosk,
                table.c.journal,
                table.c.received_ms,
                sa.cast(table.c.body, sa.Text),  # as text: SQLAlchemy's JSON and msgspec would both read it
            )
            .where(
                table.c.hall == hall,
                table.c.received_ms >= asked.period.begins_ms(self._zone) - AHEAD_MS,
                table.c.received_ms < asked.period.ends_ms(self._zone) + BEHIND_MS,
                table.c.kind.in_(KINDS),
            )
            .order_by(table.c.received_ms)
        )
        if asked.kiosk:
            query = query.where(table.c.kiosk == asked.kiosk)
        decode = msgspec.json.Decoder(Event).decode
        with self._engine.connect().execution_options(yield_per=AT_ONCE) as connection:
            for kiosk, journal, received_ms, body in connection.execute(query):
                try:
                    event = decode(body)
                except msgspec.MsgspecError:
                    self.unreadable += 1
                    continue
                yield Line(hall, kiosk, journal, received_ms, event)

    def begun(self, line: Line) -> bool:
        """Whether the beginning of a line's call is on record, whenever it was received."""
        table = database.event
        # By the call alone, as :func:`call_lines` does.
        query = sa.select(table.c.hall, table.c.kiosk, table.c.kind).where(
            table.c.call == storable(line.event.call)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return any((hall, kiosk) == (line.hall, line.kiosk) and kind in BEGINS for hall, kiosk, kind in rows)


@contextlib.contextmanager
def told(url: str) -> Iterator[None]:
    """A database that fails while it is read becomes a :class:`~kiosk.desk.database.DatabaseError`."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        why = str(error).splitlines()[0]
        raise DatabaseError(f"database {url} cannot be read: {why}; check its disk, or its server") from error


def call_lines(engine: sa.Engine, hall: str, kiosk: str, call: str) -> list[Line]:
    """One call's events, as they happened, and with them those of the terminal's parts meanwhile."""
    table = database.event
    # By the call alone: with hall and kiosk beside it SQLite reads all that this kiosk has ever sent.
    query = sa.select(table.c.hall, table.c.kiosk, table.c.journal, table.c.received_ms, table.c.body).where(
        table.c.call == call
    )
    with engine.connect() as connection:
        return in_order(
            [
                Line(hall, kiosk, journal, received_ms, msgspec.convert(body, Event))
                for of_hall, of_kiosk, journal, received_ms, body in connection.execute(query)
                if (of_hall, of_kiosk) == (hall, kiosk)
            ]
        )


def followers(engine: sa.Engine, hall: str, kiosk: str, call: str, since_ms: int) -> list[str]:
    """The calls of a kiosk that came after this one had ended with 没办好; ``since_ms``: when this one began."""
    table = database.event
    query = (
        sa.select(table.c.call)
        .where(
            table.c.hall == hall,
            table.c.received_ms >= since_ms,
            table.c.received_ms < since_ms + BEHIND_MS,
            table.c.kiosk == kiosk,
            table.c.kind == "opened",
            table.c.body["why"].as_string() == call,
        )
        .order_by(table.c.received_ms)
    )
    with engine.connect() as connection:
        return list(connection.scalars(query))


def choices(engine: sa.Engine) -> tuple[list[str], list[str]]:
    """The halls and the kiosks of which the ledger has journals."""
    table = database.journal
    with engine.connect() as connection:
        halls = connection.scalars(sa.select(table.c.hall).distinct().order_by(table.c.hall)).all()
        kiosks = connection.scalars(sa.select(table.c.kiosk).distinct().order_by(table.c.kiosk)).all()
    return list(halls), list(kiosks)
