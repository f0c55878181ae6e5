"""``kiosk run``: a terminal's processes together, where there is no systemd. Each that ends is started again."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

log = logging.getLogger(__name__)

#: The human plane first: it waits for nobody.
PARTS = ("link", "voice", "screen")
AGAIN_S, SLOWEST_S = 0.2, 5.0
STEADY_S = 10.0  # whoever ran for so long may come back at once
STOP_S = 10.0


async def supervise(config: Path, parts: tuple[str, ...] = PARTS) -> None:
    """Run the parts until cancelled, then stop them."""
    async with asyncio.TaskGroup() as tasks:
        for part in parts:
            tasks.create_task(_keep(part, config))


async def _keep(part: str, config: Path) -> None:
    loop = asyncio.get_running_loop()
    wait = AGAIN_S
    while True:
        started = loop.time()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kiosk", part, "--config", str(config), start_new_session=True
        )
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            await _stop(process)
            raise
        wait = AGAIN_S if loop.time() - started > STEADY_S else min(SLOWEST_S, 2 * wait)
        log.error("%s ended with status %d; started again in %.1f s", part, status, wait)
        await asyncio.sleep(wait)


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
