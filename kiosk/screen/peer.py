"""The screen's end of a local socket: the service is there, is not, or hangs; and it comes back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from kiosk import clock, local, messages
from kiosk.screen.pulse import Beat, Pulse

log = logging.getLogger(__name__)

AGAIN_S = 0.3  # a Unix socket that is not there costs nothing to ask for
LOOK_S = 0.5


class Peer:
    """Connects again for ever. ``greeting``: what is sent first; ``on_line``: each line that comes;
    ``on_gone``: the service has ended, hangs up, or has said nothing for so many seconds and answers nothing.

    One that hangs is not hung up on: when it goes on, it is asked for its whole state, and nobody counts as gone.
    """

    def __init__(
        self,
        path: Path,
        greeting: bytes | None,
        on_line: Callable[[bytes], None],
        on_gone: Callable[[float], None],
    ) -> None:
        self._path = path
        self._greeting = greeting
        self._on_line = on_line
        self._on_gone = on_gone
        self._connection: local.LocalConnection | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._pulse = Pulse(0.0)

    def send(self, message: bytes) -> None:
        """Send when connected to one that answers; else it is dropped: whoever needs an answer asks again."""
        if self._connection is not None and not self._pulse.silent:
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
            self._pulse = Pulse(clock.now())
            log.info("connected to %s", self._path)
            if self._greeting is not None:
                self.send(self._greeting)
            work = [asyncio.create_task(self._pump(connection)), asyncio.create_task(self._watch())]
            try:
                async for line in connection:
                    self._heard(line)
            finally:
                self._connection = None
                for task in work:
                    task.cancel()
                await connection.close()
            log.warning("%s has gone; connecting again", self._path)
            self._on_gone(0.0)

    def _heard(self, line: bytes) -> None:
        if self._pulse.heard():
            log.info("%s answers again", self._path)
            self.send(messages.encode(messages.Ping("state", state=True)))
        self._on_line(line)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            match self._pulse.look(clock.now()):
                case Beat.ASK:
                    self.send(messages.encode(messages.Ping("ping")))
                case Beat.SILENT:
                    log.warning("%s has not answered for %.1f s", self._path, self._pulse.quiet_s)
                    self._on_gone(self._pulse.quiet_s)

    async def _pump(self, connection: local.LocalConnection) -> None:
        try:
            while True:
                await connection.send(await self._outgoing.get())
        except ConnectionError:
            log.debug("%s has gone while it was being sent to", self._path)
