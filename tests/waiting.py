"""Tests wait for what must happen, never for a time."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 20.0


async def until(found: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not found():  # noqa: ASYNC110 - what no event announces
            await asyncio.sleep(0.005)
