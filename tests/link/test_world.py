"""How many calls come before a terminal's own, as the desks say."""

from types import SimpleNamespace

import pytest

from kiosk import config
from kiosk.config import Escalation
from kiosk.link.call import Switchboard
from kiosk.link.duty import DutyWebhook
from kiosk.link.world import World
from kiosk.messages import Accept, Agent, Mode, Presence


class Hall:
    """A world with desks that say what the test wants, and a terminal that has pressed."""

    def __init__(self) -> None:
        self.uplink = SimpleNamespace(joined=True, desks={}, told=True)
        self.board = Switchboard(Escalation())
        self.world = World(config.Kiosk("xinhua", "k1"), self.uplink, DutyWebhook(config.Duty()))  # type: ignore[arg-type]

    def say(self, desk: str, *queue: str) -> None:
        self.uplink.desks[desk] = Presence(online=True, queue=queue)

    @property
    def ahead(self) -> int | None:
        return self.world.ahead(self.board.call)


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    hall.board.summon("mine", 0.0)
    return hall


def test_of_several_desks_the_shortest_queue_counts(hall: Hall) -> None:
    assert hall.ahead is None
    hall.say("d1", "other", "mine", "later")
    assert hall.ahead == 1
    hall.say("d2", "mine", "other")
    hall.say("d3", "other", "third", "mine")
    hall.say("d4", "other")  # has not heard of it
    assert hall.ahead == 0


def test_nobody_has_said_where_no_desk_lists_it(hall: Hall) -> None:
    hall.say("d1", "other")
    assert hall.ahead is None


def test_what_desks_said_before_the_connection_was_lost_is_not_passed_on(hall: Hall) -> None:
    hall.say("d1", "mine")
    hall.uplink.joined = False
    assert hall.ahead is None


def test_only_who_waits_has_somebody_ahead(hall: Hall) -> None:
    hall.say("d1", "other", "mine")
    hall.board.reply(Accept("mine", 0, Agent("li", "李娜", "d1"), Mode.WALK), 1.0)
    assert hall.ahead is None
    hall.board.staff_end(2.0)
    assert hall.ahead is None
    hall.board.satisfied("mine", 3.0)
    assert hall.ahead is None
