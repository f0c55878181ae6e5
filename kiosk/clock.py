"""A clock for waits that neither a stepped wall clock nor a restart of the process disturbs."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_WRITTEN_S = 1_704_067_200  # 2024-01-01
EARLIEST_MS = _WRITTEN_S * 1000  # what says an earlier time (milliseconds since 1970) says none, see is_set
_PROCESS = uuid.uuid4().hex


def now() -> float:
    """Seconds since the machine started, sleep included; the same for all processes of one boot."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall_ms() -> int:
    """Milliseconds since 1970 as this machine believes; only ever shown, never subtracted across machines."""
    return time.time_ns() // 1_000_000


def is_set(wall_s: float) -> bool:
    """Whether a wall clock (seconds since 1970) can be right. It cannot before this program was written: a machine
    whose clock has no battery begins anywhere before, until the network has told it the time."""
    return wall_s >= _WRITTEN_S


def boot_id() -> str:
    """Names the boot that :func:`now` counts from; per process where the system does not tell."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return _PROCESS


class StepWatch:
    """Notices a wall clock that was set, by holding it against :func:`now`. Pure: both are passed in (seconds)."""

    STEP_S = 5.0  # NTP slews what is less
    REMEMBER_S = 600.0

    def __init__(self, now: float, wall: float) -> None:
        self._offset = wall - now
        self._stepped_at = -self.REMEMBER_S
        self._step = 0.0

    def check(self, now: float, wall: float) -> float:
        """Seconds by which the wall clock was set in the last ten minutes; 0 when it was not."""
        step = wall - now - self._offset
        self._offset += step
        if abs(step) >= self.STEP_S:
            self._stepped_at, self._step = now, step
        return self._step if now - self._stepped_at < self.REMEMBER_S else 0.0
