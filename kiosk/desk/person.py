"""Somebody who may sign in: what is known of them, and what they must be."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk import topics
from kiosk.desk.roles import Right, Role, may
from kiosk.messages import MAX_SKILL, MAX_SKILLS

MIN_PASSWORD = 8
MAX_NAME = 60


class Wrong(StrEnum):
    """Why a person cannot be as asked."""

    USER = "user must be 1 to 32 of a-z, 0-9 and -"
    NAME = f"name must be 1 to {MAX_NAME} characters"
    LEVEL = "level must be 1, 2 or 3"
    PASSWORD = f"password must be at least {MIN_PASSWORD} characters"
    SAME = "the new password must not be the old one"
    SKILLS = f"skills are at most {MAX_SKILLS} words of at most {MAX_SKILL} characters"
    KNOWN = "there is a person of this name already"
    UNKNOWN = "there is no such person"
    LAST = "somebody must be left who may add people: make another administrator first"


class PersonError(ValueError):
    """A person cannot be as asked; the text says why, and so does ``why``."""

    def __init__(self, why: Wrong, user: str = "") -> None:
        super().__init__(f"{user}: {why}" if user else str(why))
        self.why = why


class Person(msgspec.Struct, frozen=True):
    """Somebody with an account. ``level``: 1 hall, 2 and 3 are rung when a call escalates.

    ``away_ms``: on a break (小休) since then, milliseconds since 1970; then ``duty`` is false.
    ``one_time``: their password was made by somebody else, and they may only set one of their own.
    """

    id: str
    name: str
    level: int
    duty: bool = False
    role: Role = Role.AGENT
    skills: tuple[str, ...] = ()
    away_ms: int | None = None
    one_time: bool = False


def read_person(row: sa.Row[Any]) -> Person:
    """A row of the table. Whoever may not answer is not on duty, whatever they were before."""
    role = Role(row.role)
    answers = may(role, Right.ANSWER)
    return Person(
        row.id,
        row.name,
        row.level,
        duty=row.duty and answers,
        role=role,
        skills=tuple(row.skills),
        away_ms=row.away_ms if answers else None,
        one_time=row.one_time,
    )


def check_person(user: str, name: str, level: int) -> None:
    """Raises :class:`PersonError`."""
    if not topics.SLUG.match(user):
        raise PersonError(Wrong.USER, user)
    if not 1 <= level <= 3:
        raise PersonError(Wrong.LEVEL)
    if not name.strip() or len(name) > MAX_NAME:
        raise PersonError(Wrong.NAME)
