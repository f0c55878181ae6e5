"""Whose pages a desk names to the kiosks, and who takes a later call first."""

from msgspec.structs import replace

from kiosk import clock
from kiosk.config import Escalation
from kiosk.desk.hall import Hall
from kiosk.desk.page import Page
from kiosk.desk.person import Person
from kiosk.desk.rings import Rings
from kiosk.messages import Agent, Call, Health, Mode, Reply, Rung, Seen, Skip, State, Viewer

LI, WANG = Agent("li", "李娜", "d1"), Agent("wang", "王强", "d1")
OLD = Call("old", State.CALLING, age_ms=30_000, state_age_ms=0)
NEW = Call("new", State.CALLING, age_ms=10_000, state_age_ms=0)


class Desk:
    """A hall with two calls, pages that show both, and what was said to the kiosks."""

    def __init__(self, *agents: Agent) -> None:
        self.said: list[tuple[str, Reply]] = []
        self.hall, self.pages = Hall(Escalation()), set[Page]()
        self.rings = Rings("d1", self.hall, self.pages, lambda kiosk, reply: self.said.append((kiosk, reply)))
        for kiosk, call in (("k1", OLD), ("k2", NEW)):
            self.hall.set_health(kiosk, Health(online=True), clock.now())
            self.hall.set_call(kiosk, call, clock.now())
        for agent in agents:
            self.open_page(agent)

    def open_page(self, agent: Agent) -> Page:
        page = Page(Person(agent.id, agent.name, 1, duty=True))
        page.draw = True
        page.shown = {"k1": ("old", 0, Seen.DRAWN), "k2": ("new", 0, Seen.DRAWN)}
        self.pages.add(page)
        return page

    def take(self, kiosk: str, agent: Agent, **more: object) -> None:
        before = self.hall.call_of(kiosk)
        assert before is not None
        taken = replace(before, state=State.ACCEPTED, agent=agent, mode=Mode.WALK, **more)
        self.hall.set_call(kiosk, taken, clock.now())
        self.rings.note_skips(kiosk, before)


def test_each_person_whose_page_shows_it_is_named_once_and_more_are_told_again() -> None:
    desk = Desk(WANG, LI)
    desk.open_page(LI)
    desk.rings.say("k1")
    assert desk.said == [("k1", Rung("old", 0, "d1", Seen.DRAWN, (LI, WANG)))]
    shown = replace(OLD, state=State.RUNG, rung_by=("d1",), seen_by=(Viewer("li", "李娜"), Viewer("wang", "王强")))
    desk.hall.set_call("k1", shown, clock.now())
    desk.rings.say("k1")
    assert len(desk.said) == 1
    desk.open_page(Agent("zhao", "赵主任", "d1"))
    desk.rings.say("k1")
    assert len(desk.said) == 2


def test_nobody_is_named_who_is_not_on_duty_or_shows_another_round() -> None:
    desk = Desk()
    page = desk.open_page(LI)
    page.shown["k1"] = ("old", 1, Seen.DRAWN)
    desk.rings.say("k1")
    page.person = replace(page.person, duty=False)
    desk.rings.say("k2")
    assert desk.said == []


def test_whoever_takes_the_later_call_first_has_skipped_the_earlier_one() -> None:
    desk = Desk(LI, WANG)
    desk.take("k2", LI)
    assert desk.said == [("k1", Skip("old", 0, LI, "new"))]


def test_nothing_is_skipped_by_turn_by_another_desk_or_by_order_of_a_supervisor() -> None:
    desk = Desk(LI)
    desk.take("k1", LI)
    desk.take("k2", replace(LI, desk="d2"))
    assert desk.said == []
    desk = Desk(LI)
    desk.take("k2", LI, round=1)
    assert desk.said == []


def test_what_was_not_on_their_page_or_cannot_be_taken_is_not_skipped() -> None:
    desk = Desk()
    desk.open_page(LI).shown.pop("k1")
    desk.take("k2", LI)
    assert desk.said == []
    desk = Desk(LI)
    desk.hall.set_health("k1", Health(online=False), clock.now())
    desk.take("k2", LI)
    assert desk.said == []
