"""The memory of this process, and giving back what is not needed any more."""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path


def rss_mb() -> float:
    """The memory of this process that is in RAM, in MB (10^6 bytes). Raises OSError where there is no /proc."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("/proc/self/status has no VmRSS; Linux is needed")


def give_back() -> None:
    """Freed memory goes back to the system; glibc keeps it otherwise, and the process never shrinks."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has other ways
        ctypes.CDLL("libc.so.6").malloc_trim(0)
