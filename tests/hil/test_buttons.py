"""What every kind of button must do, whatever it hangs on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from heard import Heard
from hil.rigs import Rig

from kiosk.button import Button, Held, Lamp, Pressed, Released
from kiosk.button.wiring import WiringFault

pytestmark = [
    pytest.mark.hil,
    pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning"),  # inside pyserial
]
Started = Callable[[], tuple[Button, Heard]]


@pytest.fixture
def live(rig: Rig, started: Started) -> tuple[Button, Heard]:
    """A button that has been pressed once already, so that it is known to be there."""
    button, heard = started()
    rig.ready(button)
    rig.press()
    heard.wait_presses(1)
    button.acknowledge(heard.causes[0])
    heard.wait(let_go)
    return button, heard


def test_a_press_is_told_once_and_so_is_its_release(rig: Rig, live: tuple[Button, Heard]) -> None:
    button, heard = live
    assert [type(event) for event in heard.events if not_a_fault(event)] == [Pressed, Released]
    assert heard.events[-1].cause == heard.causes[0]
    assert button.counters["presses"] == 1


def test_two_presses_are_two_and_a_press_that_chatters_is_one(rig: Rig, live: tuple[Button, Heard]) -> None:
    _, heard = live
    rig.press()
    heard.wait(lambda events: len(of(events, Released)) == 2)
    rig.bounce()
    heard.wait(lambda events: len(of(events, Released)) == 3)
    assert len(set(heard.causes)) == len(heard.causes) == 3


def test_a_held_button_is_told_at_each_threshold(rig: Rig, live: tuple[Button, Heard]) -> None:
    _, heard = live
    rig.hold()
    heard.wait(lambda events: len(of(events, Held)) == len(rig.held_s))
    rig.release()
    heard.wait(lambda events: len(of(events, Released)) == 2)
    assert [held.seconds for held in of(heard.events, Held)] == list(rig.held_s)
    assert {held.cause for held in of(heard.events, Held)} == {heard.causes[1]}
    assert of(heard.events, Released)[1].seconds >= rig.held_s[-1]


def test_a_press_lights_the_lamp_by_itself_and_then_it_shows_what_it_is_told(rig: Rig, started: Started) -> None:
    button, heard = started()
    rig.ready(button)
    button.show(Lamp.READY)
    rig.press()
    heard.wait_presses(1)
    rig.shows(Lamp.CALLING)
    button.acknowledge(heard.causes[0])
    for lamp in (Lamp.RUNG, Lamp.ANSWERED):
        button.show(lamp)
        rig.shows(lamp)


def test_what_is_unplugged_is_named_and_comes_back_by_itself(rig: Rig, live: tuple[Button, Heard]) -> None:
    _, heard = live
    rig.replug(heard)
    heard.wait_fault(rig.plug)
    heard.wait_fault(f"-{rig.plug}")
    before = len(heard.causes)
    rig.press()
    heard.wait_presses(before + 1)


def test_a_button_that_is_down_when_the_program_begins_calls(rig: Rig, started: Started) -> None:
    rig.hold()
    _, heard = started()
    heard.wait_presses(1)
    rig.release()
    heard.wait(let_go)


def test_what_is_pressed_while_no_program_runs_is_kept_by_a_board_only(rig: Rig, started: Started) -> None:
    rig.press_unheard()
    button, heard = started()
    rig.ready(button)
    if rig.latches:
        heard.wait_presses(1)
    before = len(heard.causes)
    rig.press()
    heard.wait(lambda events: len(heard.causes) > before and let_go(events))
    assert len(heard.causes) == (2 if rig.latches else 1)


# --- two poles: each fault of the wiring by its name, and a call where it is in doubt ----------------------


@pytest.mark.two_poles
def test_open_normally_open_contact(rig: Rig, live: tuple[Button, Heard]) -> None:
    _, heard = live
    rig.wire(WiringFault.OPEN_NO)
    rig.press()
    heard.wait_fault("no-open")
    rig.mend()
    before = len(heard.causes)
    assert before >= 2, "in doubt, call"
    rig.press()
    heard.wait_fault("-no-open")


@pytest.mark.two_poles
def test_open_normally_closed_contact(rig: Rig, live: tuple[Button, Heard]) -> None:
    _, heard = live
    rig.wire(WiringFault.OPEN_NC)
    heard.wait_fault("cut")
    before = len(heard.causes)
    rig.press()
    heard.wait_presses(before + 1)
    heard.wait_fault("nc-open")
    rig.mend()
    heard.wait_fault("-nc-open")


@pytest.mark.two_poles
@pytest.mark.parametrize("fault", [WiringFault.WELD, WiringFault.WELD_NC])
def test_welded_contacts(rig: Rig, live: tuple[Button, Heard], fault: WiringFault) -> None:
    _, heard = live
    rig.wire(fault)
    rig.press()
    heard.wait_fault("welded")
    assert len(heard.causes) >= 2, "in doubt, call"
    rig.mend()
    rig.press()
    heard.wait_fault("-welded")


@pytest.mark.two_poles
def test_cut_cable(rig: Rig, live: tuple[Button, Heard]) -> None:
    _, heard = live
    rig.wire(WiringFault.CUT)
    heard.wait_fault("cut")
    assert len(heard.causes) == 1, "nobody has pressed"
    rig.mend()
    heard.wait_fault("-cut")
    assert len(heard.causes) == 2, "within 10 s it may have been a press: in doubt, call"


@pytest.mark.two_poles
def test_swapped_wires(rig: Rig, started: Started) -> None:
    rig.wire(WiringFault.SWAP)
    _, heard = started()
    heard.wait_presses(1)  # in doubt, call
    heard.wait_fault("swapped")
    rig.press()
    heard.wait_presses(2)


def let_go(events: list) -> bool:
    return bool(events) and isinstance(events[-1], Released)


def of(events: list, kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def not_a_fault(event: object) -> bool:
    return isinstance(event, Pressed | Held | Released)
