"""The very files that are copied onto a Pico, with the driver that talks to it, over a pseudo-terminal."""

import os
import subprocess
import sys
import tty
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kiosk.button import Lamp, Released
from kiosk.button.board import BoardButton
from kiosk.button.firmware import FIRMWARE

ROOT = Path(__file__).parents[2]
YELLOW, GREEN, BUZZER = 14, 15, 13

Until = Callable[[Callable[[], bool]], None]


def checked(port: str, wait_s: float = 10.0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "hardware" / "flash.py", "--check", "--port", port, "--wait", str(wait_s)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_from_the_first_press_to_the_lamp_and_the_next_boot(pico: Any, heard: Any, until: Until) -> None:
    with BoardButton(pico.port) as button:
        button.start(heard)
        until(lambda: button.counters["frames"] > 0)
        pico.press()
        heard.wait_presses(1)
        until(lambda: pico.duty(YELLOW) > 0)  # the board's own answer
        pico.release()
        heard.wait(lambda events: any(isinstance(event, Released) for event in events))
        button.acknowledge(heard.causes[0])
        button.show(Lamp.ANSWERED)
        until(lambda: pico.duty(GREEN) > 0 and pico.duty(YELLOW) == 0)
        button.show(Lamp.OFF)
        until(lambda: pico.duty(GREEN) == 0)

        pico.cut()
        heard.wait_fault("cut")
        pico.release()
        heard.wait_fault("-cut")
        presses = len(set(heard.causes))  # a cable that was loose for an instant may have been a press

        pico.unplug()
        pico.power()
        pico.press()
        heard.wait_presses(presses + 1)
        assert button.counters["reboots"] == 1
    first, last = heard.causes[0], heard.causes[-1]
    assert first.rsplit("-", 1)[0] != last.rsplit("-", 1)[0]
    assert last.endswith("-1")
    assert [deed for deed in pico.deeds if deed.startswith("input")][:2] == ["input 2 1", "input 3 1"]
    assert "watchdog 5000" in pico.deeds
    assert "fed 100" in pico.deeds
    assert pico.duty(BUZZER) == 0


def test_a_press_while_the_program_is_down_is_kept_and_delivered(pico: Any, heard: Any, until: Until) -> None:
    pico.press()
    until(lambda: any(deed.startswith(f"pwm {YELLOW} 65535") for deed in pico.deeds))
    pico.release()
    with BoardButton(pico.port) as button:
        button.start(heard)
        heard.wait_presses(1)
        button.acknowledge(heard.causes[0])
        button.show(Lamp.RUNG)
    assert len(heard.causes) == 1


def test_the_check_after_flashing_tells_version_and_wiring(pico: Any) -> None:
    seen = checked(pico.port)
    assert seen.returncode == 0, seen.stderr
    assert f"firmware {FIRMWARE}" in seen.stdout
    assert "button up, wiring OK" in seen.stdout


def test_stopped_for_an_update_it_is_dark_and_its_watchdog_is_fed_for_a_while(pico: Any, until: Until) -> None:
    pico.press()
    until(lambda: "fed 1" in pico.deeds and f"pwm {YELLOW} 65535" in pico.deeds)
    assert "Traceback" not in pico.interrupt()
    assert [pico.duty(pin) for pin in (YELLOW, GREEN, BUZZER)] == [0, 0, 0]
    assert "timer 1000" in pico.deeds


@pytest.mark.parametrize(
    ("answer", "wait_s", "told"),
    [
        (b"", 0.5, "No board answers on {port} (it is silent)"),
        (b"$HELLO,1,1a2b3c4d,0.9*78\r\n", 10.0, "firmware 0.9 with protocol 1"),
        (b"$HELLO,2,1a2b3c4d,1.1*72\r\n", 10.0, "protocol 2"),
    ],
)
def test_a_board_that_is_silent_or_another_one_is_told(answer: bytes, wait_s: float, told: str) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    port = os.ttyname(slave)
    with ThreadPoolExecutor(1) as pool:
        told_by = pool.submit(checked, port, wait_s)
        asked = os.read(master, 100)
        os.write(master, answer)
        seen = told_by.result()
    os.close(master)
    os.close(slave)
    assert asked.startswith(b"$ASK")
    assert seen.returncode == 1
    assert told.format(port=port) in seen.stderr
