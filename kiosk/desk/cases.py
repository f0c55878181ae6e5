"""The complaints of a hall, and what is done with them. No row is ever deleted. Blocks."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from kiosk import clock
from kiosk.config import Complaints
from kiosk.desk import case_rules, database
from kiosk.desk.case_lists import CaseLists, NoCaseError, case_of, workers
from kiosk.desk.case_rules import Act, Assign, Case, ChangedError, Entry, What, Who
from kiosk.desk.dialects import insert_into, storable
from kiosk.messages import Event, EventBatch, know

know(Case, Entry)  # they are read in the database's thread
COMPLAINED = "complained"  # kind of a kiosk's event
#: Terminals have six digits. With one more, and this one first, no desk's number is ever a terminal's.
_DESKS_DIGIT = "9"
_DONE = {
    What.COMPLAINED: "客户又投诉了一次",
    What.OPENED: "登记",
    What.ASSIGNED: "换了处理人",
    What.NOTE: "写了备注",
    What.REPLIED: "答复了客户",
    What.CLOSED: "结案",
    What.REOPENED: "重新打开",
}


class CaseRecord(CaseLists):
    """The tables of cases. Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails."""

    def __init__(self, engine: sa.Engine, terms: Complaints) -> None:
        super().__init__(engine)
        self._terms = terms

    # --- from the terminals -----------------------------------------------------------------------

    def note(self, connection: sa.Connection, hall: str, kiosk: str, batch: EventBatch, now_ms: int) -> None:
        """What a kiosk's events say of complaints, within the transaction that stores these events."""
        for event in batch.events:
            if event.kind == COMPLAINED:
                line = storable(f"{batch.journal} {event.seq}")
                self._complained(connection, hall, kiosk, line, event, now_ms)

    def _complained(
        self, connection: sa.Connection, hall: str, kiosk: str, line: str, event: Event, now_ms: int
    ) -> None:
        # The kiosk's own time, if it can be right: the customer's time began when they complained.
        said_ms = min(event.at_ms, now_ms) if clock.is_set(event.at_ms / 1000) else now_ms
        call, text = storable(event.call), storable(event.text)
        number = storable(event.case) or _drawn()
        fresh = replace(case_rules.opened(number, said_ms, self._terms), kiosk=kiosk, call=call, summary=text)
        origin = _of_call(call) if call else f"event {line}"
        case = self._add(connection, hall, origin, fresh)
        known = case is None
        if case is None:
            case = self._about(connection, hall, kiosk, origin)
        if self._write(connection, case.id, Entry(said_ms, What.COMPLAINED, text=text), line) and known:
            again = case_rules.complained_again(case, now_ms, self._terms)
            connection.execute(_update(case, again))

    # --- from the desk ----------------------------------------------------------------------------

    def open(self, hall: str, by: Who, summary: str, contact: str, now_ms: int) -> Case:
        """Staff writes down a complaint that came by telephone or at the counter."""
        with self._engine.begin() as connection:
            case = None
            while case is None:
                number = _drawn()
                fresh = case_rules.opened(number, now_ms, self._terms)
                fresh = replace(fresh, summary=storable(summary), contact=storable(contact))
                case = self._add(connection, hall, f"desk {number}", fresh)
            self._write(connection, case.id, Entry(now_ms, What.OPENED, by, case.summary))
        return case

    def open_for(self, hall: str, by: Who, kiosk: str, call: str, summary: str, now_ms: int) -> Case:
        """Make a case of a call, under the number that its customer knows; gives the one that there is.

        Raises :class:`NoCaseError` when there is no such call on record.
        """
        with self._engine.begin() as connection:
            table = database.event
            about = (table.c.hall == hall, table.c.kiosk == kiosk, table.c.call == storable(call))
            bodies = connection.scalars(sa.select(table.c.body).where(*about)).all()
            number = next((body["case"] for body in bodies if body.get("case")), "")
            if not number:
                raise NoCaseError("没有这次呼叫的记录")
            fresh = case_rules.opened(storable(number), now_ms, self._terms)
            fresh = replace(fresh, kiosk=kiosk, call=storable(call), summary=storable(summary))
            case = self._add(connection, hall, _of_call(fresh.call), fresh)
            if case is None:
                return self._about(connection, hall, kiosk, _of_call(fresh.call))
            self._write(connection, case.id, Entry(now_ms, What.OPENED, by, case.summary))
        return case

    def act(self, hall: str, id: int, act: Act, by: Who, now_ms: int) -> Case:
        """Do something with a case.

        Raises :class:`NoCaseError`, :class:`kiosk.desk.case_rules.NotNowError` or ``ChangedError``.
        """
        with self._engine.begin() as connection:
            case = self._case(connection, hall, id)
            to = self._colleague(connection, act.to) if isinstance(act, Assign) else case_rules.NOBODY
            if act.version != case.version:
                raise self._changed(connection, id)
            after, entry = case_rules.done(case, act, by, now_ms, self._terms, to)
            if connection.execute(_update(case, after)).rowcount == 0:  # another desk at the same database
                raise self._changed(connection, id)
            self._write(connection, id, replace(entry, text=storable(entry.text)))
        return after

    # --- within a transaction ---------------------------------------------------------------------

    def _add(self, connection: sa.Connection, hall: str, origin: str, case: Case) -> Case | None:
        """The case as it is kept now; None when there is one of that origin."""
        table = database.case
        fields = _columns(case) | {"hall": hall, "origin": origin}
        insert = insert_into(connection, table).values(fields).on_conflict_do_nothing().returning(table.c.id)
        id = connection.scalar(insert)
        return None if id is None else replace(case, id=id)

    def _about(self, connection: sa.Connection, hall: str, kiosk: str, origin: str) -> Case:
        table = database.case
        mine = (table.c.hall == hall, table.c.kiosk == kiosk, table.c.origin == origin)
        return case_of(connection.execute(sa.select(table).where(*mine).with_for_update()).one())

    def _write(self, connection: sa.Connection, id: int, entry: Entry, line: str | None = None) -> bool:
        """Whether it was not there yet."""
        values = {
            "case": id,
            "event": line,
            "at_ms": entry.at_ms,
            "who": entry.by.id,
            "name": entry.by.name,
            "what": entry.what.value,
            "how": entry.how.value if entry.how else "",
            "text": entry.text,
        }
        table = database.case_entry
        insert = insert_into(connection, table).values(values).on_conflict_do_nothing().returning(table.c.id)
        return connection.scalar(insert) is not None

    def _changed(self, connection: sa.Connection, id: int) -> ChangedError:
        last = self._entries(connection, id)[-1]
        return ChangedError(f"{last.by.name or '客户'}刚刚{_DONE[last.what]}，请看一眼最新情况再点；你写的字还在")

    def _colleague(self, connection: sa.Connection, id: str) -> Who:
        table = database.person
        query = sa.select(table.c.name).where(table.c.id == id, table.c.role.in_(workers()))
        name = connection.scalar(query)
        if name is None:
            raise NoCaseError("这位同事不能处理投诉，请换一位")
        return Who(id, name)


def _drawn() -> str:
    """A number of the desk's own. Digits alone: over the telephone there is no O to be taken for a 0."""
    return f"{_DESKS_DIGIT}{secrets.randbelow(1_000_000):06d}"


def _of_call(call: str) -> str:
    """The origin of all complaints about one call: its customer was told one number."""
    return f"call {call}"


def _update(before: Case, after: Case) -> sa.Update:
    """Changes nothing when somebody else has changed the case since it was read."""
    table = database.case
    return (
        sa.update(table).where(table.c.id == before.id, table.c.version == before.version).values(_columns(after))
    )


def _columns(case: Case) -> dict[str, Any]:
    """Everything but the id."""
    fields: dict[str, Any] = msgspec.to_builtins(case)
    del fields["id"], fields["owner"]
    return fields | {"owner": case.owner.id, "owner_name": case.owner.name}
