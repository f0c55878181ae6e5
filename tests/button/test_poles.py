"""The pure core of the buttons without a board: contacts in, events out, on a clock of the tests' own."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from kiosk.button import ButtonEvent, Fault, Held, Pressed, Recovered, Released
from kiosk.button.poles import TwoPole
from kiosk.button.wires import Wires
from kiosk.button.wiring import Wiring, WiringFault

READ_S = 0.002
NAMED_WITHIN_S = 5.0


class Bench:
    """A button with its wiring, read every 2 ms by a clock that is only counted."""

    def __init__(self, *, loop: bool = False, held_s: Sequence[float] = (3.0, 10.0)) -> None:
        self.wiring = Wiring(loop=loop)
        self.core = TwoPole(Wires("/dev/x", "RTS to CTS", "RTS to DSR"), "1a2b3c4d", held_s)
        self.now = 1000.0
        self.events: list[ButtonEvent] = []
        self.standing: list[str] = []
        self._hear(self.core.opened())

    def wait(self, seconds: float) -> list[ButtonEvent]:
        """What comes of so much time."""
        before = len(self.events)
        end = self.now + seconds
        while self.now < end:
            self.now += READ_S
            no, nc, loop = self.wiring.returns()
            self._hear(self.core.sample(no, nc, self.now, loop=loop))
        return self.events[before:]

    def press(self, seconds: float = 0.2, travel_s: float = 0.006) -> list[ButtonEvent]:
        """A press with the moments in which neither contact is closed, and 1 s after it."""
        before = len(self.events)
        self.contacts(False, False, travel_s)
        self.wiring.pressed = True
        self.wait(seconds)
        self.contacts(False, False, travel_s)
        self.wiring.pressed = False
        self.wait(1.0)
        return self.events[before:]

    def contacts(self, no: bool, nc: bool, seconds: float) -> None:
        """These levels, whatever the button does; what the faults let through of them."""
        end = self.now + seconds
        while self.now < end:
            self.now += READ_S
            if WiringFault.CUT in self.wiring.faults:
                no = nc = False
            self._hear(self.core.sample(no, nc, self.now))

    def fails(self, kind: str) -> None:
        self._hear(self.core.failed(kind, "remedy"))

    def opens(self) -> None:
        self._hear(self.core.opened())

    def _hear(self, events: list[ButtonEvent]) -> None:
        for event in events:
            if isinstance(event, Fault):
                assert event.kind not in self.standing, "said once"
                self.standing.append(event.kind)
            if isinstance(event, Recovered):
                self.standing.remove(event.kind)
        self.events += events

    @property
    def presses(self) -> int:
        return len(calls(self.events))


def calls(events: list[ButtonEvent]) -> list[str]:
    return [event.cause for event in events if isinstance(event, Pressed)]


def of(events: list[ButtonEvent], kind: type) -> list[ButtonEvent]:
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    assert bench.wait(1.0) == [], "at rest nothing is said"
    return bench


# --- a good button ---------------------------------------------------------------------------------------


def test_a_press_is_told_when_the_contact_has_been_stable_and_its_release_with_its_length(bench: Bench) -> None:
    pressed, released = bench.press(0.3)
    assert isinstance(pressed, Pressed) and pressed.age_s == pytest.approx(0.02, abs=0.005)
    assert released == Released(pressed.cause, pytest.approx(0.3, abs=0.01))
    assert bench.standing == []


def test_chatter_is_one_press_and_two_presses_are_two(bench: Bench) -> None:
    for _ in range(6):
        bench.contacts(True, False, 0.004)
        bench.contacts(False, False, 0.004)
    bench.press()
    assert bench.presses == 1
    bench.press()
    bench.press()
    assert bench.presses == 3 and len(set(calls(bench.events))) == 3


def test_a_second_press_within_150_ms_counts_when_it_is_still_down_then(bench: Bench) -> None:
    bench.contacts(True, False, 0.04)
    bench.contacts(False, True, 0.04)
    bench.contacts(True, False, 0.04)  # over too soon
    bench.contacts(False, True, 0.5)
    assert bench.presses == 1
    bench.contacts(True, False, 0.04)
    bench.contacts(False, True, 0.04)
    bench.contacts(True, False, 0.3)
    assert bench.presses == 3


def test_a_hand_that_trembles_holds_one_press(bench: Bench) -> None:
    bench.contacts(True, False, 1.5)
    bench.contacts(False, False, 0.1)  # half up: the normally-closed contact has not closed
    bench.contacts(True, False, 2.0)
    assert bench.presses == 1
    assert [held.seconds for held in of(bench.events, Held)] == [3.0]


def test_held_is_told_at_each_threshold_and_stuck_after_a_minute(bench: Bench) -> None:
    bench.wiring.pressed = True
    events = bench.wait(61)
    assert [held.seconds for held in of(events, Held)] == [3.0, 10.0]
    assert bench.standing == ["stuck"] and bench.presses == 1
    bench.wiring.pressed = False
    bench.wait(0.1)
    assert bench.standing == []


def test_contacts_that_overlap_for_a_moment_are_no_fault(bench: Bench) -> None:
    bench.contacts(True, True, 0.1)
    bench.contacts(True, False, 0.5)
    bench.contacts(True, True, 0.1)
    bench.contacts(False, True, 2.0)
    assert bench.presses == 1 and bench.standing == []


# --- each wiring fault, its name within 5 s, and the calls that must not be lost ----------------------------


def test_an_open_normally_open_contact_is_named_by_the_press_that_it_loses_and_that_press_calls(
    bench: Bench,
) -> None:
    bench.wiring.faults.add(WiringFault.OPEN_NO)
    assert bench.wait(10) == [], "at rest nobody can see it"
    events = bench.press()
    assert len(calls(events)) == 1 and bench.standing == ["no-open"]
    assert len(calls(bench.press(3.0))) == 1, "every press calls"
    assert not of(bench.events, Held) and not of(bench.events, Released), "how long is not known"
    bench.wiring.faults.clear()
    bench.press()
    assert bench.standing == [], "a good press ends it"


def test_a_press_of_more_than_ten_seconds_by_one_contact_alone_is_a_repaired_cable(bench: Bench) -> None:
    bench.contacts(False, False, 9.9)
    bench.contacts(False, True, 0.1)
    assert bench.presses == 1 and bench.standing == ["no-open"]
    bench.press()
    bench.contacts(False, False, 10.2)
    assert bench.standing == ["cut"]
    bench.contacts(False, True, 0.1)
    assert bench.presses == 2 and bench.standing == []


def test_an_open_normally_closed_contact_is_cut_until_a_press_tells_which(bench: Bench) -> None:
    bench.wiring.faults.add(WiringFault.OPEN_NC)
    bench.wait(NAMED_WITHIN_S)
    assert bench.standing == ["cut"]
    assert len(calls(bench.press())) == 1
    assert bench.standing == ["nc-open"]
    bench.press()
    bench.press(3.5)
    assert bench.presses == 3 and bench.standing == ["nc-open"]
    assert [held.seconds for held in of(bench.events, Held)] == [3.0]
    bench.wiring.faults.clear()
    bench.wait(0.1)
    assert bench.standing == []


def test_with_the_loop_an_open_normally_closed_contact_is_told_from_a_cut_cable() -> None:
    bench = Bench(loop=True)
    bench.wait(1)
    bench.wiring.faults.add(WiringFault.OPEN_NC)
    bench.wait(NAMED_WITHIN_S)
    assert bench.standing == ["nc-open"]
    bench.wiring.faults.add(WiringFault.CUT)
    bench.wait(NAMED_WITHIN_S)
    assert bench.standing == ["cut"]


def test_a_cut_cable_is_named_and_calls_only_if_it_may_have_been_a_press(bench: Bench) -> None:
    bench.wiring.faults.add(WiringFault.CUT)
    bench.wait(0.4)
    assert bench.standing == []
    bench.wait(NAMED_WITHIN_S - 0.4)
    assert bench.standing == ["cut"] and bench.presses == 0
    bench.wait(60)
    bench.wiring.faults.clear()
    bench.wait(1)
    assert bench.standing == [] and bench.presses == 0


def test_a_loose_cable_calls(bench: Bench) -> None:
    for _ in range(3):
        bench.contacts(False, False, 0.2)
        bench.contacts(False, True, 0.3)
    assert bench.presses == 3 and bench.standing == ["no-open"]
    assert bench.core.counters["doubtful"] == 3


@pytest.mark.parametrize("pressed", [False, True], ids=["at-rest", "while-pressed"])
def test_a_welded_normally_open_contact_is_named_and_presses_go_on_calling(bench: Bench, pressed: bool) -> None:
    if pressed:
        bench.wiring.pressed = True
        bench.wait(0.3)
    bench.wiring.faults.add(WiringFault.WELD)
    bench.wiring.pressed = False
    bench.wait(NAMED_WITHIN_S)
    assert bench.standing == ["welded"]
    assert bench.presses == 1, "both closed is taken as pressed"
    assert not of(bench.events, Released) or pressed
    for number in (2, 3):
        bench.wiring.pressed = True
        bench.wait(0.3)
        bench.wiring.pressed = False
        bench.wait(2)
        assert bench.presses == number
    bench.wait(120)
    assert bench.standing == ["welded"], "and it is not called stuck"
    bench.wiring.faults.clear()
    bench.wait(0.1)
    bench.press()
    assert bench.standing == []


def test_a_welded_normally_closed_contact_is_named_by_the_press_and_every_press_calls(bench: Bench) -> None:
    bench.wiring.faults.add(WiringFault.WELD_NC)
    for number in (1, 2):
        bench.wiring.pressed = True
        bench.wait(0.2)
        bench.wiring.pressed = False
        bench.wait(1)
        assert bench.presses == number and bench.standing == ["welded"]
    bench.wiring.pressed = True
    bench.wait(15)
    bench.wiring.pressed = False
    bench.wait(1)
    assert [held.seconds for held in of(bench.events, Held)] == [3.0]
    assert all(event.seconds < 1 for event in of(bench.events, Released)), "what may be a short ends no call"


@pytest.mark.parametrize("from_the_start", [True, False], ids=["start", "replug"])
def test_swapped_wires_are_named_and_in_doubt_call(from_the_start: bool) -> None:
    bench = Bench()
    if not from_the_start:
        bench.wait(1)
        bench.wiring.faults.add(WiringFault.CUT)
        bench.wait(30)
        bench.wiring.faults.clear()
    bench.wiring.faults.add(WiringFault.SWAP)
    bench.wait(NAMED_WITHIN_S)
    assert bench.standing == ["swapped"] and bench.presses == 1
    for number in (2, 3):
        bench.wiring.pressed = True
        bench.wait(4)
        bench.wiring.pressed = False
        bench.wait(15)
        assert bench.presses == number and bench.standing == ["swapped"]
    assert not of(bench.events, Released), "15 s at rest are no 15 s held: they end no call"
    bench.wiring.faults.add(WiringFault.CUT)
    bench.wait(5)
    bench.wiring.faults.clear()
    bench.wait(1)
    assert bench.standing == []
    bench.press()
    assert bench.presses == 4 and of(bench.events, Released)


def test_who_only_held_the_button_at_the_start_had_no_swapped_wires() -> None:
    bench = Bench()
    bench.wiring.pressed = True
    bench.wait(6)
    assert bench.presses == 1 and bench.standing == ["swapped"]
    bench.wiring.pressed = False
    bench.wait(31)
    assert bench.standing == []


# --- the port ----------------------------------------------------------------------------------------------


def test_a_button_that_is_down_when_the_port_opens_calls_and_a_press_that_is_over_does_not() -> None:
    bench = Bench()
    assert bench.wait(1) == []
    bench.fails("unplugged")
    bench.press()  # nobody reads the contacts: these samples stand for nothing that was seen
    bench.events.clear()
    bench.opens()
    assert calls(bench.wait(1)) == []
    bench.fails("unplugged")
    bench.fails("port-missing")
    assert bench.standing == ["unplugged"], "one fault, not two"
    bench.wiring.pressed = True
    bench.opens()
    assert len(calls(bench.wait(0.1))) == 1
    assert bench.standing == []


def test_a_port_that_goes_while_the_button_is_held_ends_no_call(bench: Bench) -> None:
    bench.wiring.pressed = True
    bench.wait(12)
    bench.fails("unplugged")
    assert bench.standing == ["unplugged"]
    bench.wiring.pressed = False
    bench.opens()
    bench.wait(1)
    assert not of(bench.events, Released), "nobody saw when it was let go"


def test_a_port_that_goes_takes_the_faults_of_its_wires_with_it(bench: Bench) -> None:
    bench.wiring.faults.add(WiringFault.CUT)
    bench.wait(1)
    bench.fails("unplugged")
    assert bench.standing == ["unplugged"]


# --- anything at all ---------------------------------------------------------------------------------------

LEVELS = st.tuples(st.booleans(), st.booleans(), st.floats(0.002, 12.0))


@settings(deadline=None, max_examples=60)
@given(st.lists(LEVELS, max_size=12))
def test_whatever_the_contacts_do_events_are_in_order_and_a_good_press_after_it_calls(
    levels: list[tuple[bool, bool, float]],
) -> None:
    bench = Bench()
    for no, nc, seconds in levels:
        bench.contacts(no, nc, seconds)
    seen: set[str] = set()
    for event in bench.events:
        if isinstance(event, Pressed):
            assert event.cause not in seen
            seen.add(event.cause)
        elif isinstance(event, Held | Released):
            assert event.cause in seen
    bench.contacts(False, True, 31)
    assert set(bench.standing) <= {"no-open", "welded"}, "what only a press can prove mended"
    before = bench.presses
    bench.press()
    assert bench.presses == before + 1
    assert bench.standing == []
