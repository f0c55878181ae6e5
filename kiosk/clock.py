"""A clock for waits that neither a stepped wall clock nor a restart of the process disturbs."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROCESS = uuid.uuid4().hex


def now() -> float:
    """Seconds since the machine started, sleep included; the same for all processes of one boot."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall_ms() -> int:
    """Milliseconds since 1970 as this machine believes; only ever shown, never subtracted across machines."""
    return time.time_ns() // 1_000_000


def boot_id() -> str:
    """Names the boot that :func:`now` counts from; per process where the system does not tell."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return _PROCESS
