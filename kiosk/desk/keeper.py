"""Keeps the ledger from the event loop: batches wait here, not in the broker's way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa

from kiosk import clock
from kiosk.desk.ledger import Ledger
from kiosk.messages import EventBatch, LedgerAck

log = logging.getLogger(__name__)

MAX_WAITING = 1000
AT_ONCE = 50  # batches in one transaction
LOG_SPOILT_EVERY_S = 60.0
#: Of what can keep the ledger from being written.
REMEDIES = {
    "disk-full": "the disk of the ledger's database is full: make room on it; events wait at the terminals",
    "locked": "another program holds the ledger's database: end it; events wait at the terminals",
    "not-writable": "the ledger cannot be written: check 'database' in desk.toml, its disk, or the PostgreSQL "
    "server; events wait at the terminals",
}
_DISK_FULL, _LOCK_NOT_AVAILABLE = "53100", "55P03"  # of PostgreSQL


class LedgerKeeper:
    """Stores batches in the order they came; ``on_kept`` is told of each one after its commit.

    ``in_database`` runs a blocking method in the database's thread. ``fault`` is empty while the ledger can
    be written; ``on_fault`` is called when it changes.
    """

    def __init__(
        self,
        hall: str,
        ledger: Ledger,
        in_database: Callable[..., Awaitable[Any]],
        *,
        on_kept: Callable[[str, EventBatch, LedgerAck], None],
        on_fault: Callable[[], None],
    ) -> None:
        self._hall = hall
        self._ledger = ledger
        self._in_database = in_database
        self._on_kept = on_kept
        self._on_fault = on_fault
        self._batches: asyncio.Queue[tuple[str, EventBatch]] = asyncio.Queue(MAX_WAITING)
        self.fault = ""
        self._trouble = ""
        self.spoilt = 0  # how often a batch was not kept because of what it is
        self._spoilt_logged = -LOG_SPOILT_EVERY_S

    def take(self, kiosk: str, batch: EventBatch) -> None:
        """Keep a batch soon. When too many wait it is dropped: the kiosk sends it again."""
        if not self._batches.full():
            self._batches.put_nowait((kiosk, batch))

    @property
    def trouble(self) -> tuple[str, str] | None:
        """Name and remedy of what keeps the ledger from being written."""
        return (self._trouble, f"{REMEDIES[self._trouble]} ({self.fault})") if self.fault else None

    async def run(self) -> None:
        """Store what comes, for ever."""
        while True:
            batches = [await self._batches.get()]
            while len(batches) < AT_ONCE and not self._batches.empty():
                batches.append(self._batches.get_nowait())
            if not await self._store(batches) and len(batches) > 1:
                for one in batches:  # the fault of one must not be that of the others
                    await self._store([one])

    async def _store(self, batches: list[tuple[str, EventBatch]]) -> bool:
        try:
            upto = await self._in_database(self._ledger.store_all, self._hall, batches, clock.wall_ms())
        except sa.exc.SQLAlchemyError as error:
            # Not acknowledged, so the kiosks keep the events and send them again.
            self._set_fault(str(error).splitlines()[0], named(error))
            return False
        except Exception:  # noqa: BLE001 - no line of a terminal ends the desk, and with it the calls
            if len(batches) == 1:
                self._count_spoilt(*batches[0])
            return False
        self._set_fault("")
        for (kiosk, batch), last in zip(batches, upto, strict=True):
            self._on_kept(kiosk, batch, LedgerAck(batch.journal, last))
        return True

    def _count_spoilt(self, kiosk: str, batch: EventBatch) -> None:
        self.spoilt += 1
        if clock.now() - self._spoilt_logged >= LOG_SPOILT_EVERY_S:
            self._spoilt_logged = clock.now()
            log.exception(
                "events of %s (%s from %d) cannot be kept; they wait at the terminal (%d so far)",
                kiosk,
                batch.journal,
                batch.first,
                self.spoilt,
            )

    def _set_fault(self, fault: str, trouble: str = "") -> None:
        if fault and not self.fault:
            log.error("the ledger cannot be written: %s; check 'database' in desk.toml and its disk", fault)
        if fault != self.fault:
            self.fault, self._trouble = fault, trouble
            self._on_fault()


def named(error: sa.exc.SQLAlchemyError) -> str:
    """What a failure to write is called, one of :data:`REMEDIES`."""
    cause = getattr(error, "orig", None)
    text, state = str(cause or error), getattr(cause, "sqlstate", None)
    if "disk is full" in text or state == _DISK_FULL:
        return "disk-full"
    if "is locked" in text or state == _LOCK_NOT_AVAILABLE:
        return "locked"
    return "not-writable"
