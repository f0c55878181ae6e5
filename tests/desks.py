"""A desk in the test's own process, with a real web server and database and no broker."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from parts import LIMIT_S

from kiosk import clock, config, messages, topics
from kiosk.broker import Message
from kiosk.desk.access import COOKIE
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.people import People
from kiosk.desk.service import DeskService
from kiosk.desk.web import make_app

HALL = "hall"


def copy_database(source: Path, directory: Path) -> None:
    """``desk.db`` of one directory elsewhere. Not file by file: SQLite removes its journal when it likes."""
    with (
        contextlib.closing(sqlite3.connect(source / "desk.db")) as old,
        contextlib.closing(sqlite3.connect(directory / "desk.db")) as new,
    ):
        old.backup(new)


@dataclass
class ServedDesk:
    """``people`` may be changed beside the desk, as ``kiosk desk user`` does it."""

    service: DeskService
    people: People
    http: aiohttp.ClientSession
    url: str
    app: web.Application
    tokens: dict[str, str] = field(default_factory=dict)

    def sign_in(self, user: str) -> dict[str, str]:
        """Headers of a new session of somebody; without a password, which would take its time."""
        self.tokens[user] = self.service.sessions.open(user, clock.wall_ms() // 1000)
        return self.headers(user)

    def headers(self, user: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.tokens[user]}"}

    async def ask(self, method: str, path: str, user: str = "", **more: Any) -> tuple[int, Any]:
        """Status and body (None where it is not JSON)."""
        headers = {**(self.headers(user) if user else {}), **more.pop("headers", {})}
        async with self.http.request(method, self.url + path, headers=headers, **more) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    @contextlib.asynccontextmanager
    async def page(self, user: str) -> AsyncIterator[Socket]:
        """An open page of calls of somebody who is signed in."""
        async with self.http.ws_connect(f"{self.url}/ws", headers=self.headers(user)) as socket:
            page = Socket(socket)
            await page.until("snapshot")
            yield page

    def says(self, kiosk: str, leaf: str, message: Any) -> None:
        """The broker brings something of a terminal."""
        self.service.receive(Message(topics.kiosk(HALL, kiosk, leaf), messages.encode(message), False))


class Socket:
    """A page's WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def do(self, what: str, **more: Any) -> None:
        await self.socket.send_json({"do": what, **more})

    async def until(self, kind: str) -> dict[str, Any]:
        """Read on until a message of this type."""
        async with asyncio.timeout(LIMIT_S):
            while (message := await self.socket.receive_json())["type"] != kind:
                pass
        found: dict[str, Any] = message
        return found

    async def closed(self) -> None:
        """Read on until the desk has closed the connection."""
        async with asyncio.timeout(LIMIT_S):
            while (await self.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert self.socket.closed


@contextlib.asynccontextmanager
async def serve(
    directory: Path, people: People | None = None, hours: config.Hours | None = None
) -> AsyncIterator[ServedDesk]:
    """A desk on a free port of this machine."""
    url = f"sqlite:///{directory}/desk.db"
    people = people or People(open_database(url))
    settings = config.Desk(HALL, "d1", database=url, ledger=True, hours=hours or config.Hours())
    service = DeskService(settings, people, Ledger(people.engine))
    app = make_app(service)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "localhost", 0)
    await site.start()
    watching = asyncio.create_task(service.watch.run())
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield ServedDesk(service, people, http, f"http://localhost:{port}", app)
    finally:
        watching.cancel()
        await runner.cleanup()
