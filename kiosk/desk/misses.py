"""The record of what customers asked and the terminals could not answer, and what became of it. Blocks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from kiosk.clock import EARLIEST_MS
from kiosk.content.likeness import Sentence
from kiosk.content.teaching import sample
from kiosk.desk import database
from kiosk.desk.deeds import Deeds
from kiosk.desk.dialects import insert_into
from kiosk.dialogue.pack import NAME
from kiosk.messages import Did, Event

log = logging.getLogger(__name__)

MISSED = "missed"  # the kind of a kiosk's event
MOST_OPEN, MOST_SETTLED = 5000, 200  # rows that are looked at, the newest

_table = database.miss
R = TypeVar("R", bound=Struct)


class Standing(StrEnum):
    """What has become of a sentence."""

    OPEN = "open"
    TAUGHT = "taught"  # it is a sample of ``service`` now
    IGNORED = "ignored"  # no wish of the hall


class MissRow(Struct, frozen=True):
    """One sentence that was not answered. ``received_ms`` is this desk's wall clock."""

    kiosk: str
    text: str
    did: Did
    refused: tuple[str, ...]
    received_ms: int


class Settled(Struct, frozen=True):
    """A sentence that somebody has taught or ignored, and how often it was said."""

    text: str
    state: Standing
    service: str
    person: str
    changed_ms: int
    count: int


def note(connection: sa.Connection, key: Mapping[str, str], events: Sequence[Event], received_ms: int) -> None:
    """Keep a journal's misses, within the transaction that stores its events; ``key`` is hall, kiosk and journal.

    What was taught or ignored before stays so, unless the customer has refused the very service it was taught to.
    """
    for event in events:
        if event.kind != MISSED:
            continue
        text, pack = _printable(event.text), event.pack
        if not text or not NAME.fullmatch(pack) or event.did is None:
            # A line that cannot be kept would hold up everything else of its kiosk for ever.
            log.error("%s: event %d names no sentence that was not answered", key["kiosk"], event.seq)
            continue
        before = connection.execute(
            sa.select(_table.c.state, _table.c.service, _table.c.person, _table.c.changed_ms)
            .where(_table.c.hall == key["hall"], _table.c.pack == pack, _table.c.text == text)
            .order_by(_table.c.received_ms.desc())
            .limit(1)
        ).one_or_none()
        settled = before is not None and (before.state != Standing.TAUGHT or before.service not in event.refused)
        connection.execute(
            insert_into(connection, _table)
            .values(
                **key,
                seq=event.seq,
                pack=pack,
                text=text,
                did=event.did.value,
                refused=[_printable(service) for service in event.refused],
                received_ms=received_ms,
                **(before._asdict() if before is not None and settled else _open()),
            )
            .on_conflict_do_nothing()
        )


class MissRecord:
    """The misses of a desk's database. Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when it fails."""

    def __init__(self, engine: sa.Engine, hall: str) -> None:
        self._engine = engine
        self._hall = hall

    def packs(self) -> list[str]:
        """The packs that anything was missed of."""
        query = sa.select(_table.c.pack).where(_table.c.hall == self._hall).distinct().order_by(_table.c.pack)
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def open(self, pack: str) -> list[MissRow]:
        """What nobody has looked at, the newest first."""
        columns = [_table.c[name] for name in MissRow.__struct_fields__]
        query = (
            sa.select(*columns)
            .where(*self._of(pack), _table.c.state == Standing.OPEN.value)
            .order_by(_table.c.received_ms.desc(), _table.c.seq.desc())
            .limit(MOST_OPEN)
        )
        with self._engine.connect() as connection:
            return [_convert(row, MissRow) for row in connection.execute(query)]

    def settled(self, pack: str) -> list[Settled]:
        """What was taught or ignored, the last one first."""
        person = sa.func.coalesce(database.person.c.name, _table.c.person).label("person")
        columns = (_table.c.text, _table.c.state, _table.c.service, _table.c.changed_ms)
        query = (
            sa.select(*columns, person, sa.func.count().label("count"))
            .outerjoin(database.person, database.person.c.id == _table.c.person)
            .where(*self._of(pack), _table.c.state != Standing.OPEN.value)
            .group_by(*columns, _table.c.person, database.person.c.name)
            .order_by(_table.c.changed_ms.desc(), _table.c.text)
            .limit(MOST_SETTLED)
        )
        with self._engine.connect() as connection:
            return [_convert(row, Settled) for row in connection.execute(query)]

    def taught(self, pack: str) -> list[Sentence]:
        """Every sample that was taught, once, the first one first."""
        query = (
            sa.select(_table.c.text, _table.c.service)
            .where(*self._of(pack), _table.c.state == Standing.TAUGHT.value)
            .group_by(_table.c.text, _table.c.service)
            .order_by(sa.func.min(_table.c.changed_ms), _table.c.text)
        )
        with self._engine.connect() as connection:
            return [Sentence(sample(row.text), row.service) for row in connection.execute(query)]

    def settle(
        self, pack: str, texts: Sequence[str], state: Standing, service: str, person: str, now_ms: int
    ) -> None:
        """Of the open ones: they were taught to a service, or are to be ignored."""
        is_open = _table.c.state == Standing.OPEN.value
        values = {"state": state.value, "service": service, "person": person, "changed_ms": now_ms}
        self._change(pack, texts, is_open, values, f"sentences-{state}", person, service or pack)

    def reopen(self, pack: str, texts: Sequence[str], person: str) -> None:
        """As if nobody had looked at them."""
        settled = _table.c.state != Standing.OPEN.value
        self._change(pack, texts, settled, _open(), "sentences-reopened", person, pack)

    def _change(
        self,
        pack: str,
        texts: Sequence[str],
        which: sa.ColumnElement[bool],
        values: dict[str, Any],
        what: str,
        person: str,
        about: str,
    ) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(_table).where(*self._of(pack), _table.c.text.in_(texts), which).values(**values)
            )
            # How many, and not which: deeds are also for those who may see no word of a customer.
            Deeds.note(connection, person, what, about, str(len(texts)))

    def _of(self, pack: str) -> tuple[sa.ColumnElement[bool], ...]:
        return _table.c.hall == self._hall, _table.c.pack == pack


def forgettable(hall: str, before_ms: int) -> sa.Select[Any]:
    """Keys of the sentences that came before then and that nobody has made a sample."""
    key = list(_table.primary_key)
    old = _table.c.received_ms.between(EARLIEST_MS, before_ms - 1)
    return sa.select(*key).where(_table.c.hall == hall, old, _table.c.state != Standing.TAUGHT.value)


def _convert(row: sa.Row[Any], kind: type[R]) -> R:
    names = kind.__struct_fields__
    return msgspec.convert({name: row._mapping[name] for name in names}, kind)


def _open() -> dict[str, Any]:
    return {"state": Standing.OPEN.value, "service": "", "person": "", "changed_ms": 0}


def _printable(text: str) -> str:
    """What can be shown and stored: PostgreSQL takes no NUL."""
    return "".join(one for one in text if one.isprintable())
