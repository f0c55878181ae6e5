"""What the tests of the whole path share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from kiosk import local, messages
from kiosk.desk.client import DeskClient
from kiosk.messages import Event, Snapshot

#: Nothing here measures speed; this only ends a test that would wait for ever.
LIMIT_S = 30.0
PEOPLE = {"wang": ("王芳", 1), "li": ("李强", 1), "zhao": ("赵主任", 2)}


class Link:
    """What a screen would see on ``link.sock``."""

    def __init__(self, connection: local.LocalConnection) -> None:
        self._connection = connection
        self._results: dict[str, messages.Result] = {}
        self.state: Snapshot | None = None

    async def until(self, found: Callable[[Snapshot], object]) -> Snapshot:
        """Read states until something is true of one."""
        async with asyncio.timeout(LIMIT_S):
            while self.state is None or not found(self.state):
                await self._read()
        assert self.state is not None
        return self.state

    async def command(self, command: messages.Command) -> messages.Result:
        await self._connection.send(messages.encode(command))
        async with asyncio.timeout(LIMIT_S):
            while command.request not in self._results:
                await self._read()
        return self._results.pop(command.request)

    async def practise(self) -> None:
        """Ask that the next press be practice, and let so much time pass that the board's clock, which counts
        whole milliseconds, tells without doubt that a press came afterwards: in doubt it calls."""
        assert (await self.command(messages.TryButton("practise", on=True))).ok
        await asyncio.sleep(0.05)

    async def _read(self) -> None:
        message = messages.decode(await self._connection.receive(), Snapshot | messages.Result)
        if isinstance(message, Snapshot):
            self.state = message
        else:
            self._results[message.request] = message

    async def close(self) -> None:
        await self._connection.close()


async def on_record(client: DeskClient, kiosk: str, call: str, *kinds: str) -> list[Event]:
    """The call's timeline, as soon as the ledger has an event of one of these kinds."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            events = await client.timeline(kiosk, call)
            if any(event.kind in kinds for event in events):
                return events
            await asyncio.sleep(0.05)


def eventually(found: Callable[[], object], what: str = "it") -> None:
    """Wait until something is true; for what no message announces."""
    deadline = time.monotonic() + LIMIT_S
    while not found():
        assert time.monotonic() < deadline, f"{what} did not happen within {LIMIT_S:.0f} s"
        time.sleep(0.05)
