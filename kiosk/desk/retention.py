"""Deletes what is older than the hall keeps it, a little at a time, and says so in the chain. Blocks.

A desk whose clock is not set deletes nothing. What it received meanwhile has no time to count from. A record
counts from the first one after it in the chain that has a time. What is in no chain gets the time of the first
night with a clock that is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk import clock, config
from kiosk.clock import EARLIEST_MS
from kiosk.desk import database, misses
from kiosk.desk.case_rules import CaseState
from kiosk.desk.chain import Chain
from kiosk.desk.walk import COMPLAINT, Deletion, Rule, object_in, ranges

DAY_MS = 24 * 3600 * 1000
STEP = 500  # rows in one transaction: the ledger waits for no more


class Due(msgspec.Struct, frozen=True):
    """What one rule says by now: how many rows have been kept longer than ``days``."""

    rule: Rule
    days: int
    before_ms: int
    count: int


class Retention:
    """The periods of one hall. Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails."""

    def __init__(self, engine: sa.Engine, hall: str, settings: config.Retention) -> None:
        self._engine = engine
        self._hall = hall
        self._days = {
            Rule.WORDS: settings.words_days,
            Rule.COMPLAINTS: settings.complaints_days,
            Rule.EVENTS: settings.events_days,
            Rule.FREEZES: settings.freezes_days,
        }

    def due(self, now_ms: int) -> list[Due]:
        """What a run would delete now; looks, and changes nothing."""
        found = []
        with self._engine.connect() as connection:
            for rule, days in self._days.items():
                before = now_ms - days * DAY_MS
                rows = self._rows(rule, before).subquery()
                count = connection.scalar(sa.select(sa.func.count()).select_from(rows)) or 0
                found.append(Due(rule, days, before, count))
        return found

    def step(self, now_ms: int) -> int:
        """Delete at most :data:`STEP` rows of the first rule that has any, on record; 0: all is done."""
        if not clock.is_set(now_ms / 1000):
            return 0
        for rule, days in self._days.items():
            if count := self._delete(rule, days, now_ms):
                return count
        if count := self._forget_cases(now_ms) or self._forget_misses(now_ms):
            return count
        self._date(now_ms)
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:  # what was deleted goes from the log of writes too
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return 0

    def history(self, limit: int = 100) -> list[tuple[int, Deletion]]:
        """The last deletions on record, newest first, each with when it was (milliseconds since 1970)."""
        table = database.link
        query = (
            sa.select(table.c.received_ms, table.c.entry)
            .where(table.c.hall == self._hall, table.c.entry.is_not(None))
            .order_by(table.c.position.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(when, msgspec.json.decode(entry, type=Deletion)) for when, entry in rows]

    def _delete(self, rule: Rule, days: int, now_ms: int) -> int:
        before = now_ms - days * DAY_MS
        with self._engine.connect() as connection:
            if connection.execute(self._rows(rule, before).limit(1)).first() is None:
                return 0  # and the chain need not be held
        with self._engine.begin() as connection, Chain(connection, self._hall) as chain:
            rows = connection.execute(self._rows(rule, before).limit(STEP)).all()
            if not rows:
                return 0
            positions: list[int] = []
            if rule is Rule.FREEZES:
                _delete_rows(connection, database.freeze, rows)
            else:
                positions = [row.position for row in rows]
                if rule is Rule.EVENTS:
                    _delete_rows(connection, database.event, rows)
                else:
                    _delete_words(connection, rows)
                self._forget_salts(connection, positions)
            kept = self._kept(connection, rule, before, positions)
            deletion = Deletion(rule, days, before, len(rows), ranges(positions, kept))
            chain.enter(msgspec.to_builtins(deletion), now_ms)
        return len(rows)

    def _forget_cases(self, now_ms: int) -> int:
        """The words of complaints that have been closed for as long; their numbers, owners and times stay.

        What is said about one later, when it was opened again, counts from the last of it.
        """
        case, entry = database.case, database.case_entry
        days = self._days[Rule.COMPLAINTS]
        before = now_ms - days * DAY_MS
        of_case = entry.c.case == case.c.id
        last_ms = sa.select(sa.func.max(entry.c.at_ms)).where(of_case).correlate(case).scalar_subquery()
        old = (
            sa.select(case.c.id)
            .where(case.c.hall == self._hall, case.c.state == CaseState.CLOSED.value)
            .where(case.c.opened_ms.between(EARLIEST_MS, before - 1))
            .where(
                sa.or_(
                    case.c.summary != "",
                    case.c.contact != "",
                    sa.exists().where(of_case, entry.c.text != "").correlate(case)
                    & last_ms.between(EARLIEST_MS, before - 1),
                )
            )
            .limit(STEP)
        )
        with self._engine.connect() as connection:
            if connection.execute(old.limit(1)).first() is None:
                return 0
        with self._engine.begin() as connection, Chain(connection, self._hall) as chain:
            ids = list(connection.scalars(old))
            connection.execute(sa.update(entry).where(entry.c.case.in_(ids)).values(text=""))
            connection.execute(sa.update(case).where(case.c.id.in_(ids)).values(summary="", contact=""))
            deletion = Deletion(Rule.COMPLAINTS, days, before, len(ids), ())
            chain.enter(msgspec.to_builtins(deletion), now_ms)
        return len(ids)

    def _forget_misses(self, now_ms: int) -> int:
        """What terminals could not answer, and nobody has made a sample: words beside those of the events."""
        days = self._days[Rule.WORDS]
        before = now_ms - days * DAY_MS
        old = misses.forgettable(self._hall, before).limit(STEP)
        with self._engine.connect() as connection:
            if connection.execute(old.limit(1)).first() is None:
                return 0
        with self._engine.begin() as connection, Chain(connection, self._hall) as chain:
            rows = connection.execute(old).all()
            if not rows:
                return 0
            _delete_rows(connection, database.miss, rows)
            chain.enter(msgspec.to_builtins(Deletion(Rule.WORDS, days, before, len(rows), ())), now_ms)
        return len(rows)

    def _date(self, now_ms: int) -> None:
        """What came while the clock was not set, and is in no chain."""
        freeze, miss, case, entry = database.freeze, database.miss, database.case, database.case_entry
        cases = sa.select(case.c.id).where(case.c.hall == self._hall)
        with self._engine.begin() as connection:
            for column, of_hall in (
                (freeze.c.received_ms, freeze.c.hall == self._hall),
                (miss.c.received_ms, miss.c.hall == self._hall),
                (case.c.opened_ms, case.c.hall == self._hall),
                (entry.c.at_ms, entry.c.case.in_(cases)),
            ):
                unset = sa.and_(of_hall, column < EARLIEST_MS)
                connection.execute(sa.update(column.table).where(unset).values({column: now_ms}))

    def _rows(self, rule: Rule, before_ms: int, *, due: bool = True) -> sa.Select[Any]:
        """What a rule is about and was received before then; not ``due``: what was received later."""
        if rule is Rule.FREEZES:
            table = database.freeze
            key = [table.c[name] for name in ("hall", "kiosk", "request")]
            return sa.select(*key).where(
                table.c.hall == self._hall, table.c.received_ms.between(EARLIEST_MS, before_ms - 1)
            )
        event, link = database.event, database.link
        names = ("hall", "kiosk", "journal", "seq", "position")
        # The body as text: somebody may have made something else of it than JSON.
        query = sa.select(*(event.c[name] for name in names), sa.cast(event.c.body, sa.Text).label("body"))
        received = event.c.received_ms
        if rule is not Rule.EVENTS:
            received = link.c.received_ms
            at = sa.and_(link.c.hall == event.c.hall, link.c.position == event.c.position)
            complaint = event.c.kind == COMPLAINT
            query = query.join(link, at).where(
                link.c.hall == self._hall,
                link.c.salt.is_not(None),
                complaint if rule is Rule.COMPLAINTS else sa.not_(complaint),
            )
        query = query.where(event.c.hall == self._hall, event.c.position.is_not(None))
        at_ms = database.link.alias()
        dated = at_ms.c.received_ms.between(EARLIEST_MS, before_ms - 1)
        last = sa.select(sa.func.max(at_ms.c.position)).where(at_ms.c.hall == self._hall, dated).scalar_subquery()
        dateless = sa.and_(received < EARLIEST_MS, event.c.position < sa.func.coalesce(last, 0))
        old = sa.and_(received < before_ms, sa.or_(received >= EARLIEST_MS, dateless))
        return query.where(old if due else sa.not_(old)).order_by(event.c.position)

    def _kept(self, connection: sa.Connection, rule: Rule, before_ms: int, positions: list[int]) -> list[int]:
        """Between the first and the last of ``positions``: those that the rule is about and that stay."""
        if not positions:
            return []
        table = database.event
        between = table.c.position.between(positions[0], positions[-1])
        rows = connection.execute(self._rows(rule, before_ms, due=False).where(between))
        return [row.position for row in rows]

    def _forget_salts(self, connection: sa.Connection, positions: list[int]) -> None:
        table = database.link
        connection.execute(
            sa.update(table).where(table.c.hall == self._hall, table.c.position.in_(positions)).values(salt=None)
        )


def _delete_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[sa.Row[Any]]) -> None:
    names = [column.name for column in table.primary_key]
    where = [table.c[name] == sa.bindparam(f"its_{name}") for name in names]
    connection.execute(
        sa.delete(table).where(*where), [{f"its_{name}": getattr(row, name) for name in names} for row in rows]
    )


def _delete_words(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    """Of a body that is no JSON object nothing stays: nobody knows where in it the words are."""
    table = database.event
    names = [column.name for column in table.primary_key]
    where = [table.c[name] == sa.bindparam(f"its_{name}") for name in names]
    connection.execute(
        sa.update(table).where(*where).values(body=sa.bindparam("without")),
        [
            {f"its_{name}": getattr(row, name) for name in names}
            | {"without": {key: value for key, value in (object_in(row.body) or {}).items() if key != "text"}}
            for row in rows
        ],
    )
