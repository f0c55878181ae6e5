"""What is on record of a hall's complaints. Blocks."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from kiosk.desk import case_rules, database
from kiosk.desk.case_leads import KINDS, Lead, leads
from kiosk.desk.case_rules import Case, CaseFigures, CaseState, Entry, How, What, Who
from kiosk.desk.dialects import storable
from kiosk.desk.roles import RIGHTS, Right, Role
from kiosk.messages import Event

MOST = 200  # cases in one list


class NoCaseError(LookupError):
    """There is no such case, call or colleague; the text says it to the agent."""


class Show(StrEnum):
    """Which cases are listed."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"
    ALL = "all"


class CaseCounts(Struct, frozen=True):
    """How many cases wait. ``mine`` are open ones of the person who asks."""

    open: int
    overdue: int
    mine: int = 0


class CaseLists:
    """Reads the tables of cases. Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def listed(self, hall: str, show: Show, me: str, now_ms: int, digits: str = "") -> list[Case]:
        """What is due first comes first, of all the newest; with ``digits`` whatever has them in its number."""
        table = database.case
        if digits:
            found, order = [table.c.number.contains(digits)], table.c.opened_ms.desc()
        elif show is Show.ALL:
            found, order = [], table.c.opened_ms.desc()
        else:
            found, order = [table.c.state != CaseState.CLOSED.value], table.c.deadline_ms.asc()
            if show is Show.MINE:
                found.append(table.c.owner == me)
            elif show is Show.OVERDUE:
                found.append(table.c.deadline_ms < now_ms)
        query = sa.select(table).where(table.c.hall == hall, *found).order_by(order, table.c.id).limit(MOST)
        with self._engine.connect() as connection:
            return [case_of(row) for row in connection.execute(query)]

    def one(self, hall: str, id: int) -> tuple[Case, list[Entry], list[Case]]:
        """A case, all that was done with it, and others that happen to have the same number.

        Raises :class:`NoCaseError`.
        """
        table = database.case
        with self._engine.connect() as connection:
            case = self._case(connection, hall, id)
            same = sa.select(table).where(table.c.hall == hall, table.c.number == case.number, table.c.id != id)
            others = [case_of(row) for row in connection.execute(same.order_by(table.c.id).limit(MOST))]
            return case, self._entries(connection, id), others

    def counts(self, hall: str, me: str, now_ms: int) -> CaseCounts:
        """How many are open, late, and one's own."""
        table = database.case
        late = sa.case((table.c.deadline_ms < now_ms, 1), else_=0)
        mine = sa.case((table.c.owner == me, 1), else_=0)
        query = sa.select(sa.func.count(), sa.func.sum(late), sa.func.sum(mine)).where(
            table.c.hall == hall, table.c.state != CaseState.CLOSED.value
        )
        with self._engine.connect() as connection:
            open_, overdue, own = connection.execute(query).one()
        return CaseCounts(open_, int(overdue or 0), int(own or 0))

    def figures(self, hall: str, since_ms: int, until_ms: int, now_ms: int) -> list[CaseFigures]:
        """For the report: cases opened in a time, the sum first, then by owner."""
        table = database.case
        query = sa.select(table).where(
            table.c.hall == hall, table.c.opened_ms >= since_ms, table.c.opened_ms < until_ms
        )
        with self._engine.connect() as connection:
            return case_rules.figures((case_of(row) for row in connection.execute(query)), now_ms)

    def leads(self, hall: str, since_ms: int) -> list[Lead]:
        """Calls since then that may be made a case and are none yet."""
        event, case = database.event, database.case
        query = sa.select(event.c.kiosk, event.c.body).where(
            event.c.hall == hall, event.c.kind.in_(KINDS), event.c.received_ms >= since_ms
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(event.c.kiosk, event.c.journal, event.c.seq)).all()
            known = sa.select(case.c.kiosk, case.c.call).where(case.c.hall == hall, case.c.call != "")
            have = {(kiosk, call) for kiosk, call in connection.execute(known)}
        found = leads((kiosk, msgspec.convert(body, Event)) for kiosk, body in rows)
        return [lead for lead in found if (lead.kiosk, storable(lead.call)) not in have][:MOST]

    def colleagues(self) -> list[Who]:
        """Who may be given a case."""
        table = database.person
        query = sa.select(table.c.id, table.c.name).where(table.c.role.in_(workers())).order_by(table.c.name)
        with self._engine.connect() as connection:
            return [Who(id, name) for id, name in connection.execute(query)]

    def _case(self, connection: sa.Connection, hall: str, id: int) -> Case:
        table = database.case
        row = connection.execute(sa.select(table).where(table.c.hall == hall, table.c.id == id)).one_or_none()
        if row is None:
            raise NoCaseError("没有这件投诉")
        return case_of(row)

    def _entries(self, connection: sa.Connection, id: int) -> list[Entry]:
        table = database.case_entry
        rows = connection.execute(sa.select(table).where(table.c.case == id).order_by(table.c.id))
        return [
            Entry(
                row.at_ms,
                What(row.what),
                Who(row.who, row.name),
                row.text,
                How(row.how) if row.how else None,
            )
            for row in rows
        ]


def workers() -> list[str]:
    """The roles that work on complaints."""
    return [role.value for role in Role if Right.CASES in RIGHTS[role]]


def case_of(row: sa.Row[Any]) -> Case:
    """A row of the table of cases."""
    fields = {name: row._mapping[name] for name in Case.__struct_fields__ if name != "owner"}
    return msgspec.convert(fields | {"owner": {"id": row.owner, "name": row.owner_name}}, Case)


def numbers_in(words: str) -> str:
    """The digits of what somebody typed in search of a number, in whatever width and with whatever between."""
    return "".join(str(int(c)) for c in words if c.isdecimal())
