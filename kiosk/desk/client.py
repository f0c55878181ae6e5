"""A desk's page without a browser: for ``kiosk agent``, scripts, the demo, the benches and the tests."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from kiosk import messages
from kiosk.desk.hall import KioskRow
from kiosk.desk.protocol import (
    BrokerState,
    Can,
    CasesDue,
    Colleague,
    Colleagues,
    Duty,
    FreezeLine,
    Freezes,
    HallOpen,
    KioskSignal,
    Notice,
    PageAction,
    PageCallBack,
    PageCommand,
    PageFreezeReceived,
    PageSignal,
    PageSnapshot,
    Tick,
    Trouble,
    Troubles,
)
from kiosk.messages import Call, State

Update = (
    PageSnapshot
    | KioskRow
    | KioskSignal
    | Colleagues
    | Freezes
    | CasesDue
    | BrokerState
    | HallOpen
    | Troubles
    | Notice
    | Tick
)


class SignInError(PermissionError):
    """The desk does not let this person in; the text says why."""


class DeskClient:
    """One connection to a desk. Iterate for updates; ``kiosks`` and ``colleagues`` are kept up to date.

    Make one with :func:`connect`.
    """

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse, url: str) -> None:
        self._http = http
        self._socket = socket
        self._updates: asyncio.Queue[Update | None] = asyncio.Queue()
        self._url = url
        self._decoder = msgspec.json.Decoder(Update)
        self.kiosks: dict[str, KioskRow] = {}
        self.colleagues: list[Colleague] = []
        self.freezes: list[FreezeLine] = []
        self.troubles: list[Trouble] = []
        self.me = ""
        self.duty = False
        self.level = 1
        self.ledger: str | None = None

    async def send(self, command: PageCommand) -> None:
        """Raises ConnectionError when the desk is gone."""
        await self._socket.send_str(messages.encode(command).decode())

    async def go_on_duty(self) -> None:
        """上岗, as a page that is seen and heard."""
        await self.send(Can(draw=True, sound=True))
        await self.send(Duty(on=True))

    async def next(self) -> Update:
        """The next update. Raises ConnectionError when the desk is gone."""
        update = await self._updates.get()
        if update is None:
            self._updates.put_nowait(None)  # for whoever asks again
            raise ConnectionError(f"the desk at {self._url} has closed the connection")
        match update:
            case PageSnapshot():
                self.kiosks = {row.kiosk: row for row in update.kiosks}
                self.colleagues, self.ledger = update.colleagues, update.ledger
                self.freezes, self.troubles = update.freezes, update.troubles
                self.me, self.duty, self.level = update.me.id, update.duty, update.me.level
            case KioskRow():
                self.kiosks[update.kiosk] = update
            case Colleagues():
                self.colleagues, self.ledger = update.agents, update.ledger
            case Troubles():
                self.troubles = update.lines
            case Freezes():
                self.freezes = update.open
        return update

    async def read(self) -> None:
        """Read what the desk sends, for ever: a page that is busy elsewhere must still answer its pings."""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._updates.put_nowait(self._decoder.decode(message.data))
        self._updates.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Update]:
        with contextlib.suppress(ConnectionError):
            while True:
                yield await self.next()

    async def until(self, found: Callable[[DeskClient], bool]) -> None:
        """Read on until something is true. Raises ConnectionError when the desk is gone first."""
        while not found(self):
            await self.next()

    async def until_call(self, kiosk: str, *states: State) -> Call:
        """Read on until the kiosk has a call in one of the states (any, when none is named)."""

        def there(client: DeskClient) -> bool:
            row = client.kiosks.get(kiosk)
            return row is not None and row.call is not None and (not states or row.call.state in states)

        await self.until(there)
        call = self.kiosks[kiosk].call
        assert call is not None
        return call

    async def act(self, kind: type[PageAction | PageSignal], kiosk: str, **more: Any) -> None:
        """Do something with the call that the kiosk has now. Raises LookupError when it has none."""
        row = self.kiosks.get(kiosk)
        if row is None or row.call is None:
            raise LookupError(f"{kiosk} has no call")
        await self.send(kind(kiosk=kiosk, call=row.call.id, round=row.call.round, **more))

    async def freeze_received(self, kiosk: str, receipt: str = "") -> None:
        """银行已收到, for the request that the kiosk's call shows. Raises LookupError when there is none."""
        row = self.kiosks.get(kiosk)
        if row is None or row.call is None or row.call.freeze is None:
            raise LookupError(f"{kiosk} has no request to freeze")
        await self.send(PageFreezeReceived(kiosk, row.call.id, row.call.freeze.request, receipt))

    async def call_back(self, kiosk: str, follows: str = "") -> None:
        """回访: a new call at this kiosk that is ours already."""
        await self.send(PageCallBack(kiosk, follows))

    async def freeze_line_received(self, line: FreezeLine, receipt: str = "") -> None:
        """银行已收到, for a request whose call may be over."""
        await self.send(PageFreezeReceived(line.kiosk, line.call, line.request, receipt))

    def rings(self, row: KioskRow) -> bool:
        """Whether this call rings for the person who is signed in."""
        waiting = row.call is not None and row.call.state in (State.CALLING, State.RUNG)
        return waiting and self.duty and self.level <= row.ring_level

    async def timeline(self, kiosk: str, call: str) -> list[messages.Event]:
        """One call's events, from this desk's ledger."""
        async with self._http.get(f"{self._url}/api/calls/{kiosk}/{call}") as response:
            response.raise_for_status()
            body = await response.json()
        return msgspec.convert(body["events"], list[messages.Event])


@contextlib.asynccontextmanager
async def connect(url: str, user: str, password: str, ca: Path | None = None) -> AsyncIterator[DeskClient]:
    """Sign in at ``https://host:port`` and connect. ``ca``: the hall's authority.

    Raises :class:`SignInError`, or OSError when the desk cannot be reached.
    """
    url = url.rstrip("/")
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    # Desks are also addressed by number, for which cookies are refused by default.
    jar = aiohttp.CookieJar(unsafe=True)
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as http:
        async with http.post(f"{url}/api/sign-in", json={"user": user, "password": password}) as response:
            if response.status != 200:
                body = await response.json()
                raise SignInError(f"{url} does not let '{user}' in: {body.get('error', response.status)}")
        async with http.ws_connect(f"{url}/ws", heartbeat=5.0, max_msg_size=0) as socket:
            client = DeskClient(http, socket, url)
            reading = asyncio.create_task(client.read())
            try:
                async with asyncio.timeout(10):
                    await client.next()
                yield client
            finally:
                reading.cancel()
