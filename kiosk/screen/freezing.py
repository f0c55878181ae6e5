"""Having the bank freeze the customer's money: asked for by one touch, confirmed by a second. Pure.

It does not replace the call: the people who were called come all the same.
"""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.messages import AskFreeze, State as CallState
from kiosk.screen.outbox import Outbox
from kiosk.screen.state import VisitState


class Freezing:
    """Writes the state and the outbox that it is given."""

    def __init__(self, state: VisitState, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox

    def touch(self, action: str, now: float) -> bool:
        """What is on the scenes about freezing; whether it was one of these."""
        state, call = self._state, self._state.call
        match action:
            case "freeze" if call is not None:
                state.freezing = call.id
            case "freeze-no":
                state.freezing = ""
            case "freeze-yes" if call is not None:
                state.freezing, state.freeze_asked = "", True
                self._outbox.insist(AskFreeze(self._outbox.new_id(), call.service), now)
            case _:
                return False
        return True

    def follow(self, now: float) -> None:
        """The link has said how the call is: what is asked of the customer ends when somebody stands there."""
        state, call = self._state, self._state.call
        if (
            call is None
            or call.id != state.freezing
            or call.state is CallState.CONNECTED
            or call.freeze is not None
        ):
            state.freezing = ""
        if call is None or call.freeze is not None:
            state.freeze_asked = False
        last = state.snapshot.call if state.snapshot is not None else None
        if last is not None and last.freeze is not None and (call is not None or last.id == state.about):
            # An ended call that is not this visit's still stands there when the next customer comes.
            state.frozen, state.frozen_at = replace(last.freeze, agent=None, why=""), now

    def restore(self) -> None:
        """Go on with what was asked for before the process was killed."""
        self._state.freeze_asked = bool(self._outbox.waiting(AskFreeze))
