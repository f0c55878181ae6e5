import os
import termios
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from kiosk.button import ButtonEvent, Buzzer, Fault, Held, Lamp, Pressed, Released, ports
from kiosk.button.board import UNSENT_MAX, BoardButton
from kiosk.button.virtual import VirtualBoard

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def port(tmp_path: Path) -> str:
    return str(tmp_path / "kiosk-button")


@pytest.fixture
def board(port: str) -> Iterator[VirtualBoard]:
    with VirtualBoard(port) as board:
        yield board


@pytest.fixture
def button(port: str) -> Iterator[BoardButton]:
    with BoardButton(port) as button:
        yield button


def live(button: BoardButton, until: Until) -> None:
    """Wait until board and host have spoken."""
    until(lambda: button.counters["frames"] > 0)


def test_a_press_is_heard_once_and_forgotten_by_the_board_when_acknowledged(
    board: VirtualBoard, button: BoardButton, heard: Any, until: Until
) -> None:
    button.start(heard)
    live(button, until)
    board.press()
    heard.wait(lambda events: any(isinstance(event, Released) for event in events))
    until(lambda: button.counters["repeats"] >= 2)  # nobody has acknowledged it
    pressed = heard.events[0]
    assert isinstance(pressed, Pressed)
    assert 0.0 <= pressed.age_s < 5.0
    button.acknowledge(pressed.cause)
    until(lambda: board.pending == 0)
    assert heard.causes == [pressed.cause]
    assert heard.faults == []


def test_a_press_that_was_not_acknowledged_comes_again_after_a_restart(
    board: VirtualBoard, port: str, hear: Any, until: Until
) -> None:
    first, second, third = hear(), hear(), hear()
    with BoardButton(port) as button:
        button.start(first)
        live(button, until)
        board.press()
        first.wait_presses(1)
    with BoardButton(port) as button:
        button.start(second)
        second.wait_presses(1)
        button.acknowledge(second.causes[0])
        until(lambda: board.pending == 0)
    with BoardButton(port) as button:
        button.start(third)
        live(button, until)
        board.press()
        third.wait_presses(1)
    assert second.causes == first.causes
    assert len(third.causes) == 1 and third.causes != first.causes


def test_a_press_while_the_program_is_down_is_delivered_when_it_comes(
    board: VirtualBoard, button: BoardButton, heard: Any, until: Until
) -> None:
    board.press(0.05)
    until(lambda: board.pending == 1)
    button.start(heard)
    heard.wait_presses(1)


def test_holding_is_told(board: VirtualBoard, port: str, heard: Any, until: Until) -> None:
    with BoardButton(port, held_s=(0.2,)) as button:
        button.start(heard)
        live(button, until)
        board.hold()
        heard.wait(lambda events: any(isinstance(event, Held) for event in events))
        board.release()
        heard.wait(lambda events: isinstance(events[-1], Released))
        assert [type(event) for event in heard.events] == [Pressed, Held, Released]


def test_lamp_and_buzzer_reach_the_board_and_the_last_setting_wins(
    board: VirtualBoard, button: BoardButton, heard: Any, until: Until
) -> None:
    button.show(Lamp.READY)  # before there is any port
    button.start(heard)
    until(lambda: board.lamp is Lamp.READY)
    button.show(Lamp.CALLING)
    button.show(Lamp.RUNG)
    button.show(Lamp.ANSWERED, Buzzer.ALARM)
    until(lambda: board.lamp is Lamp.ANSWERED and board.buzzer is Buzzer.ALARM)
    button.show(Lamp.READY)
    until(lambda: board.buzzer is Buzzer.OFF)


def test_unplugged_and_plugged_in_again_it_recovers_by_itself(
    board: VirtualBoard, button: BoardButton, heard: Any, until: Until
) -> None:
    button.start(heard)
    button.show(Lamp.READY)
    live(button, until)
    board.cut(0.7)
    heard.wait_fault("unplugged")
    board.press(0.05)  # into the gap
    button.show(Lamp.RUNG)
    heard.wait_fault("-unplugged")
    heard.wait_presses(1)
    until(lambda: board.lamp is Lamp.RUNG)
    button.acknowledge(heard.causes[0])
    until(lambda: board.pending == 0)
    assert heard.faults == ["unplugged", "-unplugged"]
    assert len(heard.causes) == 1
    assert button.counters["reconnects"] == 1


def test_the_lamp_comes_back_after_the_board_was_restarted(
    board: VirtualBoard, button: BoardButton, heard: Any, until: Until
) -> None:
    button.start(heard)
    button.show(Lamp.READY)
    until(lambda: board.lamp is Lamp.READY)
    board.reboot()
    until(lambda: button.counters["reboots"] == 1)
    until(lambda: board.lamp is Lamp.READY)
    board.press()
    heard.wait_presses(1)


def test_noise_on_the_line_costs_no_press(
    board: VirtualBoard, button: BoardButton, heard: Any, until: Until
) -> None:
    button.start(heard)
    live(button, until)
    for count in range(1, 6):
        board.noise(200)
        board.press()
        board.noise(200)
        heard.wait_presses(count)
        button.acknowledge(heard.causes[-1])
        board.noise(200)
        heard.wait(lambda events, count=count: sum(isinstance(e, Released) for e in events) == count)
        until(lambda: board.pending == 0)
    counters = button.counters
    assert sum(counters[name] for name in ("noise", "bad_frame", "bad_checksum", "overlong")) > 0
    assert len(heard.causes) == len(set(heard.causes)) == 5


def test_a_missing_port_is_named_once_and_found_when_it_appears(
    button: BoardButton, port: str, heard: Any, until: Until
) -> None:
    button.start(heard)
    heard.wait_fault("port-missing")
    (fault,) = heard.events
    assert isinstance(fault, Fault)
    assert port in fault.remedy
    with VirtualBoard(port) as board:
        heard.wait_fault("-port-missing")
        board.press()
        heard.wait_presses(1)
        assert heard.faults == ["port-missing", "-port-missing"]


def test_a_busy_port_is_named_and_taken_when_it_is_free(
    board: VirtualBoard, button: BoardButton, port: str, heard: Any
) -> None:
    with serial.Serial(port, exclusive=True):
        button.start(heard)
        heard.wait_fault("port-busy")
        assert port in heard.events[0].remedy
    heard.wait_fault("-port-busy")
    assert heard.faults == ["port-busy", "-port-busy"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_port_without_permission_is_named(
    board: VirtualBoard, port: str, button: BoardButton, heard: Any
) -> None:
    Path(port).resolve().chmod(0)
    button.start(heard)
    heard.wait_fault("port-denied")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermissionError(13, "Permission denied"), "port-denied"),
        (OSError(16, "Device or resource busy"), "port-busy"),
        (OSError(5, "Input/output error"), "port-missing"),
        (termios.error(25, "Inappropriate ioctl for device"), "port-missing"),
    ],
)
def test_what_the_system_says_is_put_into_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def refuse(*args: object) -> int:
        raise error

    monkeypatch.setattr("serial.serialposix.os.open", refuse)
    with pytest.raises(ports.PortFault) as caught:
        ports.open_port("/dev/kiosk-button")
    assert caught.value.kind == kind
    assert "/dev/kiosk-button" in caught.value.remedy


@pytest.mark.parametrize("port", ["/dev/null", "nonsense://x", "socket://127.0.0.1:1", "/nowhere/at/all"])
def test_what_is_no_port_is_a_missing_one(port: str) -> None:
    with pytest.raises(ports.PortFault) as caught:
        ports.open_port(port)
    assert caught.value.kind == "port-missing"
    assert port in caught.value.remedy


def test_nobody_waits_for_a_port_that_takes_nothing(
    heard: Any, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ports, "WRITE_S", 0.05)
    master, slave = os.openpty()
    tty.setraw(slave)
    termios.tcflow(slave, termios.TCOOFF)
    try:
        with BoardButton(os.ttyname(slave)) as button:
            button.start(heard)
            until(lambda: button.counters["unsent"] > 0)
            for _ in range(UNSENT_MAX):
                button.show(Lamp.RUNG)
                button.show(Lamp.READY)
            assert button._outbox.qsize() <= UNSENT_MAX
    finally:
        os.close(master)
        os.close(slave)


def test_a_port_that_takes_nothing_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "WRITE_S", 0.05)

    class Full:
        port = "/dev/kiosk-button"

        def fileno(self) -> int:
            return slave

        def write(self, data: bytes) -> None:
            raise AssertionError("pyserial would spin here, and starve the reader")

    master, slave = os.openpty()
    termios.tcflow(slave, termios.TCOOFF)
    assert not ports.write(Full(), b"x")
    os.close(master)
    os.close(slave)


def test_a_listener_that_fails_does_not_silence_the_button(
    board: VirtualBoard, button: BoardButton, until: Until
) -> None:
    heard: list[ButtonEvent] = []

    def clumsy(event: ButtonEvent) -> None:
        heard.append(event)
        raise RuntimeError("the listener is broken")

    button.start(clumsy)
    live(button, until)
    for count in (2, 4):
        board.press()
        until(lambda count=count: len(heard) == count)
    assert [type(event) for event in heard] == [Pressed, Released, Pressed, Released]
    assert button.counters["listener_errors"] == 4


def test_after_close_nothing_is_heard_and_the_port_is_free(
    board: VirtualBoard, button: BoardButton, port: str, heard: Any, until: Until
) -> None:
    button.start(heard)
    live(button, until)
    button.close()
    button.close()
    with serial.Serial(port, exclusive=True):
        board.press(0.03)
        until(lambda: board.pending == 1)
    button.show(Lamp.READY)
    button.acknowledge("btn-00000000-1")
    assert heard.events == []
