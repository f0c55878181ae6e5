"""What goes over the page's WebSocket. All JSON; from the page it is checked, whoever sends it."""

from __future__ import annotations

from msgspec import Struct

from kiosk.desk.hall import KioskRow
from kiosk.desk.people import Person
from kiosk.messages import Count, Id, Mode, Outcome, Seen, Text

# --- desk -> page ---------------------------------------------------------------------------------


class Me(Struct, frozen=True):
    """The person signed in on the page."""

    id: str
    name: str
    level: int


class Colleague(Struct, frozen=True):
    """Somebody on duty in the hall, at any desk."""

    id: str
    name: str
    level: int
    desk: str


class PageSnapshot(Struct, frozen=True, tag_field="type", tag="snapshot"):
    """Everything, on each connect."""

    me: Me
    desk: str
    hall: str
    hall_title: str
    duty: bool
    broker: bool
    ledger: str | None
    promised_s: float
    kiosks: list[KioskRow]
    colleagues: list[Colleague]


class Colleagues(Struct, frozen=True, tag_field="type", tag="colleagues"):
    """Who is on duty now, and which desk keeps the ledger."""

    agents: list[Colleague]
    ledger: str | None


class BrokerState(Struct, frozen=True, tag_field="type", tag="broker"):
    """Whether the desk reaches the broker."""

    online: bool


class Notice(Struct, frozen=True, tag_field="type", tag="notice"):
    """A sentence for the agent."""

    level: str  # info, warn
    text: str


class Tick(Struct, frozen=True, tag_field="type", tag="tick"):
    """A sign of life every few seconds, so that the page notices a connection that is dead but open."""


# --- page -> desk ---------------------------------------------------------------------------------


class Duty(Struct, frozen=True, tag_field="do", tag="duty"):
    """上岗, 下岗."""

    on: bool


class Can(Struct, frozen=True, tag_field="do", tag="can"):
    """Whether the page can be seen, and whether it can be heard."""

    draw: bool
    sound: bool


class _Action(Struct, frozen=True, tag_field="do"):
    """About one round of one kiosk's call."""

    kiosk: Id
    call: Id
    round: Count


class PageRung(_Action, frozen=True, tag="rung"):
    """The page has shown or sounded the call."""

    seen: Seen


class PageAccept(_Action, frozen=True, tag="accept"):
    """我过去, 视频接听."""

    mode: Mode


class PageRelease(_Action, frozen=True, tag="release"):
    """放回."""


class PageArrived(_Action, frozen=True, tag="arrived"):
    """已到现场."""


class PageHandOver(_Action, frozen=True, tag="hand-over"):
    """转给同事."""

    to: Id


class PageEnd(_Action, frozen=True, tag="end"):
    """结束."""

    outcome: Outcome
    note: Text = ""


PageAction = PageRung | PageAccept | PageRelease | PageArrived | PageHandOver | PageEnd
PageCommand = Duty | Can | PageAction


def me(person: Person) -> Me:
    """A person as their own page sees them."""
    return Me(person.id, person.name, person.level)
