"""systemd's readiness and watchdog protocol (sd_notify): one datagram, nothing without systemd."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


def notify(message: str) -> bool:
    """Tell the service manager, for example ``READY=1``; False when there is none or it does not listen."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            sock.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError as error:
            log.warning("the service manager at %s does not take '%s': %s", address, message, error)
            return False
    return True


def watchdog_interval() -> float | None:
    """Seconds between two signs of life (half of what the unit allows); None without a watchdog."""
    usec = os.environ.get("WATCHDOG_USEC", "")
    return int(usec) / 2e6 if usec.isdigit() and int(usec) > 0 else None


async def keep_watchdog(alive: Callable[[], Awaitable[None]]) -> None:
    """Give a sign of life whenever ``alive`` has returned; returns at once without a watchdog."""
    interval = watchdog_interval()
    while interval is not None:
        await alive()
        notify("WATCHDOG=1")
        await asyncio.sleep(interval)
