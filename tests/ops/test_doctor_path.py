"""``kiosk doctor`` at a real terminal: each thing that is broken has its line, and the line says what to do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from parts import eventually

from kiosk.stack import Stack


def doctor(hall: Stack) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """Exit code, and what -> how each was."""
    command = [sys.executable, "-m", "kiosk", "doctor", "--no-sound", "--json"]
    command += ["--config", str(hall.directory / "k1.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    told: dict[str, list[tuple[str, str]]] = {}
    for line in json.loads(done.stdout):
        assert line["state"] in ("ok", "skip") or line.get("remedy") or line["what"] == "watchdog", line
        told.setdefault(line["what"], []).append((line["state"], line["how"]))
    return done.returncode, told


@pytest.fixture(scope="module")
def hall():
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk(people={"wang": ("王芳", 1)})
        stack.make_kiosk("k1", more='[voice]\nmodels_dir = "/nowhere"\n')
        stack.start()
        eventually(lambda: "connected to" in stack.log("desk1"))
        yield stack


def test_a_terminal_that_calls_and_what_it_lacks(hall: Stack) -> None:
    code, told = doctor(hall)
    assert told["link"][0][0] == told["button"][0][0] == told["broker"][0][0] == "ok"
    assert told["test call"][0][0] == "ok" and "desk1 and back in" in told["test call"][0][1]
    assert (told["on duty"], code) == ([("bad", "nobody")], 1)
    assert {state for state, _ in told["model"]} == {"bad"}
    assert {state for state, _ in told["certificate"]} == {"ok"}
    assert "kiosk 0.1.0" in told["versions"][0][1]


def test_an_unplugged_button_a_stopped_broker_and_a_dead_link(hall: Stack) -> None:
    hall.boards["k1"].close()
    eventually(lambda: "unplugged" in hall.log("k1"))
    hall.kill("broker")
    eventually(lambda: "unreachable" in hall.log("k1"))
    _, told = doctor(hall)
    assert "unplugged" in told["button"][0][1] and "unreachable" in told["broker"][0][1]
    assert told["test call"][0][0] == "bad"
    hall.kill("k1")
    code, told = doctor(hall)
    assert (told["link"][0][0], code) == ("bad", 1)
