"""What a chaos run makes of what it finds: each kind of damage is seen, and nothing else."""

import pytest

from kiosk.bench.chaos.tally import Outages, judge
from kiosk.messages import Event


def event(kind: str, call: str, **more: object) -> Event:
    return Event(kind=kind, call=call, seq=1, at_ms=0, **more)  # type: ignore[arg-type]


ONE_CALL = [
    event("opened", "p1", presses=1),
    event("pressed", "p1", why="p2", presses=2),
    event("accepted", "p1", presses=2),
    event("ended", "p1", presses=2),
    event("put-away", "p1", presses=2),
]
SEEN = {"p1": 1.0}


def damage(events: list[Event], pressed: str = "p1 p2", forgotten: str = "", seen: dict[str, float] = SEEN):
    verdict = judge(pressed.split(), forgotten.split(), events, seen)
    names = ("lost", "duplicated", "ghosts", "unseen", "unknown")
    return verdict, {name: found for name in names if (found := getattr(verdict, name))}


def test_each_press_counted_once_is_well() -> None:
    verdict, found = damage(ONE_CALL)
    assert (found, verdict.delivered) == ({}, 2)


def test_a_press_that_the_ledger_does_not_have_is_lost() -> None:
    verdict, found = damage(ONE_CALL, "p1 p2 p3")
    assert (found, verdict.delivered) == ({"lost": ["p3"]}, 2)


def test_a_press_that_only_a_board_without_power_had_is_not_the_programs_loss() -> None:
    verdict, found = damage(ONE_CALL, "p1 p2 p3", forgotten="p2 p3")
    assert (found, verdict.gone_with_board, verdict.delivered) == ({}, 1, 2)


@pytest.mark.parametrize(
    "again",
    [
        [event("opened", "p2", presses=1)],
        [event("opened", "p1", presses=2)],
        [event("pressed", "p1", why="p2", presses=2)],
    ],
    ids=["also a call of its own", "opened again", "counted again"],
)
def test_a_press_that_counts_twice(again: list[Event]) -> None:
    _, found = damage([*ONE_CALL[:2], *again], seen={"p1": 1.0, "p2": 2.0})
    assert "duplicated" in found


def test_a_call_that_counts_more_presses_than_there_were() -> None:
    _, found = damage([event("opened", "p1", presses=1), event("ended", "p1", presses=2)], "p1")
    assert found == {"duplicated": ["p1 counts 2 of 1"]}


def test_a_call_that_has_forgotten_a_press() -> None:
    _, found = damage([*ONE_CALL[:2], event("ended", "p1", presses=1)])
    assert found == {"lost": ["p1 counts 1 of 2"]}


@pytest.mark.parametrize("kind", ["adopted", "rung", "released"])
def test_a_call_that_comes_back_after_its_end(kind: str) -> None:
    _, found = damage([*ONE_CALL, event(kind, "p1", presses=2)])
    assert found == {"ghosts": [f"p1 {kind}"]}


def test_a_call_that_no_page_ever_showed() -> None:
    _, found = damage(ONE_CALL, seen={})
    assert found == {"unseen": ["p1"]}


def test_a_press_that_nobody_made() -> None:
    _, found = damage(ONE_CALL, "p1")
    assert found == {"unknown": ["p2"]}


def test_a_call_that_only_the_broker_remembered_replaces_the_one_before() -> None:
    events = [
        event("opened", "p0", presses=1),
        event("pressed", "p0", why="p1", presses=2),
        event("set-aside", "p0", why="p1", presses=2),
        event("adopted", "p1", presses=1),
        event("ended", "p1", presses=1),
    ]
    verdict, found = damage(events, "p0 p1", seen={"p0": 1.0, "p1": 2.0})
    assert (found, verdict.delivered, verdict.set_aside) == ({}, 2, 1)
    del events[2]
    assert damage(events, "p0 p1", seen={"p0": 1.0, "p1": 2.0})[1] == {"duplicated": ["p1"]}


def test_recovery_counts_from_when_the_last_part_is_back() -> None:
    outages = Outages()
    outages.add("broker", 10.0, 14.0)
    outages.add("k1", 12.0, 13.0)
    outages.add("k2", 0.0, 100.0)
    parts = ("broker", "k1")
    assert outages.recovery(parts, 11.0, 15.5) == 1.5
    assert outages.recovery(parts, 13.5, 20.0) == 6.0
    assert outages.recovery(parts, 9.0, 10.5) == 0.0  # it had arrived before the broker was back
    assert outages.recovery(parts, 15.0, 16.0) is None
    assert outages.quiet_since(parts, 50.0) == 14.0
