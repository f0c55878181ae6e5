"""Who is rung when, and when the terminal itself gets loud. Pure: times are passed in, in seconds."""

from __future__ import annotations

from msgspec import Struct

from kiosk.config import Escalation
from kiosk.messages import State, Urgency

TOP = 3


class Surroundings(Struct, frozen=True):
    """What the kiosk knows of the world around its call."""

    online: bool = False  # the broker is connected
    deaf: bool = False  # the broker said that nobody subscribes to the call
    open: bool = True  # within opening hours
    hours_known: bool = False  # the site has said when it is open
    webhook: bool = False  # urgent calls have somewhere to go while the hall is closed
    desks: frozenset[str] = frozenset()
    agents: frozenset[tuple[str, str]] = frozenset()  # (desk, agent) on duty
    told: bool = True  # a desk itself has lately said who is; else it is what the broker remembers

    @property
    def unattended(self) -> bool:
        """Nobody can be expected to come: closed, or a desk itself says that nobody is on duty.

        A desk that has *vanished* says nothing, so that its calls get loud, whatever the broker remembers of it;
        and within opening hours that the site has set, an empty desk is a failure and not an excuse.
        """
        if not self.open:
            return True
        return not self.hours_known and self.online and bool(self.desks) and self.told and not self.agents


def due_level(
    times: Escalation, *, urgency: Urgency, level: int, state: State, waited: float, unseen: float
) -> int:
    """The level that must ring now: never below ``level``.

    ``waited``: seconds since the call (or its latest round) began; ``unseen``: seconds it has been in
    ``calling``, shown by no page.
    """
    if urgency is Urgency.URGENT or (state is State.CALLING and unseen >= times.unrung_s):
        return TOP
    if waited >= times.level3_s:
        return TOP
    return max(level, 2 if waited >= times.level2_s else 1)


def alarm_due(
    times: Escalation,
    around: Surroundings,
    *,
    urgency: Urgency,
    state: State,
    waited: float,
    unseen: float,
    silenced: bool,
) -> bool:
    """Whether the terminal's own alarm must sound now."""
    if silenced or state not in (State.CALLING, State.RUNG):
        return False
    if around.unattended and (urgency is not Urgency.URGENT or around.webhook):
        return False
    if state is State.CALLING and ((around.online and around.deaf) or unseen >= times.unrung_s):
        return True
    return waited >= times.unanswered_alarm_s
