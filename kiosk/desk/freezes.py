"""The record of the customers' requests to freeze their money: each once, however often it comes. Blocks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from kiosk.clock import EARLIEST_MS
from kiosk.desk import database
from kiosk.desk.dialects import insert_into, storable
from kiosk.messages import MAX_ID, MAX_NAME, MAX_TEXT, Agent, Event

log = logging.getLogger(__name__)

ASKED, RECEIVED = "freeze-asked", "freeze-received"  # kinds of a kiosk's events


class Pursuit(StrEnum):
    """How far a request has come with the bank."""

    OPEN = "open"  # nobody there is known to have it
    TAKEN = "taken"  # its system has taken it, without a receipt
    REFUSED = "refused"  # its system will not take it
    RECEIVED = "received"  # there is a receipt, or an agent has rung the bank


class FreezeRow(Struct, frozen=True):
    """One request as it is on record. ``received_ms`` is this desk's wall clock, ``asked_ms`` the kiosk's."""

    kiosk: str
    request: str
    call: str
    case: str
    service: str
    asked_ms: int
    received_ms: int
    state: Pursuit = Pursuit.OPEN
    ledger: bool = False  # this desk's ledger has it: this desk posts it
    posted: bool = False  # the bank's system has taken or refused it
    receipt: str = ""
    why: str = ""
    agent: Agent | None = None


class FreezeRecord:
    """The table of requests. Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def note(self, connection: sa.Connection, hall: str, kiosk: str, events: Iterable[Event], now_ms: int) -> None:
        """What a kiosk's events say of requests, within the transaction that stores these events."""
        for event in events:
            key = {"hall": hall, "kiosk": kiosk, "request": storable(event.why)}
            if event.kind in (ASKED, RECEIVED) and not 0 < len(event.why) <= MAX_ID:
                # A line that cannot be kept would hold up everything else of its kiosk for ever.
                log.error("%s: event %d names no request to freeze", kiosk, event.seq)
            elif event.kind == ASKED:
                self._add(connection, key, values := _asked(event, now_ms))
                # An agent's word may have been quicker than the kiosk's event.
                of_event = {name: values[name] for name in ("call", "case", "service", "asked_ms", "ledger")}
                connection.execute(sa.update(database.freeze).where(*_matches(key)).values(**of_event))
            elif event.kind == RECEIVED:
                self._receive(connection, key, storable(event.text)[:MAX_NAME], event.agent)

    def since(self, hall: str, since_ms: int) -> list[FreezeRow]:
        """The requests of a hall that have come since then, or while the clock was not set; oldest first."""
        table = database.freeze
        came = sa.or_(table.c.received_ms >= since_ms, table.c.received_ms < EARLIEST_MS)
        query = sa.select(table).where(table.c.hall == hall, came).order_by(table.c.received_ms, table.c.request)
        names = FreezeRow.__struct_fields__
        with self._engine.connect() as connection:
            rows = [row._mapping for row in connection.execute(query)]
        return [msgspec.convert({name: row[name] for name in names}, FreezeRow) for row in rows]

    def posted(self, hall: str, row: FreezeRow, state: Pursuit, receipt: str = "", why: str = "") -> None:
        """The bank's system has said what it makes of it. What an agent has heard from the bank stays."""
        key = {"hall": hall, "kiosk": row.kiosk, "request": row.request}
        table = database.freeze
        with self._engine.begin() as connection:
            connection.execute(sa.update(table).where(*_matches(key)).values(posted=True))
            if state is Pursuit.RECEIVED:
                self._receive(connection, key, receipt, None)
            else:
                connection.execute(
                    sa.update(table)
                    .where(*_matches(key), table.c.state != Pursuit.RECEIVED.value)
                    .values(state=state.value, why=storable(why)[:MAX_TEXT])
                )

    def receive(self, hall: str, row: FreezeRow, receipt: str, agent: Agent) -> None:
        """An agent says that the bank has it; also of a request that only another desk has on record."""
        key = {"hall": hall, "kiosk": row.kiosk, "request": row.request}
        with self._engine.begin() as connection:
            self._add(connection, key, _columns(row))
            self._receive(connection, key, receipt, agent)

    def _add(self, connection: sa.Connection, key: dict[str, str], values: dict[str, Any]) -> None:
        insert = insert_into(connection, database.freeze)
        connection.execute(insert.values(**values, **key).on_conflict_do_nothing())

    def _receive(self, connection: sa.Connection, key: dict[str, str], receipt: str, agent: Agent | None) -> None:
        table = database.freeze
        connection.execute(
            sa.update(table)
            .where(*_matches(key), table.c.state != Pursuit.RECEIVED.value)
            .values(
                state=Pursuit.RECEIVED.value,
                receipt=storable(receipt),
                why="",
                agent=msgspec.to_builtins(agent) if agent is not None else sa.null(),
            )
        )


def _asked(event: Event, now_ms: int) -> dict[str, Any]:
    call, case, service = storable(event.call), storable(event.case), storable(event.service)
    return _columns(FreezeRow("", "", call, case, service, event.at_ms, now_ms, ledger=True))


def _columns(row: FreezeRow) -> dict[str, Any]:
    """Everything but the key."""
    fields: dict[str, Any] = msgspec.to_builtins(row)
    del fields["kiosk"], fields["request"]
    return fields | {"agent": sa.null() if row.agent is None else fields["agent"]}


def _matches(key: dict[str, str]) -> list[sa.ColumnElement[bool]]:
    return [database.freeze.c[name] == value for name, value in key.items()]
