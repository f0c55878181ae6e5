"""The local sockets (``link.sock``, ``voice.sock``): JSON lines over a Unix socket.

On connect a client gets the service's whole state, then each change; it may send commands. A client that
does not read is dropped: it can reconnect and is told everything again, so nobody can block the service.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from kiosk.messages import BadMessage

log = logging.getLogger(__name__)

MAX_LINE = 64 * 1024
MAX_WAITING = 64  # lines a slow client may be behind


class SocketBusy(OSError):
    """Another process already serves this socket."""


class LocalClient:
    """One connected client, as the service sees it."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.name = ""
        self.video = False
        self._writer = writer
        self._lines: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)

    def send(self, message: bytes) -> None:
        """Queue one message; a client that is too far behind is dropped."""
        try:
            self._lines.put_nowait(message + b"\n")
        except asyncio.QueueFull:
            log.warning("client %s does not read; dropped", self.name or "(unnamed)")
            self._writer.transport.abort()

    async def pump(self) -> None:
        while True:
            self._writer.write(await self._lines.get())
            await self._writer.drain()
            self._lines.task_done()

    async def flushed(self) -> None:
        """Returns when the system has taken everything that was queued so far; a slow client may take for ever."""
        await self._lines.join()


class LocalService:
    """Serves one socket.

    ``snapshot`` gives the whole state as JSON; ``on_line`` handles one line of a client and returns the
    answer, raising :class:`~kiosk.messages.BadMessage` for one it cannot read; ``on_leave`` is told when a
    client has gone by itself, not when :meth:`stop` sends it away.
    """

    def __init__(
        self,
        path: Path,
        snapshot: Callable[[], bytes],
        on_line: Callable[[LocalClient, bytes], bytes],
        on_leave: Callable[[LocalClient], None] = lambda _client: None,
    ) -> None:
        self._path = path
        self._snapshot = snapshot
        self._on_line = on_line
        self._on_leave = on_leave
        self._server: asyncio.Server | None = None
        self.clients: set[LocalClient] = set()
        self.bad_lines = 0

    def claim(self) -> None:
        """Make sure that nobody else serves. Raises :class:`SocketBusy`, or OSError for an unusable path."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    probe.connect(str(self._path))
                except OSError:
                    self._path.unlink()  # left behind by a process that was killed
                else:
                    raise SocketBusy(f"{self._path} is served by another process; stop it first")

    async def start(self) -> None:
        """Claim it and listen. Raises as :meth:`claim` does."""
        self.claim()
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=MAX_LINE)
        self._path.chmod(0o660)
        if os.geteuid() == 0:
            with contextlib.suppress(LookupError):  # no such group on a developer's machine
                shutil.chown(self._path, group="kiosk")

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        clients, self.clients = self.clients, set()
        for client in clients:
            client._writer.transport.abort()
        self._path.unlink(missing_ok=True)

    def broadcast(self, message: bytes) -> None:
        """Send one message to everybody; never waits."""
        for client in list(self.clients):
            client.send(message)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = LocalClient(writer)
        client.send(self._snapshot())
        self.clients.add(client)
        pump = asyncio.create_task(client.pump())
        try:
            while line := await reader.readline():
                try:
                    client.send(self._on_line(client, line))
                except BadMessage as error:
                    self._count_bad(client, str(error))
        except ConnectionError:
            log.debug("client %s broke off", client.name)
        except ValueError:
            self._count_bad(client, f"a line above {MAX_LINE} bytes")
        finally:
            pump.cancel()
            if client in self.clients:
                self.clients.remove(client)
                self._on_leave(client)
            writer.transport.abort()

    def _count_bad(self, client: LocalClient, why: str) -> None:
        self.bad_lines += 1
        if self.bad_lines == 1 or self.bad_lines % 1000 == 0:
            log.warning("%s: client %s sent %s (%d so far)", self._path, client.name, why, self.bad_lines)


class LocalConnection:
    """A client's end: iterate over it for messages; :meth:`send` commands."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with contextlib.suppress(ConnectionError):
            while True:
                yield await self.receive()

    async def receive(self) -> bytes:
        """The next message. Raises ConnectionError when the service is gone."""
        line = await self._reader.readline()
        if not line:
            raise ConnectionResetError("the service has closed its socket")
        return line

    async def send(self, message: bytes) -> None:
        """Raises ConnectionError when the service is gone."""
        self._writer.write(message + b"\n")
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def connect(path: Path) -> LocalConnection:
    """Connect to a local service. Raises OSError when it does not run."""
    return LocalConnection(*await asyncio.open_unix_connection(str(path), limit=4 * MAX_LINE))
