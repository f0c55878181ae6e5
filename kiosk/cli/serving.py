"""How a command that runs for ever is run, and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from typing import Any


def run_service(run: Callable[[], Coroutine[Any, Any, int | None]]) -> int:
    """Run a service until SIGTERM or SIGINT, and let it close what it holds; gives its own exit status, else 0."""

    async def until_stopped() -> int | None:
        loop = asyncio.get_running_loop()
        service = asyncio.ensure_future(run())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, service.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            return await service
        return 0

    return asyncio.run(until_stopped()) or 0
