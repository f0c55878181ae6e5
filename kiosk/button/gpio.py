"""A button on a Raspberry Pi's own header, through gpiozero.

Each contact lies between its pin and ground, and the pin is pulled up: closed is low. With both contacts a cut
wire is seen; a button with a normally-open contact alone works, but a cut wire of it is a silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kiosk import config
from kiosk.button.contact import HELD_S
from kiosk.button.ports import PortFault
from kiosk.button.sampled import Device, SampledButton
from kiosk.button.wires import Wires

if TYPE_CHECKING:
    from gpiozero import InputDevice, OutputDevice

HEADER = "the Pi's header"


class GpioButton(SampledButton):
    """``factory``: gpiozero's pin factory; None: the one that this machine has."""

    def __init__(self, pins: config.Gpio, *, factory: Any = None, held_s: Sequence[float] = HELD_S) -> None:
        super().__init__(
            Wires(HEADER, f"GPIO{pins.button} to ground", f"GPIO{pins.nc} to ground"),
            held_s=held_s,
        )
        self._pins = pins
        self._factory = factory

    def _open(self) -> Device:
        try:
            return _Header(self._pins, self._factory)
        except ModuleNotFoundError as error:
            raise PortFault(
                "no-gpio", f"gpiozero is missing ({error}): pip install 'rengong-kiosk[gpio]'."
            ) from error
        except Exception as error:  # gpiozero's own errors, and those of whatever it found below it
            if "busy" in str(error).lower() or "in use" in str(error).lower():
                raise PortFault(
                    "pin-busy",
                    f"Another program or the kernel has a pin of the button ({error}): stop it (gpioinfo names "
                    "it), or use other pins.",
                ) from error
            raise PortFault(
                "no-gpio",
                f"The pins of {HEADER} cannot be used ({error}): is it a Raspberry Pi, is lgpio installed, and is "
                "this user in the group gpio?",
            ) from error


class _Header(Device):
    def __init__(self, pins: config.Gpio, factory: Any) -> None:
        from gpiozero import InputDevice, OutputDevice  # so that no other kiosk needs it

        self._opened: list[InputDevice | OutputDevice] = []

        def contact(pin: int) -> InputDevice:
            self._opened.append(device := InputDevice(pin, pull_up=True, pin_factory=factory))
            return device

        def output(pin: int) -> OutputDevice | None:
            if not pin:
                return None
            self._opened.append(device := OutputDevice(pin, pin_factory=factory))
            return device

        try:
            self._no = contact(pins.button)
            self._nc = contact(pins.nc) if pins.nc else None
            self._lamp = output(pins.lamp)
            self._buzzer = output(pins.buzzer)
        except BaseException:
            self.close()
            raise

    def read(self) -> tuple[bool, bool, bool]:
        try:
            no = bool(self._no.is_active)
            return no, not no if self._nc is None else bool(self._nc.is_active), False
        except Exception as error:
            raise OSError(f"a pin cannot be read ({error})") from error

    def switch(self, lit: bool, sounds: bool) -> None:
        try:
            for device, on in ((self._lamp, lit), (self._buzzer, sounds)):
                if device is not None:
                    device.value = on
        except Exception as error:
            raise OSError(f"a pin cannot be set ({error})") from error

    def close(self) -> None:
        for device in self._opened:
            device.close()
