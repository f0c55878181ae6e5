"""What can happen to one call, each as a step to what it is then. Pure: ``now`` is passed in, in seconds."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from kiosk.link.escalation import TOP
from kiosk.link.live import LiveCall, age_ms, max_urgency
from kiosk.link.viewers import on_record
from kiosk.messages import Agent, Fact, FreezeState, Mode, Outcome, State, Urgency

#: The call afterwards, and the facts that are to be recorded, in their order.
Step = tuple[LiveCall, list[Fact]]


def fact(kind: str, call: LiveCall, now: float, **more: Any) -> Fact:
    """Something that has happened to the call as it is now."""
    fields: dict[str, Any] = dict(
        call=call.id,
        age_ms=age_ms(call.opened, now),
        state=call.state,
        cause=call.cause,
        case=call.case,
        service=call.service,
        urgency=call.urgency,
        level=call.level,
        agent=call.agent,
        mode=call.mode,
        presses=call.presses,
        outcome=call.outcome,
    )
    return Fact(kind=kind, **(fields | more))


def back(call: LiveCall, now: float, why: str) -> Step:
    """The call rings again, one level up; the agent who had it stays on record."""
    after = replace(
        call,
        state=State.CALLING,
        since=now,
        asked=now,
        level=min(TOP, call.level + 1),
        round=call.round + 1,
        rung_by=(),
        seen_by=(),
        overdue=False,
        agent=None,
        mode=None,
        given=False,
        media=False,
        missed=None,
        silenced=False,
        passed=(*call.passed, call.agent.name) if call.agent else call.passed,
    )
    return after, [fact("released", after, now, why=why, agent=call.agent, mode=call.mode)]


def accept(call: LiveCall, agent: Agent, mode: Mode, now: float) -> Step:
    """An agent takes a waiting call; who had it on their page and did not is on record."""
    after = _taken(call, agent, mode, now)
    return after, [fact("accepted", after, now, seen_by=on_record(call.seen_by, now, but=agent.id))]


def give(
    call: LiveCall, kind: str, to: Agent, now: float, *, note: str, by: Agent | None = None, opened: bool = False
) -> Step:
    """The call gets another holder, who has to open it; what the one before said of it is void from then on."""
    before = call.agent.name if call.agent else ""
    after = replace(
        _taken(call, to, call.mode or Mode.WALK, now),
        round=call.round + 1,
        passed=(*call.passed, before) if before else call.passed,
        note=note,
        given=not opened,
    )
    seen_by = on_record(call.seen_by, now, but=to.id) if call.waiting else ()
    return after, [fact(kind, after, now, why=before, text=note, by=by, seen_by=seen_by)]


def _taken(call: LiveCall, agent: Agent, mode: Mode, now: float) -> LiveCall:
    return replace(
        call,
        state=State.ACCEPTED,
        since=now,
        agent=agent,
        mode=mode,
        given=False,
        media=False,
        missed=None,
    )


def walk(call: LiveCall, now: float) -> Step:
    """The agent who has it by video comes over instead."""
    after = replace(call, state=State.ACCEPTED, since=now, mode=Mode.WALK, given=False, media=False, missed=None)
    return after, [fact("walks", after, now)]


def connect(call: LiveCall, now: float) -> Step:
    """The agent is there, or the media runs."""
    after = replace(call, state=State.CONNECTED, since=now, given=False, missed=None)
    return after, [fact("connected", after, now)]


def end(call: LiveCall, outcome: Outcome, now: float, note: str = "") -> Step:
    """Somebody has ended it; if it was waiting, who had it on their page is on record."""
    after = replace(call, state=State.ENDED, since=now, outcome=outcome, given=False, missed=None)
    seen_by = on_record(call.seen_by, now) if call.waiting else ()
    return after, [fact("ended", after, now, text=note, seen_by=seen_by)]


def more_urgent(call: LiveCall, urgency: Urgency, now: float, why: str) -> Step:
    """Raise the urgency; it never goes down."""
    if max_urgency(urgency, call.urgency) is call.urgency:
        return call, []
    after = replace(call, urgency=urgency, level=TOP if urgency is Urgency.URGENT else call.level)
    return after, [fact("urgency", after, now, why=why)]


def freeze_news(call: LiveCall, now: float) -> list[Fact]:
    """What the bank has said, if it has said something."""
    freeze = call.freeze
    if freeze is not None and freeze.state is FreezeState.RECEIVED:
        said = dict(why=freeze.request, text=freeze.receipt, agent=freeze.agent)
        return [fact("freeze-received", call, now, **said)]
    if freeze is not None and freeze.state is FreezeState.REFUSED:
        return [fact("freeze-refused", call, now, why=freeze.request, text=freeze.why)]
    return []
