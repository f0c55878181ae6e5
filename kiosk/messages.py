"""Every message that crosses a process boundary: over MQTT (see :mod:`kiosk.topics`) and over ``link.sock``.

All are JSON. :func:`decode` checks what arrives and raises :class:`BadMessage`; nothing else here raises.
Times between machines are *ages* in milliseconds, because no machine may subtract another's clock.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

MAX_ID, MAX_TEXT, MAX_NAME = 96, 500, 60
Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Level = Annotated[int, Meta(ge=1, le=3)]
MAX_COUNT = 2**53 - 1  # JavaScript counts so far exactly, and every database can hold it
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Number = Annotated[int, Meta(ge=1, le=MAX_COUNT)]


class BadMessage(ValueError):
    """Bytes that are not the message they should be; the text says where."""


class State(StrEnum):
    """Where a call stands. No call at all is ``idle`` and is sent as an empty retained message."""

    CALLING = "calling"  # published; nobody is known to have seen it
    RUNG = "rung"  # at least one desk page has shown or sounded it
    ACCEPTED = "accepted"  # one agent has it and is on the way
    CONNECTED = "connected"  # the agent is there, or the media runs
    ENDED = "ended"


class Urgency(StrEnum):
    """How a call is ranked; declared from the least to the most urgent."""

    NORMAL = "normal"
    ELDERLY = "elderly"
    URGENT = "urgent"


class Cause(StrEnum):
    """What the customer did to summon a person."""

    BUTTON = "button"
    TOUCH = "touch"
    VOICE = "voice"
    AGAIN = "again"  # answered 没办好 after an earlier call


class Mode(StrEnum):
    """How the agent comes."""

    WALK = "walk"
    VIDEO = "video"


class Seen(StrEnum):
    """How a desk page presented a ringing call."""

    DRAWN = "drawn"
    AUDIBLE = "audible"


class Outcome(StrEnum):
    """How a call ended."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    REFERRED = "referred"  # sent on to a window or another office
    MISTAKEN = "mistaken"
    ABSENT = "absent"  # nobody was at the kiosk
    CUSTOMER = "customer"  # the customer's confirmed touch
    STAFF = "staff"  # ended by staff at the terminal itself


class Agent(Struct, frozen=True):
    """A person who answers, and the desk they are signed in at."""

    id: Id
    name: Name
    desk: Id


# --- MQTT: kiosk -> everybody ---------------------------------------------------------------------


class Call(Struct, frozen=True, omit_defaults=True):
    """The retained state of one kiosk's call; ages were true when it was sent."""

    id: Id
    state: State
    age_ms: Count
    state_age_ms: Count
    cause: Cause = Cause.BUTTON
    case: Name = ""  # the number that is told to the customer
    title: Name = ""  # the kiosk's name as people say it
    place: Name = ""  # where it stands
    urgency: Urgency = Urgency.NORMAL
    level: Level = 1
    round: Count = 0  # how often it changed hands or went back to calling; an answer to an older round is void
    presses: Count = 1
    said: tuple[Text, ...] = ()  # what the customer said or tapped before, masked
    rung_by: tuple[Id, ...] = ()  # desks that have shown or sounded it
    agent: Agent | None = None
    mode: Mode | None = None
    passed: tuple[Name, ...] = ()  # agents who had the call and let it go, oldest first
    outcome: Outcome | None = None
    follows: Annotated[str, Meta(max_length=96)] = ""  # the call that ended with 没办好
    closed: bool = False  # outside opening hours when it was sent
    video: bool = False  # whether the kiosk can do video now


class Fact(Struct, frozen=True, omit_defaults=True):
    """What happened: one transition of a call, or a fault."""

    kind: Id
    call: Annotated[str, Meta(max_length=96)] = ""
    age_ms: Count = 0  # since the call was opened; never wrong
    state: State | None = None
    cause: Cause | None = None
    case: Name = ""
    urgency: Urgency | None = None
    level: Annotated[int, Meta(ge=0, le=3)] = 0
    agent: Agent | None = None
    mode: Mode | None = None
    desk: Annotated[str, Meta(max_length=96)] = ""
    seen: Seen | None = None
    outcome: Outcome | None = None
    presses: Count = 0
    why: Text = ""
    text: Text = ""
    score: Annotated[int, Meta(ge=0, le=5)] = 0


class Event(Fact, frozen=True, omit_defaults=True, kw_only=True):
    """A fact as a numbered line of the kiosk's journal."""

    seq: Number
    at_ms: Count  # the kiosk's wall clock, milliseconds since 1970; may be wrong


class EventBatch(Struct, frozen=True):
    """Journal lines not yet acknowledged by the ledger, in order.

    ``first`` is the oldest line the journal still holds: nothing before it will ever be sent again.
    """

    journal: Id
    first: Number
    events: Annotated[tuple[Event, ...], Meta(max_length=200)]


class Part(Struct, frozen=True, omit_defaults=True):
    """The state of one part of a kiosk. ``fault`` is a name, ``remedy`` a sentence for the technician."""

    ok: bool
    fault: Name = ""
    remedy: Text = ""
    age_ms: Count = 0


class Health(Struct, frozen=True, omit_defaults=True):
    """What a kiosk says of itself every 5 s; with ``online`` false it is the last will."""

    online: bool
    title: Name = ""
    place: Name = ""
    parts: dict[Id, Part] = {}
    counters: dict[Id, Count] = {}
    uptime_s: Count = 0
    version: Name = ""


# --- MQTT: desk -> kiosk --------------------------------------------------------------------------


class _Reply(Struct, frozen=True, tag_field="do"):
    """To one round of a call; an answer to an older round is void."""

    call: Id
    round: Count


class _AgentsReply(_Reply, frozen=True):
    agent: Agent


class Rung(_Reply, frozen=True, tag="rung"):
    """A desk page has shown or sounded the call."""

    desk: Id
    seen: Seen


class Accept(_AgentsReply, frozen=True, tag="accept"):
    """An agent takes the call; the first one the kiosk sees wins."""

    mode: Mode


class Release(_AgentsReply, frozen=True, tag="release"):
    """The agent puts the call back."""


class Arrived(_AgentsReply, frozen=True, tag="arrived"):
    """The agent stands beside the customer."""


class HandOver(_AgentsReply, frozen=True, tag="hand-over"):
    """The agent passes the call to a colleague; both names stay on record."""

    to: Agent


class End(_AgentsReply, frozen=True, tag="end"):
    """The agent ends the call."""

    outcome: Outcome
    note: Text = ""


Reply = Rung | Accept | Release | Arrived | HandOver | End


class LedgerAck(Struct, frozen=True):
    """The ledger has committed every event of ``journal`` up to and with ``upto``."""

    journal: Id
    upto: Count


class OnDuty(Struct, frozen=True):
    """An agent whose page can show or sound a call."""

    id: Id
    name: Name
    level: Level


class Presence(Struct, frozen=True, omit_defaults=True):
    """Who is on duty at a desk; with ``online`` false it is the desk's last will."""

    online: bool
    ledger: bool = False
    agents: tuple[OnDuty, ...] = ()


# --- link.sock: link -> screen, voice -------------------------------------------------------------


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


class Result(Struct, frozen=True, tag_field="type", tag="result", omit_defaults=True):
    """The answer to one command; ``why`` says what was wrong with it."""

    request: str
    ok: bool
    why: str = ""


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

    SILENCE = "silence"
    END = "end"


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


Command = Hello | Summon | CustomerEnd | Resolved | Rate | Staff | Media

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def encode(message: Any) -> bytes:
    """One message as JSON, without a line end."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[T]) -> T:
    """The message of the given kind, checked; raises :class:`BadMessage` and nothing else."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        message: T = decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        name = getattr(kind, "__name__", str(kind))
        raise BadMessage(f"not a {name}: {error}") from error
    return message
