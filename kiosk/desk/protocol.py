"""What goes over the page's WebSocket. All JSON; from the page it is checked, whoever sends it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from kiosk.desk.hall import KioskRow
from kiosk.desk.person import Person
from kiosk.desk.roles import RIGHTS, Right, Role
from kiosk.messages import Count, IceServer, Id, Mode, Name, Outcome, Seen, Text
from kiosk.messages.video import OptionalId, Sdp, SignalUp

# --- desk -> page ---------------------------------------------------------------------------------


class Me(Struct, frozen=True):
    """The person signed in on the page."""

    id: str
    name: str
    level: int
    role: Role = Role.AGENT
    rights: tuple[Right, ...] = ()
    one_time: bool = False  # may do nothing but set a password of their own


class Colleague(Struct, frozen=True):
    """Somebody on duty in the hall, at any desk."""

    id: str
    name: str
    level: int
    desk: str
    skills: tuple[str, ...] = ()


class Away(Struct, frozen=True):
    """Somebody on a break (小休), at any desk, since then by that desk's wall clock."""

    id: str
    name: str
    desk: str
    since_ms: int


class Standing(StrEnum):
    """How it stands between the bank's system and a request to freeze."""

    NO_WEBHOOK = "no-webhook"  # this desk knows no system of the bank
    SENDING = "sending"
    TROUBLE = "trouble"  # it does not answer; tried again
    TAKEN = "taken"  # it has taken it, without a receipt
    REFUSED = "refused"


class FreezeLine(Struct, frozen=True):
    """A request to freeze that the bank has not confirmed, also of a call that is over."""

    kiosk: str
    call: str
    request: str
    case: str
    age_ms: int
    standing: Standing
    why: str  # of a refusal


class Trouble(Struct, frozen=True):
    """Something is wrong with the desk itself: part, fault and remedy as those of a terminal."""

    part: str
    fault: str
    remedy: str


class CasesDue(Struct, frozen=True, tag_field="type", tag="cases"):
    """How many complaints are open, and how many of them late; for people who work on them."""

    open: int
    overdue: int


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
    freezes: list[FreezeLine]
    troubles: list[Trouble]
    ice: tuple[IceServer, ...] = ()  # for video
    cases: CasesDue | None = None  # None: not this person's business, or kept at another desk
    away_ms: int | None = None  # the person is on a break since then
    away: tuple[Away, ...] = ()
    open: bool = True  # the hall, by its opening hours


class Troubles(Struct, frozen=True, tag_field="type", tag="troubles"):
    """What is wrong with the desk itself now."""

    lines: list[Trouble]


class Freezes(Struct, frozen=True, tag_field="type", tag="freezes"):
    """The requests to freeze that are open now, oldest first; only the desk that keeps the ledger has any."""

    open: list[FreezeLine]


class Colleagues(Struct, frozen=True, tag_field="type", tag="colleagues"):
    """Who is on duty now, who is on a break, and which desk keeps the ledger."""

    agents: list[Colleague]
    ledger: str | None
    away: tuple[Away, ...] = ()


class HallOpen(Struct, frozen=True, tag_field="type", tag="hours"):
    """The hall opens or closes, by its opening hours."""

    open: bool


class BrokerState(Struct, frozen=True, tag_field="type", tag="broker"):
    """Whether the desk reaches the broker."""

    online: bool


class Notice(Struct, frozen=True, tag_field="type", tag="notice"):
    """A sentence for the agent; with ``kiosk`` it refuses what they have just asked of that terminal."""

    level: str  # info, warn
    text: str
    kiosk: str = ""


class KioskSignal(Struct, frozen=True, tag_field="type", tag="signal"):
    """What a terminal says about the video of the call that this page's agent has."""

    kiosk: str
    signal: SignalUp
    ice: tuple[IceServer, ...] = ()  # fresh, for pages that have been open for long


class Tick(Struct, frozen=True, tag_field="type", tag="tick"):
    """A sign of life every few seconds, so that the page notices a connection that is dead but open."""


# --- page -> desk ---------------------------------------------------------------------------------


class Duty(Struct, frozen=True, tag_field="do", tag="duty"):
    """上岗, 下岗, or 小休: off duty for a while, and colleagues see since when."""

    on: bool
    pause: bool = False


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
    """转给同事, with a note for them."""

    to: Id
    note: Text = ""


class PageAssign(_Action, frozen=True, tag="assign"):
    """A supervisor's 接管 or 指派: the call goes to somebody on duty, themselves included."""

    to: Id
    why: Text


class PageOpened(_Action, frozen=True, tag="opened"):
    """看到了: a call that was given to this page's agent."""


class PageCallBack(Struct, frozen=True, tag_field="do", tag="call-back"):
    """回访: come back to a terminal's customer; ``follows`` empty: after the last call there."""

    kiosk: Id
    follows: OptionalId = ""


class PageEnd(_Action, frozen=True, tag="end"):
    """结束."""

    outcome: Outcome
    note: Text = ""


class PageFreezeReceived(Struct, frozen=True, tag_field="do", tag="freeze-received"):
    """银行已收到, with the bank's number for it if there is one."""

    kiosk: Id
    call: Id
    request: Id
    receipt: Name = ""


class PageOffer(_Action, frozen=True, tag="offer"):
    """The page offers a video connection."""

    session: Id
    sdp: Sdp


class PageBye(_Action, frozen=True, tag="bye"):
    """The page leaves the session."""

    session: Id


class PageCard(_Action, frozen=True, tag="card"):
    """显示给顾客看: a text, or a service's answer; both empty: take it away."""

    text: Text = ""
    service: OptionalId = ""


PageAction = PageRung | PageAccept | PageRelease | PageArrived | PageHandOver | PageAssign | PageOpened | PageEnd
PageSignal = PageOffer | PageBye | PageCard
PageCommand = Duty | Can | PageAction | PageSignal | PageFreezeReceived | PageCallBack


#: What each command takes. One that is missing here does not pass the tests, and nobody may give it.
COMMAND_RIGHTS: dict[type[PageCommand], Right] = {
    Can: Right.CALLS,
    Duty: Right.ANSWER,
    PageRung: Right.ANSWER,
    PageAccept: Right.ANSWER,
    PageRelease: Right.ANSWER,
    PageArrived: Right.ANSWER,
    PageHandOver: Right.ANSWER,
    PageAssign: Right.SUPERVISE,
    PageOpened: Right.ANSWER,
    PageCallBack: Right.ANSWER,
    PageEnd: Right.ANSWER,
    PageFreezeReceived: Right.WORDS,  # whoever rings the bank has to know what the customer said
    PageOffer: Right.VIDEO,
    PageBye: Right.VIDEO,
    PageCard: Right.VIDEO,
}


#: What a page reads when its person may not do what it has asked for.
REFUSED = "你的账号没有这个权限，没有执行。"
REFUSALS = {Right.SUPERVISE: "没有这个权限：只有主管可以接管或指派别人的呼叫"}


def right_of(command: PageCommand) -> Right:
    """The right that a command takes. Raises KeyError for one that the table does not know."""
    if isinstance(command, PageAccept) and command.mode is Mode.VIDEO:
        return Right.VIDEO
    return COMMAND_RIGHTS[type(command)]


def me(person: Person) -> Me:
    """A person as their own page sees them."""
    rights = tuple(sorted(RIGHTS[person.role]))
    return Me(person.id, person.name, person.level, person.role, rights, person.one_time)
