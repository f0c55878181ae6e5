"""The call as a pure state machine: no input or output, no clock; ``now`` is passed in, in seconds.

A :class:`Switchboard` holds at most one call. Every method returns the facts that happened, in order; none
raises for anything that can arrive. What must hold (tests/link/test_call_machine.py looks for a counter-example):
no sequence of presses, replies, timers and restarts loses a call, opens two for one cause, ends one
without a human, or lets a later accept overwrite the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from kiosk import messages
from kiosk.config import Escalation
from kiosk.link.adopting import adopt
from kiosk.link.causes import Causes, call_back_cause
from kiosk.link.escalation import TOP, Surroundings, alarm_due
from kiosk.link.freezing import LiveFreeze, freeze_cause, submitted
from kiosk.link.live import LiveCall, max_urgency, next_urgency
from kiosk.link.replies import obey
from kiosk.link.transitions import Step, accept, back, connect, end, fact, more_urgent
from kiosk.link.waits import answered, waiting
from kiosk.messages import Cause, Fact, FreezeState, Mode, Outcome, State, Urgency

HURRY_PRESSES, HURRY_SECONDS = 3, 10.0  # three presses in ten seconds raise the urgency
URGENT_HOLD_S = 3.0
STAFF_HOLD_S = 10.0
KEEP_SAID = 10
CALL_BACK_S = 10.0  # between two calls that staff open


class Switchboard:
    """The one call of a kiosk, and the causes it has already heard of."""

    def __init__(self, times: Escalation, *, elderly: bool = False) -> None:
        self._times = times
        self._base = Urgency.ELDERLY if elderly else Urgency.NORMAL
        self.causes = Causes()
        self._called_back: float | None = None
        self._restored = ""  # the id of the call that came from the journal
        self.call: LiveCall | None = None

    # --- coming back -------------------------------------------------------------------------------

    def restore(self, call: LiveCall | None, causes: Iterable[str]) -> None:
        """What the journal holds, after a restart."""
        if call is not self.call:
            if call is not None and call.freeze is not None:
                call = replace(call, freeze=submitted(call.freeze))  # it comes from the disk
            self.call, self._restored = call, call.id if call else ""
        self.causes.restore(causes)

    def adopt(self, seen: messages.Call, now: float) -> list[Fact]:
        """The kiosk's own retained call, read back from the broker (see :mod:`kiosk.link.adopting`)."""
        step = adopt(self.call, seen, now, restored=self._restored, causes=self.causes)
        if step is None:
            return []
        self.causes.add(step[0].id, opened=True)
        return self._go(step)

    # --- the customer ------------------------------------------------------------------------------

    def summon(
        self,
        cause_id: str,
        now: float,
        *,
        cause: Cause = Cause.BUTTON,
        urgency: Urgency = Urgency.NORMAL,
        said: tuple[str, ...] = (),
        service: str = "",
        age: float = 0.0,
    ) -> list[Fact]:
        """The customer pressed, touched or said 人工, ``age`` seconds ago. The same ``cause_id`` counts once."""
        if cause_id in self.causes:
            return []
        at = now - max(0.0, age)
        if self.call is None or self.call.state is State.ENDED:
            urgency = max_urgency(urgency, self._base)
            return self._open(cause_id, at, now, cause=cause, urgency=urgency, said=said, service=service)
        self.causes.add(cause_id)
        return self._press_again(cause_id, at, now, cause, urgency, said, service)

    def again(self, cause_id: str, call_id: str, now: float) -> list[Fact] | None:
        """没办好 after an ended call: a new call, one level up. None when another call has come since."""
        last = self.call
        if cause_id in self.causes:
            return []
        if last is None:  # put away while the customer was still thinking
            at = dict(urgency=self._base, level=2, follows=call_id)
            return self._open(cause_id, now, now, cause=Cause.AGAIN, **at)
        if last.id != call_id or last.state is not State.ENDED:
            return None
        return self._open(
            cause_id,
            now,
            now,
            cause=Cause.AGAIN,
            urgency=last.urgency,
            level=min(TOP, last.level + 1),
            passed=(*last.passed, last.agent.name) if last.agent else last.passed,
            **_known(last),
        )

    def held(self, cause_id: str, seconds: float, now: float) -> list[Fact]:
        """The button has been held so long that the call is urgent (3 s)."""
        call = self.call
        if call is None or call.state is State.ENDED or seconds < URGENT_HOLD_S or cause_id not in self.causes:
            return []
        return self._raise_urgency(Urgency.URGENT, now, "held")

    def customer_end(self, call_id: str, now: float) -> list[Fact] | None:
        """The customer's confirmed touch. None when there is no such call."""
        return self._end(call_id, Outcome.CUSTOMER, now)

    def satisfied(self, call_id: str, now: float) -> list[Fact] | None:
        """办好了: the ended call is put away. None when it is not the last one."""
        call = self.call
        if call is None or call.id != call_id or call.state is not State.ENDED:
            return None
        facts = [self._fact("satisfied", now)]
        self.call = None
        return facts

    # --- freezing the customer's money ---------------------------------------------------------------

    def ask_freeze(self, request: str, now: float, *, service: str = "") -> list[Fact]:
        """The customer's confirmed touch asks that the bank freezes their money. The same request counts once.

        A call that has ended meanwhile is no reason to forget it: a new one is opened.
        """
        cause_id = freeze_cause(request)
        if cause_id in self.causes:
            return []
        facts: list[Fact] = []
        if self.call is None or self.call.state is State.ENDED:
            urgent = dict(urgency=Urgency.URGENT, service=service)
            facts = self._open(cause_id, now, now, cause=Cause.TOUCH, **urgent)
        else:
            self.causes.add(cause_id)
        call = self.call
        assert call is not None
        if call.freeze is None:
            self.call = replace(call, freeze=LiveFreeze(request, now))
        elif call.freeze.request != request:
            return facts  # one is on its way; a second would only be asked of the same people
        return [*facts, self._fact("freeze-asked", now, why=request)]

    def freeze_unwritten(self, request: str) -> bool:
        """Whether this request is known and not on disk yet."""
        freeze = self.call.freeze if self.call is not None else None
        return freeze is not None and freeze.request == request and freeze.state is FreezeState.ASKED

    def written(self, causes: Iterable[str]) -> bool:
        """These causes are on disk now; whether the call shows something else for that."""
        call = self.call
        if call is None or call.freeze is None or freeze_cause(call.freeze.request) not in causes:
            return False
        self.call = replace(call, freeze=submitted(call.freeze))
        return self.call != call

    # --- staff at the terminal ---------------------------------------------------------------------

    def silence(self, now: float) -> list[Fact]:
        """The local alarm is quiet until the call goes another round; the call itself is untouched."""
        if self.call is None or not self.call.waiting or self.call.silenced:
            return []
        self.call = replace(self.call, silenced=True)
        return [self._fact("silenced", now)]

    def staff_end(self, now: float) -> list[Fact] | None:
        """Staff at the terminal end the call, broker or no broker. None when there is none."""
        return self._end(self.call.id, Outcome.STAFF, now) if self.call else None

    # --- agents ------------------------------------------------------------------------------------

    def reply(self, reply: messages.CallReply | messages.CallBack, now: float) -> list[Fact]:
        """What a desk says. Anything that is late, repeated or not the holder's changes nothing."""
        if isinstance(reply, messages.CallBack):
            return self._call_back(reply, now)
        return self._go(obey(self.call, reply, now)) if self.call is not None else []

    def _call_back(self, asked: messages.CallBack, now: float) -> list[Fact]:
        """An agent who left too early comes back: a new call that is theirs already.

        Not while a customer's own call is open, and not twice in :data:`CALL_BACK_S`: whoever has stolen a
        desk's key shall not be able to keep a hall's terminals busy.
        """
        last, cause_id = self.call, call_back_cause(asked.request)
        if cause_id in self.causes or (last is not None and last.open):
            return []
        if self._called_back is not None and now - self._called_back < CALL_BACK_S:
            return []
        self._called_back = now
        known = last is not None and last.id == asked.follows
        more = _known(last) if last is not None and known else dict(follows=asked.follows)
        facts = self._open(cause_id, now, now, cause=Cause.CALLBACK, urgency=self._base, **more)
        assert self.call is not None
        return facts + self._go(accept(self.call, asked.agent, Mode.WALK, now))

    def media(self, call_id: str, running: bool, now: float) -> list[Fact] | None:
        """The agent's sound or picture comes in, or has stopped. None when no video call of that id is on."""
        call = self.call
        if call is None or call.id != call_id or not call.answered or call.mode is not Mode.VIDEO:
            return None
        if running == call.media:
            return []
        self.call = replace(call, media=running, missed=None)
        if running and call.state is State.ACCEPTED:
            return self._go(connect(self.call, now))
        return [self._fact("media" if running else "media-lost", now)]

    # --- time --------------------------------------------------------------------------------------

    def tick(self, now: float, around: Surroundings) -> list[Fact]:
        """Let time pass; call it a few times a second while there is a call, and when the world changes."""
        call = self.call
        if call is None:
            return []
        if call.state is State.ENDED:
            if now - call.since < self._times.linger_s:
                return []
            facts = [self._fact("put-away", now)]
            self.call = None
            return facts
        go_on = waiting if call.waiting else answered
        return self._go(go_on(call, now, around, self._times))

    def alarm(self, now: float, around: Surroundings) -> bool:
        """Whether the terminal's own alarm must sound now."""
        call = self.call
        return call is not None and alarm_due(
            self._times,
            around,
            urgency=call.urgency,
            state=call.state,
            waited=now - call.asked,
            unseen=now - call.since,
            silenced=call.silenced,
        )

    # --- transitions -------------------------------------------------------------------------------

    def _open(self, cause_id: str, at: float, now: float, **fields: Any) -> list[Fact]:
        self.causes.add(cause_id, opened=True)
        call = LiveCall(id=cause_id, state=State.CALLING, opened=at, since=at, asked=at, recent=(at,), **fields)
        self.call = replace(call, level=TOP) if call.urgency is Urgency.URGENT else call
        return [self._fact("opened", now, text=" / ".join(call.said)[:500], why=call.follows)]

    def _press_again(
        self,
        cause_id: str,
        at: float,
        now: float,
        cause: Cause,
        urgency: Urgency,
        said: tuple[str, ...],
        service: str,
    ) -> list[Fact]:
        call = self.call
        assert call is not None
        recent = (*(before for before in call.recent if 0 <= at - before <= HURRY_SECONDS), at)
        hurry = len(recent) >= HURRY_PRESSES
        self.call = replace(
            call,
            presses=call.presses + 1,
            recent=() if hurry else recent,
            service=service or call.service,
            said=(*call.said, *said)[-KEEP_SAID:],
        )
        facts = [self._fact("pressed", now, cause=cause, why=cause_id, text=" / ".join(said)[:500])]
        if hurry:
            facts += self._raise_urgency(next_urgency(call.urgency), now, "pressed three times")
        facts += self._raise_urgency(urgency, now, "asked")
        if call.answered and at - call.since >= self._times.press_again_s:
            facts += self._go(back(self.call, now, "pressed-again"))
        return facts

    def _raise_urgency(self, urgency: Urgency, now: float, why: str) -> list[Fact]:
        assert self.call is not None
        return self._go(more_urgent(self.call, urgency, now, why))

    def _end(self, call_id: str, outcome: Outcome, now: float) -> list[Fact] | None:
        call = self.call
        if call is None or call.id != call_id or call.state is State.ENDED:
            return None
        return self._go(end(call, outcome, now))

    def _go(self, step: Step) -> list[Fact]:
        self.call, facts = step
        return facts

    def _fact(self, kind: str, now: float, **more: Any) -> Fact:
        assert self.call is not None
        return fact(kind, self.call, now, **more)


def _known(last: LiveCall) -> dict[str, Any]:
    """What nobody has to say again in a call that follows another."""
    return dict(follows=last.id, service=last.service, said=last.said, freeze=last.freeze)
