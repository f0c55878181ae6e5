"""People who may sign in, and their sessions. Passwords are hashed with argon2. Blocks."""

from __future__ import annotations

import hashlib
import secrets
import time

import argon2
import msgspec
import sqlalchemy as sa

from kiosk import topics
from kiosk.desk import database

SESSION_S = 12 * 3600  # a long working day
TRIES, TRY_WINDOW_S = 5, 60.0
MIN_PASSWORD = 8

_hasher = argon2.PasswordHasher()
#: Checked for unknown names, so that they take as long as known ones.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


class PersonError(ValueError):
    """A person cannot be added as asked; the text says why."""


class TooManyTries(PermissionError):
    """Sign-in is closed for a while for this name and address; ``wait_s`` says how long."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many tries; wait {wait_s:.0f} s")
        self.wait_s = wait_s


class Person(msgspec.Struct, frozen=True):
    """Somebody who answers calls. ``level``: 1 hall, 2 and 3 are rung when a call escalates."""

    id: str
    name: str
    level: int
    duty: bool = False


class People:
    """The people and sessions of a desk's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._failures: dict[tuple[str, str], list[float]] = {}

    def add(self, user: str, name: str, password: str, level: int = 1) -> None:
        """Add a person or give a known one a new name, level and password. Raises :class:`PersonError`."""
        if not topics.SLUG.match(user):
            raise PersonError(f"user '{user}' must be 1 to 32 of a-z, 0-9 and -")
        if not 1 <= level <= 3:
            raise PersonError("level must be 1, 2 or 3")
        if not name or len(name) > 60:
            raise PersonError("name must be 1 to 60 characters")
        if len(password) < MIN_PASSWORD:
            raise PersonError(f"password must be at least {MIN_PASSWORD} characters")
        values = {"name": name, "level": level, "password": _hasher.hash(password)}
        table = database.person
        with self._engine.begin() as connection:
            if connection.execute(sa.update(table).where(table.c.id == user).values(**values)).rowcount == 0:
                connection.execute(sa.insert(table).values(id=user, duty=False, **values))
            connection.execute(sa.delete(database.session).where(database.session.c.person == user))

    def remove(self, user: str) -> None:
        """Remove a person and their sessions. Raises :class:`PersonError` when there is none of that name."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(database.session).where(database.session.c.person == user))
            if connection.execute(sa.delete(database.person).where(database.person.c.id == user)).rowcount == 0:
                raise PersonError(f"there is no person '{user}'")

    def all(self) -> list[Person]:
        table = database.person
        with self._engine.connect() as connection:
            return [_person(row) for row in connection.execute(sa.select(table).order_by(table.c.id))]

    def sign_in(self, user: str, password: str, address: str) -> tuple[Person, str] | None:
        """The person and the session's cookie; None for a wrong name or password. Raises :class:`TooManyTries`."""
        self._check_tries(user, address)
        table = database.person
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(table).where(table.c.id == user)).one_or_none()
            try:
                _hasher.verify(row.password if row else _NOBODY, password)
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
                row = None
            if row is None:
                self._failures.setdefault((user, address), []).append(time.monotonic())
                return None
            self._failures.pop((user, address), None)
            token = secrets.token_urlsafe(32)
            now = int(time.time())
            connection.execute(sa.delete(database.session).where(database.session.c.expires < now))
            connection.execute(
                sa.insert(database.session).values(token=_hash(token), person=user, expires=now + SESSION_S)
            )
            return _person(row), token

    def of_session(self, token: str) -> Person | None:
        """Who a cookie belongs to; None when the session is unknown or over."""
        query = (
            sa.select(database.person)
            .join(database.session)
            .where(database.session.c.token == _hash(token), database.session.c.expires > int(time.time()))
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return _person(row) if row else None

    def sign_out(self, token: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(database.session).where(database.session.c.token == _hash(token)))

    def set_duty(self, user: str, duty: bool) -> None:
        """Remembered, so that neither a reload nor a restart of the desk sends anybody off duty."""
        table = database.person
        with self._engine.begin() as connection:
            connection.execute(sa.update(table).where(table.c.id == user).values(duty=duty))

    def _check_tries(self, user: str, address: str) -> None:
        now = time.monotonic()
        for key, failures in list(self._failures.items()):
            recent = [at for at in failures if now - at < TRY_WINDOW_S]
            if recent:
                self._failures[key] = recent
            else:
                del self._failures[key]
        failures = self._failures.get((user, address), [])
        if len(failures) >= TRIES:
            raise TooManyTries(TRY_WINDOW_S - (now - failures[0]))


def _person(row: sa.Row[tuple[str, str, int, str, bool]]) -> Person:
    return Person(row.id, row.name, row.level, row.duty)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
