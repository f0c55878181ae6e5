"""The big physical button, its lamp and its buzzer.

:func:`open_button` gives the button that the settings name. ``start(listener)`` begins; the listener hears
``Pressed``, ``Held``, ``Released``, ``Fault`` and ``Recovered``. ``show(lamp, buzzer)`` sets what the customer
sees and hears, ``acknowledge(cause)`` tells the board that the press is safe on disk, ``close()`` ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from kiosk import config
from kiosk.button.contact import HELD_S
from kiosk.button.driver import Button, ButtonError, NoButton, UnknownDriver, WrongOrder
from kiosk.button.events import ButtonEvent, Buzzer, Fault, Held, Lamp, Pressed, Recovered, Released

__all__ = [
    "DRIVERS",
    "Button",
    "ButtonError",
    "ButtonEvent",
    "Buzzer",
    "Fault",
    "Held",
    "Lamp",
    "Pressed",
    "Recovered",
    "Released",
    "UnknownDriver",
    "WrongOrder",
    "open_button",
]

DRIVERS = ("board", "lines", "gpio", "none")


def open_button(
    driver: str, port: str, *, pins: config.Gpio | None = None, held_s: Sequence[float] = HELD_S
) -> Button:
    """The button that a kiosk's settings name; nothing is opened before its ``start``.

    ``port`` is a device, or a URL as pyserial knows them (``socket://host:port``, ``rfc2217://host:port``), and
    ``pins`` are for the driver ``gpio`` (None: as the settings have them by default). ``held_s`` are the seconds
    after which a held button is reported. Raises :class:`UnknownDriver`.
    """
    # Each is loaded when it is named, so that a kiosk without a board does not load pyserial.
    if driver == "board":
        from kiosk.button.board import BoardButton

        return BoardButton(port, held_s=held_s)
    if driver == "lines":
        from kiosk.button.lines import LinesButton

        return LinesButton(port, held_s=held_s)
    if driver == "gpio":
        from kiosk.button.gpio import GpioButton

        return GpioButton(pins or config.Gpio(), held_s=held_s)
    if driver == "none":
        return NoButton()
    raise UnknownDriver(f"unknown button driver {driver!r}; the drivers are: {', '.join(DRIVERS)}")
