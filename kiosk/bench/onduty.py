"""An agent at a real desk who answers every call, whatever breaks, and remembers what the page has shown."""

from __future__ import annotations

import asyncio
import random

import aiohttp

from kiosk import clock
from kiosk.desk.client import DeskClient, SignInError, connect
from kiosk.desk.hall import KioskRow
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd, PageRelease, PageRung
from kiosk.messages import Call, Mode, Outcome, Seen, State
from kiosk.stack import Stack

AGAIN_S = 0.1  # from a connection that broke to the next try
REPEAT_S = 2.0  # what has had no effect by then is done again, as a person would
WAITING = (State.CALLING, State.RUNG)


class OnDuty:
    """``pace`` 10 answers ten times as fast as people do. Times are :func:`kiosk.clock.now`."""

    def __init__(self, stack: Stack, desk: str, user: str, *, pace: float, chance: random.Random) -> None:
        self._stack = stack
        self._desk = desk
        self._user = user
        self._pace = pace
        self._chance = chance
        self._due: dict[str, tuple[tuple[str, int, State], float]] = {}
        self._shown_again: dict[str, tuple[str, float]] = {}
        self.calls: dict[str, Call | None] = {}
        self.seen: dict[str, float] = {}  # call -> when a page first showed it
        self.over: set[str] = set()  # calls that a page has shown as ended
        self.ghosts: list[tuple[str, str, float, float]] = []  # kiosk, call, shown again from, until

    @property
    def open(self) -> list[str]:
        """The calls that are open on the page."""
        return [call.id for call in self.calls.values() if call is not None and call.state is not State.ENDED]

    async def run(self) -> None:
        """Be on duty until cancelled."""
        while True:
            try:
                url, password = self._stack.url(self._desk), self._stack.password
                async with connect(url, self._user, password, self._stack.ca) as client:
                    await client.go_on_duty()
                    await self._serve(client)
            except (OSError, aiohttp.ClientError, TimeoutError) as error:
                if isinstance(error, SignInError):
                    raise
            await asyncio.sleep(AGAIN_S)

    def close(self) -> None:
        """The run is over: what is shown again now has been shown until now."""
        for kiosk in list(self._shown_again):
            self._ghost_gone(kiosk)

    async def _serve(self, client: DeskClient) -> None:
        self._due.clear()  # another desk, perhaps: it is told anew what is shown
        for row in list(client.kiosks.values()):
            await self._look(client, row)
        while True:
            wait = min((due for _, due in self._due.values()), default=clock.now() + 1.0) - clock.now()
            try:
                async with asyncio.timeout(max(0.0, wait)):
                    update = await client.next()
            except TimeoutError:
                now = clock.now()
                for kiosk in [kiosk for kiosk, (_, due) in self._due.items() if due <= now]:
                    await self._look(client, client.kiosks[kiosk])
            else:
                if isinstance(update, KioskRow):
                    await self._look(client, update)

    async def _look(self, client: DeskClient, row: KioskRow) -> None:
        call, now = row.call, clock.now()
        self.calls[row.kiosk] = call
        self._look_for_ghost(row.kiosk, call, now)
        if call is None or call.state is State.ENDED:
            self._due.pop(row.kiosk, None)
            if call is not None:
                self.seen.setdefault(call.id, now)
                self.over.add(call.id)
            return
        self.seen.setdefault(call.id, now)
        key = (call.id, call.round, call.state)
        known, due = self._due.get(row.kiosk, (None, 0.0))
        if known != key:
            self._due[row.kiosk] = (key, now + self._thinks(call))
            if call.state is State.CALLING:
                await client.act(PageRung, row.kiosk, seen=Seen.DRAWN)
        elif now >= due:
            self._due[row.kiosk] = (key, now + REPEAT_S)
            await self._act(client, row.kiosk, call)

    def _thinks(self, call: Call) -> float:
        longest = 15.0 if call.state in WAITING else 5.0
        return self._chance.uniform(0.0, longest / self._pace)

    async def _act(self, client: DeskClient, kiosk: str, call: Call) -> None:
        mood = self._chance.random()
        if call.state in WAITING:
            await client.act(PageAccept, kiosk, mode=Mode.WALK)
        elif mood < 0.1 and call.round < 3:
            await client.act(PageRelease, kiosk)
        elif mood < 0.5 and call.state is State.ACCEPTED:
            await client.act(PageArrived, kiosk)
        else:
            await client.act(PageEnd, kiosk, outcome=Outcome.RESOLVED)

    def _look_for_ghost(self, kiosk: str, call: Call | None, now: float) -> None:
        again = call is not None and call.state is not State.ENDED and call.id in self.over
        known = self._shown_again.get(kiosk)
        if known is not None and (call is None or not again or call.id != known[0]):
            self._ghost_gone(kiosk)
            known = None
        if again and known is None:
            assert call is not None
            self._shown_again[kiosk] = (call.id, now)

    def _ghost_gone(self, kiosk: str) -> None:
        call, since = self._shown_again.pop(kiosk)
        self.ghosts.append((kiosk, call, since, clock.now()))
