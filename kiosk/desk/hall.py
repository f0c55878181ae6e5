"""What a desk knows of its hall. Pure: times are passed in, in seconds of the desk's own clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from kiosk import messages
from kiosk.config import Escalation
from kiosk.link.escalation import due_level
from kiosk.messages import Call, Health, Part, Presence, Reply, State, Urgency

#: Three health messages missed: the kiosk is offline, whatever the broker thinks.
STALE_S = 16.0
#: A reply that the kiosk has not taken by then is given up; its sender sees the call as it is.
REPLY_AGAIN_S, REPLY_KEEP_S = 1.0, 60.0

#: An online kiosk says its call every 5 s; one that it has left out twice is over. A desk that was cut off when it
#: ended learns it in no other way, because the broker remembers nothing of a cleared call.
LEFT_OUT_S = 11.0
#: A call came the same way with another delay: it must not change its place in the queue for that.
JITTER_S = 2.0

WAITING = (State.CALLING, State.RUNG)
ANSWERED = (State.ACCEPTED, State.CONNECTED)
_RANKS = list(Urgency)


class KioskHealth(Struct, frozen=True):
    """The part of the health that the page shows."""

    title: str
    place: str
    parts: dict[str, Part]


class KioskRow(Struct, frozen=True, tag_field="type", tag="kiosk"):
    """One kiosk as the page shows it."""

    kiosk: str
    offline: bool
    call: Call | None
    ring_level: int
    health: KioskHealth | None
    #: Monotonic milliseconds at the desk when the call came in; only for measuring on one machine.
    received_ms: float


@dataclass
class _Kiosk:
    call: Call | None = None
    call_at: float = 0.0
    opened: float = 0.0  # when the call was opened, by the desk's clock
    health: Health | None = None
    health_at: float = 0.0


@dataclass
class Hall:
    """Kiosks with their calls, and the other desks."""

    escalation: Escalation
    desks: dict[str, Presence] = field(default_factory=dict)
    _kiosks: dict[str, _Kiosk] = field(default_factory=dict)

    @property
    def kiosks(self) -> list[str]:
        return sorted(self._kiosks)

    def call_of(self, kiosk: str) -> Call | None:
        known = self._kiosks.get(kiosk)
        return known.call if known else None

    def set_call(self, kiosk: str, call: Call | None, now: float) -> None:
        known = self._kiosks.setdefault(kiosk, _Kiosk())
        if call is not None:
            opened, before = now - call.age_ms / 1000, known.call
            if before is None or before.id != call.id or abs(opened - known.opened) >= JITTER_S:
                known.opened = opened
        known.call, known.call_at = call, now

    def queue(self) -> tuple[str, ...]:
        """Ids of the waiting calls as they are to be served: the most urgent first, then the oldest.

        Calls of kiosks that are offline keep their places. static/state.js lists the cards by the same rule.
        """
        waiting = [
            (-_RANKS.index(known.call.urgency), known.opened, kiosk, known.call.id)
            for kiosk, known in self._kiosks.items()
            if known.call is not None and known.call.state in WAITING
        ]
        return tuple(call for *_, call in sorted(waiting))

    def set_health(self, kiosk: str, health: Health, now: float) -> bool:
        """True when the page would show something else now."""
        known = self._kiosks.setdefault(kiosk, _Kiosk())
        before = known.health
        if not health.online and before is not None:
            # A last will says only that it is gone; where it stands and what it had is still true.
            health = replace(before, online=False)
        known.health, known.health_at = health, now
        if known.call is not None and health.online and now - known.call_at > LEFT_OUT_S:
            known.call = None
            return True
        return before is None or (before.online, before.parts.keys(), _faults(before)) != (
            health.online,
            health.parts.keys(),
            _faults(health),
        )

    def offline(self, kiosk: str, now: float) -> bool:
        known = self._kiosks[kiosk]
        return known.health is None or not known.health.online or now - known.health_at > STALE_S

    def row(self, kiosk: str, now: float) -> KioskRow:
        """The kiosk as the page shows it, ages counted on to now."""
        known, offline = self._kiosks[kiosk], self.offline(kiosk, now)
        call = known.call
        level = 1
        if call is not None:
            since = max(0, round((now - known.call_at) * 1000))
            call = replace(call, age_ms=call.age_ms + since, state_age_ms=call.state_age_ms + since)
            level = call.level
            if offline and call.state in WAITING:
                # The kiosk cannot tell us any more: the desk goes on counting by its own clock.
                level = due_level(
                    self.escalation,
                    urgency=call.urgency,
                    level=level,
                    state=State.RUNG,
                    waited=call.age_ms / 1000,
                    unseen=0.0,
                )
        health = known.health
        return KioskRow(
            kiosk,
            offline,
            call,
            level,
            KioskHealth(health.title, health.place, health.parts) if health else None,
            known.call_at * 1000,
        )


def _faults(health: Health) -> dict[str, tuple[str, str]]:
    return {name: (part.fault, part.remedy) for name, part in health.parts.items() if not part.ok}


def same_people(before: Presence | None, after: Presence) -> bool:
    """Whether a desk says the same as before of who is on duty and who keeps the ledger."""
    return before is not None and replace(before, queue=()) == replace(after, queue=())


def still_wanted(reply: Reply, call: Call | None) -> bool:
    """Whether the call does not show yet what the reply asks for, and still can."""
    if call is None or reply.call != call.id or reply.round != call.round:
        return False
    match reply:
        case messages.Rung(desk=desk):
            return call.state in WAITING and desk not in call.rung_by
        case messages.Accept():
            return call.state in WAITING
        case messages.Arrived():
            return call.state is State.ACCEPTED and call.agent == reply.agent
    return call.state in ANSWERED and call.agent == reply.agent


class Outbox:
    """Replies that are said again until the call shows them. Pure."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str, str, str], tuple[Reply, float, float]] = {}

    def add(self, kiosk: str, reply: Reply, now: float) -> None:
        who = reply.desk if isinstance(reply, messages.Rung) else reply.agent.id
        self._waiting[(kiosk, reply.call, type(reply).__name__, who)] = (reply, now, now + REPLY_AGAIN_S)

    def due(self, hall: Hall, now: float) -> list[tuple[str, Reply]]:
        """What has to be sent again now; what is done, or too old, is forgotten."""
        again = []
        for key, (reply, since, at) in list(self._waiting.items()):
            if now - since > REPLY_KEEP_S or not still_wanted(reply, hall.call_of(key[0])):
                del self._waiting[key]
            elif now >= at:
                self._waiting[key] = (reply, since, now + REPLY_AGAIN_S)
                again.append((key[0], reply))
        return again
