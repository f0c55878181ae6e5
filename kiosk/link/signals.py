"""What lamp, buzzer and loudspeaker show: a call before anything else, then a lamp test, then practice."""

from __future__ import annotations

from kiosk.button import Button, Buzzer, Lamp
from kiosk.link.alarm import AlarmSound
from kiosk.link.live import LiveCall
from kiosk.link.trial import ButtonTrial
from kiosk.messages import State, Trial

LOOK_S = 1.0

_LAMPS = {
    State.CALLING: Lamp.CALLING,
    State.RUNG: Lamp.RUNG,
    State.ACCEPTED: Lamp.ANSWERED,
    State.CONNECTED: Lamp.ANSWERED,
    State.ENDED: Lamp.READY,
}


class LampTest:
    """Shows each look of the lamp for a second; the buzzer sounds with the last one. Pure."""

    LOOKS = tuple(Lamp)

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def running(self) -> bool:
        return self._since is not None

    def start(self, now: float) -> None:
        """Begin, or begin again."""
        self._since = now

    def stop(self) -> None:
        """What is true is shown again."""
        self._since = None

    def shown(self, now: float) -> tuple[Lamp, Buzzer] | None:
        """What to show now; None when no test runs, and then it is over."""
        if self._since is None:
            return None
        number = int((now - self._since) / LOOK_S)
        if number >= len(self.LOOKS):
            self.stop()
            return None
        last = number == len(self.LOOKS) - 1
        return self.LOOKS[number], Buzzer.ALARM if last else Buzzer.OFF


class Signals:
    """Sets the devices, and keeps what they show for those who tell others of it."""

    def __init__(self, button: Button, sound: AlarmSound, *, loud: bool) -> None:
        self._button = button
        self._sound = sound
        self._loud = loud  # the site wants the computer's own alarm sound too
        self.trial = ButtonTrial()
        self.lamp_test = LampTest()
        self.lamp = Lamp.READY
        self.alarm = False

    @property
    def seen(self) -> tuple[Lamp, bool, Trial]:
        """All that a local client shows of it."""
        return self.lamp, self.alarm, self.trial.state

    @property
    def passing(self) -> bool:
        """Whether time alone will change something."""
        return self.lamp_test.running or self.trial.state is not Trial.OFF

    def show(self, call: LiveCall | None, alarm: bool, now: float) -> None:
        """Show what is true now; a call ends practice and lamp test."""
        self.trial.tick(now)
        if call is not None:
            self.trial.stop()
        if call is not None and call.open:
            self.lamp_test.stop()
        self.alarm = alarm
        buzzer = Buzzer.ALARM if alarm else Buzzer.OFF
        self.lamp, buzzer = self.lamp_test.shown(now) or (self._true_lamp(call, now), buzzer)
        self._button.show(self.lamp, buzzer)
        self._sound.switch(alarm and self._loud)

    def _true_lamp(self, call: LiveCall | None, now: float) -> Lamp:
        if call is not None:
            return _LAMPS[call.state]
        return Lamp.ANSWERED if self.trial.answers(now) else Lamp.READY
