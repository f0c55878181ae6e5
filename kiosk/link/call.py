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
from kiosk.link.causes import Causes
from kiosk.link.escalation import TOP, Surroundings, alarm_due, due_level
from kiosk.link.live import LiveCall, age_ms, max_urgency, merged, next_urgency, recalled
from kiosk.messages import Cause, Fact, Mode, Outcome, State, Urgency

HURRY_PRESSES, HURRY_SECONDS = 3, 10.0  # three presses in ten seconds raise the urgency
URGENT_HOLD_S = 3.0
STAFF_HOLD_S = 10.0
KEEP_SAID = 10


class Switchboard:
    """The one call of a kiosk, and the causes it has already heard of."""

    def __init__(self, times: Escalation, *, elderly: bool = False) -> None:
        self._times = times
        self._base = Urgency.ELDERLY if elderly else Urgency.NORMAL
        self.causes = Causes()
        self._restored = ""  # the id of the call that came from the journal
        self.call: LiveCall | None = None

    # --- coming back -------------------------------------------------------------------------------

    def restore(self, call: LiveCall | None, causes: Iterable[str]) -> None:
        """What the journal holds, after a restart."""
        if call is not self.call:
            self.call, self._restored = call, call.id if call else ""
        self.causes.restore(causes)

    def adopt(self, seen: messages.Call, now: float) -> list[Fact]:
        """The kiosk's own retained call, read back from the broker.

        Taken over when the journal has no memory of it (it was lost), or when the broker has a later
        state of the same call (the process died between publish and commit). A call that the journal
        knows to be over is a ghost and is not taken over.
        """
        mine = self.call
        came = recalled(seen, now)
        facts = []
        if mine is not None and mine.id == seen.id:
            came = merged(mine, came)
            if came == mine:
                return []
        elif came.state is State.ENDED or self.causes.opened(came.id):
            return []
        elif mine is not None and mine.state is not State.ENDED:
            # Only a call that was published and never committed is unknown to a journal that has another.
            if mine.id != self._restored or (mine.waiting and came.answered):
                return []
            facts = [self._fact("set-aside", now, why=came.id)]
        self.causes.add(came.id, opened=True)
        self.call = came
        return [*facts, self._fact("adopted", now)]

    # --- the customer ------------------------------------------------------------------------------

    def summon(
        self,
        cause_id: str,
        now: float,
        *,
        cause: Cause = Cause.BUTTON,
        urgency: Urgency = Urgency.NORMAL,
        said: tuple[str, ...] = (),
        age: float = 0.0,
    ) -> list[Fact]:
        """The customer pressed, touched or said 人工, ``age`` seconds ago. The same ``cause_id`` counts once."""
        if cause_id in self.causes:
            return []
        at = now - max(0.0, age)
        if self.call is None or self.call.state is State.ENDED:
            return self._open(cause_id, at, now, cause=cause, urgency=max_urgency(urgency, self._base), said=said)
        self.causes.add(cause_id)
        return self._press_again(at, now, cause, urgency, said)

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
            said=last.said,
            level=min(TOP, last.level + 1),
            follows=last.id,
            passed=(*last.passed, last.agent.name) if last.agent else last.passed,
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

    def reply(self, reply: messages.Reply, now: float) -> list[Fact]:
        """What a desk says. Anything that is late, repeated or not the holder's changes nothing."""
        call = self.call
        if call is None or reply.call != call.id or reply.round != call.round:
            return []
        match reply:
            case messages.Rung(desk=desk, seen=seen):
                if not call.waiting or desk in call.rung_by:
                    return []
                self.call = replace(call, rung_by=(*call.rung_by, desk))
                if call.state is State.CALLING:
                    self.call = replace(self.call, state=State.RUNG, since=now)
                return [self._fact("rung", now, desk=desk, seen=seen)]
            case messages.Accept(agent=agent, mode=mode):
                if not call.waiting:
                    return []
                self.call = replace(
                    call, state=State.ACCEPTED, since=now, agent=agent, mode=mode, media=False, missed=None
                )
                return [self._fact("accepted", now)]
        if not call.answered or call.agent != reply.agent:
            return []
        match reply:
            case messages.Release():
                return self._back(now, "released")
            case messages.Arrived():
                return self._connect(now) if call.state is State.ACCEPTED and call.mode is Mode.WALK else []
            case messages.HandOver(agent=giver, to=taker):
                self.call = replace(
                    call,
                    state=State.ACCEPTED,
                    since=now,
                    round=call.round + 1,  # so that nothing the giver said before counts if it comes back
                    agent=taker,
                    passed=(*call.passed, giver.name),
                    media=False,
                    missed=None,
                )
                return [self._fact("handed-over", now, why=giver.name)]
            case messages.End(outcome=outcome, note=note):
                return self._end(call.id, outcome, now, note) or []

    def media(self, call_id: str, running: bool, now: float) -> list[Fact] | None:
        """The agent's sound or picture comes in, or has stopped. None when no video call of that id is on."""
        call = self.call
        if call is None or call.id != call_id or not call.answered or call.mode is not Mode.VIDEO:
            return None
        if running == call.media:
            return []
        self.call = replace(call, media=running, missed=None)
        if running and call.state is State.ACCEPTED:
            return self._connect(now)
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
        if call.waiting:
            return self._tick_waiting(call, now, around)
        return self._tick_answered(call, now, around)

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

    def _tick_waiting(self, call: LiveCall, now: float, around: Surroundings) -> list[Fact]:
        facts = []
        if call.state is State.RUNG and around.online:
            attended = {desk for desk, _ in around.agents}
            still = tuple(desk for desk in call.rung_by if desk in attended)
            if still != call.rung_by:
                self.call = call = replace(call, rung_by=still)
            if not still:  # nobody who had it shown is there any more: it is unseen again
                self.call = call = replace(call, state=State.CALLING, since=now)
                facts.append(self._fact("unrung", now))
        level = due_level(
            self._times,
            urgency=call.urgency,
            level=call.level,
            state=call.state,
            waited=now - call.asked,
            unseen=now - call.since,
        )
        if level != call.level:
            self.call = replace(call, level=level)
            facts.append(self._fact("escalated", now))
        return facts

    def _tick_answered(self, call: LiveCall, now: float, around: Surroundings) -> list[Fact]:
        times, agent = self._times, call.agent
        if call.mode is Mode.WALK and call.state is State.CONNECTED:
            return []  # a person stands there; no page and no broker is needed
        # While the broker is away the kiosk cannot know who has vanished.
        gone = around.online and agent is not None and (agent.desk, agent.id) not in around.agents
        silent = call.mode is Mode.VIDEO and call.state is State.CONNECTED and not call.media
        if not (gone or silent):
            if call.missed is not None:
                self.call = call = replace(call, missed=None)
        elif call.missed is None:
            self.call = call = replace(call, missed=now)
        elif gone and now - call.missed >= times.agent_gone_s:
            return self._back(now, "agent-gone")
        elif silent and now - call.missed >= times.media_s:
            return self._back(now, "media-lost")
        if call.state is State.ACCEPTED:
            if call.mode is Mode.WALK and now - call.since >= times.arrive_s:
                return self._back(now, "not-arrived")
            if call.mode is Mode.VIDEO and now - call.since >= times.media_s:
                return self._back(now, "no-media")
        return []

    # --- transitions -------------------------------------------------------------------------------

    def _open(self, cause_id: str, at: float, now: float, **fields: Any) -> list[Fact]:
        self.causes.add(cause_id, opened=True)
        call = LiveCall(id=cause_id, state=State.CALLING, opened=at, since=at, asked=at, recent=(at,), **fields)
        self.call = replace(call, level=TOP) if call.urgency is Urgency.URGENT else call
        return [self._fact("opened", now, text=" / ".join(call.said)[:500], why=call.follows)]

    def _press_again(
        self, at: float, now: float, cause: Cause, urgency: Urgency, said: tuple[str, ...]
    ) -> list[Fact]:
        call = self.call
        assert call is not None
        recent = (*(before for before in call.recent if 0 <= at - before <= HURRY_SECONDS), at)
        hurry = len(recent) >= HURRY_PRESSES
        self.call = replace(
            call,
            presses=call.presses + 1,
            recent=() if hurry else recent,
            said=(*call.said, *said)[-KEEP_SAID:],
        )
        facts = [self._fact("pressed", now, cause=cause, text=" / ".join(said)[:500])]
        if hurry:
            facts += self._raise_urgency(next_urgency(call.urgency), now, "pressed three times")
        facts += self._raise_urgency(urgency, now, "asked")
        if call.answered and at - call.since >= self._times.press_again_s:
            facts += self._back(now, "pressed-again")
        return facts

    def _raise_urgency(self, urgency: Urgency, now: float, why: str) -> list[Fact]:
        call = self.call
        assert call is not None
        if max_urgency(urgency, call.urgency) is call.urgency:
            return []
        level = TOP if urgency is Urgency.URGENT else call.level
        self.call = replace(call, urgency=urgency, level=level)
        return [self._fact("urgency", now, why=why)]

    def _back(self, now: float, why: str) -> list[Fact]:
        """The call rings again, one level up; the agent who had it stays on record."""
        call = self.call
        assert call is not None
        self.call = replace(
            call,
            state=State.CALLING,
            since=now,
            asked=now,
            level=min(TOP, call.level + 1),
            round=call.round + 1,
            rung_by=(),
            agent=None,
            mode=None,
            media=False,
            missed=None,
            silenced=False,
            passed=(*call.passed, call.agent.name) if call.agent else call.passed,
        )
        return [self._fact("released", now, why=why, agent=call.agent, mode=call.mode)]

    def _connect(self, now: float) -> list[Fact]:
        call = self.call
        assert call is not None
        self.call = replace(call, state=State.CONNECTED, since=now, missed=None)
        return [self._fact("connected", now)]

    def _end(self, call_id: str, outcome: Outcome, now: float, note: str = "") -> list[Fact] | None:
        call = self.call
        if call is None or call.id != call_id or call.state is State.ENDED:
            return None
        self.call = replace(call, state=State.ENDED, since=now, outcome=outcome, missed=None)
        return [self._fact("ended", now, text=note)]

    def _fact(self, kind: str, now: float, **more: Any) -> Fact:
        call = self.call
        assert call is not None
        fields: dict[str, Any] = dict(
            call=call.id,
            age_ms=age_ms(call.opened, now),
            state=call.state,
            cause=call.cause,
            case=call.case,
            urgency=call.urgency,
            level=call.level,
            agent=call.agent,
            mode=call.mode,
            presses=call.presses,
            outcome=call.outcome,
        )
        return Fact(kind=kind, **(fields | more))
