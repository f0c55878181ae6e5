"""How the computer itself is: disk, memory, temperature, power. What is wrong with it is a fault as any other."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal, NamedTuple

#: The journal of a terminal needs a few MB, and what it keeps while the broker is away some more.
DISK_LOW_MB, DISK_FULL_MB = 300, 50
MEMORY_LOW_MB = 80
HOT_C = 80.0  # from here on a Raspberry Pi slows itself down
_UNDER_VOLTAGE, _THROTTLED = 1 << 0, 1 << 2  # of the Pi's get_throttled: now
_UNDER_VOLTAGE_SINCE = 1 << 16  # since the start

Fault = Literal["", "low", "full", "read-only", "hot", "throttled"]


class Reading(NamedTuple):
    """How one part of the computer is. ``fault`` empty: well; ``text``: in figures; ``remedy``: what to do."""

    part: str
    text: str
    fault: Fault = ""
    remedy: str = ""


def readings(state_dir: Path, root: Path = Path("/")) -> list[Reading]:
    """All that can be told here; what a machine does not have is left out. ``root``: for tests."""
    found = [disk(state_dir), memory(root), temperature(root), power(root)]
    return [reading for reading in found if reading is not None]


def disk(directory: Path) -> Reading | None:
    """The disk that journal and ledger are on."""
    try:
        while not directory.exists() and directory != directory.parent:
            directory = directory.parent
        free_mb = shutil.disk_usage(directory).free // 1_000_000
        read_only = bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
    except OSError as error:
        return Reading("disk", str(error), "full", f"{directory} cannot be looked at: {error}; check the disk")
    text = f"{free_mb} MB free at {directory}"
    if read_only:
        remedy = f"{directory} is mounted read-only: the disk may be failing (dmesg), or the overlay covers it"
        return Reading("disk", text, "read-only", remedy)
    if free_mb < DISK_LOW_MB:
        fault: Fault = "full" if free_mb < DISK_FULL_MB else "low"
        return Reading("disk", text, fault, f"{text}: delete what does not belong there, or use a larger one")
    return Reading("disk", text)


def memory(root: Path) -> Reading | None:
    """What programs could still get."""
    try:
        lines = (root / "proc" / "meminfo").read_text().splitlines()
        free_mb = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) // 1000
    except (OSError, StopIteration, ValueError, IndexError):
        return None
    text = f"{free_mb} MB available"
    if free_mb < MEMORY_LOW_MB:
        remedy = f"only {text}: see what takes it with top; 1 GB is the least for a screen"
        return Reading("memory", text, "low", remedy)
    return Reading("memory", text)


def temperature(root: Path) -> Reading | None:
    """The hottest sensor of the processor."""
    degrees = []
    for sensor in sorted((root / "sys" / "class" / "thermal").glob("thermal_zone*/temp")):
        try:
            degrees.append(int(sensor.read_text()) / 1000)
        except (OSError, ValueError):
            continue  # some can be read only while their device is awake
    if not degrees:
        return None
    text = f"{max(degrees):.0f} °C"
    if max(degrees) >= HOT_C:
        return Reading(
            "temperature", text, "hot", f"{text}: free the vents, check the fan, keep it out of the sun"
        )
    return Reading("temperature", text)


def power(root: Path) -> Reading | None:
    """A Raspberry Pi's own word on its power supply."""
    try:
        text = (root / "sys/devices/platform/soc/soc:firmware/get_throttled").read_text()
        flags = int(text, 16)
    except (OSError, ValueError):
        return None
    if flags & _UNDER_VOLTAGE:
        return Reading(
            "power", "too little voltage", "low", "the power supply is too weak: use the Pi's own, 5.1 V"
        )
    if flags & _THROTTLED:
        return Reading("power", "slowed down", "throttled", "the Pi slows itself down: power supply, heat")
    since = ", but was too low since the start" if flags & _UNDER_VOLTAGE_SINCE else ""
    return Reading("power", f"enough{since}")
