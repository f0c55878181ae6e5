"""A simulated terminal of a fleet: the real call machine, without button, journal and screen."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk import clock, config, messages, topics
from kiosk.link.call import Switchboard
from kiosk.link.escalation import Surroundings
from kiosk.link.live import describe
from kiosk.messages import CallReply, Event, Fact, LedgerAck, Presence

REPEAT_S = 5.0  # an open call, and the health, are said again
EVENTS_AGAIN_S = 30.0
PARTS = {name: messages.Part(True) for name in ("button", "journal", "broker", "desk", "clock", "screen", "voice")}

Send = Callable[[str, bytes, bool], None]


class FleetKiosk:
    """``send`` gets topic, payload and whether it is retained. Times are :func:`kiosk.clock.now`."""

    def __init__(self, hall: str, name: str, send: Send) -> None:
        self.hall, self.name = hall, name
        self._topic = {leaf: topics.kiosk(hall, name, leaf) for leaf in topics.KIOSK_LEAVES}
        self._send = send
        self._board = Switchboard(config.Escalation(linger_s=5.0))
        self._agents: dict[str, Presence] = {}
        self._unacknowledged: list[Event] = []
        self._sent = 0
        self._seq = 0
        self._said_at = 0.0
        self._events_at = 0.0
        self._presses = 0
        self.pressed: dict[str, float] = {}  # call -> when it was published
        self.answered: set[str] = set()
        self.ended: set[str] = set()

    @property
    def subscriptions(self) -> list[str]:
        """What a terminal listens to."""
        return [self._topic["reply"], self._topic["ledger-ack"], topics.presence(self.hall, "+")]

    @property
    def will(self) -> tuple[str, bytes]:
        return self._topic["health"], messages.encode(messages.Health(online=False))

    @property
    def unacknowledged(self) -> int:
        """Events that no ledger has confirmed."""
        return len(self._unacknowledged)

    @property
    def busy(self) -> bool:
        """There is a call, or an event that nobody has confirmed."""
        return self._board.call is not None or bool(self._unacknowledged)

    def press(self, now: float) -> None:
        """Somebody presses the button; while a call is open it is the same call."""
        self._presses += 1
        cause = f"btn-{self.hall}-{self.name}-{self._presses}"
        facts = self._board.summon(cause, now)
        if self._board.call is not None and self._board.call.id == cause:
            self.pressed[cause] = clock.now()
        self._say(facts, now)

    def receive(self, topic: str, payload: bytes, now: float) -> None:
        """What the broker brings."""
        if topic == self._topic["reply"]:
            self._say(self._board.reply(messages.decode(payload, CallReply), now), now)  # type: ignore[arg-type]
        elif topic == self._topic["ledger-ack"]:
            ack = messages.decode(payload, LedgerAck)
            self._unacknowledged = [event for event in self._unacknowledged if event.seq > ack.upto]
        elif (address := topics.parse(topic)) is not None:
            self._agents[address.who] = messages.decode(payload, Presence)

    def tick(self, now: float) -> None:
        """Let time pass; call it about once a second while :attr:`busy`."""
        self._say(self._board.tick(now, self._around()), now)
        if self._board.call is not None and now - self._said_at >= REPEAT_S:
            self._send_call(now)
        if self._unacknowledged and now - self._events_at >= EVENTS_AGAIN_S:
            self._send_events(self._unacknowledged, now)

    def health(self) -> None:
        """The sign of life of every five seconds."""
        health = messages.Health(online=True, title=f"{self.name}号终端", place="大厅", parts=PARTS, uptime_s=1)
        self._send(self._topic["health"], messages.encode(health), True)

    def _around(self) -> Surroundings:
        there = {name: presence for name, presence in self._agents.items() if presence.online}
        agents = frozenset((desk, agent.id) for desk, presence in there.items() for agent in presence.agents)
        return Surroundings(online=True, desks=frozenset(there), agents=agents)

    def _say(self, facts: list[Fact], now: float) -> None:
        if not facts:
            return
        for fact in facts:
            self._seq += 1
            event = Event(seq=self._seq, at_ms=clock.wall_ms(), **msgspec.structs.asdict(fact))
            self._unacknowledged.append(event)
            match fact.kind:
                case "accepted":
                    self.answered.add(fact.call)
                case "ended":
                    self.ended.add(fact.call)
        self._send_call(now)
        self._send_events(self._unacknowledged[-len(facts) :], now)

    def _send_call(self, now: float) -> None:
        call = self._board.call
        payload = messages.encode(describe(call, now, title=f"{self.name}号终端", place="大厅")) if call else b""
        self._said_at = now
        self._send(self._topic["call"], payload, True)

    def _send_events(self, events: list[Event], now: float) -> None:
        self._events_at = now
        first = self._unacknowledged[0].seq
        batch = messages.EventBatch(f"fleet-{self.hall}-{self.name}", first, tuple(events[:200]))
        self._send(self._topic["events"], messages.encode(batch), False)
