"""What a lamp of one colour and a buzzer do for each state, and which state a blinking lamp shows.

For buttons without a board, whose lamp this program switches itself. No I/O and no clock: times are seconds of a
clock that only goes forward.
"""

from __future__ import annotations

from kiosk.button.events import Buzzer, Lamp
from kiosk.button.firmware import CLICK_MS

NEVER = float("inf")

# Seconds on, off, on, off ..., from the beginning. Nothing blinks faster than three times a second, for people
# with photosensitive epilepsy. READY, CALLING and RUNG are as on the board.
LAMPS: dict[Lamp, tuple[float, ...]] = {
    Lamp.OFF: (0.0, NEVER),
    Lamp.READY: (0.1, 1.9),
    Lamp.CALLING: (0.2, 0.2),
    Lamp.RUNG: (1.0, 1.0),
    Lamp.ANSWERED: (NEVER, 0.0),
    Lamp.FAULT: (0.2, 0.2, 0.2, 1.4),
    Lamp.TEST: (1.8, 0.2),
}
ALARM = (0.5, 0.5)
SHORT_S = 0.6  # between 0.2 and 1.0 s, with much room for a busy machine
LONG_S = 1.4  # between 1.0 and 1.8 s
STEADY_S = 2.5  # longer than any pattern stays as it is


class Blinker:
    """Lamp and buzzer as they are told, switched on and off by :meth:`at`."""

    def __init__(self) -> None:
        self._lamp = Lamp.OFF
        self._lamp_since = 0.0
        self._buzzer = Buzzer.OFF
        self._buzzer_since = 0.0

    def show(self, lamp: Lamp, buzzer: Buzzer, now: float) -> None:
        """The same again goes on as it was; a click sounds once."""
        if lamp is not self._lamp:
            self._lamp, self._lamp_since = lamp, now
        if buzzer is not self._buzzer or buzzer is Buzzer.CLICK:
            self._buzzer, self._buzzer_since = buzzer, now

    def felt(self, now: float) -> None:
        """A press lights the lamp before anybody has decided anything, as on the board."""
        if self._lamp not in (Lamp.CALLING, Lamp.RUNG, Lamp.ANSWERED):
            self.show(Lamp.CALLING, self._buzzer, now)

    def at(self, now: float) -> tuple[bool, bool, float]:
        """Whether the lamp is lit and the buzzer sounds, and the seconds until one of them changes."""
        lit, lamp_s = _phase(LAMPS[self._lamp], now - self._lamp_since)
        sounds, buzzer_s = False, NEVER
        if self._buzzer is Buzzer.ALARM:
            sounds, buzzer_s = _phase(ALARM, now - self._buzzer_since)
        elif self._buzzer is Buzzer.CLICK and (rest := CLICK_MS / 1000 - (now - self._buzzer_since)) > 0:
            sounds, buzzer_s = True, rest
        return lit, sounds, min(lamp_s, buzzer_s)


def _phase(pattern: tuple[float, ...], seconds: float) -> tuple[bool, float]:
    period = sum(pattern)
    seconds = seconds % period if period != NEVER else seconds
    for number, length in enumerate(pattern):
        if seconds < length:
            return number % 2 == 0, length - seconds
        seconds -= length
    return True, 0.0  # the end of a period, by rounding


class LampReader:
    """Tells a lamp's state from its light alone, as somebody does who looks at it; it takes a few blinks."""

    def __init__(self) -> None:
        self._lit = False
        self._since = 0.0
        self._on: list[float] = []  # how long it was on and off lately
        self._off: list[float] = []
        self._seen = Lamp.OFF

    def light(self, lit: bool, now: float) -> None:
        """The light at this moment; call it at every change."""
        if lit is self._lit:
            return
        past = self._on if self._lit else self._off
        past.append(now - self._since)
        del past[:-4]
        self._lit, self._since = lit, now

    def lamp(self, now: float) -> Lamp:
        """The state that was last told from the light."""
        if now - self._since >= STEADY_S:
            self._seen = Lamp.ANSWERED if self._lit else Lamp.OFF
            self._on, self._off = [], []
        self._seen = _told(self._on, self._off) or self._seen
        return self._seen


def _told(on: list[float], off: list[float]) -> Lamp | None:
    """None while the last blinks fit no state, as when one has just become another."""
    if len(on) < 2 or not off:
        return None
    if on[-1] >= LONG_S:
        return Lamp.TEST if off[-1] < SHORT_S else None
    if on[-1] >= SHORT_S:
        return Lamp.RUNG if SHORT_S <= off[-1] < LONG_S else None
    if on[-2] >= SHORT_S:
        return None
    long = [seconds >= SHORT_S for seconds in off]
    if len(off) >= 2 and min(off[-2:]) >= LONG_S:
        return Lamp.READY
    if len(off) >= 3 and not any(long[-3:]):
        return Lamp.CALLING
    return Lamp.FAULT if long in ([True, False] * 2, [False, True] * 2) else None
