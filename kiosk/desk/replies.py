"""What an agent does on the page, as a reply to the kiosk; or why it cannot be done, for the agent. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kiosk import messages
from kiosk.desk import protocol
from kiosk.desk.outbox import still_wanted
from kiosk.desk.protocol import Colleague, PageAction
from kiosk.messages import Agent, Call, CallReply, State


def reply_to(
    command: PageAction, call: Call | None, agent: Agent, on_duty: Iterable[Colleague]
) -> CallReply | str:
    """The reply for an agent's action about the call that the kiosk has now, or a sentence."""
    people = {colleague.id: Agent(colleague.id, colleague.name, colleague.desk) for colleague in on_duty}
    about: dict[str, Any] = {"call": command.call, "round": command.round, "agent": agent}
    reply: CallReply
    match command:
        case protocol.PageAccept(mode=mode):
            reply = messages.Accept(**about, mode=mode)
        case protocol.PageRelease():
            reply = messages.Release(**about)
        case protocol.PageArrived():
            reply = messages.Arrived(**about)
        case protocol.PageOpened():
            reply = messages.Opened(**about)
        case protocol.PageEnd(outcome=outcome, note=note):
            reply = messages.End(**about, outcome=outcome, note=note)
        case protocol.PageHandOver(to=to, note=note):
            if to not in people:
                return "这位同事已不在岗，没有转出"
            reply = messages.HandOver(**about, to=people[to], note=note.strip())
        case protocol.PageAssign(to=to, why=why):
            if to not in people:
                return "这位同事不在岗，没有转给他"
            if not why.strip():
                return "请先写原因"
            reply = messages.Assign(**about, to=people[to], why=why.strip())
        case _:
            raise AssertionError(command)
    return reply if still_wanted(reply, call) else _why_not(call, agent)


def call_back(
    request: str, call: Call | None, agent: Agent, *, offline: bool, duty: bool, follows: str
) -> messages.CallBack | str:
    """The reply for 回访, or a sentence."""
    if not duty:
        return "上岗后才能回访"
    if offline:
        return "这台终端断线了，请直接走过去"
    reply = messages.CallBack(request, agent, follows)
    return reply if still_wanted(reply, call) else "这台终端正在呼叫，请直接接听"


def _why_not(call: Call | None, agent: Agent) -> str:
    if call is None or call.state is State.ENDED:
        return "这个呼叫已经结束"
    if call.agent is not None and not agent.same(call.agent):
        return f"已被 {call.agent.name} 接走"
    return "呼叫刚刚变了，请看最新状态"
