"""What a call does by itself as time passes: ring louder, or ring again. Pure; times in seconds."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.config import Escalation
from kiosk.link.escalation import Surroundings, due_level
from kiosk.link.live import LiveCall
from kiosk.link.transitions import Step, back, fact
from kiosk.link.viewers import on_duty, on_record
from kiosk.messages import Fact, Mode, State


def waiting(call: LiveCall, now: float, around: Surroundings, times: Escalation) -> Step:
    """Nobody has it yet."""
    facts: list[Fact] = []
    if around.online:  # while the broker is away the kiosk cannot know who is there
        call = replace(call, seen_by=on_duty(call.seen_by, {agent for _, agent in around.agents}, now))
    if call.state is State.RUNG and around.online:
        attended = {desk for desk, _ in around.agents}
        still = tuple(desk for desk in call.rung_by if desk in attended)
        if still != call.rung_by:
            call = replace(call, rung_by=still)
        if not still:  # nobody who had it shown is there any more: it is unseen again
            call = replace(call, state=State.CALLING, since=now)
            facts.append(fact("unrung", call, now))
    if not call.overdue and now - call.asked >= times.level2_s:
        call = replace(call, overdue=True)
        facts.append(fact("ring-unanswered", call, now, seen_by=on_record(call.seen_by, now)))
    level = due_level(
        times,
        urgency=call.urgency,
        level=call.level,
        state=call.state,
        waited=now - call.asked,
        unseen=now - call.since,
    )
    if level != call.level:
        call = replace(call, level=level)
        facts.append(fact("escalated", call, now, seen_by=on_record(call.seen_by, now)))
    return call, facts


def answered(call: LiveCall, now: float, around: Surroundings, times: Escalation) -> Step:
    """An agent has it: are they still there, and do they come?"""
    agent = call.agent
    if call.mode is Mode.WALK and call.state is State.CONNECTED:
        return call, []  # a person stands there; no page and no broker is needed
    # While the broker is away the kiosk cannot know who has vanished.
    gone = around.online and agent is not None and agent.id not in {id_ for _, id_ in around.agents}
    silent = call.mode is Mode.VIDEO and call.state is State.CONNECTED and not call.media
    if not (gone or silent):
        if call.missed is not None:
            call = replace(call, missed=None)
    elif call.missed is None:
        call = replace(call, missed=now)
    elif gone and now - call.missed >= times.agent_gone_s:
        return back(call, now, "agent-gone")
    elif silent and now - call.missed >= times.media_s:
        return back(call, now, "media-lost")
    if call.state is State.ACCEPTED:
        if call.mode is Mode.WALK and now - call.since >= times.arrive_s:
            return back(call, now, "not-arrived")
        if call.mode is Mode.VIDEO and now - call.since >= times.media_s:
            return back(call, now, "no-media")
    return call, []
