"""Which signals of a video call go through: those of the agent who has it, about the round that is on. Pure."""

from __future__ import annotations

from kiosk.link.call import Switchboard
from kiosk.link.live import LiveCall
from kiosk.messages import BadMessage, Mode, SignalDown, SignalUp


class Signalling:
    """``refused``: how many signals came from somebody who does not have the call, or no longer."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._switchboard = switchboard
        self.refused = 0

    def down(self, signal: SignalDown) -> None:
        """From a desk. Raises :class:`~kiosk.messages.BadMessage` for one that may not reach the terminal."""
        call = self._video_call()
        if call is None or (signal.call, signal.round) != (call.id, call.round):
            why = "about no video call that is on"
        elif not signal.agent.same(call.agent):
            why = f"from {signal.agent.id} at {signal.agent.desk}, who does not have the call"
        else:
            return
        self.refused += 1
        raise BadMessage(f"a signal {why}: refused")

    def up(self, signal: SignalUp) -> str:
        """From the screen; gives why it may not go to the desk, or nothing."""
        call = self._video_call()
        if call is None or (signal.call, signal.round) != (call.id, call.round):
            return "no such video call"
        return ""

    def _video_call(self) -> LiveCall | None:
        call = self._switchboard.call
        return call if call is not None and call.answered and call.mode is Mode.VIDEO else None
