"""The messages over ``link.sock``: what the link tells screen and voice, and what they may ask of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import MAX_ID, Count, Id, Ping, Text
from kiosk.messages.hall import Call, Cause, Did, Last, Part, Refused, Urgency, Work
from kiosk.messages.video import Signal

#: Characters of a sentence that was not answered; what is longer is a story, and its beginning shows that.
MAX_MISSED = 60

# --- link.sock: link -> screen, voice -------------------------------------------------------------


class Trial(StrEnum):
    """Whether the customer is trying the button out."""

    OFF = "off"
    ARMED = "armed"  # the next press calls nobody
    DONE = "done"  # it was pressed; the next press is a real one


class SelfTested(Struct, frozen=True):
    """The newest self-test of this run of the link. ``fault`` empty: it passed; ``number`` counts them."""

    number: Count
    fault: str
    text: str
    desk: str  # which answered
    took_ms: Count


class Snapshot(Struct, frozen=True, tag_field="type", tag="state"):
    """Everything ``link`` knows that a client may show; sent on connect and after each change."""

    call: Call | None
    online: bool  # the broker is connected
    alarm: bool  # the local alarm is sounding
    lamp: str
    on_duty: Count
    open: bool  # within opening hours
    opens: str  # when the hall opens next, for people; empty when it is open
    promised_s: float  # an answer within this time
    parts: dict[str, Part]
    ahead: Count | None = None  # how many waiting calls of the hall come first; None: nobody has said
    trial: Trial = Trial.OFF
    self_test: SelfTested | None = None


class Result(Struct, frozen=True, tag_field="type", tag="result", omit_defaults=True):
    """The answer to one command; ``why`` says what was wrong with it."""

    request: str
    ok: bool
    why: str = ""
    case: str = ""  # the number under which a complaint is kept


# --- link.sock: screen, voice -> link -------------------------------------------------------------


class Hello(Struct, frozen=True, tag_field="do", tag="hello"):
    """Who has connected, and whether it can carry a video call."""

    name: Id
    request: Id = "hello"
    video: bool = False


class Summon(Struct, frozen=True, tag_field="do", tag="summon"):
    """The customer wants a person. The same ``request`` sent twice is one call."""

    request: Id
    cause: Cause
    urgency: Urgency = Urgency.NORMAL
    said: tuple[Text, ...] = ()
    service: Annotated[str, Meta(max_length=MAX_ID)] = ""  # which urgent service of the pack led to it


class AskFreeze(Struct, frozen=True, tag_field="do", tag="ask-freeze"):
    """The customer asks, by a confirmed touch, that the bank freezes their money; it does not replace the call.

    The same ``request`` sent twice is one. It is answered with ``ok`` only when it is on disk: until then, say it
    again. When the call has ended meanwhile, a new and urgent one is opened, about ``service``.
    """

    request: Id
    service: Annotated[str, Meta(max_length=MAX_ID)] = ""


class CustomerEnd(Struct, frozen=True, tag_field="do", tag="end"):
    """The customer's touch, confirmed by a second one, ends the call."""

    request: Id
    call: Id
    confirmed: bool


class Resolved(Struct, frozen=True, tag_field="do", tag="resolved"):
    """The answer to 事情办好了吗?; ``yes`` false calls again, one level up."""

    request: Id
    call: Id
    yes: bool


class Rate(Struct, frozen=True, tag_field="do", tag="rate"):
    """The customer's rating, 1 (worst) to 5; an event on the side that blocks nothing."""

    request: Id
    call: Id
    score: Annotated[int, Meta(ge=1, le=5)]


class StaffAction(StrEnum):
    """What staff can do at the terminal itself."""

    CHECK = "check"  # is the PIN right?
    SILENCE = "silence"
    END = "end"
    LAMP_TEST = "lamp-test"
    RESTART = "restart"  # the link itself


class Staff(Struct, frozen=True, tag_field="do", tag="staff"):
    """Staff at the terminal, known by their PIN."""

    request: Id
    pin: Annotated[str, Meta(max_length=32)]
    action: StaffAction


class Media(Struct, frozen=True, tag_field="do", tag="media"):
    """The video part says whether the agent's sound or picture is coming in."""

    request: Id
    call: Id
    running: bool


class Complain(Struct, frozen=True, tag_field="do", tag="complain"):
    """The customer's complaint, masked. The same ``request`` sent twice is one complaint."""

    request: Id
    text: Text
    call: Annotated[str, Meta(max_length=MAX_ID)] = ""  # the call it is about, if any


class Missed(Struct, frozen=True, tag_field="do", tag="missed"):
    """The customer said something that the terminal could not answer. The same ``request`` sent twice is one."""

    request: Id
    text: Annotated[str, Meta(min_length=1, max_length=MAX_MISSED)]  # masked
    pack: Id  # the hall's content
    did: Did
    refused: Refused = ()


class TryButton(Struct, frozen=True, tag_field="do", tag="try-button"):
    """The customer wants to try the button: one press in the next minute calls nobody. Not ``on`` ends it."""

    request: Id
    on: bool


class RunSelfTest(Struct, frozen=True, tag_field="do", tag="run-self-test"):
    """Run the self-test now; its result is in the next states."""

    request: Id


class Report(Struct, frozen=True, tag_field="do", tag="report"):
    """The client's own parts, for the kiosk's health; sent every few seconds, they are faults when it leaves.

    Who reports ``screen``, ``microphone`` or ``speaker`` says also when its work was last done.
    """

    request: Id
    parts: Annotated[dict[Id, Part], Meta(max_length=20)]
    last: dict[Work, Last] = {}


#: What is about the call or the terminal itself.
LinkCommand = (
    Hello
    | Summon
    | AskFreeze
    | CustomerEnd
    | Resolved
    | Rate
    | Staff
    | Media
    | Complain
    | Missed
    | TryButton
    | RunSelfTest
    | Report
)
#: A signal only passes through, and a ping asks nothing of the call.
Command = LinkCommand | Signal | Ping
