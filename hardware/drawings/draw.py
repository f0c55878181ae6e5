#!/usr/bin/env python3
"""Draws how a button is wired, for each driver: hardware/drawings/draw.py writes the SVG files beside it.

Pin numbers come from the code (the firmware's pins.py, the defaults of [gpio]); a test compares the files with
what this draws.
"""

from __future__ import annotations

import ast
from pathlib import Path

import schemdraw
from schemdraw import elements as elm

from kiosk.config import Gpio

HERE = Path(__file__).parent
PINS = HERE.parent / "firmware" / "pins.py"

# Where a GPIO number is on the edge of the Pico, and on the 40-pin header of the Pi.
PICO_PLACES = {2: 4, 3: 5, 13: 17, 14: 19, 15: 20}
PI_PLACES = {17: 11, 22: 15, 23: 16, 27: 13}

Place = tuple[str, int]  # what a pin is called, and where it is
Point = tuple[float, float]
Contact = tuple[str, bool]  # the marks on it, and whether it is closed at rest

NO: Contact = ("NO  13-14", False)
NC: Contact = ("NC  11-12", True)
ROW = 6.6  # from one output to the next, on paper


def firmware_pins() -> dict[str, int]:
    """The whole numbers that pins.py names; it cannot be imported without a Pico."""
    tree = ast.parse(PINS.read_text(encoding="utf-8"))
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def board() -> schemdraw.Drawing:
    """A Pico with a two-pole button, a lamp of two colours and a buzzer."""
    pins = firmware_pins()

    def place(name: str) -> tuple[str, int]:
        return f"GP{pins[name]}", PICO_PLACES[pins[name]]

    return _direct(
        "board: the button board, a Raspberry Pi Pico",
        "Raspberry Pi Pico\nUSB to the computer",
        power=("3V3", 36),
        contacts=[place("NO"), place("NC")],
        supply=("VBUS 5 V", 40),
        outputs=[
            ("yellow lamp", place("YELLOW")),
            ("green lamp", place("GREEN")),
            ("buzzer, passive", place("BUZZER")),
        ],
        grounds=[("GND", 3), ("GND", 18)],
    )


def gpio() -> schemdraw.Drawing:
    """A Raspberry Pi's own header with a two-pole button, a lamp and a buzzer."""
    pins = Gpio()

    def place(pin: int) -> tuple[str, int]:
        return f"GPIO{pin}", PI_PLACES[pin]

    return _direct(
        "gpio: the Raspberry Pi's own header",
        "Raspberry Pi\n40-pin header",
        power=("3V3", 1),
        contacts=[place(pins.button), place(pins.nc)],
        supply=("5 V", 2),
        outputs=[("lamp", place(pins.lamp)), ("buzzer, active", place(pins.buzzer))],
        grounds=[("GND", 9), ("GND", 14)],
    )


def lines() -> schemdraw.Drawing:
    """A two-pole button and a lamp on the modem lines of an RS-232 port."""
    drawing = _sheet("lines: the modem lines of an RS-232 port", -9)
    chip = _chip(
        "RS-232\nDE-9 plug",
        left=[("RTS", 7, 1), ("CTS", 8, 3), ("DSR", 6, 5), ("DCD", 1, 7)],
        right=[("DTR", 4, 4), ("GND", 5, 7)],
        height=8,
    )
    drawing += chip
    x = chip.inL1[0] - 6
    for number, contact in ((2, NO), (3, NC)):
        _contact(drawing, getattr(chip, f"inL{number}"), contact, length=6)
        drawing += elm.Dot()
    drawing += elm.Line().at(chip.inL1).tox(x)
    drawing += elm.Line().at((x, chip.inL1[1])).toy(chip.inL3[1])
    drawing += elm.Line().at((x, chip.inL3[1])).toy(chip.inL4[1]).linestyle("--")
    drawing += (
        elm.Line().at(chip.inL4).tox(x).linestyle("--").label("joined at the button: may be left out", "bottom")
    )
    drawing += elm.Diode().at(chip.inR1).right(2).label("1N4148")
    _driver(drawing, drawing.here, "lamp", "2N7000", "+V: 5 V, or the lamp's own supply", 0.5)
    drawing += elm.Line().at(chip.inR2).right(1)
    drawing += elm.Ground().label("and minus of the lamp's supply", "right")
    return drawing


def _direct(
    title: str,
    text: str,
    *,
    power: Place,
    contacts: list[Place],
    supply: Place,
    outputs: list[tuple[str, Place]],
    grounds: list[Place],
) -> schemdraw.Drawing:
    """Two contacts to ground on pins that are pulled up, and outputs that switch to ground."""
    drawing = _sheet(title, -11)
    height = 2 + ROW * len(outputs) + 2.5
    left, right = grounds
    chip = _chip(
        text,
        left=[
            (*power, 1.5),
            *((*place, 1 + ROW * number - ROW / 2 + 2) for number, place in enumerate(contacts, start=1)),
            (*left, height - 1),
        ],
        right=[
            (*supply, 1.5),
            *((*place, 1 + ROW * number - ROW / 2 + 2) for number, (_, place) in enumerate(outputs, start=1)),
            (*right, height - 1),
        ],
        height=height,
    )
    drawing += chip
    drawing += elm.Line().at(chip.inL1).left(0.5)
    drawing += elm.Vdd().label("3.3 V")
    drawing += elm.Line().at(chip.inR1).right(0.5)
    drawing += elm.Vdd().label("+5 V")
    for pin in (getattr(chip, f"inL{len(contacts) + 2}"), getattr(chip, f"inR{len(outputs) + 2}")):
        drawing += elm.Line().at(pin).theta(180 if pin[0] < 0 else 0).length(0.5)
        drawing += elm.Ground()
    for number, contact in ((2, NO), (3, NC)):
        pin = getattr(chip, f"inL{number}")
        drawing += elm.Line().at(pin).left(0.7)
        _pulled_up(drawing)
        _contact(drawing, drawing.here, contact, length=5)
        drawing += elm.Ground()
    for number, (load, _) in enumerate(outputs, start=2):
        _driver(drawing, getattr(chip, f"inR{number}"), load, "AO3400A", "+5 V, or a supply of its own", 1.2)
    return drawing


def _pulled_up(drawing: schemdraw.Drawing) -> None:
    """1 kΩ to 3.3 V and 100 nF to ground, from here to the left."""
    for element, end in (
        (elm.Resistor().up(1.9).label("1 kΩ", "bottom"), elm.Vdd().label("3.3 V")),
        (elm.Capacitor().down(1.5).label("100 nF", "bottom"), elm.Ground()),
    ):
        here = drawing.here
        drawing += elm.Dot().at(here)
        drawing += element.at(here)
        drawing += end
        drawing += elm.Line().at(here).left(1.4)


def _contact(drawing: schemdraw.Drawing, start: Point, contact: Contact, *, length: float) -> None:
    """A contact of the button in a line that goes to the left."""
    text, closed = contact
    drawing += elm.Button(nc=closed).at(start).left(length).label(text, "bottom", ofst=0.25)


def _driver(drawing: schemdraw.Drawing, start: Point, load: str, fet: str, supply: str, lead: float) -> None:
    """A MOSFET that switches a load to ground."""
    drawing += elm.Line().at(start).right(lead)
    drawing += elm.Resistor().right(2).label("1 kΩ")
    gate = drawing.here
    drawing += elm.Dot()
    drawing += elm.Resistor().at(gate).down(1.9).label("100 kΩ", "top")
    drawing += elm.Ground()
    drawing += elm.Line().at(gate).right(1.2)
    mosfet = elm.NFet().reverse().theta(0).anchor("gate")
    drawing += mosfet
    drawing += elm.Label().at((mosfet.source[0] + 0.3, mosfet.source[1] - 0.1)).label(fet, halign="left")
    drawing += elm.Line().at(mosfet.source).toy(gate[1] - 1.9)
    drawing += elm.Ground()
    drawing += elm.Line().at(mosfet.drain).up(0.3)
    if load.startswith("buzzer"):
        here = drawing.here
        drawing += elm.Dot().at(here)
        drawing += elm.Line().at(here).left(1)
        drawing += elm.Diode().up(1.6).label("1N4148", "top")  # a coil answers being switched off
        drawing += elm.Line().right(1)
        drawing += elm.Dot()
        drawing += elm.RBox().at(here).up(1.6).label(load, "bottom")
    else:
        drawing += elm.Lamp().up(1.6).label(load, "bottom")
    drawing += elm.Vdd().label(supply)


def _sheet(title: str, left: float) -> schemdraw.Drawing:
    drawing = schemdraw.Drawing(show=False)
    drawing.config(fontsize=12, font="sans-serif", bgcolor="white", margin=0.5)
    drawing += elm.Label().at((left, 2)).label(title, fontsize=16, halign="left")
    return drawing


def _chip(
    text: str, left: list[tuple[str, int, float]], right: list[tuple[str, int, float]], height: float
) -> elm.Ic:
    """Pins are (name, place, distance from the top); anchors inL1, inL2 ... and inR1, inR2 ... in that order."""
    pins = [
        elm.IcPin(name=name, pin=str(place), side=side, pos=1 - from_top / height, anchorname=f"in{side}{number}")
        for side, pins in (("L", left), ("R", right))
        for number, (name, place, from_top) in enumerate(pins, start=1)
    ]
    chip = elm.Ic(pins=pins, size=(4.4, height), leadlen=0.8, edgepadH=0, edgepadW=0)
    return chip.label(text, "top").anchor("center").at((0, -height / 2))


def main() -> None:
    """Write every drawing."""
    for draw in (board, gpio, lines):
        (HERE / f"{draw.__name__}.svg").write_bytes(draw().get_imagedata("svg"))


if __name__ == "__main__":
    main()
