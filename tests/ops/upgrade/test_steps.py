"""Where an upgrade goes on after a power cut."""

from __future__ import annotations

import pytest

from kiosk.ops.upgrade.steps import Plan, PlanError, Step, decode, encode, resumed

PLAN = Plan("/p/old.deb", "1.0", "/p/new.deb", "1.1", True, ("kiosk-link",))


def test_it_is_tried_once_more_and_then_undone() -> None:
    again = resumed(PLAN)
    assert again.step is Step.INSTALLING
    assert resumed(again).step is Step.GOING_BACK


def test_a_check_that_was_interrupted_is_made_again() -> None:
    checking = resumed(PLAN).to(Step.CHECKING)
    assert resumed(checking).step is Step.CHECKING
    assert resumed(resumed(checking)).step is Step.GOING_BACK


def test_going_back_is_never_given_up() -> None:
    plan = PLAN.to(Step.GOING_BACK)
    for _ in range(5):
        plan = resumed(plan)
        assert plan.step is Step.GOING_BACK


@pytest.mark.parametrize("step", list(Step))
def test_the_note_comes_back_as_it_was(step: Step) -> None:
    assert decode(encode(PLAN.to(step))) == PLAN.to(step)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"step": "x", "units": []}', "[1]", encode(PLAN).replace("old_version", "o")]
)
def test_a_note_that_cannot_be_read_says_what_to_do(text: str) -> None:
    with pytest.raises(PlanError, match="upgrade again"):
        decode(text)
