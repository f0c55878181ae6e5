"""Looks at a running screen from outside and touches it: for the demo, the benches and the tests."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from kiosk import local, messages
from kiosk.messages import Phase, Picture, Result, Shown, Target, Touch

AGAIN_S = 1.0  # what a touch has not done by then, it has not done


class ScreenClientError(RuntimeError):
    """The screen did not do what was asked of it; the text says what."""


class ScreenClient:
    """One simulated finger, and what the display shows."""

    def __init__(self, connection: local.LocalConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._results: dict[str, Result] = {}
        self._shown: Shown | None = None

    @property
    def shown(self) -> Shown:
        assert self._shown is not None
        return self._shown

    async def until(self, found: Callable[[Shown], object]) -> Shown:
        """Read frames until something is true of one; the present one counts."""
        while self._shown is None or not found(self._shown):
            await self._read()
        return self._shown

    async def until_scene(self, *names: str) -> Shown:
        """Until a scene of one of these names is drawn."""
        return await self.until(lambda shown: shown.scene in names)

    def target(self, action: str) -> Target:
        """Where an action can be touched now. Raises :class:`ScreenClientError` when nowhere."""
        for target in self.shown.targets:
            if target.action == action:
                return target
        there = ", ".join(target.action for target in self.shown.targets)
        raise ScreenClientError(f"'{action}' is not on the screen '{self.shown.scene}'; there are {there}")

    async def touch(self, action: str, *, finger: int = 0) -> None:
        """Put a finger on the middle of a target, and lift it."""
        target = self.target(action)
        x, y = target.x + target.width // 2, target.y + target.height // 2
        await self.finger(Phase.DOWN, x, y, finger=finger)
        await self.finger(Phase.UP, x, y, finger=finger)

    async def go(self, action: str, *scenes: str) -> Shown:
        """Touch until one of these scenes comes, as people do: a touch right after a new scene does not count."""
        while self.shown.scene not in scenes:
            with contextlib.suppress(ScreenClientError):  # it may be gone already
                await self.touch(action)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    await self.until_scene(*scenes)
        return self.shown

    async def finger(self, phase: Phase, x: int, y: int, *, finger: int = 0, width_mm: float = 0.0) -> None:
        """One moment of a touch, pixels from the upper left corner."""
        await self._ask(Touch(self._request(), phase, x, y, finger, width_mm))

    async def save(self, path: Path) -> None:
        """A picture of what is shown."""
        await self._ask(Picture(self._request(), str(path)))

    async def _ask(self, command: messages.ScreenCommand) -> None:
        await self._connection.send(messages.encode(command))
        while command.request not in self._results:
            await self._read()
        result = self._results.pop(command.request)
        if not result.ok:
            raise ScreenClientError(result.why)

    async def _read(self) -> None:
        line = await self._connection.receive()
        message: Shown | Result = messages.decode(line, Shown | Result)  # type: ignore[arg-type]
        if isinstance(message, Shown):
            self._shown = message
        else:
            self._results[message.request] = message

    def _request(self) -> str:
        return f"look-{next(self._numbers)}"


@contextlib.asynccontextmanager
async def connect(path: Path, *, limit_s: float = 30.0) -> AsyncIterator[ScreenClient]:
    """A client of the screen at this socket. Raises TimeoutError when what is waited for does not come in time."""
    async with asyncio.timeout(limit_s):
        connection = await local.connect(path)
        try:
            client = ScreenClient(connection)
            await client.until(lambda _shown: True)
            yield client
        finally:
            await connection.close()
