"""Who is on duty in the hall: at this desk by its open pages, at the others by what they say on the broker."""

from __future__ import annotations

from collections.abc import Callable, Set

from msgspec.structs import replace

from kiosk import config
from kiosk.desk.hall import Hall, same_people
from kiosk.desk.page import Page
from kiosk.desk.person import Person
from kiosk.desk.protocol import Away, Colleague, Colleagues
from kiosk.messages import OnBreak, OnDuty, Presence


class Roster:
    """``keeps_ledger`` tells whether this desk's ledger can be written."""

    def __init__(
        self, settings: config.Desk, hall: Hall, pages: Set[Page], keeps_ledger: Callable[[], bool]
    ) -> None:
        self._settings = settings
        self._hall = hall
        self._pages = pages
        self._keeps_ledger = keeps_ledger
        self._said: Presence | None = None

    def set_duty(self, person: str, on: bool, away_ms: int | None) -> list[Page]:
        """上岗, 下岗 or 小休, on all pages of the person; gives these."""
        pages = [page for page in self._pages if page.person.id == person]
        for page in pages:
            page.person = replace(page.person, duty=on, away_ms=away_ms)
            if not on:
                page.shown.clear()
        return pages

    # --- who is there ------------------------------------------------------------------------------

    def colleagues(self) -> list[Colleague]:
        return [
            Colleague(agent.id, agent.name, agent.level, desk, agent.skills)
            for desk, there in sorted(self._desks().items())
            for agent in there.agents
        ]

    def on_duty(self) -> tuple[OnDuty, ...]:
        """Everybody in the hall who is rung."""
        return tuple(agent for there in self._desks().values() for agent in there.agents)

    def away(self) -> tuple[Away, ...]:
        return tuple(
            Away(person.id, person.name, desk, person.since_ms)
            for desk, there in sorted(self._desks().items())
            for person in there.breaks
        )

    def message(self) -> Colleagues:
        """For every page, when it has changed."""
        return Colleagues(self.colleagues(), self.ledger_desk(), self.away())

    @property
    def nobody(self) -> bool:
        """Whether a customer who calls now would wait in vain."""
        return not any(there.agents for there in self._desks().values())

    def missed(self, *, open: bool) -> bool:
        """Whether nobody is on duty and somebody has to be: the hall is open, or an urgent call waits."""
        return self.nobody and (open or self._hall.urgent())

    def is_ledger(self) -> bool:
        """Of several desks that are set to keep the ledger, the first by name does."""
        name = self._settings.name
        rivals = (n for n, p in self._hall.desks.items() if p.online and p.ledger and n < name)
        return self._settings.ledger and next(rivals, None) is None

    def ledger_desk(self) -> str | None:
        return next((name for name, there in sorted(self._desks().items()) if there.ledger), None)

    def _desks(self) -> dict[str, Presence]:
        """All desks that are there, ours as we know it."""
        own = self._settings.name
        others = {name: p for name, p in self._hall.desks.items() if p.online and name != own}
        return others | {own: self.presence()}

    # --- what this desk says -----------------------------------------------------------------------

    def presence(self) -> Presence:
        agents = tuple(OnDuty(p.id, p.name, p.level, p.skills) for p in self._people(lambda page: page.attentive))
        breaks = tuple(
            OnBreak(p.id, p.name, p.away_ms)
            for p in self._people(lambda page: page.person.away_ms is not None)
            if p.away_ms is not None
        )
        # A ledger that cannot write says so, that another may take over; it goes on trying.
        ledger = self.is_ledger() and self._keeps_ledger()
        return Presence(online=True, ledger=ledger, agents=agents, breaks=breaks, queue=self._hall.queue())

    def news(self) -> tuple[Presence, bool] | None:
        """What is to be said now and has not been, and whether it is about people or the ledger."""
        presence, before = self.presence(), self._said
        if presence == before:
            return None
        self._said = presence
        return presence, not same_people(before, presence)

    def forget(self) -> None:
        """The broker may not know what was said before."""
        self._said = None

    def _people(self, which: Callable[[Page], bool]) -> list[Person]:
        people = {page.person.id: page.person for page in self._pages if which(page)}
        return sorted(people.values(), key=lambda person: person.id)
