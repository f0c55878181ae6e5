"""On whose pages calls ring, and who takes a later one first: told to the kiosks, which keep the record."""

from __future__ import annotations

from collections.abc import Callable, Set

from kiosk import clock, messages
from kiosk.desk.hall import WAITING, Hall
from kiosk.desk.outbox import Said, still_wanted
from kiosk.desk.page import Page
from kiosk.messages import MAX_VIEWERS, Agent, Call, State


class Rings:
    """Of one desk's pages; ``say`` sends a reply to a kiosk until its call shows it."""

    def __init__(self, desk: str, hall: Hall, pages: Set[Page], say: Callable[[str, Said], None]) -> None:
        self._desk = desk
        self._hall = hall
        self._pages = pages
        self._say = say

    def say(self, kiosk: str) -> None:
        """Tell the kiosk that pages of ours have shown its call, and whose, if it does not know."""
        call = self._hall.call_of(kiosk)
        pages = self._showing(kiosk, call) if call is not None else []
        if call is None or not pages:
            return
        people = {page.person.id: page.person for page in pages}
        agents = tuple(Agent(who.id, who.name, self._desk) for who in people.values())[:MAX_VIEWERS]
        rung = messages.Rung(call.id, call.round, self._desk, pages[0].shown[kiosk][2], agents)
        if still_wanted(rung, call):
            self._say(kiosk, rung)

    def note_skips(self, kiosk: str, before: Call | None) -> None:
        """The kiosk's call has changed. If an agent of ours took it, earlier ones on their page are skipped."""
        call = self._hall.call_of(kiosk)
        if before is None or call is None or before.state not in WAITING or call.state is not State.ACCEPTED:
            return
        agent = call.agent
        # One that was given to somebody begins another round.
        if (before.id, before.round) != (call.id, call.round) or agent is None or agent.desk != self._desk:
            return
        for other in self._hall.before(kiosk):
            skipped = self._hall.call_of(other)
            if skipped is None or self._hall.offline(other, clock.now()):
                continue
            if any(page.person.id == agent.id for page in self._showing(other, skipped)):
                self._say(other, messages.Skip(skipped.id, skipped.round, agent, call.id))

    def _showing(self, kiosk: str, call: Call) -> list[Page]:
        """The pages that show or sound this round of the call."""
        there = (page for page in self._pages if page.attentive and kiosk in page.shown)
        showing = [page for page in there if page.shown[kiosk][:2] == (call.id, call.round)]
        return sorted(showing, key=lambda page: page.person.id)
