"""The journal's own thread, seen from the event loop: nobody waits for the disk, and a full one loses nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from kiosk.link.journal import Entry, Journal, JournalError, Saved
from kiosk.messages import Event

log = logging.getLogger(__name__)

RETRY_S = 2.0

T = TypeVar("T")
S = TypeVar("S", bound=Struct)


class Recorder:
    """Writes entries in order and together where several wait.

    ``on_committed``: called with the causes that are now safe on disk. ``on_fault``: called with the fault's
    name and a remedy, both empty when it is over. While the disk cannot be written, entries are kept in
    memory and tried again.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_committed: Callable[[list[str]], None],
        on_fault: Callable[[str, str], None],
        on_late_open: Callable[[Saved | None, list[str]], None],
    ) -> None:
        self._path = path
        self._on_committed = on_committed
        self._on_fault = on_fault
        self._on_late_open = on_late_open
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._journal: Journal | None = None
        self._waiting: list[Entry] = []
        self._wake = asyncio.Event()
        self._failed = False

    @property
    def journal_id(self) -> str:
        """Names the numbering of the events; empty while the journal cannot be opened."""
        return self._journal.id if self._journal else ""

    async def open(self) -> tuple[Saved | None, list[str]]:
        """The call and the causes on record; nothing when the journal cannot be opened (a fault, tried again)."""
        try:
            journal, loaded = await self._in_thread(partial(_open, self._path))
        except JournalError as error:
            self._on_fault("not-writable", str(error))
            return None, []
        self._journal = journal
        if journal.replaced:
            remedy = f"a new journal was started; the damaged one is kept as {journal.replaced}: check the disk"
            self._on_fault("damaged", remedy)
        return loaded

    def write(self, entry: Entry) -> None:
        """Record one change; returns at once."""
        self._waiting.append(entry)
        self._wake.set()

    async def run(self) -> None:
        """Write what waits, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._journal is None:
                saved, causes = await self.open()
                if self._journal is None:
                    await self._retry_later()
                    continue
                if not self._journal.replaced:
                    self._on_fault("", "")
                self._on_late_open(saved, causes)
            try:
                causes = await self._in_thread(partial(self._write_waiting, self._journal))
            except JournalError as error:
                self._on_fault("not-writable", str(error))
                self._failed = True
                await self._retry_later()
                continue
            if self._failed:
                self._failed = False
                self._on_fault("", "")
            self._on_committed(causes)

    async def unacknowledged(self, after: int) -> tuple[int, list[Event]] | None:
        """See :meth:`Journal.unacknowledged`; None also while nothing can be read, which is a fault."""
        return await self._read(lambda journal: journal.unacknowledged(after))

    async def acknowledge(self, upto: int) -> None:
        """The ledger has everything up to ``upto``. A full disk is no error here: it is acknowledged again."""
        if self._journal is None:
            return
        try:
            await self._in_thread(partial(self._journal.acknowledge, upto))
        except JournalError as error:
            log.warning("%s", error)

    async def note(self, key: str, value: Struct) -> None:
        """Keep something under a name. Raises :class:`~kiosk.link.journal.JournalError`."""
        if self._journal is None:
            raise JournalError("the journal is not open")
        await self._in_thread(partial(self._journal.note, key, value))

    async def noted(self, key: str, kind: type[S]) -> S | None:
        """What was kept under that name; None when there is nothing, or nothing that can be read."""
        return await self._read(lambda journal: journal.noted(key, kind))

    async def alive(self) -> None:
        """Returns when the journal's thread has done all that was asked of it: proof for the watchdog."""
        await self._in_thread(lambda: None)

    async def close(self) -> None:
        """Write what waits, if the disk lets us, and close."""
        if self._journal is not None:
            try:
                await self._in_thread(partial(self._write_waiting, self._journal))
            except JournalError as error:
                log.error("%s; %d changes are lost", error, len(self._waiting))
            await self._in_thread(self._journal.close)
        self._thread.shutdown()

    def _write_waiting(self, journal: Journal) -> list[str]:
        # In the journal's thread: what is not committed stays in the list, whoever has stopped waiting for it.
        batch = self._waiting[:]
        if batch:
            journal.write(batch)
            del self._waiting[: len(batch)]
        return [cause for entry in batch for cause in entry.causes]

    async def _read(self, what: Callable[[Journal], T | None]) -> T | None:
        if self._journal is None:
            return None
        try:
            return await self._in_thread(partial(what, self._journal))
        except JournalError as error:
            self._failed = True  # until something can be written
            self._on_fault("not-readable", str(error))
            return None

    async def _retry_later(self) -> None:
        await asyncio.sleep(RETRY_S)
        self._wake.set()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _open(path: Path) -> tuple[Journal, tuple[Saved | None, list[str]]]:
    journal = Journal(path)
    try:
        return journal, journal.load()
    except JournalError:
        journal.close()
        raise
