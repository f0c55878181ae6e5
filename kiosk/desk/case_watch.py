"""Keeps count of the hall's complaints for the agents' pages; they become late while nobody does anything."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa

from kiosk import clock
from kiosk.desk.cases import CaseRecord
from kiosk.desk.protocol import CasesDue

log = logging.getLogger(__name__)

LOOK_S = 15.0


class CaseWatch:
    """``due`` is the last count, None before the first; ``changed`` is called with each other one."""

    def __init__(
        self,
        hall: str,
        record: CaseRecord,
        in_database: Callable[..., Awaitable[Any]],
        *,
        changed: Callable[[CasesDue], None],
    ) -> None:
        self._hall = hall
        self._record = record
        self._in_database = in_database
        self._changed = changed
        self._woken = asyncio.Event()
        self._failed = False
        self.due: CasesDue | None = None

    def look(self) -> None:
        """Something was done: count again soon."""
        self._woken.set()

    async def run(self) -> None:
        """Count for ever."""
        while True:
            self._woken.clear()
            await self._count()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()

    async def _count(self) -> None:
        try:
            counts = await self._in_database(self._record.counts, self._hall, "", clock.wall_ms())
        except sa.exc.SQLAlchemyError as error:
            if not self._failed:
                log.error(
                    "complaints cannot be counted: %s; check 'database' in desk.toml", str(error).splitlines()[0]
                )
            self._failed = True
            return
        self._failed = False
        due = CasesDue(counts.open, counts.overdue)
        if due != self.due:
            self.due = due
            self._changed(due)
