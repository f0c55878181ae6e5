"""What a desk knows of its hall. Pure: times are passed in, in seconds of the desk's own clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from kiosk.config import Escalation
from kiosk.link.escalation import due_level
from kiosk.messages import (
    MAX_COUNT,
    Call,
    Health,
    Last,
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
#: Work that was done so lately has just been done: frames and sound come all the time, and the page is not told of
#: each. It is the time after which a terminal has noticed that one stands still.
JUST_NOW_S = 15.0

WAITING = (State.CALLING, State.RUNG)
ANSWERED = (State.ACCEPTED, State.CONNECTED)
_RANKS = list(Urgency)
_Place = tuple[int, float, str]  # in the queue; the last one is the kiosk


class KioskHealth(Struct, frozen=True):
    """The part of the health that the page shows."""

    title: str
    place: str
    parts: dict[str, Part]
    last: dict[str, Last]


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
    said_at: float = 0.0  # the terminal's own health, not its last will
    over: deque[str] = field(default_factory=lambda: deque(maxlen=KEEP_OVER))


@dataclass
class Hall:
    """Kiosks with their calls, and the other desks."""

    escalation: Escalation
    desks: dict[str, Presence] = field(default_factory=dict)
    _heard_at: dict[str, float] = field(default_factory=dict)  # desk -> when its presence last came
    _kiosks: dict[str, _Kiosk] = field(default_factory=dict)

    @property
    def kiosks(self) -> list[str]:
        return sorted(self._kiosks)

    def set_desk(self, name: str, presence: Presence, now: float) -> None:
        """What a desk says of itself, or the broker of it."""
        self.desks[name], self._heard_at[name] = presence, now

    def hear_desks_anew(self, now: float) -> None:
        """We were away, and have heard nobody."""
        self._heard_at = dict.fromkeys(self.desks, now)

    def miss_desks(self, now: float) -> list[str]:
        """Those that have not spoken for long: they are gone, whatever the broker remembers of them."""
        gone = [
            name for name, there in self.desks.items() if there.online and now - self._heard_at[name] >= STALE_S
        ]
        self.desks |= dict.fromkeys(gone, Presence(online=False))
        return gone

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
        worked = _worked(before, known.said_at)
        if health.online:
            known.said_at = now
        known.health, known.health_at = health, now
        if known.call is not None and health.online and now - known.call_at > LEFT_OUT_S:
            known.call = None
            return True
        if before is None or not _same(worked, _worked(health, known.said_at)):
            return True
        return (before.online, before.parts.keys(), _faults(before)) != (
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
            KioskHealth(health.title, health.place, health.parts, _last(health, now - known.said_at))
            if health
            else None,
            known.call_at * 1000,
        )


def _place(kiosk: str, opened: float, call: Call) -> _Place:
    return -_RANKS.index(call.urgency), opened, kiosk


def _aged(age_ms: int, since_ms: int) -> int:
    """An age counted on, as far as a message can carry it."""
    return min(MAX_COUNT, age_ms + since_ms)


def _last(health: Health, since: float) -> dict[str, Last]:
    """Ages counted on by so many seconds; what was just now stays so until the terminal says otherwise."""
    since_ms = max(0, round(since * 1000))
    return {work: _counted_on(last, since_ms) for work, last in health.last.items()}


def _counted_on(last: Last, since_ms: int) -> Last:
    if last.age_ms is None or _just_now(last):
        return last
    return replace(last, age_ms=_aged(last.age_ms, since_ms))


def _just_now(last: Last) -> bool:
    return last.age_ms is not None and last.age_ms < JUST_NOW_S * 1000


def _worked(health: Health | None, said_at: float) -> dict[str, tuple[bool, float]]:
    """``off`` of each work, and when it was last done by our clock: infinite is just now, negative is never."""
    done = {}
    for work, last in health.last.items() if health is not None else ():
        at = inf if _just_now(last) else -1.0 if last.age_ms is None else said_at - last.age_ms / 1000
        done[work] = last.off, at
    return done


def _same(before: dict[str, tuple[bool, float]], after: dict[str, tuple[bool, float]]) -> bool:
    return before.keys() == after.keys() and all(
        off == before[work][0] and (at == before[work][1] or abs(at - before[work][1]) < JITTER_S)
        for work, (off, at) in after.items()
    )


def _faults(health: Health) -> dict[str, tuple[str, str]]:
    return {name: (part.fault, part.remedy) for name, part in health.parts.items() if not part.ok}


def same_people(before: Presence | None, after: Presence) -> bool:
    """Whether a desk says the same as before of who is on duty and who keeps the ledger."""
    return before is not None and replace(before, queue=()) == replace(after, queue=())
