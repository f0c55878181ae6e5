"""What a button tells the program, and what the program can show on it. Nothing here does anything."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Pressed(Struct, frozen=True):
    """Somebody pressed the button. A process hears each ``cause`` once, however often the board repeats it.

    ``age_s`` is how long ago the contact closed: a press latched while the program was down may be old.
    """

    cause: str
    age_s: float


class Released(Struct, frozen=True):
    """The button came up again after ``seconds`` (as far as known, when the line was bad at that moment).

    Only the newest press is followed; one that was over before it was heard of may have no ``Released``.
    """

    cause: str
    seconds: float


class Held(Struct, frozen=True):
    """The button is still down; said once at each threshold, and ``seconds`` is that threshold."""

    cause: str
    seconds: float


class Fault(Struct, frozen=True):
    """Something is wrong; said once. ``remedy`` is a sentence for the technician."""

    kind: str
    remedy: str


class Recovered(Struct, frozen=True):
    """The fault of that kind is over."""

    kind: str


ButtonEvent = Pressed | Released | Held | Fault | Recovered


class Lamp(StrEnum):
    """What the lamp says. The names are the words on the serial line."""

    OFF = "off"
    READY = "ready"  # a short yellow flash now and then
    CALLING = "calling"  # yellow, fast blinking: nobody has seen the call yet
    RUNG = "rung"  # yellow, slow blinking: a desk rings
    ANSWERED = "answered"  # green, steady
    FAULT = "fault"  # yellow and green in turn
    TEST = "test"  # both


class Buzzer(StrEnum):
    """What the buzzer does. The names are the words on the serial line."""

    OFF = "off"
    CLICK = "click"  # once, very short
    ALARM = "alarm"  # on and off until told otherwise
