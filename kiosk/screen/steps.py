"""The steps of a visit while there is no call, and what of it outlives the process: no words of the customer."""

from __future__ import annotations

from msgspec import Struct

from kiosk.dialogue.policy import Talk
from kiosk.messages import AskFreeze, Complain, Freeze, Missed, Rate, Resolved, Summon
from kiosk.screen.scene import TextSize


class Welcome(Struct, frozen=True, tag=True):
    """The hall's topics."""


class Listening(Struct, frozen=True, tag=True):
    """The customer was invited to speak."""


class Choices(Struct, frozen=True, tag=True):
    """Two or three cards; of a topic, or (no topic) what a sentence may have meant."""

    services: tuple[str, ...]
    topic: str = ""
    page: int = 0


class Unclear(Struct, frozen=True, tag=True):
    """It was not understood (``spoken``), or was beside the point."""

    spoken: bool


class Answered(Struct, frozen=True, tag=True):
    """One answer, asked for the ``times``-th time."""

    service: str
    times: int = 1


class Ended(Struct, frozen=True, tag=True):
    """事情办好了吗?"""

    call: str


class Rating(Struct, frozen=True, tag=True):
    """Five faces for that call."""

    call: str


class Complaining(Struct, frozen=True, tag=True):
    """Reasons as cards, or the customer's own words; ``call`` may be empty."""

    call: str


class ComplaintKept(Struct, frozen=True, tag=True):
    """The complaint has gone to the link; its number comes with the result."""

    request: str
    number: str = ""
    failed: bool = False


class Thanks(Struct, frozen=True, tag=True):
    """Good-bye."""


class Practice(Struct, frozen=True, tag=True):
    """Button and voice can be tried without calling anybody."""


Step = (
    Welcome
    | Listening
    | Choices
    | Unclear
    | Answered
    | Ended
    | Rating
    | Complaining
    | ComplaintKept
    | Thanks
    | Practice
)


class Pin(Struct, frozen=True):
    """Somebody is entering the staff's PIN."""

    digits: str = ""
    checking: str = ""  # the request that asks whether it is right
    note: str = ""  # what was wrong with the last one


class Technician(Struct, frozen=True):
    """Staff is at the terminal, with this PIN."""

    pin: str
    page: int = 0
    note: str = ""
    sure: bool = False  # ending the call was touched once
    trial: bool = False  # the button is being tested
    parts: int | None = None  # the page of the list of parts, when that is open


Staffing = Pin | Technician

KeptCommand = Summon | AskFreeze | Resolved | Rate | Complain | Missed


class Kept(Struct, frozen=True):
    """Where the customer was. Staff is not in it: the PIN is not kept."""

    step: Step
    talk: Talk
    size: TextSize
    language: str
    visiting: bool
    ears: bool
    about: str
    last_call: str
    open_call: str
    confirming: str
    brightness: float
    freezing: str = ""
    missed: int = 0
    frozen: Freeze | None = None
    frozen_at: float = 0.0  # by the machine's clock, as all times of a visit: the file is of this boot
    pending: tuple[KeptCommand, ...] = ()
