"""What blocks for longer than anybody waits holds up nothing."""

import asyncio
import subprocess
import sys
import threading

import pytest

from kiosk.ownthread import in_own_thread


async def test_it_gives_what_comes_and_raises_what_goes_wrong() -> None:
    assert await in_own_thread(lambda: 6 * 7) == 42
    with pytest.raises(ValueError, match="invalid literal"):
        await in_own_thread(lambda: int("x"))


async def test_who_stops_waiting_is_not_told_later() -> None:
    let_go = threading.Event()
    waiting = asyncio.ensure_future(in_own_thread(let_go.wait))
    await asyncio.sleep(0.01)
    waiting.cancel()
    let_go.set()
    await asyncio.sleep(0.05)
    assert waiting.cancelled()


def test_a_process_ends_although_it_blocks_still() -> None:
    code = (
        "import asyncio, threading\n"
        "from kiosk.ownthread import in_own_thread\n"
        "async def main():\n"
        "    asyncio.ensure_future(in_own_thread(threading.Event().wait))\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0
