"""The ledger: every event of every call, kept once, chained, acknowledged after the commit. Blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.config import Complaints
from kiosk.desk import database, misses
from kiosk.desk.cases import CaseRecord
from kiosk.desk.chain import Chain
from kiosk.desk.dialects import insert_into, storable
from kiosk.desk.freezes import FreezeRecord
from kiosk.desk.webhook_record import WebhookRecord
from kiosk.messages import Event, EventBatch


class Ledger:
    """Stores journal lines of the kiosks of a hall.

    Methods block and raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails; nothing is then
    acknowledged, and the kiosk sends the events again.
    """

    def __init__(self, engine: sa.Engine, complaints: Complaints = Complaints()) -> None:  # noqa: B008 - frozen
        self._engine = engine
        self.freezes = FreezeRecord(engine)
        self.cases = CaseRecord(engine, complaints)
        self.webhooks = WebhookRecord(engine)

    @property
    def engine(self) -> sa.Engine:
        return self._engine

    def store(self, hall: str, kiosk: str, batch: EventBatch, received_ms: int) -> int:
        """Commit a batch; gives the last number before the first gap, for the acknowledgement.

        The same events again change nothing. A gap below ``batch.first`` is none: another ledger has it.
        """
        return self.store_all(hall, [(kiosk, batch)], received_ms)[0]

    def store_all(self, hall: str, batches: Sequence[tuple[str, EventBatch]], received_ms: int) -> list[int]:
        """Commit several batches at once, which takes hardly longer than one: all of them, or none."""
        with self._engine.begin() as connection, Chain(connection, hall) as chain:
            return [self._store(connection, chain, kiosk, batch, received_ms) for kiosk, batch in batches]

    def _store(
        self, connection: sa.Connection, chain: Chain, kiosk: str, batch: EventBatch, received_ms: int
    ) -> int:
        hall = chain.head.hall
        key = {"hall": hall, "kiosk": kiosk, "journal": storable(batch.journal)}
        table = database.event
        known = connection.scalar(sa.select(database.journal.c.upto).where(*_matches(database.journal, key)))
        upto = max(known or 0, batch.first - 1)
        # What came first stays, also within a batch.
        events = {event.seq: event for event in reversed(batch.events)}
        matters = sa.or_(table.c.seq > upto, table.c.seq.in_(list(events)))
        there = set(connection.scalars(sa.select(table.c.seq).where(*_matches(table, key), matters)))
        new = [event for event in reversed(events.values()) if event.seq not in there]
        if batch.events:
            chain.append([_row(key, event, received_ms) for event in new])
            self.freezes.note(connection, hall, kiosk, batch.events, received_ms)
            self.cases.note(connection, hall, kiosk, batch, received_ms)
            self.webhooks.note(connection, hall, kiosk, batch, received_ms)
            misses.note(connection, key, batch.events, received_ms)
        there.update(events)
        while upto + 1 in there:
            upto += 1
        if upto != known:
            now = insert_into(connection, database.journal).values(**key, upto=upto)
            connection.execute(now.on_conflict_do_update(index_elements=list(key), set_={"upto": upto}))
        return upto

    def timeline(self, kiosk: str, call: str) -> list[Event]:
        """All events of one call, in the order they happened."""
        table = database.event
        # Within a journal by number: the kiosk's wall clock may have been set back.
        begun = sa.func.min(table.c.at_ms).over(partition_by=table.c.journal)
        query = (
            sa.select(table.c.body)
            .where(table.c.kiosk == kiosk, table.c.call == storable(call))
            .order_by(begun, table.c.journal, table.c.seq)
        )
        with self._engine.connect() as connection:
            return [msgspec.convert(body, Event) for body in connection.scalars(query)]


def _row(key: dict[str, str], event: Event, received_ms: int) -> dict[str, Any]:
    """Of the table ``event``, without its position."""
    return {
        **key,
        "seq": event.seq,
        "call": storable(event.call),
        "kind": storable(event.kind),
        "at_ms": event.at_ms,
        "received_ms": received_ms,
        "body": msgspec.to_builtins(event),
    }


def _matches(table: sa.Table, key: dict[str, str]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]
