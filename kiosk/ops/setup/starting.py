"""Starting what was set up, and whether a call goes through."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from kiosk import config
from kiosk.ops.doctor import services
from kiosk.ops.doctor.line import Line, State

CALL_S = 40.0
AGAIN_S = 2.0


def systemd_runs() -> bool:
    """Whether systemd is in charge here: in a chroot or a plain container it is not."""
    return Path("/run/systemd/system").is_dir() and shutil.which("systemctl") is not None


def start(wanted: Sequence[str], unwanted: Sequence[str] = ()) -> list[Line]:
    """Enable and start units, and take others out of service."""
    if not systemd_runs():
        return [Line("systemd", State.SKIP, "does not run here, so nothing was started", "kiosk run; kiosk desk")]
    found = []
    _systemctl("daemon-reload")
    for unit in unwanted:
        _systemctl("disable", "--now", unit)
    for unit in wanted:
        done = _systemctl("enable", unit)
        done = done if done.returncode else _systemctl("restart", unit)
        why = " ".join(done.stderr.split())
        if done.returncode:
            found.append(Line(unit, State.BAD, f"does not start: {why}", f"journalctl -u {unit} -n 30"))
        else:
            found.append(Line(unit, State.OK, "started, and will be at each boot"))
    return found


def call(settings: config.Kiosk) -> list[Line]:
    """What the link says of everything, and a test call; it is given time to reach the broker."""
    ends = time.monotonic() + (CALL_S if systemd_runs() else 0)
    while True:
        lines = asyncio.run(services.link(settings))
        if passed(lines) or time.monotonic() > ends:
            return lines
        time.sleep(AGAIN_S)


def passed(lines: Sequence[Line]) -> bool:
    """Whether the test call has."""
    return any(line.what == "test call" and line.state is State.OK for line in lines)


def verdict(lines: Sequence[Line]) -> str:
    """The last words of a setup. Pure."""
    missing = [line for line in lines if line.state is State.BAD]
    if passed(lines):
        test = next(line.how for line in lines if line.what == "test call")
        if not missing:
            return f"Done: {test}."
        return f"Done: {test}. Not well yet: {', '.join(dict.fromkeys(line.what for line in missing))}."
    why = "; ".join(f"{line.what}: {line.how}" for line in missing) or "there was no test call"
    return f"NOT DONE: no call reaches a desk. Missing: {why}. Then: kiosk doctor"


def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
