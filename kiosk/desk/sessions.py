"""Who is signed in: a cookie for each browser, of which the database holds a hash. Blocks.

A session ends after a long working day, whatever happens; and when it has not been used for a while, so that a
page that was left open in the hall does not stay somebody's. An open page of calls uses its session all the time:
it must go on ringing for an agent who has nothing to click.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from kiosk.desk import database
from kiosk.desk.deeds import Deeds
from kiosk.desk.people import People
from kiosk.desk.person import Person, read_person

SESSION_S = 12 * 3600
IDLE_S = 45 * 60  # longer than a meal, shorter than a shift
SEEN_EVERY_S = 60  # so seldom is it written down that a session is used


class Standing(Struct, frozen=True):
    """A session that goes on, until ``expires`` (seconds since 1970) at the longest."""

    person: Person
    expires: int


class Sessions:
    """The sessions of a desk's database. ``now_s``: seconds since 1970."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def open(self, user: str, now_s: int) -> str:
        """The cookie of a new session. Clears away what is over."""
        token = secrets.token_urlsafe(32)
        table = database.session
        values = {"token": key_of(token), "person": user, "expires": now_s + SESSION_S, "seen": now_s}
        with self._engine.begin() as connection:
            connection.execute(
                sa.delete(table).where(sa.or_(table.c.expires <= now_s, table.c.seen <= now_s - IDLE_S))
            )
            connection.execute(sa.insert(table).values(**values))
        return token

    def of(self, token: str, now_s: int, *, use: bool = True) -> Person | None:
        """Who a cookie belongs to; None when the session is unknown or over. ``use``: it counts as used."""
        key = key_of(token)
        found = self.standing([key], now_s, use=use).get(key)
        return found.person if found else None

    def standing(self, keys: Collection[str], now_s: int, *, use: bool = True) -> dict[str, Standing]:
        """Those of these sessions that go on, by key."""
        table = database.session
        query = (
            sa.select(database.person, table.c.token, table.c.expires, table.c.seen)
            .join(table)
            .where(table.c.token.in_(keys), table.c.expires > now_s, table.c.seen > now_s - IDLE_S)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        if use and (old := [row.token for row in rows if row.seen <= now_s - SEEN_EVERY_S]):
            with self._engine.begin() as connection:
                connection.execute(sa.update(table).where(table.c.token.in_(old)).values(seen=now_s))
        return {row.token: Standing(read_person(row), row.expires) for row in rows}

    def close(self, token: str) -> None:
        """Sign out here."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(database.session).where(database.session.c.token == key_of(token)))

    def close_all(self, user: str) -> None:
        """Sign out everywhere."""
        with self._engine.begin() as connection:
            People.end_sessions(connection, user)
            Deeds.note(connection, user, "signed-out-everywhere")


def key_of(token: str) -> str:
    """What the database holds of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()
