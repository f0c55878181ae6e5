"""What becomes of a press after it began: held, released, stuck. The same for every driver.

No I/O and no clock: times are seconds of any clock that only goes forward.
"""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.button.events import ButtonEvent, Fault, Held, Pressed, Recovered, Released

HELD_S = (3.0, 10.0)
STUCK_S = 60.0


class Contact:
    """Follows one press at a time."""

    def __init__(self, held_s: Sequence[float] = HELD_S, stuck_s: float = STUCK_S) -> None:
        self._thresholds = tuple(sorted(held_s))
        self._stuck_s = stuck_s
        self._cause: str | None = None
        self._since = 0.0
        self._due: tuple[float, ...] = ()
        self._stuck = False
        self.is_down = False

    def down(self, cause: str | None, at: float, now: float) -> list[ButtonEvent]:
        """The contact closed ``at``, heard of ``now``. The press that is followed already changes nothing.

        With the ``cause`` of another press the present one must have ended, unheard. ``None`` stands for
        a press that was dealt with before this process began: it is only watched for being stuck.
        """
        if self.is_down and cause in (self._cause, None):
            return []
        events = self.up(at)
        self.is_down, self._cause, self._since = True, cause, at
        self._due = self._thresholds
        if cause is not None:
            events.append(Pressed(cause, max(0.0, now - at)))
        return events

    def up(self, at: float) -> list[ButtonEvent]:
        """The contact opened ``at``; nothing if it was open."""
        if not self.is_down:
            return []
        events = self.tick(at)
        self.is_down = False
        if self._cause is not None:
            events.append(Released(self._cause, max(0.0, at - self._since)))
        if self._stuck:
            self._stuck = False
            events.append(Recovered("stuck"))
        return events

    def lose(self) -> list[ButtonEvent]:
        """The contact is not known any longer: the press is over without a release, which might end a call."""
        self._cause = None
        return self.up(self._since)

    def tick(self, now: float) -> list[ButtonEvent]:
        """What has become due while the contact is known to be down; call it a few times a second."""
        events: list[ButtonEvent] = []
        if not self.is_down:
            return events
        seconds = now - self._since
        while self._due and seconds >= self._due[0]:
            if self._cause is not None:
                events.append(Held(self._cause, self._due[0]))
            self._due = self._due[1:]
        if seconds >= self._stuck_s and not self._stuck:
            self._stuck = True
            events.append(
                Fault(
                    "stuck",
                    f"The button has been down for {self._stuck_s:.0f} s and cannot call again: free its cap, "
                    "or look for a short circuit in its cable.",
                )
            )
        return events
