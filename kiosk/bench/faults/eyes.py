"""Who looks at a hall while a fault is played: a client of link.sock, an agent, a customer at the screen.

Each keeps *signs*: short texts of all that it shows to be wrong now, such as ``button: unplugged``, and when each
was first seen since :meth:`Eyes.mark`. Times are :func:`kiosk.clock.now`.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import aiohttp

from kiosk import clock, local, messages
from kiosk.desk.client import DeskClient, SignInError, Update, connect
from kiosk.desk.hall import KioskRow
from kiosk.desk.protocol import (
    BrokerState,
    Can,
    Duty,
    PageAccept,
    PageArrived,
    PageEnd,
    PageRung,
    PageSnapshot,
)
from kiosk.messages import Call, Mode, Outcome, Part, Result, Seen, Shown, Snapshot, State
from kiosk.screen import client as screens
from kiosk.screen.catalogue import catalogue
from kiosk.stack import Stack

KIOSK, DESK, AGENT = "k1", "desk1", "wang"
SCREEN, VOICE = f"{KIOSK}-screen", f"{KIOSK}-voice"  # the terminal's further processes
AGAIN_S = 0.1  # from a connection that broke to the next try
LOOK_S = 0.05
_NO_MICROPHONE = catalogue("zh_CN")("no-mic")
LINK_GONE, PAGE_LOST, BROKER_LOST, OFFLINE = "link gone", "page lost", "broker lost", "offline"
NO_LEDGER, NOBODY, DARK = "no ledger", "nobody on duty", "dark"
OUT_OF_ORDER, NO_MICROPHONE = "out_of_order", "no microphone"


class Eyes(ABC):
    """One observer; :meth:`run` looks until it is cancelled, through every loss of its connection."""

    def __init__(self, lost: str) -> None:
        self._lost = lost
        self.signs: frozenset[str] = frozenset({lost})
        self.first: dict[str, float] = {}

    def mark(self) -> None:
        """From here on first sights count anew."""
        self.first = {}

    async def run(self) -> None:
        """Look, for ever. Raises SignInError when the desk does not let the agent in."""
        while True:
            try:
                await self._look()
            except (OSError, aiohttp.ClientError, TimeoutError) as error:
                if isinstance(error, SignInError):
                    raise
            self._see({self._lost})
            await asyncio.sleep(AGAIN_S)

    @abstractmethod
    async def _look(self) -> None:
        """One connection, until it breaks. Raises OSError, aiohttp.ClientError or TimeoutError."""

    def _see(self, signs: Iterable[str]) -> None:
        now, new = clock.now(), frozenset(signs)
        for sign in new - self.signs:
            self.first.setdefault(sign, now)
        self.signs = new


def faults(parts: Mapping[str, Part]) -> set[str]:
    """The parts that are at fault, each with its fault."""
    return {f"{name}: {part.fault}" for name, part in parts.items() if not part.ok}


class LinkEyes(Eyes):
    """What a screen would see on ``link.sock``."""

    def __init__(self, path: Path) -> None:
        super().__init__(LINK_GONE)
        self._path = path
        self._connection: local.LocalConnection | None = None
        self.state: Snapshot | None = None

    async def ask(self, command: messages.Command) -> None:
        """Send a command. Raises ConnectionError when the link is away."""
        if self._connection is None:
            raise ConnectionResetError("the link is away")
        await self._connection.send(messages.encode(command))

    async def _look(self) -> None:
        connection = await local.connect(self._path)
        self._connection = connection
        try:
            async for line in connection:
                message: Snapshot | Result = messages.decode(line, Snapshot | Result)  # type: ignore[arg-type]
                if isinstance(message, Snapshot):
                    self.state = message
                    self._see(faults(message.parts))
        finally:
            self._connection = None
            await connection.close()


class DeskEyes(Eyes):
    """An agent at the desk's page, who is on duty and whose page shows each call."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(PAGE_LOST)
        self._stack = stack
        self._client: DeskClient | None = None
        self._broker = False
        self._on_duty = self._attentive = True
        self._shown: tuple[str, int] | None = None

    @property
    def row(self) -> KioskRow | None:
        """The terminal as the page shows it."""
        return self._client.kiosks.get(KIOSK) if self._client is not None else None

    @property
    def call(self) -> Call | None:
        """The open call that the page shows."""
        call = self.row.call if self.row is not None else None
        return call if call is not None and call.state is not State.ENDED else None

    async def be(self, *, on_duty: bool = True, attentive: bool = True) -> None:
        """上岗 or not; whether the page can be seen and heard. Raises ConnectionError when the desk is gone."""
        self._on_duty, self._attentive = on_duty, attentive
        if self._client is not None:
            await self._say_so(self._client)

    async def answer(self) -> None:
        """Take the open call and bring it to its end. Raises ConnectionError or LookupError when it vanishes."""
        while (call := self.call) is not None:
            assert self._client is not None
            match call.state:
                case State.CALLING | State.RUNG:
                    await self._client.act(PageAccept, KIOSK, mode=Mode.WALK)
                case State.ACCEPTED:
                    await self._client.act(PageArrived, KIOSK)
                case _:
                    await self._client.act(PageEnd, KIOSK, outcome=Outcome.RESOLVED)
            await self._moved(call)

    async def _moved(self, before: Call) -> None:
        """Until the call is in another state, or a second has passed: then it is said again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                while (call := self.call) is not None and call.state is before.state:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_S)

    async def _look(self) -> None:
        stack = self._stack
        async with connect(stack.url(DESK), AGENT, stack.password, stack.ca) as client:
            self._client, self._shown = client, None
            try:
                await self._say_so(client)
                async for update in client:
                    await self._take(client, update)
            finally:
                self._client = None

    async def _say_so(self, client: DeskClient) -> None:
        await client.send(Can(draw=self._attentive, sound=self._attentive))
        await client.send(Duty(on=self._on_duty))
        self._shown = None

    async def _take(self, client: DeskClient, update: Update) -> None:
        if isinstance(update, PageSnapshot):
            self._broker = update.broker
        elif isinstance(update, BrokerState):
            self._broker = update.online
        self._see(self._wrong(client))
        call = self.call
        if call is not None and call.state is State.CALLING and self._attentive and self._on_duty:
            key = (call.id, call.round)
            if key != self._shown:
                self._shown = key
                await client.act(PageRung, KIOSK, seen=Seen.DRAWN)

    def _wrong(self, client: DeskClient) -> set[str]:
        signs = {f"desk's {trouble.part}: {trouble.fault}" for trouble in client.troubles}
        if not self._broker:
            signs.add(BROKER_LOST)
        if client.ledger is None:
            signs.add(NO_LEDGER)
        if not client.colleagues:
            signs.add(NOBODY)
        row = client.kiosks.get(KIOSK)
        if row is None or row.offline:
            return signs | {OFFLINE}
        return signs | (faults(row.health.parts) if row.health is not None else set())


class ScreenEyes(Eyes):
    """A customer in front of the touch screen; signs are the scene's name, and that nobody is asked to speak."""

    def __init__(self, path: Path) -> None:
        super().__init__(DARK)
        self._path = path
        self.scene = DARK
        self.texts: tuple[str, ...] = ()

    async def touch_human(self, done: Callable[[], object]) -> None:
        """Touch 人工 until it has worked. Raises TimeoutError or OSError when the screen does nothing."""
        async with screens.connect(self._path, limit_s=10.0) as screen:
            while not done():
                with contextlib.suppress(screens.ScreenClientError):
                    await screen.touch("human")
                await asyncio.sleep(1.0)

    async def leave(self) -> None:
        """Say that all is done: the welcome comes by itself. Raises TimeoutError or OSError as above."""
        async with screens.connect(self._path, limit_s=30.0) as screen:
            while screen.shown.scene not in ("thanks", "welcome"):
                with contextlib.suppress(screens.ScreenClientError):
                    await screen.touch({"ended": "resolved-yes", "rating": "rate-5"}.get(screen.shown.scene, ""))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await screen.until_scene("thanks", "welcome")

    async def _look(self) -> None:
        connection = await local.connect(self._path)
        try:
            async for line in connection:
                shown: Shown | Result = messages.decode(line, Shown | Result)  # type: ignore[arg-type]
                if isinstance(shown, Shown) and shown.scene:
                    self.scene, self.texts = shown.scene, shown.texts
                    deaf = {NO_MICROPHONE} if _NO_MICROPHONE in "".join(shown.texts) else set()
                    self._see({shown.scene} | deaf)
        finally:
            self.scene = DARK
            await connection.close()
