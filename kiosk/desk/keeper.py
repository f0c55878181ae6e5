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


class LedgerKeeper:
    """Stores batches in the order they came; ``on_kept`` is told after each commit.

    ``in_database`` runs a blocking method in the database's thread. ``fault`` is empty while the ledger can
    be written; ``on_fault`` is called when it changes.
    """

    def __init__(
        self,
        hall: str,
        ledger: Ledger,
        in_database: Callable[..., Awaitable[Any]],
        *,
        on_kept: Callable[[str, LedgerAck], None],
        on_fault: Callable[[], None],
    ) -> None:
        self._hall = hall
        self._ledger = ledger
        self._in_database = in_database
        self._on_kept = on_kept
        self._on_fault = on_fault
        self._batches: asyncio.Queue[tuple[str, EventBatch]] = asyncio.Queue(MAX_WAITING)
        self.fault = ""

    def take(self, kiosk: str, batch: EventBatch) -> None:
        """Keep a batch soon. When too many wait it is dropped: the kiosk sends it again."""
        if not self._batches.full():
            self._batches.put_nowait((kiosk, batch))

    async def run(self) -> None:
        """Store what comes, for ever."""
        while True:
            kiosk, batch = await self._batches.get()
            try:
                upto = await self._in_database(self._ledger.store, self._hall, kiosk, batch, clock.wall_ms())
            except sa.exc.SQLAlchemyError as error:
                # Not acknowledged, so the kiosk keeps the events and sends them again.
                self._set_fault(str(error).splitlines()[0])
            else:
                self._set_fault("")
                self._on_kept(kiosk, LedgerAck(batch.journal, upto))

    def _set_fault(self, fault: str) -> None:
        if fault and not self.fault:
            log.error("the ledger cannot be written: %s; check 'database' in desk.toml and its disk", fault)
        if fault != self.fault:
            self.fault = fault
            self._on_fault()
