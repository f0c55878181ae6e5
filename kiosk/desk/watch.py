"""Open pages end with their sessions, and learn what has changed of their person, whoever has changed it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Set
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from kiosk import clock
from kiosk.desk.page import Page
from kiosk.desk.protocol import Notice
from kiosk.desk.sessions import Sessions, Standing

log = logging.getLogger(__name__)

LOOK_S = 2.0  # `kiosk desk user` changes the database beside us
WARN_S = 15 * 60  # so long before its end a session says so


class SessionWatch:
    """``gone`` is called with a page whose session is over, ``changed`` with one whose person is another now."""

    def __init__(
        self,
        sessions: Sessions,
        pages: Set[Page],
        in_database: Callable[..., Awaitable[Any]],
        *,
        gone: Callable[[Page], None],
        changed: Callable[[Page], None],
    ) -> None:
        self._sessions = sessions
        self._pages = pages
        self._in_database = in_database
        self._gone = gone
        self._changed = changed
        self._hurry = asyncio.Event()
        self._fault = ""

    def hurry(self) -> None:
        """Somebody was changed just now: look at once."""
        self._hurry.set()

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._hurry.wait()
            self._hurry.clear()
            await self.look()

    async def look(self) -> None:
        """A database that cannot be read ends nobody's session: calls come first."""
        pages = {page.session: page for page in self._pages}
        if not pages:
            return
        now_s = clock.wall_ms() // 1000
        try:
            standing = await self._in_database(self._sessions.standing, list(pages), now_s)
        except sa.exc.SQLAlchemyError as error:
            self._say(str(error).splitlines()[0])
            return
        self._say("")
        for page in [page for page in self._pages if page.session in pages]:
            found = standing.get(page.session)
            if found is None:
                log.info("the session of %s is over", page.person.id)
                self._gone(page)
            else:
                self._compare(page, found, now_s)

    def _compare(self, page: Page, found: Standing, now_s: int) -> None:
        # Duty is what was last said on a page, which may not have been written yet.
        person = replace(found.person, duty=page.person.duty, away_ms=page.person.away_ms)
        if person != page.person:
            page.person = person
            self._changed(page)
        if not page.warned and found.expires - now_s <= WARN_S:
            page.warned = True
            page.tell(Notice("warn", "登录快到 12 小时了，一刻钟内会退出。手上没有呼叫时，请重新登录。"))

    def _say(self, fault: str) -> None:
        if fault and fault != self._fault:
            log.error("sessions cannot be checked: %s; check 'database' in desk.toml", fault)
        self._fault = fault
