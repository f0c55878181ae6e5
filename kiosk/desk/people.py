"""People who may sign in, as the database has them. Blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from kiosk import clock
from kiosk.desk import database, passwords
from kiosk.desk.deeds import CONSOLE, DESK, Deeds
from kiosk.desk.person import MIN_PASSWORD, Person, PersonError, Wrong, check_person, read_person
from kiosk.desk.roles import FIRST, RIGHTS, Right, Role, may
from kiosk.desk.tries import Tries
from kiosk.messages import MAX_SKILL, MAX_SKILLS


class TooManyTries(PermissionError):
    """Sign-in is closed for a while for this name and address; ``wait_s`` says how long."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many tries; wait {wait_s:.0f} s")
        self.wait_s = wait_s


class People:
    """The people of a desk's database. ``by`` is who changes something; it is on record, see :class:`Deeds`."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._tries = Tries()

    # --- who is there ------------------------------------------------------------------------------

    def all(self) -> list[Person]:
        table = database.person
        with self.engine.connect() as connection:
            return [read_person(row) for row in connection.execute(sa.select(table).order_by(table.c.id))]

    def first_start(self) -> str | None:
        """Where nobody may sign in: make an administrator; gives the one-time password, which is kept nowhere."""
        if self.all():
            return None
        try:
            return self.create(FIRST, "管理员", 1, Role.ADMIN, by=DESK)
        except PersonError:  # another desk of the same database was quicker
            return None

    def create(self, user: str, name: str, level: int, role: Role, *, by: str) -> str:
        """Add a person who is not there yet; gives the one-time password. Raises :class:`PersonError`."""
        password = passwords.one_time()
        self._write(user, name, password, level, role, one_time=True, by=by, known=False)
        return password

    def add(
        self,
        user: str,
        name: str,
        password: str | passwords.Hashed,
        level: int | None = None,
        role: Role | None = None,
        *,
        by: str = CONSOLE,
    ) -> None:
        """Add a person (level 1 and agent, unless said), or give a known one a new name and password and what
        else is said. Ends their sessions. Raises :class:`PersonError`."""
        self._write(user, name, password, level, role, one_time=False, by=by)

    def add_one_time(
        self, user: str, name: str, level: int | None, role: Role | None, *, by: str = CONSOLE
    ) -> str:
        """As :meth:`add`; makes the password, and gives it."""
        password = passwords.one_time()
        self._write(user, name, password, level, role, one_time=True, by=by)
        return password

    def change(self, user: str, name: str, level: int, role: Role, *, by: str) -> None:
        """A new role ends the person's sessions. Raises :class:`PersonError`."""
        check_person(user, name, level)
        table = database.person
        with self.engine.begin() as connection:
            before = self._known(connection, user)
            if before.role != role:
                self._keep_one(connection, before, role)
                self.end_sessions(connection, user)
            values = {"name": name, "level": level, "role": role}
            connection.execute(sa.update(table).where(table.c.id == user).values(**values))
            Deeds.note(connection, by, "person-changed", user, f"{name}, {role}, {level}")

    def set_skills(self, user: str, skills: Iterable[str], *, by: str) -> tuple[str, ...]:
        """Short words, such as 手语; gives what was kept of them. Raises :class:`PersonError`."""
        kept = tuple(dict.fromkeys(word for skill in skills if (word := "".join(skill.split()))))
        if len(kept) > MAX_SKILLS or any(len(word) > MAX_SKILL for word in kept):
            raise PersonError(Wrong.SKILLS)
        table = database.person
        with self.engine.begin() as connection:
            self._known(connection, user)
            connection.execute(sa.update(table).where(table.c.id == user).values(skills=kept))
            Deeds.note(connection, by, "skills", user, " ".join(kept))
        return kept

    def remove(self, user: str, *, by: str = CONSOLE) -> None:
        """Remove a person and their sessions. Raises :class:`PersonError`."""
        with self.engine.begin() as connection:
            before = self._known(connection, user)
            self._keep_one(connection, before, None)
            self.end_sessions(connection, user)
            connection.execute(sa.delete(database.person).where(database.person.c.id == user))
            Deeds.note(connection, by, "person-removed", user, before.name)

    def set_duty(self, user: str, duty: bool, away_ms: int | None = None) -> None:
        """Remembered, so that neither a reload nor a restart of the desk sends anybody off duty."""
        table = database.person
        what = "duty-on" if duty else "duty-off" if away_ms is None else "duty-break"
        with self.engine.begin() as connection:
            connection.execute(sa.update(table).where(table.c.id == user).values(duty=duty, away_ms=away_ms))
            Deeds.note(connection, user, what)

    # --- passwords ---------------------------------------------------------------------------------

    def check(self, user: str, password: str, address: str) -> Person | None:
        """Whose password it is; None for a wrong one or an unknown name. Slow. Raises :class:`TooManyTries`."""
        if wait_s := self._tries.wait_s(user, address, clock.now()):
            raise TooManyTries(wait_s)
        table = database.person
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(table).where(table.c.id == user)).one_or_none()
        right = passwords.is_right(password, row.password if row else None)
        if row is None or not right:
            self._tries.failed(user, address, clock.now())
            return None
        self._tries.succeeded(user, address)
        return read_person(row)

    def set_password(self, user: str, old: str, new: str, address: str) -> bool:
        """The person's own doing; False where the old one is wrong. Ends all their sessions.

        Raises :class:`TooManyTries` and :class:`PersonError`.
        """
        if self.check(user, old, address) is None:
            return False
        if new == old:
            raise PersonError(Wrong.SAME)
        self._set_password(user, new, one_time=False, by=user, what="password")
        return True

    def new_password(self, user: str, *, by: str) -> str:
        """A one-time password for who has lost theirs; ends their sessions. Raises :class:`PersonError`."""
        password = passwords.one_time()
        self._set_password(user, password, one_time=True, by=by, what="password-one-time")
        return password

    def _set_password(self, user: str, password: str, *, one_time: bool, by: str, what: str) -> None:
        if len(password) < MIN_PASSWORD:
            raise PersonError(Wrong.PASSWORD)
        values = {"password": passwords.hashed(password).hash, "one_time": one_time}
        table = database.person
        with self.engine.begin() as connection:
            self._known(connection, user)
            connection.execute(sa.update(table).where(table.c.id == user).values(**values))
            self.end_sessions(connection, user)
            Deeds.note(connection, by, what, user)

    # --- inside ------------------------------------------------------------------------------------

    def _write(
        self,
        user: str,
        name: str,
        password: str | passwords.Hashed,
        level: int | None,
        role: Role | None,
        *,
        one_time: bool,
        by: str,
        known: bool = True,
    ) -> None:
        check_person(user, name, 1 if level is None else level)
        if isinstance(password, str):
            if len(password) < MIN_PASSWORD:
                raise PersonError(Wrong.PASSWORD)
            password = passwords.hashed(password)
        values: dict[str, Any] = {"name": name, "password": password.hash, "one_time": one_time}
        table = database.person
        try:
            with self.engine.begin() as connection:
                row = connection.execute(sa.select(table).where(table.c.id == user)).one_or_none()
                if row is not None and not known:
                    raise PersonError(Wrong.KNOWN, user)
                before = read_person(row) if row is not None else Person(user, name, 1)
                values["level"] = before.level if level is None else level
                values["role"] = before.role if role is None else role
                if row is None:
                    connection.execute(sa.insert(table).values(id=user, duty=False, skills=(), **values))
                else:
                    self._keep_one(connection, before, values["role"])
                    connection.execute(sa.update(table).where(table.c.id == user).values(**values))
                    self.end_sessions(connection, user)
                what = "person-added" if row is None else "person-changed"
                Deeds.note(connection, by, what, user, f"{name}, {values['role']}, {values['level']}")
        except sa.exc.IntegrityError as error:  # added at this moment by somebody else
            raise PersonError(Wrong.KNOWN, user) from error

    @staticmethod
    def end_sessions(connection: sa.Connection, user: str) -> None:
        """Sign a person out everywhere."""
        connection.execute(sa.delete(database.session).where(database.session.c.person == user))

    @staticmethod
    def _known(connection: sa.Connection, user: str) -> Person:
        row = connection.execute(sa.select(database.person).where(database.person.c.id == user)).one_or_none()
        if row is None:
            raise PersonError(Wrong.UNKNOWN, user)
        return read_person(row)

    @staticmethod
    def _keep_one(connection: sa.Connection, before: Person, role: Role | None) -> None:
        """Whoever may add people stays, if there is no other; ``role``: what they become, None: nothing."""
        if not may(before.role, Right.PEOPLE) or (role is not None and may(role, Right.PEOPLE)):
            return
        roles = [role.value for role, rights in RIGHTS.items() if Right.PEOPLE in rights]
        table = database.person
        others = sa.select(sa.func.count()).where(table.c.role.in_(roles), table.c.id != before.id)
        if not connection.scalar(others):
            raise PersonError(Wrong.LAST, before.id)
