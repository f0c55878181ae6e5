"""The button on a Raspberry Pi's header, on gpiozero's own mocked pins. What all drivers share is in tests/hil."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gpiozero import OutputDevice

from kiosk import config
from kiosk.button import Buzzer, Lamp, Released, open_button
from kiosk.button.gpio import GpioButton
from kiosk.button.virtual_pins import VirtualPins

PINS = config.Gpio()
Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def header() -> Iterator[VirtualPins]:
    with VirtualPins(PINS) as header:
        yield header


def test_the_buzzer_sounds_and_both_are_off_when_the_program_ends(
    header: VirtualPins, heard: Any, until: Until
) -> None:
    with GpioButton(PINS, factory=header.factory) as button:
        button.start(heard)
        button.show(Lamp.ANSWERED, Buzzer.ALARM)
        until(lambda: header.lit and header.sounds)
        button.show(Lamp.OFF)
        until(lambda: not header.lit and not header.sounds)
        button.show(Lamp.ANSWERED, Buzzer.ALARM)
        until(lambda: header.lit)
    until(lambda: not header.lit and not header.sounds)


def test_a_button_with_one_contact_lamp_and_buzzer_left_out_still_calls(heard: Any, until: Until) -> None:
    pins = config.Gpio(button=5, nc=0, lamp=0, buzzer=0)
    with VirtualPins(pins) as header, GpioButton(pins, factory=header.factory) as button:
        button.start(heard)
        button.show(Lamp.ANSWERED, Buzzer.ALARM)
        until(lambda: header.factory.pin(5).pull == "up")
        header.press()
        heard.wait(lambda events: bool(events) and isinstance(events[-1], Released))
        assert len(heard.events) == 2


def test_a_pin_that_somebody_else_has_is_named_until_it_is_free(header: VirtualPins, heard: Any) -> None:
    other = OutputDevice(PINS.lamp, pin_factory=header.factory)
    with GpioButton(PINS, factory=header.factory) as button:
        button.start(heard)
        heard.wait_fault("pin-busy")
        assert f"GPIO{PINS.lamp}" in heard.events[0].remedy
        other.close()
        heard.wait_fault("-pin-busy")
        header.press()
        heard.wait_presses(1)


def test_a_machine_without_a_header_says_so(heard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-here")
    with open_button("gpio", "", pins=PINS) as button:
        button.start(heard)
        heard.wait_fault("no-gpio")
        assert "lgpio" in heard.events[0].remedy
