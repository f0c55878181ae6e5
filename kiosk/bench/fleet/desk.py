"""A simulated desk of a fleet, with one agent who answers: the traffic of a real one, without ledger and pages."""

from __future__ import annotations

import random
from collections.abc import Callable

from kiosk import config, messages, topics
from kiosk.desk.hall import Hall
from kiosk.messages import Agent, Call, EventBatch, LedgerAck, Mode, OnDuty, Outcome, Presence, Seen, State

#: Until the agent answers, has walked over, and is done; seconds, so that a call is over within a minute.
THINKS_S = {
    State.CALLING: (1.0, 8.0),
    State.RUNG: (1.0, 8.0),
    State.ACCEPTED: (2.0, 10.0),
    State.CONNECTED: (5.0, 20.0),
}
NAME = "desk1"

Send = Callable[[str, bytes, bool], None]


class FleetDesk:
    """``send`` gets topic, payload and whether it is retained. ``pace`` 10 is ten times as fast as people are.

    Times are :func:`kiosk.clock.now`.
    """

    def __init__(self, hall: str, send: Send, chance: random.Random, pace: float) -> None:
        self.hall = hall
        self._send = send
        self._chance = chance
        self._pace = pace
        self._agent = Agent("wang", "王芳", NAME)
        self._model = Hall(config.Escalation())
        self._due: dict[str, tuple[tuple[str, int, State], float]] = {}
        self._presence: Presence | None = None

    @property
    def subscriptions(self) -> list[str]:
        """What a desk that keeps the ledger listens to."""
        leaves = ("call", "health", "events")
        return [*(topics.kiosk(self.hall, "+", leaf) for leaf in leaves), topics.presence(self.hall, "+")]

    @property
    def will(self) -> tuple[str, bytes]:
        return topics.presence(self.hall, NAME), messages.encode(Presence(online=False))

    def say_presence(self) -> None:
        """Who is on duty, and the hall's queue, when that has changed."""
        presence = Presence(True, True, (OnDuty("wang", "王芳", 1),), self._model.queue())
        if presence != self._presence:
            self._presence = presence
            self._send(topics.presence(self.hall, NAME), messages.encode(presence), True)

    def receive(self, topic: str, payload: bytes, now: float, *, retained: bool) -> None:
        """What the broker brings."""
        address = topics.parse(topic)
        if address is None:
            return
        match address.leaf:
            case "call":
                call = messages.decode(payload, Call) if payload else None
                self._model.set_call(address.who, call, now, remembered=retained)
                self._look(address.who, call, now)
                self.say_presence()
            case "health":
                self._model.set_health(address.who, messages.decode(payload, messages.Health), now)
            case "events":
                batch = messages.decode(payload, EventBatch)
                ack = LedgerAck(batch.journal, batch.events[-1].seq)
                self._send(topics.kiosk(self.hall, address.who, "ledger-ack"), messages.encode(ack), False)

    def tick(self, now: float) -> None:
        """Do what is due."""
        for kiosk, ((call, round_, state), due) in list(self._due.items()):
            if now < due:
                continue
            del self._due[kiosk]
            about = {"call": call, "round": round_, "agent": self._agent}
            match state:
                case State.CALLING | State.RUNG:
                    self._reply(kiosk, messages.Accept(**about, mode=Mode.WALK))  # type: ignore[arg-type]
                case State.ACCEPTED:
                    self._reply(kiosk, messages.Arrived(**about))  # type: ignore[arg-type]
                case State.CONNECTED:
                    self._reply(kiosk, messages.End(**about, outcome=Outcome.RESOLVED))  # type: ignore[arg-type]

    def _look(self, kiosk: str, call: Call | None, now: float) -> None:
        if call is None or call.state is State.ENDED:
            self._due.pop(kiosk, None)
            return
        if call.state is State.CALLING and NAME not in call.rung_by:
            self._reply(kiosk, messages.Rung(call.id, call.round, NAME, Seen.DRAWN))
        key = (call.id, call.round, call.state)
        if self._due.get(kiosk, (None, 0.0))[0] != key:
            self._due[kiosk] = (key, now + self._chance.uniform(*THINKS_S[call.state]) / self._pace)

    def _reply(self, kiosk: str, reply: messages.Reply) -> None:
        self._send(topics.kiosk(self.hall, kiosk, "reply"), messages.encode(reply), False)
