"""The messages over MQTT: what kiosks and desks tell each other."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import MAX_ID, Count, Id, Level, Name, Number, Text


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
    follows: Annotated[str, Meta(max_length=MAX_ID)] = ""  # the call that ended with 没办好
    closed: bool = False  # outside opening hours when it was sent
    video: bool = False  # whether the kiosk can do video now


class Fact(Struct, frozen=True, omit_defaults=True):
    """What happened: one transition of a call, or a fault."""

    kind: Id
    call: Annotated[str, Meta(max_length=MAX_ID)] = ""
    age_ms: Count = 0  # since the call was opened; never wrong
    state: State | None = None
    cause: Cause | None = None
    case: Name = ""
    urgency: Urgency | None = None
    level: Annotated[int, Meta(ge=0, le=3)] = 0
    agent: Agent | None = None
    mode: Mode | None = None
    desk: Annotated[str, Meta(max_length=MAX_ID)] = ""
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
    queue: tuple[Id, ...] = ()  # ids of the hall's waiting calls, the next one to be served first
