"""Whether the terminal works, by its own word at ``link.sock``, and whether a test call passes."""

from __future__ import annotations

import json
import socket
import time
import tomllib
from pathlib import Path
from typing import Any

ANSWER_S = 12.0
AGAIN_S = 1.0


def link_socket(settings: Path) -> Path | None:
    """Where the link of this machine serves; None where the machine is no terminal."""
    try:
        table = tomllib.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Path(str(table.get("runtime_dir", "/run/kiosk"))) / "link.sock"


def trouble(path: Path, *, test: bool) -> str:
    """What is wrong with the link now, and with a test call through it; empty: nothing."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(ANSWER_S)
            link.connect(str(path))
            if test:
                return _tested(link)
            _state(_lines(link))
            return ""
    except (OSError, ValueError) as error:
        return f"the link at {path} does not answer ({error})"


def in_call(path: Path) -> bool:
    """Whether there is a call; an ended one is there for a minute more, in which it can be opened again."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(ANSWER_S)
            link.connect(str(path))
            return _state(_lines(link)).get("call") is not None
    except (OSError, ValueError):
        return False


def wait_until_well(path: Path, *, test: bool, limit_s: float) -> str:
    """Look until nothing is wrong, or the time is over; gives what was wrong last, empty: nothing."""
    ends = time.monotonic() + limit_s
    while (wrong := trouble(path, test=test)) and time.monotonic() < ends:
        time.sleep(AGAIN_S)
    return wrong


def _tested(link: socket.socket) -> str:
    lines = _lines(link)
    before = (_state(lines).get("self_test") or {}).get("number", 0)
    link.sendall(b'{"do":"run-self-test","request":"upgrade"}\n')
    while True:
        state = _state(lines)
        if state.get("call") is not None:
            return ""  # a customer's call is the better test
        test = state.get("self_test") or {}
        if test.get("number", 0) > before:
            return f"the self-test fails: {test['fault']}: {test.get('text', '')}" if test.get("fault") else ""


def _state(lines: Any) -> dict[str, Any]:
    while True:
        line = lines.readline()
        if not line:
            raise ConnectionResetError("it has closed its socket")
        message: dict[str, Any] = json.loads(line)
        if message.get("type") == "state":
            return message


def _lines(link: socket.socket) -> Any:
    return link.makefile("rb")
