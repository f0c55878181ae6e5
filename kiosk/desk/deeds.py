"""What people have done at a desk: one line each, appended and never changed. Blocks."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct

from kiosk import clock
from kiosk.desk import database
from kiosk.desk.dialects import storable
from kiosk.messages import MAX_ID, MAX_TEXT

#: Who did it, where it was no person at a page. No user can be called so.
CONSOLE, DESK = "*console", "*desk"


class Deed(Struct, frozen=True):
    """``at_ms``: this desk's wall clock. ``about``: whom or what it was done to."""

    at_ms: int
    who: str
    what: str
    about: str
    detail: str


class Deeds:
    """Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @staticmethod
    def note(where: sa.Connection | sa.Engine, who: str, what: str, about: str = "", detail: str = "") -> None:
        """Add a line; given a connection, within its transaction, so that the deed and its line are one.

        What is too long for its column is cut; ``what`` is a short word of the program.
        """
        if isinstance(where, sa.Engine):
            with where.begin() as connection:
                Deeds.note(connection, who, what, about, detail)
            return
        values = {
            "who": who,
            "what": what,
            "about": storable(about)[:MAX_ID],
            "detail": storable(detail)[:MAX_TEXT],
        }
        where.execute(sa.insert(database.deed).values(at_ms=clock.wall_ms(), **values))

    def last(self, limit: int = 100) -> list[Deed]:
        """The newest lines, newest first."""
        table = database.deed
        query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [Deed(row.at_ms, row.who, row.what, row.about, row.detail) for row in connection.execute(query)]
