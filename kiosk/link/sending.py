"""When the journal's lines go out: as soon as they are committed, and again until the ledger has them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

AGAIN_S = 30.0


class EventSender:
    """``send`` publishes the lines that were not sent yet; with True, all that are not acknowledged."""

    def __init__(self, send: Callable[[bool], Awaitable[None]]) -> None:
        self._send = send
        self._there = asyncio.Event()
        self._again = False

    def committed(self) -> None:
        """There are new lines."""
        self._there.set()

    def ledger_came(self) -> None:
        """A ledger is there again, which may have missed some."""
        self._again = True
        self._there.set()

    async def run(self) -> None:
        """Send, for ever."""
        while True:
            try:
                async with asyncio.timeout(AGAIN_S):
                    await self._there.wait()
            except TimeoutError:
                self._again = True
            self._there.clear()
            again, self._again = self._again, False
            await self._send(again)
