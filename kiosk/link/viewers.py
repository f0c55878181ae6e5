"""On whose pages a waiting call rings, and for how long. Pure: times are passed in, in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Set

from msgspec import Struct
from msgspec.structs import replace

from kiosk import messages
from kiosk.messages import MAX_COUNT, MAX_VIEWERS, Agent


class Viewer(Struct, frozen=True):
    """One agent of this round. ``since`` moves on by the time that they were off duty."""

    id: str
    name: str
    since: float
    left: float | None = None  # off duty from then on
    took: str = ""  # the later call that they took instead

    def shown_ms(self, now: float) -> int:
        """How long their page has had it."""
        until = now if self.left is None else self.left
        return min(MAX_COUNT, max(0, round((until - self.since) * 1000)))

    def moved(self, seconds: float) -> Viewer:
        """The same on a clock that reads ``seconds`` more."""
        left = None if self.left is None else self.left + seconds
        return replace(self, since=self.since + seconds, left=left)


Viewers = tuple[Viewer, ...]


def joined(viewers: Viewers, agents: Iterable[Agent], now: float) -> Viewers:
    """More pages show it; who is known already counts once."""
    more = {agent.id: Viewer(agent.id, agent.name, now) for agent in agents}
    known = {viewer.id for viewer in viewers}
    return (*viewers, *(viewer for who, viewer in more.items() if who not in known))[:MAX_VIEWERS]


def on_duty(viewers: Viewers, people: Set[str], now: float) -> Viewers:
    """These people are on duty now: nobody has a call on their page while they are not."""
    return tuple(_on_duty(viewer, viewer.id in people, now) for viewer in viewers)


def _on_duty(viewer: Viewer, here: bool, now: float) -> Viewer:
    if here and viewer.left is not None:
        return replace(viewer, since=viewer.since + now - viewer.left, left=None)
    return viewer if here or viewer.left is not None else replace(viewer, left=now)


def skipped(viewers: Viewers, who: str, took: str) -> Viewers:
    """Somebody who has it on their page has taken a call that came after it."""
    return tuple(replace(viewer, took=took) if viewer.id == who else viewer for viewer in viewers)


def described(viewers: Viewers, now: float) -> tuple[messages.Viewer, ...]:
    """As they are published."""
    return tuple(messages.Viewer(v.id, v.name, v.shown_ms(now), v.took) for v in viewers)


def on_record(viewers: Viewers, now: float, *, but: str = "") -> tuple[messages.Viewer, ...]:
    """As an event tells of them; ``but``: without the one who took it."""
    return tuple(messages.Viewer(v.id, v.name, v.shown_ms(now)) for v in viewers if v.id != but)


def recalled(seen: tuple[messages.Viewer, ...], now: float) -> Viewers:
    """From the published form."""
    return tuple(Viewer(v.id, v.name, now - v.shown_ms / 1000, took=v.took) for v in seen)


def merged(mine: Viewers, seen: Viewers) -> Viewers:
    """Two memories of one round: nobody is forgotten, and no skip."""
    theirs = {viewer.id: viewer for viewer in seen}
    known = {viewer.id for viewer in mine}
    kept = (replace(v, took=v.took or theirs[v.id].took) if v.id in theirs else v for v in mine)
    return (*kept, *(viewer for viewer in seen if viewer.id not in known))[:MAX_VIEWERS]
