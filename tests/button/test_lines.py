"""The button on modem lines, over RFC 2217. What all drivers share is in tests/hil."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.button import Lamp
from kiosk.button.driver import WrongOrder
from kiosk.button.lines import LinesButton
from kiosk.button.virtual import VirtualBoard
from kiosk.button.virtual_lines import VirtualLines

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # inside pyserial
Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def lines() -> Iterator[VirtualLines]:
    with VirtualLines() as lines:
        yield lines


def test_the_lamp_is_dark_while_the_port_is_opened_and_after_the_program(heard: Any, until: Until) -> None:
    lights: list[bool] = []
    with VirtualLines(on_light=lambda _, lit: lights.append(lit)) as dark:
        with LinesButton(dark.url) as button:
            button.start(heard)
            dark.press()
            until(lambda: dark.opened)
            assert lights == []
            button.show(Lamp.ANSWERED)
            until(lambda: dark.lit)
        until(lambda: not dark.lit and not dark.opened)
        assert lights == [True, False]


def test_a_serial_server_that_no_longer_answers_is_noticed(lines: VirtualLines, heard: Any, until: Until) -> None:
    with LinesButton(f"{lines.url}?timeout=0.5") as button:
        button.start(heard)
        button.show(Lamp.ANSWERED)
        until(lambda: lines.lit)
        lines.hang(3)
        heard.wait_fault("unplugged")
        heard.wait_fault("-unplugged")
        before = len(heard.causes)
        until(lambda: lines.lit)
        lines.press()
        heard.wait_presses(before + 1)


def test_a_loose_plug_calls_and_is_named(lines: VirtualLines, heard: Any, until: Until) -> None:
    with LinesButton(lines.url) as button:
        button.start(heard)
        button.show(Lamp.ANSWERED)
        until(lambda: lines.lit)
        lines.flaky(1.5)
        heard.wait_presses(2)
        heard.wait_fault("no-open")
        assert button.counters["doubtful"] >= 2


def test_no_adapter_and_a_port_without_modem_lines_are_named(tmp_path: Path, heard: Any, hear: Any) -> None:
    with LinesButton(str(tmp_path / "nothing")) as button:
        button.start(heard)
        heard.wait_fault("port-missing")
    nowhere = hear()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"rfc2217://127.0.0.1:{server.getsockname()[1]}"
    with LinesButton(address) as button:
        button.start(nowhere)
        nowhere.wait_fault("port-missing")
    lineless = hear()
    with VirtualBoard(tmp_path / "board") as board, LinesButton(str(board.link)) as button:
        button.start(lineless)
        lineless.wait_fault("no-lines")
        assert str(board.link) in lineless.events[0].remedy


def test_virtual_lines_that_were_closed_take_no_orders() -> None:
    lines = VirtualLines()
    lines.close()
    lines.close()
    with pytest.raises(WrongOrder):
        lines.press()
