"""The computer: disk, memory, heat, power, clock, watchdog, versions."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kiosk import __version__, clock
from kiosk.ops import machine
from kiosk.ops.doctor.line import Line, State
from kiosk.ops.upgrade import run as upgrade

PACKAGES = ("vosk", "Kivy", "aiortc", "paho-mqtt", "SQLAlchemy", "aiohttp")


def lines(directory: Path, root: Path = Path("/")) -> Iterator[Line]:
    """``directory``: of journal or database, whose disk is looked at. ``root``: for tests."""
    for reading in machine.readings(directory, root):
        state = State.BAD if reading.fault in ("full", "read-only") else State.WARN
        yield Line(reading.part, state if reading.fault else State.OK, reading.text, reading.remedy)
    yield _clock(root)
    yield _watchdog(root)
    yield from _upgrade(root)
    yield Line("versions", State.OK, ", ".join(versions()))


def _clock(root: Path) -> Line:
    now = f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}"
    if not clock.is_set(clock.wall_ms() / 1000):
        remedy = "it has lost its time: `timedatectl set-ntp true` with a network; a clock with a battery (RTC)"
        return Line("clock", State.BAD, f"says {now}", remedy)
    if (root / "run/systemd/timesync/synchronized").exists():
        return Line("clock", State.OK, f"{now}, synchronised")
    if any((root / "sys/class/rtc").glob("rtc*")):
        return Line("clock", State.OK, f"{now}, from a clock with a battery; no network time")
    how = f"{now}, neither network time nor a clock with a battery"
    remedy = (
        "the next power cut takes its time: `timedatectl set-ntp true` where there is a network, or fit an RTC"
    )
    return Line("clock", State.WARN, how, remedy)


def _watchdog(root: Path) -> Line:
    if not (root / "dev/watchdog").exists():
        remedy = "nothing to mend; should it ever hang, switch it off and on: it will not start again by itself"
        return Line("watchdog", State.WARN, "this machine has none", remedy)
    return Line("watchdog", State.OK, "there; systemd feeds it (RuntimeWatchdogSec)")


def _upgrade(root: Path) -> Iterator[Line]:
    """Only where there is one: its note lies there from its first step to its last."""
    note = root / upgrade.DIRECTORY.relative_to("/") / upgrade.NOTE
    if note.exists():
        remedy = "unless it runs now: kiosk upgrade --resume; journalctl -u rengong-upgrade has how far it came"
        yield Line("upgrade", State.BAD, "is under way, or was interrupted", remedy)


def versions() -> Iterator[str]:
    """What runs here."""
    yield f"kiosk {__version__}"
    yield f"Python {platform.python_version()}"
    for package in PACKAGES:
        try:
            yield f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            continue  # not every machine has every part
    try:
        yield platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        yield platform.platform()
