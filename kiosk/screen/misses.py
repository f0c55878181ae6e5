"""What the customer said and the terminal could not answer, for the desk: somebody may teach it. Pure.

It goes to the link after whatever is done for the customer, and is no reason to wait. Words that were not sent die
with the process.
"""

from __future__ import annotations

from kiosk.dialogue.decision import Act, Answer, Decision
from kiosk.dialogue.policy import AskAgain, CallHuman, Choose, Reaction, Show, Talk
from kiosk.messages import MAX_MISSED, Did, Missed
from kiosk.screen.outbox import Outbox
from kiosk.screen.state import VisitState

MOST = 20  # sentences of a visit; and so many wait for a link that is away


class Misses:
    """Writes the state and the outbox that it is given."""

    def __init__(self, state: VisitState, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox

    def heard(self, words: str, decision: Decision, before: Talk, reaction: Reaction, now: float) -> None:
        """Something was said, masked, and this has been done about it; ``before``: how the talk was then."""
        state = self._state
        if state.talk.misses > before.misses:
            self._tell(words, reaction, (), now)
        if decision != Answer(Act.REPEAT):  # which is about the sentence before
            state.sentence = words if isinstance(reaction, Show | Choose) else ""

    def refused(self, services: tuple[str, ...], reaction: Reaction, now: float) -> None:
        """The customer has said that it is none of these. Cards that nothing was said for are no miss."""
        words, self._state.sentence = self._state.sentence, ""
        if words:
            self._tell(words, reaction, services, now)

    def _tell(self, words: str, reaction: Reaction, refused: tuple[str, ...], now: float) -> None:
        state, screen = self._state, self._state.kiosk.screen
        did = {AskAgain: Did.ASKED_AGAIN, CallHuman: Did.HANDED_OVER}.get(type(reaction))
        if did is None or not screen.report_misses or max(state.missed, self._waiting) >= MOST:
            return
        state.missed += 1
        text = words if len(words) <= MAX_MISSED else words[: MAX_MISSED - 1] + "…"
        missed = Missed(self._outbox.new_id(), text, screen.pack, did, refused)
        self._outbox.insist(missed, now, private=True)

    @property
    def _waiting(self) -> int:
        return len(self._outbox.waiting(Missed))
