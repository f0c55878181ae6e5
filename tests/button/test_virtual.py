import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.button import Lamp, WrongOrder
from kiosk.button.frames import Frame, FrameReader, encode
from kiosk.button.virtual import LinkTaken, VirtualBoard

Until = Callable[[Callable[[], bool]], None]


class Terminal:
    """What a technician does with a terminal program: open the port, read lines, type lines."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._reader = FrameReader()

    def type(self, *fields: str | int) -> None:
        os.write(self._file, encode(*fields))

    def wait(self, kind: str, *first: str) -> Frame:
        for _ in range(1000):
            ready, _, _ = select.select([self._file], [], [], 10)
            assert ready, "the board says nothing"
            for frame in self._reader.feed(os.read(self._file, 4096)):
                if frame.kind == kind and frame.fields[: len(first)] == first:
                    return frame
        raise AssertionError(f"no {kind}")

    def close(self) -> None:
        os.close(self._file)


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "kiosk-button"


@pytest.fixture
def board(link: Path) -> Iterator[VirtualBoard]:
    with VirtualBoard(link, debounce_ms=0) as board:
        yield board


@pytest.fixture
def terminal(board: VirtualBoard, link: Path) -> Iterator[Terminal]:
    terminal = Terminal(link)
    yield terminal
    terminal.close()


def test_it_says_who_it_is_and_each_press_and_release(board: VirtualBoard, terminal: Terminal) -> None:
    hello = terminal.wait("HELLO")
    board.press(0.05)
    down = terminal.wait("BTN", "DOWN")
    assert down.fields[1:3] == (hello.fields[1], "1")
    assert terminal.wait("BTN", "UP").fields[1:3] == down.fields[1:3]


def test_a_held_button_stays_down_until_it_is_released(board: VirtualBoard, terminal: Terminal) -> None:
    board.hold()
    while terminal.wait("HB").fields[2] != "1":
        pass
    board.release()
    terminal.wait("BTN", "UP")


def test_an_acknowledged_press_is_forgotten(board: VirtualBoard, terminal: Terminal, until: Until) -> None:
    board.press()
    down = terminal.wait("BTN", "DOWN")
    assert board.pending == 1
    terminal.type("ACK", *down.fields[1:3])
    until(lambda: board.pending == 0)


def test_the_commanded_and_the_shown_lamp_are_told_apart(link: Path, until: Until) -> None:
    commanded: list[Lamp] = []
    shown: list[Lamp] = []
    with VirtualBoard(
        link, on_lamp=lambda _, lamp: commanded.append(lamp), on_shown=lambda _, lamp: shown.append(lamp)
    ) as board:
        terminal = Terminal(link)
        terminal.type("LAMP", "READY")
        until(lambda: commanded == [Lamp.READY])
        board.press()
        until(lambda: board.shown is Lamp.CALLING)
        assert board.lamp is Lamp.READY
        terminal.type("LAMP", "ANSWERED")
        until(lambda: shown == [Lamp.READY, Lamp.CALLING, Lamp.ANSWERED])
        assert commanded == [Lamp.READY, Lamp.ANSWERED]
        terminal.close()


def test_a_cut_takes_the_port_away_and_brings_it_back_with_what_was_latched(
    board: VirtualBoard, terminal: Terminal, link: Path, until: Until
) -> None:
    board.cut(0.3)
    until(lambda: not link.is_symlink())
    board.press(0.05)
    until(link.exists)
    again = Terminal(link)
    again.type("ASK")
    again.wait("BTN", "DOWN")
    again.close()


def test_a_reboot_takes_a_new_nonce_and_forgets(board: VirtualBoard, terminal: Terminal, until: Until) -> None:
    first = terminal.wait("HELLO")
    board.press(0.05)
    until(lambda: board.pending == 1)
    terminal.wait("BTN", "UP")
    board.reboot()
    assert terminal.wait("HELLO").fields[1] != first.fields[1]
    assert board.pending == 0


def test_the_link_goes_with_the_board(link: Path) -> None:
    board = VirtualBoard(link)
    assert link.exists()
    board.close()
    board.close()
    assert not link.is_symlink()
    assert list(link.parent.iterdir()) == []
    with pytest.raises(WrongOrder):
        board.press()


def test_the_link_of_a_killed_board_is_taken_over(link: Path) -> None:
    link.symlink_to("/dev/pts/no-such-thing")
    with VirtualBoard(link):
        assert link.exists()


def test_a_file_is_never_overwritten(link: Path) -> None:
    link.write_text("precious")
    with pytest.raises(LinkTaken):
        VirtualBoard(link)
    assert link.read_text() == "precious"


def test_a_board_nobody_listens_to_goes_on(board: VirtualBoard, link: Path, until: Until) -> None:
    for _ in range(50):
        board.noise(4096)
    board.press(0.05)
    until(lambda: board.pending == 1)
    terminal = Terminal(link)
    terminal.wait("BTN", "DOWN")
    terminal.close()


def test_it_tells_each_press_it_has_counted_and_each_that_it_loses_with_its_power(
    link: Path, until: Until
) -> None:
    pressed: list[str] = []
    forgotten: list[str] = []
    with VirtualBoard(link, debounce_ms=0, on_press=pressed.append, on_forgotten=forgotten.append) as board:
        terminal = Terminal(link)
        nonce = terminal.wait("HELLO").fields[1]
        board.press(0.01)
        until(lambda: pressed == [f"btn-{nonce}-1"])
        terminal.type("ACK", nonce, 1)
        until(lambda: board.pending == 0)
        board.reboot()
        nonce = terminal.wait("HELLO").fields[1]
        assert forgotten == []
        board.press(0.01)
        until(lambda: len(pressed) == 2)
        board.reboot()
        until(lambda: forgotten == [f"btn-{nonce}-1"] == pressed[1:2])
        terminal.close()


def test_a_press_on_a_garbled_line_arrives_when_the_line_is_clean(
    board: VirtualBoard, link: Path, until: Until
) -> None:
    board.garble(1.0, share=1.0)
    board.press(0.05)
    until(lambda: board.pending == 1)
    terminal = Terminal(link)
    terminal.wait("BTN", "DOWN")
    terminal.close()


def test_a_board_that_is_deaf_goes_on_speaking_and_one_of_other_firmware_says_so(
    board: VirtualBoard, terminal: Terminal, until: Until
) -> None:
    nonce = terminal.wait("HELLO", "1").fields[1]
    board.deafen(3600)
    board.press(0.05)
    number = terminal.wait("BTN", "DOWN", nonce).fields[2]
    terminal.type("ACK", nonce, number)
    terminal.wait("HB", nonce)
    assert board.pending == 1
    board.deafen(0)

    def said_again() -> bool:
        terminal.type("ACK", nonce, number)
        return board.pending == 0

    until(said_again)
    board.exchange(7)
    assert terminal.wait("HELLO", "7").fields[1] != nonce
    board.exchange()
    terminal.wait("HELLO", "1")
