"""What a desk knows of its hall. Pure: times are passed in, in seconds of the desk's own clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from kiosk.config import Escalation
from kiosk.link.escalation import due_level
from kiosk.messages import (
    MAX_COUNT,
    Call,
    Health,
    Part,
    Presence,
    State,
    Urgency,
)

#: Three health messages missed: the kiosk is offline, whatever the broker thinks.
STALE_S = 16.0
#: An online kiosk says its call every 5 s; one that it has left out twice is over. A desk that was cut off when it
#: ended learns it in no other way, because the broker remembers nothing of a cleared call.
LEFT_OUT_S = 11.0
#: Calls of a kiosk that are known to be over: a broker that comes back with an older state has no more of them.
KEEP_OVER = 16
#: A call came the same way with another delay: it must not change its place in the queue for that.
JITTER_S = 2.0

WAITING = (State.CALLING, State.RUNG)
ANSWERED = (State.ACCEPTED, State.CONNECTED)
_RANKS = list(Urgency)
_Place = tuple[int, float, str]  # in the queue; the last one is the kiosk


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
    over: deque[str] = field(default_factory=lambda: deque(maxlen=KEEP_OVER))


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

    def set_call(self, kiosk: str, call: Call | None, now: float, *, remembered: bool = False) -> bool:
        """What the kiosk says, or what the broker has ``remembered`` of it; False for a ghost, which is not taken.

        A broker that was killed comes back as it was when it last saved, with calls that have ended since. A kiosk
        that knows better says so within seconds, so only the broker's word is doubted.
        """
        known = self._kiosks.setdefault(kiosk, _Kiosk())
        if remembered and call is not None and call.state is not State.ENDED and call.id in known.over:
            return False
        last = call or known.call
        if last is not None and (call is None or call.state is State.ENDED) and last.id not in known.over:
            known.over.append(last.id)
        if call is not None:
            opened, before = now - call.age_ms / 1000, known.call
            if before is None or before.id != call.id or abs(opened - known.opened) >= JITTER_S:
                known.opened = opened
        known.call, known.call_at = call, now
        return True

    def queue(self) -> tuple[str, ...]:
        """Ids of the waiting calls as they are to be served: the most urgent first, then the oldest.

        Calls of kiosks that are offline keep their places. static/state.js lists the cards by the same rule.
        """
        return tuple(call.id for _, call in self._waiting())

    def urgent(self) -> bool:
        """Whether an urgent call waits."""
        return any(call.urgency is Urgency.URGENT for _, call in self._waiting())

    def before(self, kiosk: str) -> list[str]:
        """Kiosks whose waiting calls stand before this one's call, whatever has become of that."""
        known = self._kiosks[kiosk]
        assert known.call is not None
        own = _place(kiosk, known.opened, known.call)
        return [place[2] for place, _ in self._waiting() if place < own]

    def last_call(self, kiosk: str) -> str:
        """The id of the call that the kiosk had last, if it is over."""
        known = self._kiosks.get(kiosk)
        return known.over[-1] if known and known.over else ""

    def _waiting(self) -> list[tuple[_Place, Call]]:
        waiting = [
            (_place(kiosk, known.opened, known.call), known.call)
            for kiosk, known in self._kiosks.items()
            if known.call is not None and known.call.state in WAITING
        ]
        return sorted(waiting, key=lambda one: one[0])

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

    def forget(self, kiosk: str) -> None:
        """The terminal was taken away for good; one that has an open call stays until that is over."""
        known = self._kiosks.get(kiosk)
        if known is not None and (known.call is None or known.call.state is State.ENDED):
            del self._kiosks[kiosk]

    def health_of(self, kiosk: str) -> Health | None:
        known = self._kiosks.get(kiosk)
        return known.health if known else None

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
            freeze = replace(call.freeze, age_ms=_aged(call.freeze.age_ms, since)) if call.freeze else None
            ages = {"age_ms": _aged(call.age_ms, since), "state_age_ms": _aged(call.state_age_ms, since)}
            call = replace(call, **ages, freeze=freeze)
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


def _place(kiosk: str, opened: float, call: Call) -> _Place:
    return -_RANKS.index(call.urgency), opened, kiosk


def _aged(age_ms: int, since_ms: int) -> int:
    """An age counted on, as far as a message can carry it."""
    return min(MAX_COUNT, age_ms + since_ms)


def _faults(health: Health) -> dict[str, tuple[str, str]]:
    return {name: (part.fault, part.remedy) for name, part in health.parts.items() if not part.ok}


def same_people(before: Presence | None, after: Presence) -> bool:
    """Whether a desk says the same as before of who is on duty and who keeps the ledger."""
    return before is not None and replace(before, queue=()) == replace(after, queue=())
