"""What desks say about the call. Anything that is late, repeated or not the holder's changes nothing. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk import messages
from kiosk.link import viewers
from kiosk.link.freezing import answered
from kiosk.link.live import LiveCall
from kiosk.link.transitions import Step, accept, back, connect, end, fact, freeze_news, give, walk
from kiosk.messages import FreezeAnswer, Mode, State


def obey(call: LiveCall, reply: messages.CallReply, now: float) -> Step:
    """The call after a reply."""
    if isinstance(reply, FreezeAnswer):
        return _freeze_answered(call, reply, now)
    if reply.call != call.id or reply.round != call.round:
        return call, []
    match reply:
        case messages.Rung():
            return _rung(call, reply, now) if call.waiting else (call, [])
        case messages.Skip():
            return _skip(call, reply, now) if call.waiting else (call, [])
        case messages.Accept(agent=agent, mode=mode):
            if call.answered and agent.same(call.agent) and (call.mode, mode) == (Mode.VIDEO, Mode.WALK):
                return walk(call, now)
            return accept(call, agent, mode, now) if call.waiting else (call, [])
        case messages.Assign(agent=supervisor, to=to, why=why):
            if not call.open or to.same(call.agent):
                return call, []
            return give(call, "assigned", to, now, note=why, by=supervisor, opened=to.same(supervisor))
    return _of_the_holder(call, reply, now) if call.answered and reply.agent.same(call.agent) else (call, [])


def _of_the_holder(
    call: LiveCall,
    reply: messages.Release | messages.Arrived | messages.HandOver | messages.Opened | messages.End,
    now: float,
) -> Step:
    match reply:
        case messages.Release():
            return back(call, now, "released")
        case messages.Arrived() if call.state is State.ACCEPTED and call.mode is Mode.WALK:
            return connect(call, now)
        case messages.HandOver(to=taker, note=note):
            return give(call, "handed-over", taker, now, note=note)
        case messages.Opened() if call.given:
            after = replace(call, given=False)
            return after, [fact("opened-by", after, now)]
        case messages.End(outcome=outcome, note=note):
            return end(call, outcome, now, note)
    return call, []


def _rung(call: LiveCall, reply: messages.Rung, now: float) -> Step:
    """A desk's pages show it; said again when more of its agents have it."""
    seen_by = viewers.joined(call.seen_by, reply.agents, now)
    more = seen_by[len(call.seen_by) :]
    if reply.desk in call.rung_by and not more:
        return call, []
    rung_by = call.rung_by if reply.desk in call.rung_by else (*call.rung_by, reply.desk)
    after = replace(call, rung_by=rung_by, seen_by=seen_by)
    if call.state is State.CALLING:
        after = replace(after, state=State.RUNG, since=now)
    said = dict(desk=reply.desk, seen=reply.seen, seen_by=viewers.on_record(more, now))
    return after, [fact("rung", after, now, **said)]


def _skip(call: LiveCall, reply: messages.Skip, now: float) -> Step:
    seen_by = viewers.skipped(call.seen_by, reply.agent.id, reply.took)
    if seen_by == call.seen_by:
        return call, []  # it was not on their page, or is on record already
    who = tuple(viewer for viewer in seen_by if viewer.id == reply.agent.id)
    after = replace(call, seen_by=seen_by)
    said = dict(agent=reply.agent, why=reply.took, seen_by=viewers.on_record(who, now))
    return after, [fact("skipped", after, now, **said)]


def _freeze_answered(call: LiveCall, answer: FreezeAnswer, now: float) -> Step:
    freeze = answered(call.freeze, answer) if call.freeze is not None else None
    if freeze == call.freeze:
        return call, []
    after = replace(call, freeze=freeze)
    return after, freeze_news(after, now)
