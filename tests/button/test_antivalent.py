"""The board's reading of two contacts: it must call, and name what is wrong, as the drivers without a board do."""

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from kiosk.button import Fault, Pressed, Recovered, antivalent
from kiosk.button.antivalent import Antivalent
from kiosk.button.firmware import DEBOUNCE_MS, Board
from kiosk.button.poles import TwoPole
from kiosk.button.wires import Wires
from kiosk.button.wiring import Wiring, WiringFault

STEP_MS = 4
UP, DOWN, BOTH, NONE = (False, True), (True, False), (True, True), (False, False)


class Bench:
    """The same wires at a board and at a driver without one, on a clock that is only counted."""

    def __init__(self) -> None:
        self.now = 0
        self.wiring = Wiring()
        self.contacts = Antivalent(0, DEBOUNCE_MS)
        self.board = Board("1a2b3c4d", 0)
        self.poles = TwoPole(Wires("/dev/x", "NO", "NC"), "1a2b3c4d")
        self.poles.opened()
        self.presses = 0  # as the driver without a board counts them
        self.faults: set[str] = set()

    def levels(self, no: bool, nc: bool, ms: int) -> None:
        for _ in range(ms // STEP_MS):
            self.now += STEP_MS
            self.contacts.sample(no, nc, self.now)
            self.board.contact(self.contacts.closed, self.contacts.since)
            self.board.poll(self.now)
            for event in self.poles.sample(no, nc, self.now / 1000):
                match event:
                    case Pressed():
                        self.presses += 1
                    case Fault(kind=kind):
                        self.faults.add(kind)
                    case Recovered(kind=kind):
                        self.faults.remove(kind)

    def wait(self, ms: int) -> None:
        no, nc, _ = self.wiring.returns()
        self.levels(no, nc, ms)

    def press(self, ms: int = 400) -> None:
        for pressed in (True, False):
            self.wiring.pressed = pressed
            self.wait(ms)

    @property
    def named(self) -> set[str]:
        return set() if self.contacts.wiring == "OK" else set(self.contacts.wiring.lower().split("+"))

    def agree(self) -> None:
        assert self.board.number == self.presses
        assert self.named == self.faults - {"stuck"}  # which the host tells of a board's button


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.wait(1000)
    return bench


def test_a_press_is_one_press_with_its_age_and_its_length(bench: Bench) -> None:
    bench.levels(*NONE, 12)
    bench.levels(*DOWN, 300)
    assert bench.board.number == 1
    bench.levels(*NONE, 12)
    said = b""
    for _ in range(20):
        bench.levels(*UP, STEP_MS)
        said += bench.board.poll(bench.now)
    assert bench.board.number == 1
    assert bench.contacts.wiring == "OK"
    assert not bench.contacts.closed
    bench.agree()


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (WiringFault.CUT, {"cut"}),
        (WiringFault.OPEN_NC, {"nc-open"}),
        (WiringFault.OPEN_NO, {"no-open"}),
        (WiringFault.WELD, {"welded"}),
        (WiringFault.WELD_NC, {"welded"}),
    ],
)
def test_each_fault_is_named_and_what_can_call_still_calls(
    bench: Bench, fault: WiringFault, named: set[str]
) -> None:
    bench.press()
    bench.wiring.faults.add(fault)
    for _ in range(3):
        bench.press(900)
    assert bench.named == named
    assert bench.board.number >= (1 if fault is WiringFault.CUT else 4)
    bench.agree()
    bench.wiring.faults.clear()
    bench.wait(12_000)
    bench.press()
    bench.press()
    assert bench.named == set()
    bench.agree()


def test_exchanged_wires_are_named_and_call_when_it_is_let_go() -> None:
    bench = Bench()
    bench.wiring.faults.add(WiringFault.SWAP)
    bench.wait(5000)
    assert bench.named == {"swapped"}
    assert not bench.contacts.closed  # nobody is told that the button is held
    before = bench.board.number
    bench.press()
    assert bench.board.number == before + 1
    bench.agree()


def test_a_cable_that_comes_back_after_long_calls_nobody(bench: Bench) -> None:
    bench.levels(*NONE, 15_000)
    assert bench.named == {"cut"}
    bench.levels(*UP, 1000)
    assert bench.named == set()
    assert bench.board.number == 0


def test_a_trembling_hand_holds_one_press(bench: Bench) -> None:
    for _ in range(20):
        bench.levels(*DOWN, 80)
        bench.levels(*NONE, 80)
    bench.levels(*UP, 500)
    assert bench.board.number == 1
    bench.agree()


def test_a_cable_torn_out_of_a_held_button_tells_no_long_hold(bench: Bench) -> None:
    """Staff end a call by a release after 10 s: a torn cable must not."""
    bench.levels(*DOWN, 12_000)
    bench.levels(*NONE, 600)
    assert not bench.contacts.closed
    assert bench.contacts.since == bench.contacts._press_at
    bench.agree()


def test_a_slow_loop_sees_a_press_that_lasted_from_one_look_to_the_next() -> None:
    contacts = Antivalent(0, DEBOUNCE_MS)
    for now, level in ((0, UP), (500, UP), (1000, DOWN)):
        contacts.sample(*level, now)
    contacts.sample(*UP, 1500)
    assert contacts.closed


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([None, *WiringFault]), st.booleans(), st.integers(90, 1500)),
        max_size=8,
    )
)
def test_whatever_the_wires_do_board_and_drivers_agree(
    steps: list[tuple[WiringFault | None, bool, int]],
) -> None:
    bench = Bench()
    bench.wait(1000)
    for fault, pressed, tens in steps:
        bench.wiring.faults = {fault} - {None}
        bench.wiring.pressed = pressed
        bench.wait(tens * 10)
        bench.agree()


def test_nothing_is_used_that_the_board_does_not_have() -> None:
    tree = ast.parse(Path(antivalent.__file__).read_text())
    absent = (ast.Import, ast.ImportFrom, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef, ast.Starred)
    assert not [node for node in ast.walk(tree) if isinstance(node, absent)]
