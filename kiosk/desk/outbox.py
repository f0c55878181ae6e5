"""What a desk has said to kiosks, and says again until their calls show it. Pure; times in seconds."""

from __future__ import annotations

from collections.abc import Set

from kiosk import messages
from kiosk.desk.hall import ANSWERED, WAITING, Hall
from kiosk.link.causes import call_back_cause
from kiosk.messages import MAX_VIEWERS, Call, Freeze, FreezeAnswer, FreezeState, State

#: What a call shows when it has arrived.
Said = messages.CallReply | messages.CallBack

#: A reply that the kiosk has not taken by then is given up; its sender sees the call as it is.
REPLY_AGAIN_S, REPLY_KEEP_S = 1.0, 60.0
#: A terminal must not light up long after the agent has clicked.
CALL_BACK_KEEP_S = 10.0


def still_wanted(reply: Said, call: Call | None) -> bool:
    """Whether the call does not show yet what the reply asks for, and still can."""
    if isinstance(reply, FreezeAnswer):
        return call is not None and call.freeze is not None and _is_news(reply, call.freeze)
    if isinstance(reply, messages.CallBack):
        return call is None or (call.state is State.ENDED and call.id != call_back_cause(reply.request))
    if call is None or reply.call != call.id or reply.round != call.round:
        return False
    match reply:
        case messages.Rung(desk=desk):
            return call.state in WAITING and (desk not in call.rung_by or _has_more(reply, call))
        case messages.Skip(agent=agent, took=took):
            here = (viewer for viewer in call.seen_by if viewer.id == agent.id)
            return call.state in WAITING and any(viewer.took != took for viewer in here)
        case messages.Accept(mode=messages.Mode.WALK) if call.mode is messages.Mode.VIDEO:
            return call.state in ANSWERED and reply.agent.same(call.agent)  # comes over instead
        case messages.Accept():
            return call.state in WAITING
        case messages.Assign(to=to):
            return call.state is not State.ENDED and not to.same(call.agent)
        case messages.Arrived():
            return call.state is State.ACCEPTED and reply.agent.same(call.agent)
        case messages.Opened():
            return call.given and reply.agent.same(call.agent)
    return call.state in ANSWERED and reply.agent.same(call.agent)


def _has_more(rung: messages.Rung, call: Call) -> bool:
    """Whether it names agents that the kiosk does not know of. A kiosk that names nobody cannot be told."""
    known = {viewer.id for viewer in call.seen_by}
    return 0 < len(known) < MAX_VIEWERS and any(agent.id not in known for agent in rung.agents)


def _shown_no_more(reply: Said, here: Set[str]) -> bool:
    """Whether everybody is gone who had the call shown: said again, it would hold back the alarm."""
    return (
        isinstance(reply, messages.Rung) and bool(reply.agents) and here.isdisjoint(one.id for one in reply.agents)
    )


def _is_news(answer: FreezeAnswer, freeze: Freeze) -> bool:
    if answer.request != freeze.request or freeze.state is FreezeState.RECEIVED:
        return False
    return isinstance(answer, messages.FreezeReceipt) or freeze.state is not FreezeState.REFUSED


class Outbox:
    """Replies that are said again until the call shows them. Pure."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str, str, str], tuple[Said, float, float]] = {}
        self.given_up = 0  # replies that no call has ever shown

    def add(self, kiosk: str, reply: Said, now: float) -> None:
        about = "" if isinstance(reply, messages.CallBack) else reply.call
        match reply:
            case (
                messages.Rung(desk=who) | messages.FreezeReceipt(request=who) | messages.FreezeRefusal(request=who)
            ):
                pass
            case _:
                who = reply.agent.id
        self._waiting[(kiosk, about, type(reply).__name__, who)] = (reply, now, now + REPLY_AGAIN_S)

    def due(self, hall: Hall, now: float, here: Set[str]) -> list[tuple[str, Said]]:
        """What has to be sent again now; what is done, or too old, is forgotten. ``here``: who is on duty here."""
        again = []
        for key, (reply, since, at) in list(self._waiting.items()):
            keep = CALL_BACK_KEEP_S if isinstance(reply, messages.CallBack) else REPLY_KEEP_S
            if _shown_no_more(reply, here) or not still_wanted(reply, hall.call_of(key[0])):
                del self._waiting[key]
            elif now - since > keep:
                del self._waiting[key]
                self.given_up += 1
            elif now >= at:
                self._waiting[key] = (reply, since, now + REPLY_AGAIN_S)
                again.append((key[0], reply))
        return again
