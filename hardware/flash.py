#!/usr/bin/env python3
"""Puts the firmware on a Pico that has MicroPython, and checks that it answers.

    hardware/flash.py                          copy, start and check the board at /dev/kiosk-button
    hardware/flash.py --port /dev/ttyACM0      another one
    hardware/flash.py --check                  only ask it who it is
    hardware/flash.py --build DIRECTORY        only gather the files

The link must be stopped: it has the port. Exit status 1: the board was not reached, or is not as it should be.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import serial

from kiosk.button import antivalent, firmware
from kiosk.button.frames import FrameReader, encode

OWN = Path(__file__).parent / "firmware"
FILES = (
    *sorted(OWN.glob("*.py")),
    Path(firmware.__file__),
    Path(antivalent.__file__),
)
COPY_S = 120.0


class FlashError(RuntimeError):
    """The board could not be reached, or what it says is not what was put on it."""


def build(directory: Path) -> list[Path]:
    """Everything that belongs on the board, side by side as it lies there."""
    directory.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copy(file, directory)) for file in FILES]


def copy(port: str) -> None:
    """Stop the board's program, copy the files, start it. Raises :class:`FlashError`.

    ``resume``: a soft reset would end the timer that feeds the watchdog meanwhile.
    """
    if find_spec("mpremote") is None:
        raise FlashError("mpremote is missing: pip install 'rengong-kiosk[flash]'.")
    with tempfile.TemporaryDirectory() as directory:
        files = [str(file) for file in build(Path(directory))]
        command = [sys.executable, "-m", "mpremote", "connect", port, "resume", "cp", *files, ":", "+", "reset"]
        try:
            subprocess.run(command, check=True, timeout=COPY_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise FlashError(
                f"The files could not be copied to {port} ({error}). Is the link stopped (systemctl stop "
                "kiosk-link), and has the Pico got MicroPython (hardware/README.md)?"
            ) from error


def _is_ours(hello: tuple[str, ...]) -> bool:
    return (int(hello[0]), hello[2]) == (firmware.PROTOCOL, firmware.FIRMWARE)


def _settled(said: dict[str, tuple[str, ...]]) -> bool:
    """Whether nothing more need be waited for."""
    return {"HELLO", "HB", "WIRE"} <= said.keys() or ("HELLO" in said and not _is_ours(said["HELLO"]))


def check(port: str, seconds: float) -> str:
    """What the board says it is. Raises :class:`FlashError` when it does not answer, or with another version."""
    deadline = time.monotonic() + seconds
    reader = FrameReader()
    unreached: Exception | None = None
    said: dict[str, tuple[str, ...]] = {}
    while time.monotonic() < deadline and not _settled(said):
        try:
            with serial.Serial(port, 115200, timeout=0.2, write_timeout=1.0, exclusive=True) as line:
                line.write(encode("ASK"))
                again = min(deadline, time.monotonic() + 2.0)
                while time.monotonic() < again and not _settled(said):
                    said |= {frame.kind: frame.fields for frame in reader.feed(line.read(256))}
        except (serial.SerialException, OSError) as error:
            unreached = error
            time.sleep(0.2)
        else:
            unreached = None
    if "HELLO" not in said:
        raise FlashError(
            f"No board answers on {port} ({unreached or 'it is silent'}): check the cable and the port."
        )
    protocol, nonce, version, *_ = said["HELLO"]
    if not _is_ours(said["HELLO"]):
        raise FlashError(
            f"The board on {port} has firmware {version} with protocol {protocol}; this program came with "
            f"{firmware.FIRMWARE} and protocol {firmware.PROTOCOL}: flash it."
        )
    if "HB" not in said or "WIRE" not in said:
        raise FlashError(
            f"The board on {port} says who it is but not how it is: take its power away and try again."
        )
    button, wiring = "down" if said["HB"][2] == "1" else "up", said["WIRE"][1]
    return f"firmware {version}, protocol {protocol}, boot {nonce}, button {button}, wiring {wiring}"


def main() -> int:
    """Exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", default="/dev/kiosk-button", help="the board's port (%(default)s)")
    # A Pico is on USB again about two seconds after a reset.
    parser.add_argument("--wait", type=float, default=10.0, metavar="S", help="how long it may take (%(default)s)")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="only ask the board who it is")
    only.add_argument("--build", type=Path, metavar="DIRECTORY", help="only gather the files there")
    options = parser.parse_args()
    if options.build:
        for file in build(options.build):
            print(file)
        return 0
    try:
        if not options.check:
            copy(options.port)
        print(f"{options.port}: {check(options.port, options.wait)}")
    except FlashError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
