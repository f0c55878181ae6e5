"""A hall with a touch screen: the window is a real one on a virtual display, the finger a simulated one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from parts import LIMIT_S, eventually

from kiosk.desk.client import DeskClient, connect
from kiosk.messages import Phase
from kiosk.screen import client as screens
from kiosk.screen.client import ScreenClient
from kiosk.stack import Stack

SCREEN = "k1-screen"


@contextlib.asynccontextmanager
async def customer(stack: Stack) -> AsyncIterator[ScreenClient]:
    """Eyes and a finger at the screen."""
    async with screens.connect(stack.socket(SCREEN), limit_s=3 * LIMIT_S) as screen:
        await screen.until(lambda shown: shown.scene)
        yield screen


@contextlib.asynccontextmanager
async def agent(stack: Stack, user: str = "wang") -> AsyncIterator[DeskClient]:
    """An agent on duty."""
    async with connect(stack.url("desk1"), user, stack.password, stack.ca) as client:
        await client.go_on_duty()
        await client.until(lambda c: any(a.id == c.me for a in c.colleagues) and "k1" in c.kiosks)
        yield client


async def says(screen: ScreenClient, *words: str) -> None:
    """Until all the words are on the screen."""
    async with asyncio.timeout(LIMIT_S):
        await screen.until(lambda shown: all(word in "".join(shown.texts) for word in words))


async def shaking(screen: ScreenClient, action: str, times: int) -> None:
    """A shaking finger: contacts a tenth of a second apart."""
    target = screen.target(action)
    x, y = target.x + target.width // 2, target.y + target.height // 2
    for _ in range(times):
        await screen.finger(Phase.DOWN, x, y)
        await asyncio.sleep(0.03)
        await screen.finger(Phase.UP, x, y)
        await asyncio.sleep(0.07)


def back(stack: Stack, name: str) -> None:
    """Kill a process and start it again."""
    stack.kill(name)
    stack.start(name)
    eventually(lambda: stack.running(name))
