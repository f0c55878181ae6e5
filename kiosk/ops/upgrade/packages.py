"""dpkg, systemctl, and the directory with the packages that can be gone back to."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

PACKAGE = "rengong-kiosk"
UNITS = ("kiosk-link", "kiosk-voice", "kiosk-screen", "kiosk-desk")
PROGRAM = Path("/opt/kiosk")
SPARE = 50 * 2**20  # below it the disk counts as full
CACHE = Path("/var/cache/apt/archives")


class UpgradeError(OSError):
    """The upgrade was not begun, or could neither be finished nor undone; the text says what to do."""


def described(package: Path) -> str:
    """The version of a package of ours for this machine. Raises :class:`UpgradeError`."""
    done = _run("dpkg-deb", "--field", str(package), "Package", "Version", "Architecture")
    if done.returncode:
        raise UpgradeError(f"{package} is no package that can be read: {done.stderr.strip()}; copy it again")
    fields = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    if fields.get("Package") != PACKAGE:
        raise UpgradeError(f"{package} is {fields.get('Package')}: name a {PACKAGE}_VERSION_ARCHITECTURE.deb")
    machine = _run("dpkg", "--print-architecture").stdout.strip()
    if fields.get("Architecture") not in (machine, "all"):
        raise UpgradeError(f"{package} is for {fields.get('Architecture')}, and this machine is {machine}")
    return fields.get("Version", "")


def check_room(package: Path, directory: Path, more: int) -> None:
    """Raises :class:`UpgradeError` where there is too little. ``more``: bytes that the directory gets."""
    told = _run("dpkg-deb", "--field", str(package), "Installed-Size").stdout.strip()
    disks: dict[int, tuple[Path, int]] = {}
    # dpkg unpacks beside the version that is there.
    for place, size in ((PROGRAM, int(told) * 1024 if told.isdigit() else 0), (directory, more)):
        there = next(path for path in (place, *place.parents) if path.exists())
        device = there.stat().st_dev
        disks[device] = (there, size + (disks[device][1] if device in disks else SPARE))
    for there, needed in disks.values():
        if (free := shutil.disk_usage(there).free) < needed:
            raise UpgradeError(
                f"{there} has {free // 2**20} MB free, and the upgrade needs {needed // 2**20}: make room first "
                "(apt-get clean; journalctl --vacuum-size=100M). Nothing was changed"
            )


def installed() -> str:
    """The version that is installed; empty: none, or not whole."""
    done = _run("dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}${Version}", PACKAGE)
    return done.stdout[3:].strip() if done.returncode == 0 and done.stdout.startswith("ii ") else ""


def kept(version: str, directory: Path, named: Path | None) -> Path:
    """The package of the version that runs now. Raises :class:`UpgradeError` where there is none."""
    candidates = [named] if named else [*directory.glob("*.deb"), *CACHE.glob(f"{PACKAGE}_*.deb")]
    for candidate in candidates:
        try:
            if described(candidate) == version:
                return candidate
        except UpgradeError:
            if named:
                raise
            continue  # something else that lies there
    raise UpgradeError(
        f"there would be no way back: no package of {version}, which runs now, lies in {directory}. Copy it "
        "there, or name it with --old"
    )


def own_directory(directory: Path) -> None:
    """Make it, for root alone: a copy of the desk's database will lie there. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)


def keep(package: Path, directory: Path) -> Path:
    """Have a copy in the directory, whole and on disk. Raises OSError."""
    own_directory(directory)
    target = directory / package.name
    if package.resolve() != target.resolve():
        partial = target.with_suffix(".part")
        shutil.copyfile(package, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    return target


def install(package: Path) -> str:
    """Let dpkg put it in place; gives what went wrong. Settings are in no package: they stay."""
    # After a power cut others may not be configured either (seen: systemd, whose triggers ours sets off), and dpkg
    # then refuses ours. What this cannot mend, the install itself tells.
    _run("dpkg", "--configure", "--pending")
    done = _run("dpkg", "--install", "--force-confold", "--force-downgrade", str(package))
    return "" if done.returncode == 0 else f"dpkg: {' '.join(done.stderr.split())[-400:] or done.returncode}"


def running() -> tuple[str, ...]:
    """Those of our units that run now."""
    return tuple(unit for unit in UNITS if _run("systemctl", "is-active", "--quiet", unit).returncode == 0)


def restart(units: Sequence[str]) -> None:
    """Start them with the program that is there now; whether they work is looked at afterwards."""
    for unit in units:
        _run("systemctl", "restart", "--no-block", unit)


def stop(unit: str) -> None:
    """Stop it, and wait until it has."""
    _run("systemctl", "stop", unit)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except FileNotFoundError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))
