"""A Raspberry Pi's header without hardware: gpiozero's own mocked pins, with a simulated two-pole button."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Self

from gpiozero.pins.mock import MockFactory, MockPin

from kiosk import config
from kiosk.button.blink import LampReader
from kiosk.button.events import Lamp
from kiosk.button.wiring import Wiring, WiringFault

BOUNCE_S = 0.004


class VirtualPins:
    """The button at ``pins``; :attr:`factory` goes to gpiozero. Also a context manager."""

    def __init__(self, pins: config.Gpio) -> None:
        self._pins = pins
        self._wiring = Wiring()
        self._lamp = LampReader()
        self._lock = threading.RLock()
        self._timers: list[threading.Timer] = []
        outer = self

        class WiredPin(MockPin):  # type: ignore[misc]
            """A contact or a lamp is connected to it, whatever the program does with the pin."""

            def _set_pull(self, value: str) -> None:
                super()._set_pull(value)
                outer.drive()

            def _change_state(self, value: Any) -> bool:
                changed: bool = super()._change_state(value)
                if self.info.name == f"GPIO{pins.lamp}":
                    outer.light(bool(value))
                return changed

        self.factory = MockFactory(pin_class=WiredPin)
        self.factory.pin(pins.button)
        if pins.nc:
            self.factory.pin(pins.nc)

    # What somebody at the kiosk can do.

    def press(self, seconds: float = 0.2) -> None:
        """Press the button now and let it go after ``seconds``."""
        self.hold()
        self._in(seconds, self.release)

    def hold(self) -> None:
        """Press the button until :meth:`release`."""
        self._press(True)

    def release(self) -> None:
        """Let the button go now."""
        self._press(False)

    def bounce(self, seconds: float = 0.2, times: int = 5) -> None:
        """A press whose contacts chatter for some milliseconds at its beginning; it waits for these."""
        for _ in range(times):
            self.hold()
            time.sleep(BOUNCE_S)
            self.release()
            time.sleep(BOUNCE_S)
        self.press(seconds)

    def break_(self, fault: WiringFault) -> None:
        """Have a fault in the wiring until :meth:`mend`."""
        with self._lock:
            self._wiring.faults.add(fault)
            self.drive()

    def mend(self) -> None:
        """All wires are as they should be."""
        with self._lock:
            self._wiring.faults.clear()
            self.drive()

    def close(self) -> None:
        """Take the header away."""
        for timer in self._timers:
            timer.cancel()
        self.factory.close()

    # What somebody at the kiosk can see and hear.

    @property
    def lamp(self) -> Lamp:
        """The state that the lamp's light shows."""
        with self._lock:
            return self._lamp.lamp(time.monotonic())

    @property
    def lit(self) -> bool:
        """Whether the lamp is lit at this moment."""
        return self._is_on(self._pins.lamp)

    @property
    def sounds(self) -> bool:
        """Whether the buzzer sounds at this moment."""
        return self._is_on(self._pins.buzzer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What the pins call.

    def drive(self) -> None:
        """Put the contacts' levels on the pins that the program listens to: closed leads to ground."""
        with self._lock:
            no, nc, _ = self._wiring.returns()
            for number, closed in ((self._pins.button, no), (self._pins.nc, nc)):
                if not number:
                    continue
                pin = self.factory.pin(number)
                if pin.function == "input" and closed:
                    pin.drive_low()
                elif pin.function == "input":
                    pin.drive_high()

    def light(self, lit: bool) -> None:
        """The lamp's pin has this level now."""
        with self._lock:
            self._lamp.light(lit, time.monotonic())

    def _is_on(self, number: int) -> bool:
        pin = self.factory.pin(number)
        return pin.function == "output" and bool(pin.state)

    def _press(self, pressed: bool) -> None:
        with self._lock:
            self._wiring.pressed = pressed
            self.drive()

    def _in(self, seconds: float, what: Any) -> None:
        timer = threading.Timer(seconds, what)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()
