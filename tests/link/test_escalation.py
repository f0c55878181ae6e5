from itertools import product

import pytest

from kiosk.config import Escalation
from kiosk.link.escalation import Surroundings, alarm_due, due_level
from kiosk.messages import State, Urgency

TIMES = Escalation()
DESK = Surroundings(online=True, desks=frozenset({"d1"}), agents=frozenset({("d1", "li")}))
EMPTY_DESK = Surroundings(online=True, desks=frozenset({"d1"}))


def level(
    waited: float,
    *,
    urgency: Urgency = Urgency.NORMAL,
    state: State = State.RUNG,
    unseen: float = 0.0,
    now: int = 1,
) -> int:
    return due_level(TIMES, urgency=urgency, level=now, state=state, waited=waited, unseen=unseen)


def alarm(
    around: Surroundings = DESK,
    *,
    urgency: Urgency = Urgency.NORMAL,
    state: State = State.RUNG,
    waited: float = 0.0,
    unseen: float = 0.0,
    silenced: bool = False,
) -> bool:
    return alarm_due(TIMES, around, urgency=urgency, state=state, waited=waited, unseen=unseen, silenced=silenced)


def test_what_the_broker_remembers_of_a_desk_keeps_no_alarm_quiet() -> None:
    dead = Surroundings(online=True, desks=frozenset({"d1"}), told=False)
    assert EMPTY_DESK.unattended
    assert not dead.unattended


def test_levels_by_the_time_waited() -> None:
    assert [level(at) for at in (0.0, 14.9, 15.0, 44.9, 45.0, 1e9)] == [1, 1, 2, 2, 3, 3]


def test_a_level_never_falls() -> None:
    assert [level(0.0, now=now) for now in (1, 2, 3)] == [1, 2, 3]


def test_unseen_or_urgent_rings_everybody() -> None:
    assert level(1.9, state=State.CALLING, unseen=1.9) == 1
    assert level(2.0, state=State.CALLING, unseen=2.0) == 3
    assert level(2.0, state=State.RUNG, unseen=2.0) == 1
    assert level(0.0, urgency=Urgency.URGENT) == 3
    assert level(0.0, urgency=Urgency.ELDERLY) == 1


def test_the_alarm_sounds_when_nobody_sees_the_call() -> None:
    assert not alarm(state=State.CALLING, waited=1.9, unseen=1.9)
    assert alarm(state=State.CALLING, waited=2.0, unseen=2.0)
    assert alarm(Surroundings(), state=State.CALLING, waited=2.0, unseen=2.0)  # no broker


def test_the_alarm_sounds_at_once_when_the_broker_knows_that_nobody_listens() -> None:
    deaf = Surroundings(online=True, deaf=True)
    assert alarm(deaf, state=State.CALLING)
    assert not alarm(Surroundings(online=False, deaf=True), state=State.CALLING)  # that was another connection


def test_the_alarm_sounds_when_it_is_seen_but_nobody_comes() -> None:
    assert not alarm(waited=59.9)
    assert alarm(waited=60.0)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CONNECTED, State.ENDED])
def test_no_alarm_for_a_call_that_is_answered_or_over(state: State) -> None:
    assert not alarm(state=state, waited=1e6, unseen=1e6, urgency=Urgency.URGENT)


def test_silenced() -> None:
    assert not alarm(state=State.CALLING, waited=1e6, unseen=1e6, silenced=True)


@pytest.mark.parametrize("around", [Surroundings(open=False, hours_known=True), EMPTY_DESK])
def test_the_alarm_is_quiet_when_nobody_can_be_expected(around: Surroundings) -> None:
    assert not alarm(around, state=State.CALLING, waited=1e6, unseen=1e6)


def test_an_urgent_call_is_loud_unless_the_webhook_has_it() -> None:
    urgent = dict(urgency=Urgency.URGENT, state=State.CALLING, waited=2.0, unseen=2.0)
    assert alarm(Surroundings(open=False), **urgent)
    assert not alarm(Surroundings(open=False, webhook=True), **urgent)


def test_an_empty_desk_is_no_excuse_within_hours_the_site_has_set() -> None:
    empty = Surroundings(online=True, hours_known=True, desks=frozenset({"d1"}))
    assert not empty.unattended
    assert EMPTY_DESK.unattended
    assert not DESK.unattended


def test_a_desk_that_has_vanished_is_no_excuse_either() -> None:
    assert not Surroundings(online=True).unattended
    assert not Surroundings(online=False, desks=frozenset({"d1"})).unattended


def test_longer_waiting_never_makes_it_quieter() -> None:
    waits = [0.0, 1.0, 2.0, 15.0, 45.0, 60.0, 1e6]
    for urgency, state, online, is_open, desks in product(
        Urgency, (State.CALLING, State.RUNG), (True, False), (True, False), (frozenset(), frozenset({"d1"}))
    ):
        around = Surroundings(online=online, open=is_open, desks=desks)
        told = [alarm(around, urgency=urgency, state=state, waited=at, unseen=at) for at in waits]
        assert told == sorted(told)
        levels = [level(at, urgency=urgency, state=state, unseen=at) for at in waits]
        assert levels == sorted(levels)
