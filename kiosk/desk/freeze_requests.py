"""The hall's requests to freeze: each is sent to the bank's system until that has taken or refused it.

What is known is on record before it is acted upon, so a desk that is killed goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa

from kiosk import clock, config
from kiosk.desk.bank import Bank, Verdict, verdict
from kiosk.desk.freezes import FreezeRecord, FreezeRow, Pursuit
from kiosk.desk.protocol import FreezeLine, Standing
from kiosk.messages import Call, Freeze, FreezeAnswer, FreezeReceipt, FreezeRefusal, FreezeState

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
DATABASE_AGAIN_S = 5.0
KEEP_S = 24 * 3600.0  # an older request helps nobody any more: it is neither sent nor shown

Key = tuple[str, str]


class FreezeRequests:
    """``changed`` is called with a kiosk's name when something is known of a request of it that was not known.

    ``in_database`` runs a blocking method in the database's thread.
    """

    def __init__(
        self,
        settings: config.Desk,
        record: FreezeRecord,
        in_database: Callable[..., Awaitable[Any]],
        *,
        changed: Callable[[str], None],
    ) -> None:
        self._hall = settings.hall
        self._bank = Bank(settings.freeze_webhook, settings.hall)
        self._record = record
        self._in_database = in_database
        self._changed = changed
        self._rows: dict[Key, FreezeRow] = {}
        self._came: dict[Key, float] = {}  # by a clock that nobody sets; of those that are over too
        self._troubles: dict[Key, str] = {}
        self._pursued: set[Key] = set()
        self._news = asyncio.Event()

    # --- what is known ------------------------------------------------------------------------------

    @property
    def open(self) -> list[FreezeRow]:
        """The requests that the bank has not confirmed, oldest first."""
        return [row for row in self._rows.values() if row.state is not Pursuit.RECEIVED]

    def knows(self, kiosk: str, request: str) -> bool:
        """Whether there is such a request on record."""
        return (kiosk, request) in self._rows

    def line(self, row: FreezeRow) -> FreezeLine:
        """An open request as a page shows it."""
        now = clock.now()
        age_ms = int((now - self._came.get((row.kiosk, row.request), now)) * 1000)
        return FreezeLine(row.kiosk, row.call, row.request, row.case, age_ms, self._standing(row), row.why)

    def _standing(self, row: FreezeRow) -> Standing:
        if row.state is Pursuit.TAKEN:
            return Standing.TAKEN
        if row.state is Pursuit.REFUSED:
            return Standing.REFUSED
        if not self._bank.url:
            return Standing.NO_WEBHOOK
        return Standing.TROUBLE if (row.kiosk, row.request) in self._troubles else Standing.SENDING

    def answer(self, kiosk: str, call: Call | None) -> FreezeAnswer | None:
        """What the kiosk has still to be told of its call's request; None: nothing."""
        freeze = call.freeze if call is not None else None
        row = self._rows.get((kiosk, freeze.request)) if freeze is not None else None
        if call is None or freeze is None or row is None or freeze.state is FreezeState.RECEIVED:
            return None
        if row.state is Pursuit.RECEIVED:
            return FreezeReceipt(call.id, row.request, row.receipt, row.agent)
        if row.state is Pursuit.REFUSED and freeze.state is not FreezeState.REFUSED:
            return FreezeRefusal(call.id, row.request, row.why)
        return None

    # --- what happens -------------------------------------------------------------------------------

    def look(self) -> None:
        """Something new may be on record."""
        self._news.set()

    async def receive(self, kiosk: str, said: FreezeReceipt, freeze: Freeze | None) -> None:
        """An agent says that the bank has a request; ``freeze`` is what the call shows, if it shows any."""
        assert said.agent is not None
        now_ms = clock.wall_ms()
        asked_ms = now_ms - (freeze.age_ms if freeze is not None else 0)
        row = FreezeRow(kiosk, said.request, said.call, "", "", asked_ms, now_ms)
        await self._keep(self._record.receive, row, said.receipt, said.agent)
        await self._load()

    async def run(self) -> None:
        """Pursue what is open, for ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                if not await self._load():
                    await asyncio.sleep(DATABASE_AGAIN_S)
                    continue
                for key, row in self._rows.items():
                    if self._bank.url and row.ledger and not row.posted and key not in self._pursued:
                        self._pursued.add(key)
                        tasks.create_task(self._pursue(key, row))
                await self._news.wait()

    async def _load(self) -> bool:
        now, wall_ms = clock.now(), clock.wall_ms()
        # What we have is not over because the wall clock was set meanwhile.
        since_ms = min([wall_ms - int(KEEP_S * 1000), *(row.received_ms for row in self._rows.values())])
        try:
            rows = await self._in_database(self._record.since, self._hall, since_ms)
        except sa.exc.SQLAlchemyError as error:
            log.error("%s", _explained(error))
            return False
        found = {(row.kiosk, row.request): row for row in rows}
        self._came = {key: self._came.get(key, now - _age_s(row, wall_ms)) for key, row in found.items()}
        young = {key: row for key, row in found.items() if now - self._came[key] < KEEP_S}
        before, self._rows = self._rows, young
        moved = {key[0] for key in before.keys() | self._rows.keys() if before.get(key) != self._rows.get(key)}
        for kiosk in sorted(moved):
            self._changed(kiosk)
        return True

    async def _pursue(self, key: Key, row: FreezeRow) -> None:
        wait, came = FIRST_WAIT_S, self._came[key]
        while clock.now() - came < KEEP_S:
            answer = await asyncio.to_thread(self._bank.post, row)
            made = verdict(answer)
            if made is not None:
                await self._settle(key, row, made)
                return
            self._say(key, answer.error)
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_S)
        log.error("the request to freeze %s of %s has never reached the bank's system; given up", *reversed(key))

    async def _settle(self, key: Key, row: FreezeRow, made: Verdict) -> None:
        await self._keep(self._record.posted, row, made.state, made.receipt, made.why)
        log.info("the request to freeze %s of %s: %s %s", row.request, row.kiosk, made.state, made.why)
        self._troubles.pop(key, None)
        await self._load()

    async def _keep(self, write: Callable[..., None], row: FreezeRow, *what: Any) -> None:
        """Write it; a database that cannot be written now is asked again and again."""
        while True:
            try:
                await self._in_database(write, self._hall, row, *what)
            except sa.exc.SQLAlchemyError as error:
                log.error("%s", _explained(error))
                await asyncio.sleep(DATABASE_AGAIN_S)
            else:
                return

    def _say(self, key: Key, error: str) -> None:
        if self._troubles.get(key) != error:
            log.error(
                "the request to freeze %s: %s; tried again. Check freeze_webhook in desk.toml", key[1], error
            )
            self._troubles[key] = error
            self._changed(key[0])


def _age_s(row: FreezeRow, wall_ms: int) -> float:
    """Of one that is seen for the first time; 0 where a clock was not set, then or now."""
    if not clock.is_set(row.received_ms / 1000):
        return 0.0
    return max(0, wall_ms - row.received_ms) / 1000


def _explained(error: Exception) -> str:
    return f"requests to freeze cannot be kept: {str(error).splitlines()[0]}; check 'database' in desk.toml"
