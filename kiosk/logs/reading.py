"""``kiosk logs``: what the journal has about a call, a part or everything, one line each."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

LEVELS = {"2": "CRITICAL", "3": "ERROR", "4": "WARNING", "5": "NOTICE", "6": "INFO", "7": "DEBUG"}


class NoJournal(OSError):
    """There is no systemd journal here; the text says where the lines are instead."""


def command(
    *, call: str = "", part: str = "", since: str = "", follow: bool = False, directory: str = ""
) -> list[str]:
    """The ``journalctl`` that finds the lines. Raises :class:`NoJournal`."""
    program = shutil.which("journalctl")
    if program is None:
        raise NoJournal(
            "journalctl is not installed: without systemd the lines are on standard error of each process"
        )
    words = [program, "--output=json", "--quiet", "SYSLOG_IDENTIFIER=kiosk"]
    words += [f"KIOSK_CALL={call}"] if call else []
    words += [f"KIOSK_PART={part}"] if part else []
    words += [f"--since={since}"] if since else []
    words += ["--follow"] if follow else []
    words += [f"--directory={directory}"] if directory else []
    return words


def readable(line: dict[str, Any]) -> str:
    """One line of the journal as a person reads it."""
    at = datetime.fromtimestamp(int(line["__REALTIME_TIMESTAMP"]) / 1e6).astimezone()
    level = LEVELS.get(str(line.get("PRIORITY", "6")), "INFO")
    unit = str(line.get("_SYSTEMD_UNIT", "")).removesuffix(".service")
    where = " ".join(str(part) for part in (line.get("KIOSK_KIOSK", ""), unit) if part)
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + f" {level:7} {where}: {_text(line.get('MESSAGE', ''))}"


def run(*, as_json: bool, **wanted: Any) -> int:
    """Print what there is; 1 when there is nothing. Raises :class:`NoJournal`."""
    found = 0
    for line in _lines(command(**wanted)):
        print(json.dumps(line, ensure_ascii=False) if as_json else readable(line), flush=True)
        found += 1
    if not found:
        print("nothing is in the journal about that", file=sys.stderr)
    return 0 if found else 1


def _lines(words: list[str]) -> Iterator[dict[str, Any]]:
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)


def _text(value: object) -> str:
    """journalctl gives what is not plain text as a list of bytes."""
    if isinstance(value, list):
        return bytes(value).decode("utf-8", "replace")
    return str(value)
