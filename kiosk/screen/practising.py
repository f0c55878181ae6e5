"""The trial of the physical button: on while its page is what is shown, and off whatever has become of that. Pure.

A trial that outlives its page takes a real press for practice, and nobody comes. The link may be slow, or hang
with the beginning unread, and then begin when the customer has left. So the end is not said once: it is said until
the link has answered it, and again whenever a trial shows that nobody wants.
"""

from __future__ import annotations

import math

from kiosk.messages import Result, Trial, TryButton
from kiosk.screen.outbox import Outbox
from kiosk.screen.state import VisitState
from kiosk.screen.steps import Technician

AGAIN_S = 1.0


class Practising:
    """Reads the state; writes the outbox."""

    def __init__(self, state: VisitState, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox
        self._wanted = False
        self._begun = False  # a beginning was said, and no end after it has been answered
        self._end = ""  # the request of the last end that was said since
        self._end_at = -math.inf

    def settle(self, now: float) -> None:
        """Bring the trial to where it should be."""
        state, before = self._state, self._wanted
        if state.snapshot is None or state.lost_at is not None:
            # Nothing arrives now. Who is back is told anew, at once.
            self._wanted, self._end_at = False, -math.inf
            return
        at_terminal = isinstance(state.staff, Technician) and state.staff.trial
        self._wanted = at_terminal or state.practising(now)
        if self._wanted:
            if not before:
                self._begin()
        elif before or ((self._begun or state.trial is Trial.ARMED) and now - self._end_at >= AGAIN_S):
            self._finish(now)

    def result(self, result: Result) -> None:
        """The link's answer to a command: it reads them in turn, so what was begun before an end is over, too."""
        if result.request == self._end and result.ok:
            self._begun, self._end = False, ""

    def _begin(self) -> None:
        self._begun, self._end = True, ""
        self._outbox.send(TryButton(self._outbox.new_id(), on=True))

    def _finish(self, now: float) -> None:
        self._end, self._end_at = self._outbox.new_id(), now
        self._outbox.send(TryButton(self._end, on=False))
