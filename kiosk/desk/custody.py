"""Looks after the record of the desk's hall: publishes its head, verifies it, deletes what is over its time."""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa

from kiosk import clock, config
from kiosk.desk import chain, heads
from kiosk.desk.heads import HeadError
from kiosk.desk.ledger import Ledger
from kiosk.desk.retention import Retention
from kiosk.desk.verification import Verdict, contradicts, verify
from kiosk.desk.walk import Finding
from kiosk.messages import LedgerHead

log = logging.getLogger(__name__)

NIGHT_HOUR = 3  # local time
#: Of a computer that is switched off at night: the night's work is done so long after the start.
SETTLE_S = 1800.0
AT_START = 50_000  # links that are verified at the start; the night verifies all
PAUSE_S = 0.05  # between two transactions of deletions
TOUCH_NOTHING = (
    "Touch nothing, copy the database, tell the auditor; `kiosk ledger verify` says it again (docs/ledger.md)"
)


class Custody:
    """``publish`` says a head at the broker, if there is one; ``in_database`` runs a blocking method in turn.

    Faults of the database are logged: the keeper names them. Nothing that is in a record ends the desk.
    """

    def __init__(
        self,
        settings: config.Desk,
        ledger: Ledger,
        in_database: Callable[..., Awaitable[Any]],
        publish: Callable[[LedgerHead], None],
    ) -> None:
        self._hall = settings.hall
        self._path = heads.path_of(settings)
        self._engine = ledger.engine
        self._in_database = in_database
        self._publish = publish
        self._retention = Retention(self._engine, settings.hall, settings.retention)
        self._said: LedgerHead | None = None
        self._checking: set[asyncio.Task[None]] = set()
        self._against: list[tuple[int, bytes]] = []  # heads of the broker's that contradict the record
        self._looking = asyncio.Lock()  # what is found last is what is said
        self.trouble: tuple[str, str] | None = None

    async def run(self) -> None:
        """Verify what was written since the last time, then do each hour's and each night's work, for ever."""
        await self._verify(bounded=True)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hours())
            tasks.create_task(self._nights())

    async def say(self) -> None:
        """Publish the head as it is now, and write it down."""
        if self._checking:
            await asyncio.wait(self._checking)  # what the broker has kept is evidence: read it before it goes
        try:
            head = await self._in_database(chain.head, self._engine, self._hall)
        except sa.exc.SQLAlchemyError as error:
            log.error("the ledger's head is not published: %s", _first_line(error))
            return
        today = datetime.date.today().isoformat()
        said = LedgerHead(today, head.position, head.hash.hex(), head.events)
        if said != self._said and said.position:
            await self._write_down(said)
        self._said = said
        self._publish(said)

    def heard(self, head: LedgerHead) -> None:
        """What the broker has kept of us, perhaps from before the database was exchanged."""
        if head != self._said and head.position:
            task = asyncio.create_task(self._hold_against(head))
            self._checking.add(task)
            task.add_done_callback(self._checking.discard)

    async def _hold_against(self, head: LedgerHead) -> None:
        published = (head.position, bytes.fromhex(head.hash))
        async with self._looking:
            if finding := await self._look(contradicts, [published]):
                self._against.append(published)
                await self._write_down(head)  # the broker's copy is about to be replaced
                self._tell(finding)

    async def _hours(self) -> None:
        while True:
            await asyncio.sleep(3600.0 - datetime.datetime.now().timestamp() % 3600.0)
            await self.say()

    async def _nights(self) -> None:
        wait = min(SETTLE_S, _until_night())
        while True:
            await asyncio.sleep(wait)
            await self._verify(bounded=False)
            await self._delete()
            await self.say()
            wait = _until_night()

    async def _verify(self, *, bounded: bool) -> None:
        async with self._looking:
            try:
                known = self._against + await asyncio.to_thread(heads.read, self._path)
            except (OSError, HeadError) as error:
                self.trouble = ("heads-unreadable", f"{error}; the record is not held against what was published")
                return
            if finding := await self._look(contradicts, known):
                self._tell(finding)
            elif verdict := await self._look(self._walk, known, bounded):
                self._tell(verdict.finding)

    def _walk(self, engine: sa.Engine, hall: str, known: list[tuple[int, bytes]], bounded: bool) -> Verdict:
        since = 0
        if bounded:
            end = chain.head(engine, hall).position
            since = max([end - AT_START, *(position for position, _ in known if position <= end)], default=0)
        return verify(engine, hall, known, since=max(0, since))

    async def _look(self, look: Callable[..., Any], *args: Any) -> Any:
        """Beside the ledger's own thread, which has to keep what comes; None where it cannot be looked at."""
        try:
            return await asyncio.to_thread(look, self._engine, self._hall, *args)
        except sa.exc.SQLAlchemyError as error:
            log.error("the record cannot be verified: %s", _first_line(error))
        except Exception as error:
            log.exception("the record cannot be verified")
            why = f"{type(error).__name__}: {str(error)[:200]}"
            self.trouble = ("changed", f"the record cannot be verified ({why}): {TOUCH_NOTHING}")
        return None

    async def _delete(self) -> None:
        now_ms = clock.wall_ms()
        deleted = 0
        try:
            while count := await self._in_database(self._retention.step, now_ms):
                deleted += count
                await asyncio.sleep(PAUSE_S)
        except sa.exc.SQLAlchemyError as error:
            log.error("what is over its time cannot be deleted: %s", _first_line(error))
        except Exception:
            log.exception("what is over its time cannot be deleted")
        if deleted:
            log.info("deleted %d records or words whose time is over; kiosk ledger retention lists them", deleted)

    async def _write_down(self, head: LedgerHead) -> None:
        text = heads.line(head.day, self._hall, head.position, head.hash, head.count)
        try:
            await asyncio.to_thread(heads.add, self._path, text)
        except OSError as error:
            log.error("%s cannot be written (%s): 'heads' in desk.toml", self._path, error.strerror)

    def _tell(self, finding: Finding | None) -> None:
        self.trouble = ("changed", remedy(finding)) if finding else None


def remedy(finding: Finding) -> str:
    """One sentence for the technician."""
    which = (
        f"{finding.kiosk} {finding.journal} {finding.seq}, call {finding.call}" if finding.kiosk else "an entry"
    )
    return (
        f"record {finding.position} of {finding.hall} ({which}) was {finding.fault}: {finding.why[:200]}. "
        f"{TOUCH_NOTHING}"
    )


def _until_night() -> float:
    now = datetime.datetime.now()
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return ((night - now).total_seconds() - 1) % 86_400 + 1


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
