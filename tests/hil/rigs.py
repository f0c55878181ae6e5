"""A button under test and somebody who presses it: simulated here, or a real one and whoever sits before it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from heard import Heard, until

from kiosk import config
from kiosk.button import Button, Lamp, open_button
from kiosk.button.gpio import GpioButton
from kiosk.button.simulate_lines import LOOKS
from kiosk.button.virtual import VirtualBoard
from kiosk.button.virtual_lines import VirtualLines
from kiosk.button.virtual_pins import VirtualPins
from kiosk.button.wiring import WiringFault

PINS = config.Gpio()
HAND_TAKES_S = 0.1  # a hand that has mended something is not on the button in the same moment
HAND_S = 60.0  # so long somebody has for what is asked of them


class Rig(ABC):
    """``latches``: what is pressed while no program runs is kept. ``plug``: the fault of what can be pulled."""

    latches = False
    plug = "unplugged"
    held_s: tuple[float, ...] = (0.3, 0.8)

    @abstractmethod
    def button(self) -> Button:
        """A new driver, not started."""

    def heard(self) -> Heard:
        return Heard()

    @abstractmethod
    def ready(self, button: Button) -> None:
        """Wait until the driver has found the button: what is pressed before that is lost without a board."""

    @abstractmethod
    def press(self) -> None: ...

    @abstractmethod
    def press_unheard(self) -> None:
        """A press that is over when this returns."""

    @abstractmethod
    def bounce(self) -> None: ...

    @abstractmethod
    def hold(self) -> None: ...

    @abstractmethod
    def release(self) -> None: ...

    @abstractmethod
    def replug(self, heard: Heard) -> None: ...

    @abstractmethod
    def shows(self, lamp: Lamp) -> None:
        """Wait until the lamp shows it."""

    def wire(self, fault: WiringFault) -> None:
        raise NotImplementedError("this button has no two poles")

    def mend(self) -> None:
        raise NotImplementedError("this button has no two poles")

    def close(self) -> None:
        return None


class BoardRig(Rig):
    latches = True

    def __init__(self, directory: Path) -> None:
        self._board = VirtualBoard(directory / "button")

    def button(self) -> Button:
        return open_button("board", str(self._board.link), held_s=self.held_s)

    def ready(self, button: Button) -> None:
        button.show(Lamp.ANSWERED)
        self.shows(Lamp.ANSWERED)

    def press(self) -> None:
        self._board.press()

    def press_unheard(self) -> None:
        self._board.press(0.05)
        until(lambda: self._board.pending > 0)
        time.sleep(2 * HAND_TAKES_S)

    def bounce(self) -> None:
        for _ in range(5):
            self._board.hold()
            time.sleep(0.004)
            self._board.release()
            time.sleep(0.004)
        self._board.press()

    def hold(self) -> None:
        self._board.hold()

    def release(self) -> None:
        self._board.release()

    def replug(self, heard: Heard) -> None:
        self._board.cut(0.7)

    def shows(self, lamp: Lamp) -> None:
        until(lambda: self._board.shown is lamp)

    def close(self) -> None:
        self._board.close()


class LinesRig(Rig):
    def __init__(self) -> None:
        self._lines = VirtualLines()

    def button(self) -> Button:
        return open_button("lines", self._lines.url, held_s=self.held_s)

    def ready(self, button: Button) -> None:
        button.show(Lamp.ANSWERED)
        until(lambda: self._lines.lit)

    def press(self) -> None:
        self._lines.press()

    def press_unheard(self) -> None:
        self._lines.press(0.05)
        time.sleep(2 * HAND_TAKES_S)

    def bounce(self) -> None:
        self._lines.bounce()

    def hold(self) -> None:
        self._lines.hold()

    def release(self) -> None:
        self._lines.release()

    def replug(self, heard: Heard) -> None:
        self._lines.unplug(0.7)

    def shows(self, lamp: Lamp) -> None:
        until(lambda: self._lines.lamp is lamp)

    def wire(self, fault: WiringFault) -> None:
        self._lines.break_(fault)

    def mend(self) -> None:
        self._lines.mend()
        time.sleep(HAND_TAKES_S)

    def close(self) -> None:
        self._lines.close()


class GpioRig(Rig):
    """Nothing but its cable can be pulled off a header."""

    plug = "cut"

    def __init__(self) -> None:
        self._pins = VirtualPins(PINS)

    def button(self) -> Button:
        return GpioButton(PINS, factory=self._pins.factory, held_s=self.held_s)

    def ready(self, button: Button) -> None:
        button.show(Lamp.ANSWERED)
        until(lambda: self._pins.lit)

    def press(self) -> None:
        self._pins.press()

    def press_unheard(self) -> None:
        self._pins.press(0.05)
        time.sleep(2 * HAND_TAKES_S)

    def bounce(self) -> None:
        self._pins.bounce()

    def hold(self) -> None:
        self._pins.hold()

    def release(self) -> None:
        self._pins.release()

    def replug(self, heard: Heard) -> None:
        self.wire(WiringFault.CUT)
        heard.wait_fault("cut")
        self.mend()

    def shows(self, lamp: Lamp) -> None:
        until(lambda: self._pins.lamp is lamp)

    def wire(self, fault: WiringFault) -> None:
        self._pins.break_(fault)

    def mend(self) -> None:
        self._pins.mend()
        time.sleep(HAND_TAKES_S)

    def close(self) -> None:
        self._pins.close()


TODO = {
    WiringFault.CUT: "pull the button's cable off",
    WiringFault.OPEN_NO: "take the wire off the normally-open contact",
    WiringFault.OPEN_NC: "take the wire off the normally-closed contact",
    WiringFault.WELD: "bridge the normally-open contact",
    WiringFault.WELD_NC: "bridge the normally-closed contact",
    WiringFault.SWAP: "pull the cable off, exchange the wires of the two contacts, plug it in again",
}


class RealRig(Rig):
    """Says what is to be done. ``say`` shows a line at the terminal, ``ask`` a question and gives the answer."""

    held_s = (3.0, 10.0)

    def __init__(self, driver: str, port: str, say: Callable[[str], None], ask: Callable[[str], str]) -> None:
        self._driver, self._port, self._say, self._ask = driver, port, say, ask
        self.latches = driver == "board"
        self.plug = "cut" if driver == "gpio" else "unplugged"

    def button(self) -> Button:
        return open_button(self._driver, self._port, pins=PINS, held_s=self.held_s)

    def heard(self) -> Heard:
        return Heard(HAND_S)

    def ready(self, button: Button) -> None:
        button.show(Lamp.ANSWERED)
        self._ask(f"WAIT until the lamp is {self._look(Lamp.ANSWERED)}, then press Enter here:")

    def press(self) -> None:
        self._say("PRESS the button shortly, now")

    def press_unheard(self) -> None:
        self._ask("PRESS the button shortly; when it is up again, press Enter here:")

    def bounce(self) -> None:
        self._say("PRESS the button slowly and unsteadily, once, now")

    def hold(self) -> None:
        self._ask("HOLD the button down and keep it down; with the other hand press Enter here:")

    def release(self) -> None:
        self._say("LET the button GO, now")

    def replug(self, heard: Heard) -> None:
        what = "the button's cable" if self.plug == "cut" else "the USB plug"
        self._say(f"PULL {what}, now")
        heard.wait_fault(self.plug)
        self._say("PLUG it in again, now")

    def shows(self, lamp: Lamp) -> None:
        answer = self._ask(f"LOOK at the lamp: is it {self._look(lamp)}? [y/n]")
        assert answer.strip().lower().startswith("y"), f"the lamp does not show {lamp}"

    def wire(self, fault: WiringFault) -> None:
        self._ask(f"WIRING: {TODO[fault]}; when it is done, press Enter here:")

    def mend(self) -> None:
        self._ask("WIRING: put everything back as it belongs; when it is done, press Enter here:")

    def _look(self, lamp: Lamp) -> str:
        if self._driver == "board":
            from kiosk.button.simulate import LOOKS as TWO_COLOURS

            return TWO_COLOURS[lamp]
        return LOOKS[lamp]
