"""The messages to webhooks on record: each once for each address, until it is taken or given up. Blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from kiosk import config
from kiosk.desk import announcements, database
from kiosk.desk.announcements import Announcement
from kiosk.desk.dialects import insert_into, storable
from kiosk.messages import MAX_TEXT, EventBatch

DAY_MS = 24 * 3600 * 1000
FORGET_MS = 7 * DAY_MS  # so long it is known what was told
MAX_WAITING = 10_000  # for one address; the oldest beyond it are given up
TOO_MANY, TOO_OLD = "too many messages wait", "nobody took it for 24 hours"


class Delivery(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    TAKEN = "taken"
    DEAD = "dead"  # given up


class Due(Struct, frozen=True):
    """A message that is to be sent now, or again."""

    url: str
    id: str
    body: str
    tries: int
    due_ms: int  # may be later


class Standing(Struct, frozen=True):
    """How it stands with one address. ``dead``: given up in the last 24 hours, ``why`` the last of them."""

    waiting: int = 0
    dead: int = 0
    why: str = ""


class WebhookRecord:
    """The table of messages. Methods raise ``sqlalchemy.exc.SQLAlchemyError`` when the database fails.

    ``most``: so many may wait for one address.
    """

    def __init__(self, engine: sa.Engine, *, most: int = MAX_WAITING) -> None:
        self._engine = engine
        self._most = most
        self._hooks: tuple[config.Webhook, ...] = ()

    def subscribe(self, hooks: tuple[config.Webhook, ...]) -> None:
        """Who is told from now on."""
        self._hooks = hooks

    def note(self, connection: sa.Connection, hall: str, kiosk: str, batch: EventBatch, now_ms: int) -> None:
        """What a kiosk's events have to tell, within the transaction that stores these events."""
        if self._hooks:
            found = (announcements.of_event(hall, kiosk, batch.journal, event) for event in batch.events)
            self._add(connection, hall, [what for what in found if what is not None], now_ms)

    def add(self, hall: str, what: Announcement, now_ms: int) -> None:
        """Something that no event tells."""
        with self._engine.begin() as connection:
            self._add(connection, hall, [what], now_ms)

    def due(self, hall: str, url: str, now_ms: int) -> Due | None:
        """The next message for this address: of those that are due the one that was tried least, else the one that
        is due first."""
        table = database.webhook_delivery
        query = sa.select(table.c.url, table.c.id, table.c.body, table.c.tries, table.c.due_ms).where(
            table.c.state == Delivery.WAITING.value, table.c.hall == hall, table.c.url == url
        )
        now = query.where(table.c.due_ms <= now_ms).order_by(table.c.tries, table.c.created_ms).limit(1)
        later = query.order_by(table.c.due_ms).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(now).one_or_none() or connection.execute(later).one_or_none()
        return Due(*row) if row else None

    def taken(self, row: Due) -> None:
        """The other side has it."""
        self._set(row, state=Delivery.TAKEN.value, tries=row.tries + 1)

    def failed(self, row: Due, why: str, due_ms: int) -> None:
        """It was not taken, and is tried again then."""
        self._set(row, tries=row.tries + 1, due_ms=due_ms, why=_text(why))

    def dead(self, row: Due, why: str, now_ms: int) -> None:
        """The other side wants it neither now nor ever."""
        self._set(row, tries=row.tries + 1, state=Delivery.DEAD.value, due_ms=now_ms, why=_text(why))

    def tidy(self, hall: str, urls: Sequence[str], now_ms: int) -> int:
        """Give up what is too old or too much, forget what is long over or for nobody; how many were given up."""
        table = database.webhook_delivery
        waiting = (table.c.state == Delivery.WAITING.value, table.c.hall == hall)
        given_up = 0
        with self._engine.begin() as connection:
            old = (*waiting, table.c.created_ms < now_ms - DAY_MS)
            why = sa.case((table.c.why == "", TOO_OLD), else_=table.c.why)
            given_up += _bury(connection, old, why, now_ms)
            # Whoever was taken out of desk.toml is told nothing, and is no trouble either.
            connection.execute(sa.delete(table).where(*waiting, table.c.url.not_in(urls)))
            for url in urls:
                newest = (
                    sa.select(table.c.created_ms)
                    .where(*waiting, table.c.url == url)
                    .order_by(table.c.created_ms.desc())
                    .offset(self._most)
                    .limit(1)
                )
                if (last := connection.scalar(newest)) is not None:
                    many = (*waiting, table.c.url == url, table.c.created_ms <= last)
                    given_up += _bury(connection, many, TOO_MANY, now_ms)
            over = table.c.state != Delivery.WAITING.value
            connection.execute(
                sa.delete(table).where(over, table.c.hall == hall, table.c.created_ms < now_ms - FORGET_MS)
            )
        return given_up

    def standing(self, hall: str, now_ms: int) -> dict[str, Standing]:
        """How it stands with each address."""
        table = database.webhook_delivery
        dead = (table.c.state == Delivery.DEAD.value) & (table.c.due_ms >= now_ms - DAY_MS)
        query = (
            sa.select(
                table.c.url,
                sa.func.sum(sa.case((table.c.state == Delivery.WAITING.value, 1), else_=0)),
                sa.func.sum(sa.case((dead, 1), else_=0)),
                sa.func.max(sa.case((dead, table.c.why), else_="")),
            )
            .where(table.c.hall == hall, table.c.state != Delivery.TAKEN.value)
            .group_by(table.c.url)
        )
        with self._engine.connect() as connection:
            return {url: Standing(waiting, many, why) for url, waiting, many, why in connection.execute(query)}

    def _add(self, connection: sa.Connection, hall: str, found: Iterable[Announcement], now_ms: int) -> None:
        rows = [
            {
                "url": hook.url,
                "id": what.id,
                "hall": hall,
                "body": announcements.body(what, now_ms, words=hook.words),
                "created_ms": now_ms,
                "due_ms": now_ms,
                "tries": 0,
                "state": Delivery.WAITING.value,
                "why": "",
            }
            for what in found
            for hook in self._hooks
            if what.type in hook.events
        ]
        if rows:
            connection.execute(insert_into(connection, database.webhook_delivery).on_conflict_do_nothing(), rows)

    def _set(self, row: Due, **values: Any) -> None:
        table = database.webhook_delivery
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(table).where(table.c.url == row.url, table.c.id == row.id).values(**values)
            )


def _bury(connection: sa.Connection, which: tuple[sa.ColumnElement[bool], ...], why: Any, now_ms: int) -> int:
    values = {"state": Delivery.DEAD.value, "why": why, "due_ms": now_ms}
    return connection.execute(sa.update(database.webhook_delivery).where(*which).values(**values)).rowcount


def _text(text: str) -> str:
    return storable(text)[:MAX_TEXT]
