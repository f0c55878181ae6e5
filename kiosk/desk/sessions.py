"""Who is signed in: a cookie for each browser, of which the database holds a hash. Blocks.

A session ends after a long working day, whatever happens; and when it has not been used for a while, so that a
page that was left open in the hall does not stay somebody's. An open page of calls uses its session all the time:
it must go on ringing for an agent who has nothing to click.

While the database cannot be written (a full disk, a lock) nobody is thrown out, and who has a password gets in:
what could not be written is kept in memory, and written later. A desk that ends before that forgets it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection

import sqlalchemy as sa
from msgspec import Struct

from kiosk.desk import database
from kiosk.desk.deeds import Deeds
from kiosk.desk.people import People
from kiosk.desk.person import Person, read_person

log = logging.getLogger(__name__)

SESSION_S = 12 * 3600
IDLE_S = 45 * 60  # longer than a meal, shorter than a shift
SEEN_EVERY_S = 60  # so seldom is it written down that a session is used, and so seldom tried again


class Standing(Struct, frozen=True):
    """A session that goes on, until ``expires`` (seconds since 1970) at the longest."""

    person: Person
    expires: int


class _Opened(Struct, frozen=True):
    """A session that is not written down yet. ``password``, ``role``: the person's at that time, which end it when
    they change, as they end those in the database."""

    person: str
    password: str
    role: str
    expires: int


class Sessions:
    """The sessions of a desk's database. ``now_s``: seconds since 1970. For one thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        # What is still to be written, by key.
        self._opened: dict[str, _Opened] = {}
        self._used: dict[str, int] = {}
        self._closed: set[str] = set()
        self._failed_s: int | None = None  # when it could not be written

    def open(self, user: str, now_s: int) -> str:
        """The cookie of a new session. Clears away what is over."""
        token = secrets.token_urlsafe(32)
        table = database.person
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(table.c.password, table.c.role).where(table.c.id == user)).one()
        key = key_of(token)
        self._opened[key] = _Opened(user, row.password, row.role, now_s + SESSION_S)
        self._used[key] = now_s
        self._write_down(now_s)
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
            .where(table.c.token.in_(keys), table.c.expires > now_s)
        )
        seen: dict[str, int] = {}
        standing: dict[str, Standing] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                seen[row.token] = max(row.seen, self._used.get(row.token, 0))
                standing[row.token] = Standing(read_person(row), row.expires)
            for key in self._opened.keys() & set(keys):
                opened = self._opened[key]
                if opened.expires > now_s and (person := _person_of(connection, opened)):
                    seen[key] = self._used.get(key, 0)
                    standing[key] = Standing(person, opened.expires)
        over = {key for key, last in seen.items() if last <= now_s - IDLE_S} | self._closed
        standing = {key: found for key, found in standing.items() if key not in over}
        if use:
            self._used |= {key: now_s for key in standing if seen[key] <= now_s - SEEN_EVERY_S}
        self._write_down(now_s)
        return standing

    def close(self, token: str) -> None:
        """Sign out here."""
        key = key_of(token)
        self._used.pop(key, None)
        if self._opened.pop(key, None) is not None:
            return  # it never was in the database
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(database.session).where(database.session.c.token == key))
        except sa.exc.SQLAlchemyError:
            self._closed.add(key)

    def close_all(self, user: str) -> None:
        """Sign out everywhere."""
        self._opened = {key: opened for key, opened in self._opened.items() if opened.person != user}
        with self._engine.begin() as connection:
            People.end_sessions(connection, user)
            Deeds.note(connection, user, "signed-out-everywhere")

    def _write_down(self, now_s: int) -> None:
        """What is in memory only. A database that cannot be written is no reason to refuse anybody; it is asked
        seldom, because a lock is waited for and the ledger waits behind us."""
        if not (self._opened or self._used or self._closed):
            return
        if self._failed_s is not None and 0 <= now_s - self._failed_s < SEEN_EVERY_S:
            return
        try:
            with self._engine.begin() as connection:
                self._write(connection, now_s)
        except sa.exc.SQLAlchemyError as error:
            if self._failed_s is None:
                log.error(
                    "sessions are kept in memory: %s; check 'database' in desk.toml", str(error).splitlines()[0]
                )
            self._failed_s = now_s
            self._used = {key: used for key, used in self._used.items() if used > now_s - IDLE_S}
            self._opened = {key: opened for key, opened in self._opened.items() if key in self._used}
        else:
            self._opened, self._used, self._closed, self._failed_s = {}, {}, set(), None

    def _write(self, connection: sa.Connection, now_s: int) -> None:
        table = database.session
        for key, used in self._used.items():
            connection.execute(sa.update(table).where(table.c.token == key).values(seen=used))
        over = sa.or_(table.c.expires <= now_s, table.c.seen <= now_s - IDLE_S) if self._opened else sa.false()
        connection.execute(sa.delete(table).where(sa.or_(over, table.c.token.in_(self._closed))))
        for key, opened in self._opened.items():
            if _person_of(connection, opened):
                seen = self._used.get(key, 0)
                values = {"token": key, "person": opened.person, "expires": opened.expires, "seen": seen}
                connection.execute(sa.insert(table).values(**values))


def _person_of(connection: sa.Connection, opened: _Opened) -> Person | None:
    """None: they are gone, or have another password or role since."""
    row = connection.execute(sa.select(database.person).where(database.person.c.id == opened.person)).one_or_none()
    same = row is not None and (row.password, row.role) == (opened.password, opened.role)
    return read_person(row) if row is not None and same else None


def key_of(token: str) -> str:
    """What the database holds of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()
