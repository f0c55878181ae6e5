"""The messages over MQTT: what kiosks and desks tell each other."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import MAX_ID, Count, Id, Level, Name, Number, Skills, Text

MAX_VIEWERS = 20  # no hall has more agents, and a message stays short
#: Services that the terminal had offered or answered, and that were not what the customer wanted.
Refused = Annotated[tuple[Id, ...], Meta(max_length=3)]


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
    """What the customer did to summon a person; or that staff opened the call."""

    BUTTON = "button"
    TOUCH = "touch"
    VOICE = "voice"
    AGAIN = "again"  # answered 没办好 after an earlier call
    CALLBACK = "callback"  # nothing: an agent who left too early comes back


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


class FreezeState(StrEnum):
    """How far a request to freeze the customer's money has come; declared in that order."""

    ASKED = "asked"  # not on the kiosk's disk yet
    SUBMITTED = "submitted"  # journalled: whatever breaks now, it reaches the desk
    REFUSED = "refused"  # the bank's system does not take it; somebody has to ring the bank
    RECEIVED = "received"  # the bank has it


class Did(StrEnum):
    """What the terminal did about a sentence that it could not answer."""

    ASKED_AGAIN = "asked-again"
    HANDED_OVER = "handed-over"  # called a person


class Agent(Struct, frozen=True):
    """A person who answers, and the desk they are signed in at."""

    id: Id
    name: Name
    desk: Id

    def same(self, other: Agent | None) -> bool:
        """Whether that is the same person, also by a corrected name, or signed in at another desk."""
        return other is not None and other.id == self.id


class Viewer(Struct, frozen=True, omit_defaults=True):
    """Somebody on whose page a waiting call rings, or has rung in this round."""

    id: Id
    name: Name
    shown_ms: Count = 0  # how long altogether, while on duty
    took: Annotated[str, Meta(max_length=MAX_ID)] = ""  # the later call that they took instead


Viewers = Annotated[tuple[Viewer, ...], Meta(max_length=MAX_VIEWERS)]


class Freeze(Struct, frozen=True, omit_defaults=True):
    """The customer has asked, by a confirmed touch, that the bank freezes their money."""

    request: Id
    state: FreezeState
    age_ms: Count  # since it was asked for
    receipt: Name = ""  # the bank's number for it
    why: Text = ""  # of a refusal
    agent: Agent | None = None  # who says that the bank has it; None: the bank's own system


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
    service: Annotated[str, Meta(max_length=MAX_ID)] = ""  # which urgent service of the pack it is about
    said: tuple[Text, ...] = ()  # what the customer said or tapped before, masked
    freeze: Freeze | None = None
    rung_by: tuple[Id, ...] = ()  # desks that have shown or sounded it
    seen_by: Viewers = ()  # and on whose pages, where the desks say so
    agent: Agent | None = None
    mode: Mode | None = None
    passed: tuple[Name, ...] = ()  # agents who had the call and let it go, oldest first
    note: Text = ""  # for whoever has it: of the colleague who handed it over, or the supervisor who gave it
    given: bool = False  # it was given to `agent`, who has not opened it yet
    outcome: Outcome | None = None
    follows: Annotated[str, Meta(max_length=MAX_ID)] = ""  # the call that ended too early
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
    by: Agent | None = None  # who did it, if that is not `agent`
    mode: Mode | None = None
    desk: Annotated[str, Meta(max_length=MAX_ID)] = ""
    seen: Seen | None = None
    seen_by: Viewers = ()  # who had it on their page
    outcome: Outcome | None = None
    presses: Count = 0
    why: Text = ""
    text: Text = ""
    service: Annotated[str, Meta(max_length=MAX_ID)] = ""
    score: Annotated[int, Meta(ge=0, le=5)] = 0
    pack: Annotated[str, Meta(max_length=MAX_ID)] = ""  # the hall's content that had no answer
    did: Did | None = None
    refused: Refused = ()


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


class Work(StrEnum):
    """What a terminal has to do that can stand still while every program runs."""

    DRAWN = "drawn"  # a frame on the display
    HEARD = "heard"  # a block of sound from the microphone
    PLAYED = "played"  # sound of its own through the loudspeaker


class Last(Struct, frozen=True, omit_defaults=True):
    """When work was last really done; without ``age_ms`` never, as far as anybody knows.

    ``off``: it is not being done now on purpose (the microphone is closed, or left to a video call).
    """

    age_ms: Count | None = None
    off: bool = False


class Health(Struct, frozen=True, omit_defaults=True):
    """What a kiosk says of itself every 5 s; with ``online`` false it is the last will."""

    online: bool
    title: Name = ""
    place: Name = ""
    parts: dict[Id, Part] = {}
    counters: dict[Id, Count] = {}
    uptime_s: Count = 0
    version: Name = ""
    last: dict[Id, Last] = {}  # by :class:`Work`; a later version may know more


class SelfTest(Struct, frozen=True):
    """A test call, which rings nobody: whatever desk gets it says so with ``Tested``."""

    id: Id


# --- MQTT: desks -------------------------------------------------------------------------------------


class LedgerAck(Struct, frozen=True):
    """The ledger has committed every event of ``journal`` up to and with ``upto``."""

    journal: Id
    upto: Count


class LedgerHead(Struct, frozen=True):
    """Where the chain of the ledger's records ended when this was said: by it a later change can be told."""

    day: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10)]  # by the desk's clock
    position: Count  # of the last link; 0: there is none yet
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]  # of the last link, SHA-256
    count: Count  # how many events have been put on record, also those that were deleted since


class OnDuty(Struct, frozen=True, omit_defaults=True):
    """An agent whose page can show or sound a call. ``skills``: words such as 手语, for whoever hands over."""

    id: Id
    name: Name
    level: Level
    skills: Skills = ()


class OnBreak(Struct, frozen=True, omit_defaults=True):
    """Somebody who has said that no call is to ring for them now. ``since_ms``: the desk's wall clock, to show."""

    id: Id
    name: Name
    since_ms: Count


class Presence(Struct, frozen=True, omit_defaults=True):
    """Who is on duty at a desk; with ``online`` false it is the desk's last will."""

    online: bool
    ledger: bool = False
    agents: tuple[OnDuty, ...] = ()
    queue: tuple[Id, ...] = ()  # ids of the hall's waiting calls, the next one to be served first
    breaks: tuple[OnBreak, ...] = ()
