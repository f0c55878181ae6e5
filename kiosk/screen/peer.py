"""The screen's end of a local socket: the service is there or not, and comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from kiosk import local

log = logging.getLogger(__name__)

AGAIN_S = 0.3  # a Unix socket that is not there costs nothing to ask for


class Peer:
    """Connects again for ever. ``greeting``: what is sent first; ``on_line``: each line that comes;
    ``on_gone``: the service has ended, or hangs up.
    """

    def __init__(
        self, path: Path, greeting: bytes | None, on_line: Callable[[bytes], None], on_gone: Callable[[], None]
    ) -> None:
        self._path = path
        self._greeting = greeting
        self._on_line = on_line
        self._on_gone = on_gone
        self._connection: local.LocalConnection | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()

    def send(self, message: bytes) -> None:
        """Send when connected; else it is dropped: whoever needs an answer asks again."""
        if self._connection is not None:
            self._outgoing.put_nowait(message)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                connection = await local.connect(self._path)
            except OSError:
                await asyncio.sleep(AGAIN_S)
                continue
            self._outgoing = asyncio.Queue()
            self._connection = connection
            log.info("connected to %s", self._path)
            if self._greeting is not None:
                self.send(self._greeting)
            pump = asyncio.create_task(self._pump(connection))
            try:
                async for line in connection:
                    self._on_line(line)
            finally:
                self._connection = None
                pump.cancel()
                await connection.close()
            log.warning("%s has gone; connecting again", self._path)
            self._on_gone()

    async def _pump(self, connection: local.LocalConnection) -> None:
        try:
            while True:
                await connection.send(await self._outgoing.get())
        except ConnectionError:
            log.debug("%s has gone while it was being sent to", self._path)
