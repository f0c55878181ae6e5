import ast
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kiosk.button import Buzzer, Lamp, firmware
from kiosk.button.firmware import LATCHED, MAX_LINE, SPACING_MS, Board
from kiosk.button.frames import PROTOCOL, Frame, FrameReader, encode

NONCE = "1a2b3c4d"


class Bench:
    """A board on a table: time goes by a millisecond at a time, and everything it says is noted."""

    def __init__(self) -> None:
        self.now = 0
        self.board = Board(NONCE, 0)
        self.reader = FrameReader()
        self.said: list[Frame] = []
        self.closed = False

    def go(self, ms: int) -> None:
        for _ in range(ms):
            self.now += 1
            self.board.contact(self.closed, self.now)
            self.said += self.reader.feed(self.board.poll(self.now))

    def contact(self, closed: bool, ms: int) -> None:
        self.closed = closed
        self.go(ms)

    def press(self, ms: int = 200) -> None:
        self.contact(True, ms)
        self.contact(False, 200)

    def tell(self, *fields: str | int) -> None:
        self.board.receive(encode(*fields), self.now)

    def take(self, kind: str, first: str = "") -> list[Frame]:
        """What was said since the last call, of that kind."""
        said, self.said = self.said, []
        return [f for f in said if f.kind == kind and (not first or f.fields[0] == first)]

    def numbers(self) -> set[int]:
        return {int(frame.fields[2]) for frame in self.take("BTN", "DOWN")}


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_press_is_said_when_it_is_stable_and_again_until_acknowledged(bench: Bench) -> None:
    bench.contact(True, 20)
    assert bench.take("BTN") == []
    bench.go(1)
    assert bench.take("BTN") == [Frame("BTN", ("DOWN", NONCE, "1", "20"))]
    bench.go(1000)
    assert [frame.fields[3] for frame in bench.take("BTN")] == ["270", "520", "770", "1020"]
    bench.tell("ACK", NONCE, 1)
    bench.go(2000)
    assert bench.take("BTN", "DOWN") == []


def test_the_release_is_said_once_with_how_long_it_was_held(bench: Bench) -> None:
    bench.press(300)
    bench.go(1000)
    assert bench.take("BTN", "UP") == [Frame("BTN", ("UP", NONCE, "1", "300"))]


def test_a_spike_is_no_press(bench: Bench) -> None:
    for _ in range(50):
        bench.contact(True, 15)
        bench.contact(False, 15)
    assert bench.take("BTN") == []


def test_a_press_between_two_looks_of_a_slow_loop_counts() -> None:
    board = Board(NONCE, 0)
    board.contact(True, 0)
    board.contact(False, 500)
    assert board.number == 1


def test_chatter_cannot_flood(bench: Bench) -> None:
    for _ in range(100):
        bench.contact(True, 25)
        bench.contact(False, 25)
    assert 10 <= bench.board.number <= 5000 // SPACING_MS + 1


def test_a_second_press_that_came_too_soon_counts_when_it_stays_down(bench: Bench) -> None:
    bench.contact(True, 30)
    bench.contact(False, 30)
    bench.contact(True, 200)
    assert bench.board.number == 2
    bench.contact(False, 100)
    assert [f.fields[3] for f in bench.take("BTN", "UP")] == ["30", "200"]


def test_a_button_stuck_down_is_one_press(bench: Bench) -> None:
    bench.contact(True, 100_000)
    assert bench.board.number == 1
    assert [frame.fields[2] for frame in bench.take("HB")][-1] == "1"


def test_an_acknowledgement_for_another_boot_or_press_changes_nothing(bench: Bench) -> None:
    bench.press()
    bench.tell("ACK", "00000000", 1)
    bench.tell("ACK", NONCE, 2)
    bench.take("BTN")
    bench.go(300)
    assert bench.numbers() == {1}


def test_asked_it_says_who_it_is_and_all_that_is_pending_at_once(bench: Bench) -> None:
    bench.press()
    bench.press()
    bench.said = []
    bench.tell("ASK")
    bench.go(1)
    assert [f.kind for f in bench.said] == ["HELLO", "BTN", "BTN", "HB", "WIRE"]
    assert bench.said[0].fields == (str(PROTOCOL), NONCE, firmware.FIRMWARE)
    assert bench.numbers() == {1, 2}


def test_a_full_latch_keeps_the_oldest_and_the_newest(bench: Bench) -> None:
    for _ in range(LATCHED + 5):
        bench.press()
    bench.take("BTN")
    bench.go(300)
    assert bench.numbers() == {*range(1, LATCHED), LATCHED + 5}


def test_the_heartbeat_comes_each_second_and_tells_the_state(bench: Bench) -> None:
    bench.tell("LAMP", "READY")
    bench.go(3000)
    assert [frame.fields for frame in bench.take("HB")] == [
        (NONCE, str(second), "0", "0", "READY") for second in range(3)
    ]
    bench.contact(True, 1500)
    *_, beat = bench.take("HB")
    assert beat.fields[2:] == ("1", "1", "CALLING")


def test_the_state_of_the_wires_is_told_with_each_heartbeat_and_at_once_when_it_changes(bench: Bench) -> None:
    bench.go(1500)
    assert bench.take("WIRE")[-1].fields == (NONCE, "OK")
    bench.board.wired("CUT+NO-OPEN")
    bench.go(1)
    assert bench.take("WIRE") == [Frame("WIRE", (NONCE, "CUT+NO-OPEN"))]
    bench.board.wired("CUT+NO-OPEN")
    bench.go(2000)
    assert len(bench.take("WIRE")) == 2


def test_the_lamp_answers_a_press_at_once_without_any_host(bench: Bench) -> None:
    bench.contact(True, 21)
    assert bench.board.lamp_pins(bench.now) == (True, False)
    bench.go(60_000)
    assert bench.board.lamp(bench.now) == "CALLING"  # and no FAULT while the press waits


def test_without_a_host_the_lamp_shows_a_fault(bench: Bench) -> None:
    bench.tell("LAMP", "READY")
    bench.go(4999)
    assert bench.board.lamp(bench.now) == "READY"
    bench.go(1)
    assert bench.board.lamp(bench.now) == "FAULT"
    bench.tell("HOST")
    assert bench.board.lamp(bench.now) == "READY"


def test_a_host_that_does_not_know_of_the_press_cannot_take_its_light_away(bench: Bench) -> None:
    bench.press()
    bench.tell("LAMP", "READY")
    assert bench.board.lamp(bench.now) == "CALLING"
    bench.tell("ACK", NONCE, 1)
    assert bench.board.lamp(bench.now) == "CALLING"
    bench.tell("LAMP", "READY")
    assert bench.board.lamp(bench.now) == "READY"


def test_a_host_that_answers_the_press_is_obeyed_before_its_acknowledgement(bench: Bench) -> None:
    bench.press()
    bench.tell("LAMP", "RUNG")
    assert bench.board.lamp(bench.now) == "RUNG"


@pytest.mark.parametrize("lamp", list(Lamp))
def test_every_lamp_has_a_look_of_its_own_that_does_not_flash_too_fast(lamp: Lamp) -> None:
    def look(name: str) -> list[tuple[bool, bool]]:
        bench = Bench()
        bench.tell("LAMP", name)
        start = bench.now
        return [bench.board.lamp_pins(start + ms) for ms in range(0, 4000, 10)]

    mine = look(lamp.name)
    assert all(mine != look(other.name) for other in Lamp if other is not lamp)
    flashes = sum(not before[0] and after[0] for before, after in pairwise(mine))
    assert flashes <= 3 * 4


def test_answered_is_steady_green(bench: Bench) -> None:
    bench.tell("LAMP", "ANSWERED")
    assert {bench.board.lamp_pins(bench.now + ms) for ms in range(3000)} == {(False, True)}


def test_the_lamp_said_again_blinks_on_in_step(bench: Bench) -> None:
    bench.tell("LAMP", "CALLING")
    before = [bench.board.lamp_pins(bench.now + ms) for ms in range(1000)]
    bench.tell("LAMP", "CALLING")
    assert [bench.board.lamp_pins(bench.now + ms) for ms in range(1000)] == before


def test_a_click_is_short_and_not_cut_off(bench: Bench) -> None:
    bench.tell("BUZ", "CLICK")
    bench.tell("BUZ", "OFF")
    assert bench.board.buzzer_on(bench.now)
    assert not bench.board.buzzer_on(bench.now + 100)


def test_the_alarm_sounds_until_told_otherwise_or_the_host_is_gone(bench: Bench) -> None:
    bench.tell("BUZ", "ALARM")
    assert {bench.board.buzzer_on(ms) for ms in range(58_000, 59_000)} == {True, False}
    assert {bench.board.buzzer_on(ms) for ms in range(61_000, 63_000)} == {False}
    bench.tell("BUZ", "OFF")
    assert not any(bench.board.buzzer_on(ms) for ms in range(2000))


def test_a_press_that_no_host_takes_sounds_the_boards_own_alarm(bench: Bench) -> None:
    bench.press()
    assert not any(bench.board.buzzer_on(ms) for ms in range(bench.now + 1000, 9_000))
    assert {bench.board.buzzer_on(ms) for ms in range(11_000, 13_000)} == {True, False}
    bench.go(12_000)
    bench.tell("HOST")  # alive: it has the press from now on
    assert not any(bench.board.buzzer_on(bench.now + ms) for ms in range(2000))


def test_both_sides_know_the_same_words() -> None:
    assert set(firmware.LAMPS) == {lamp.name for lamp in Lamp}
    assert set(firmware.BUZZERS) == {buzzer.name for buzzer in Buzzer}
    assert firmware.PROTOCOL == PROTOCOL
    assert firmware.MAX_LINE == MAX_LINE


def test_nothing_is_used_that_the_board_does_not_have() -> None:
    tree = ast.parse(Path(firmware.__file__).read_text())
    absent = (ast.Import, ast.ImportFrom, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef, ast.Starred)
    assert not [node for node in ast.walk(tree) if isinstance(node, absent)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.decorator_list]


def test_a_damaged_line_is_counted_and_not_obeyed(bench: Bench) -> None:
    bench.board.receive(b"$LAMP,TEST*00\r\n", bench.now)
    assert bench.board.bad_frames == 1
    assert bench.board.commanded == "OFF"


@given(st.lists(st.binary(max_size=200) | st.sampled_from([b"$", b"$ACK,", b"*00\r\n", b"\xff"]), max_size=20))
def test_no_bytes_from_the_host_ever_raise_or_pile_up(chunks: list[bytes]) -> None:
    board = Board(NONCE, 0)
    board.contact(True, 0)
    board.poll(50)
    for now, chunk in enumerate(chunks, start=51):
        board.receive(chunk, now)
        assert board._line is None or len(board._line) <= MAX_LINE
        assert len(board.poll(now)) < 200
    bad = board.bad_frames
    board.receive(b"\r\n$WHAT*00\r\n" + encode("LAMP", "TEST"), 10_000)
    assert board.bad_frames > bad
    assert board.commanded == "TEST"


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=200))
def test_whatever_the_contact_does_presses_are_spaced_and_bounded(levels: list[tuple[bool, int]]) -> None:
    board, now, pressed = Board(NONCE, 0), 0, []
    for closed, ms in levels:
        number = board.number
        board.contact(closed, now)
        board.poll(now)
        if board.number > number:
            assert board.number == number + 1
            pressed.append(now)
        now += ms
    assert all(b - a >= SPACING_MS for a, b in pairwise(pressed))
    assert len(board.pending) <= LATCHED
