"""The way to a person: asking for one, following the call, and letting the customer end it. Pure."""

from __future__ import annotations

from kiosk.dialogue.policy import Talk
from kiosk.messages import Cause, CustomerEnd, Resolved, Result, State as CallState, Summon, Urgency
from kiosk.screen import idle
from kiosk.screen.effects import Louder, Mute
from kiosk.screen.outbox import Outbox
from kiosk.screen.scene import TextSize
from kiosk.screen.state import VisitState, end_question
from kiosk.screen.steps import Ended, KeptCommand, Practice, Rating, Welcome

_RANK = list(Urgency)
SHOWS_AFTER_S = 3.0  # a call that the link has agreed to shows at once; else it was an old request


def _says_as_much(summon: Summon, urgency: Urgency, service: str) -> bool:
    return _RANK.index(summon.urgency) >= _RANK.index(urgency) and service in ("", summon.service)


class Summoning:
    """Writes the state and the outbox that it is given."""

    def __init__(self, state: VisitState, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox
        self._agreed = 0.0  # when the link last agreed to call

    def summon(
        self,
        now: float,
        cause: Cause,
        urgency: Urgency = Urgency.NORMAL,
        said: tuple[str, ...] = (),
        *,
        request: str = "",
        service: str = "",
    ) -> None:
        """Call a person; from any state, as often as it is asked for. ``request``: what others call this wish.
        ``service``: the urgent one that led to it.
        """
        state = self._state
        if urgency is Urgency.NORMAL and state.size is TextSize.EXTRA:
            urgency = Urgency.ELDERLY
        state.staff, state.confirming, state.freezing = None, "", ""
        if isinstance(state.step, Practice):
            state.go(Welcome(), now)
        if state.asking is None and (state.call is None or state.lost_at is not None):
            state.asking = now  # with a call too: without the link nobody hears of it, and the screen says so
        waiting = self._outbox.waiting(Summon)
        if any(isinstance(one, Summon) and _says_as_much(one, urgency, service) for one in waiting):
            # The same wish once more, with the same id: one call, however often the link was away.
            self._outbox.again(now, at_once=True)
            return
        state.tell(*said)
        if urgency is not Urgency.NORMAL or len(state.said) > 1:
            request = ""  # it says more than the sentence alone, and must not be taken for the same
        self._outbox.insist(Summon(request or self._outbox.new_id(), cause, urgency, state.said, service), now)
        if state.call is not None:
            state.said = ()

    def follow(self, now: float) -> None:
        """The link has said how things are: the call's own state comes before the visit's."""
        state = self._state
        call = state.snapshot.call if state.snapshot is not None else None
        if call is not None and call.state is not CallState.ENDED:
            if call.id != state.open_call:
                self._began(call.id, now)
            if call.state in (CallState.ACCEPTED, CallState.CONNECTED):
                state.ears = False
            state.asking, state.refused = None, False
        elif call is not None and call.id != state.last_call:
            left = state.kiosk.escalation.linger_s - call.state_age_ms / 1000
            self._ended(call.id, now, left)
        elif call is None and state.open_call:
            # It ended and was put away while the link was not heard: the question is still due.
            self._ended(state.open_call, now, state.kiosk.screen.idle_s)

    def done(self, command: KeptCommand, result: Result, now: float) -> None:
        """The link has answered to something that asks for a person."""
        match command:
            case Summon():
                self._state.refused = not result.ok
                self._agreed = now
            case Resolved(yes=False) if not result.ok:
                # Another call has come and gone since; the customer still wants somebody.
                if self._state.call is None:
                    self.summon(now, Cause.AGAIN)
            case Resolved(yes=False):
                self._agreed = now

    def tick(self, now: float) -> None:
        """Let time pass."""
        state = self._state
        if state.asking is None or self._asked_for() or state.lost_at is not None:
            return
        if now - max(state.asking, self._agreed) >= SHOWS_AFTER_S:
            state.asking = None

    def settle(self) -> None:
        """What is urgent and has had no answer: the screen tells whom to ring before the link does."""
        asked = [one for one in self._outbox.waiting(Summon) if isinstance(one, Summon)]
        urgent = [one.service for one in asked if one.urgency is Urgency.URGENT]
        self._state.danger = urgent[-1] if urgent else None

    def restore(self, now: float) -> None:
        """Go on waiting for what was asked for before the process was killed."""
        if self._asked_for():
            self._state.asking = now

    def touch(self, action: str, now: float) -> bool:
        """What is on the scenes of a call and of 事情办好了吗?; whether it was one of these."""
        state, call = self._state, self._state.call
        match action, state.step:
            case "urgent", _:
                self.summon(now, Cause.TOUCH, Urgency.URGENT, ("急事",))
            case "elderly", _:
                self.summon(now, Cause.TOUCH, Urgency.ELDERLY, ("老人优先",))
            case "not-needed", _ if call is not None:
                state.confirming = end_question(call)
            case "end-no", _:
                state.confirming = ""
            case "end-yes", _ if call is not None:
                # Said once: if it is lost the call goes on, which is the safe side.
                self._outbox.send(CustomerEnd(self._outbox.new_id(), call.id, confirmed=True))
                state.confirming = ""
            case "mute", _:
                self._outbox.want(Mute())
            case "louder", _:
                self._outbox.want(Louder(1))
            case "quieter", _:
                self._outbox.want(Louder(-1))
            case "resolved-yes", Ended(call=ended):
                self._outbox.insist(Resolved(self._outbox.new_id(), ended, yes=True), now)
                state.go(Rating(ended), now)
            case "resolved-no", Ended(call=ended):
                self._outbox.insist(Resolved(self._outbox.new_id(), ended, yes=False), now)
                state.asking = now
                state.go(Welcome(), now)
            case _:
                return False
        return True

    def _asked_for(self) -> bool:
        again = [one for one in self._outbox.waiting(Resolved) if isinstance(one, Resolved) and not one.yes]
        return bool(again or self._outbox.waiting(Summon))

    def _began(self, call_id: str, now: float) -> None:
        """The dialogue stops, and does not come back by itself."""
        state = self._state
        state.open_call, state.confirming = call_id, ""
        state.arrive(ears=False)
        state.go(Welcome(), now)
        state.talk, state.said, state.practised = Talk(), (), ""

    def _ended(self, call_id: str, now: float, left_s: float) -> None:
        state = self._state
        state.about = state.last_call = call_id
        state.open_call, state.confirming = "", ""
        state.arrive(ears=False)
        state.ears = False
        state.go(Ended(call_id), now)
        if self._asked_for():
            state.asking = now  # somebody was wanted once more before it ended
        idle.somebody(state, now)
        # The warning is over when the link puts the call away, but it always has its whole time.
        state.warn_at = now + max(0.0, left_s - idle.WARNING_S)
