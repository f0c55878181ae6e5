"""The ledger: every event of every call, kept once, acknowledged to the kiosk after the commit. Blocks."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.desk import database
from kiosk.messages import Event, EventBatch


class Ledger:
    """Stores journal lines of the kiosks of a hall.

    Methods block and raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails; nothing is then
    acknowledged, and the kiosk sends the events again.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def store(self, hall: str, kiosk: str, batch: EventBatch, received_ms: int) -> int:
        """Commit a batch; gives the last number before the first gap, for the acknowledgement.

        The same events again change nothing. A gap below ``batch.first`` is none: another ledger has it.
        """
        key = {"hall": hall, "kiosk": kiosk, "journal": _text(batch.journal)}
        rows = [
            {
                **key,
                "seq": event.seq,
                "call": _text(event.call),
                "kind": _text(event.kind),
                "at_ms": event.at_ms,
                "received_ms": received_ms,
                "body": msgspec.to_builtins(event),
            }
            for event in batch.events
        ]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(self._insert(database.event).on_conflict_do_nothing(), rows)
            known = connection.scalar(
                sa.select(database.journal.c.upto).where(*_matches(database.journal, key)).with_for_update()
            )
            upto = max(known or 0, batch.first - 1)
            later = connection.scalars(
                sa.select(database.event.c.seq)
                .where(*_matches(database.event, key), database.event.c.seq > upto)
                .order_by(database.event.c.seq)
            )
            for seq in later:
                if seq != upto + 1:
                    break
                upto = seq
            if upto != known:
                insert = self._insert(database.journal).values(**key, upto=upto)
                connection.execute(insert.on_conflict_do_update(index_elements=list(key), set_={"upto": upto}))
        return upto

    def timeline(self, kiosk: str, call: str) -> list[Event]:
        """All events of one call, in the order they happened."""
        table = database.event
        # Within a journal by number: the kiosk's wall clock may have been set back.
        begun = sa.func.min(table.c.at_ms).over(partition_by=table.c.journal)
        query = (
            sa.select(table.c.body)
            .where(table.c.kiosk == kiosk, table.c.call == _text(call))
            .order_by(begun, table.c.journal, table.c.seq)
        )
        with self._engine.connect() as connection:
            return [msgspec.convert(body, Event) for body in connection.scalars(query)]

    def _insert(self, table: sa.Table) -> Any:
        # Both have ON CONFLICT; SQLAlchemy keeps the two constructs apart.
        return (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert(table)


def _text(text: str) -> str:
    """PostgreSQL stores no NUL, and one bad line would hold up its kiosk for ever; the body keeps it as sent."""
    return text.replace("\0", "\ufffd")


def _matches(table: sa.Table, key: dict[str, str]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]
