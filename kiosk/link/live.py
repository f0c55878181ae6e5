"""One call as the kiosk remembers it, and as it tells others. Pure."""

from __future__ import annotations

import zlib

from msgspec import Struct
from msgspec.structs import replace

from kiosk import messages
from kiosk.link import freezing, viewers
from kiosk.link.freezing import LiveFreeze
from kiosk.link.viewers import Viewer
from kiosk.messages import MAX_COUNT, Agent, Cause, Mode, Outcome, State, Urgency

_URGENCIES = list(Urgency)
#: Rounds and presses of a call that is taken over. No real call comes near, and it can still count on: a desk does
#: not read a number above MAX_COUNT.
MOST = 1_000_000
#: How far a round has come. Whether it is rung can also be taken back, and whoever shows it says so again.
_PROGRESS = {State.CALLING: 0, State.RUNG: 0, State.ACCEPTED: 1, State.CONNECTED: 2, State.ENDED: 3}


class LiveCall(Struct, frozen=True):
    """A call and everything that is needed to go on with it after a restart. Times are ``now`` values."""

    id: str
    cause: Cause
    state: State
    opened: float
    since: float  # entered this state
    asked: float  # began calling, or began again
    urgency: Urgency = Urgency.NORMAL
    level: int = 1
    round: int = 0
    presses: int = 1
    recent: tuple[float, ...] = ()  # presses that may yet make three in ten seconds
    service: str = ""
    said: tuple[str, ...] = ()
    freeze: LiveFreeze | None = None
    rung_by: tuple[str, ...] = ()
    seen_by: tuple[Viewer, ...] = ()
    overdue: bool = False  # nobody took this round within the promised time, and that is on record
    agent: Agent | None = None
    mode: Mode | None = None
    passed: tuple[str, ...] = ()
    note: str = ""
    given: bool = False
    media: bool = False
    missed: float | None = None  # since when the agent's page, or the media, is missing
    silenced: bool = False
    outcome: Outcome | None = None
    follows: str = ""

    @property
    def waiting(self) -> bool:
        return self.state in (State.CALLING, State.RUNG)

    @property
    def answered(self) -> bool:
        return self.state in (State.ACCEPTED, State.CONNECTED)

    @property
    def open(self) -> bool:
        return self.state is not State.ENDED

    @property
    def case(self) -> str:
        """The number that the customer is told."""
        return case_number(self.id)

    def moved(self, seconds: float) -> LiveCall:
        """The same call on a clock that reads ``seconds`` more."""
        return replace(
            self,
            opened=self.opened + seconds,
            since=self.since + seconds,
            asked=self.asked + seconds,
            recent=tuple(at + seconds for at in self.recent),
            missed=None if self.missed is None else self.missed + seconds,
            freeze=replace(self.freeze, asked=self.freeze.asked + seconds) if self.freeze else None,
            seen_by=tuple(viewer.moved(seconds) for viewer in self.seen_by),
        )


def case_number(cause: str) -> str:
    """Six digits that follow from what caused a call, or a complaint, and so are the same after a restart."""
    return f"{zlib.crc32(cause.encode()) % 1_000_000:06d}"


def max_urgency(one: Urgency, other: Urgency) -> Urgency:
    """The more urgent of two."""
    return max(one, other, key=_URGENCIES.index)


def next_urgency(urgency: Urgency) -> Urgency:
    return _URGENCIES[min(_URGENCIES.index(urgency) + 1, len(_URGENCIES) - 1)]


def recalled(seen: messages.Call, now: float) -> LiveCall:
    """A call as its published form tells it; what that does not say is as at the beginning of its state."""
    opened, since = now - seen.age_ms / 1000, now - seen.state_age_ms / 1000
    call = LiveCall(
        id=seen.id,
        cause=seen.cause,
        state=seen.state,
        opened=opened,
        since=since,
        asked=since if seen.round else opened,
        urgency=seen.urgency,
        level=seen.level,
        round=min(seen.round, MOST),
        presses=min(seen.presses, MOST),
        service=seen.service,
        said=seen.said,
        freeze=freezing.recalled(seen.freeze, now),
        rung_by=seen.rung_by,
        seen_by=viewers.recalled(seen.seen_by, now),
        agent=seen.agent,
        mode=seen.mode,
        passed=seen.passed,
        note=seen.note,
        given=seen.given,
        outcome=seen.outcome,
        follows=seen.follows,
    )
    if call.answered and (call.agent is None or call.mode is None):
        call = replace(call, state=State.CALLING, given=False)  # nobody could be missed: it would never ring again
    return replace(call, agent=None, mode=None) if call.waiting else call


def merged(mine: LiveCall, seen: LiveCall) -> LiveCall:
    """Two memories of one call: the later state, and nothing that either knows is taken back."""
    later = seen if (seen.round, _PROGRESS[seen.state]) > (mine.round, _PROGRESS[mine.state]) else mine
    same_round = mine.round == seen.round
    return replace(
        later,
        opened=mine.opened,
        asked=mine.asked if mine.round == later.round else later.asked,
        urgency=max_urgency(mine.urgency, seen.urgency),
        level=max(mine.level, seen.level),
        presses=max(mine.presses, seen.presses),
        recent=mine.recent,
        service=later.service or mine.service,
        freeze=freezing.merged(mine.freeze, seen.freeze),
        said=max(mine.said, seen.said, key=len),
        seen_by=viewers.merged(mine.seen_by, seen.seen_by) if same_round else later.seen_by,
        overdue=mine.overdue and mine.round == later.round,
        silenced=mine.silenced and mine.round == later.round,
    )


def describe(
    call: LiveCall, now: float, *, title: str = "", place: str = "", closed: bool = False, video: bool = False
) -> messages.Call:
    """The call as it is published: the same for the broker and for the screen."""
    return messages.Call(
        id=call.id,
        state=call.state,
        age_ms=age_ms(call.opened, now),
        state_age_ms=age_ms(call.since, now),
        cause=call.cause,
        case=call.case,
        title=title,
        place=place,
        urgency=call.urgency,
        level=call.level,
        round=call.round,
        presses=call.presses,
        service=call.service,
        said=call.said,
        freeze=freezing.described(call.freeze, age_ms(call.freeze.asked, now) if call.freeze else 0),
        rung_by=call.rung_by,
        seen_by=viewers.described(call.seen_by, now),
        agent=call.agent,
        mode=call.mode,
        passed=call.passed,
        note=call.note,
        given=call.given,
        outcome=call.outcome,
        follows=call.follows,
        closed=closed,
        video=video,
    )


def age_ms(since: float, now: float) -> int:
    """An age as messages carry it."""
    return min(MAX_COUNT, max(0, round((now - since) * 1000)))
