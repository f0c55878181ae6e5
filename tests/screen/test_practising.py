"""The button's trial ends with its page, however slow the link is: a real press is never taken for practice."""

import pytest
from walking import customer, technician

from kiosk.messages import Summon, Trial, TryButton


@pytest.fixture
def walker():
    return customer()


def said(walker):
    """What the link was told since the last time."""
    told = [one.on for one in walker.commands(TryButton)]
    walker.sent.clear()
    return told


def test_who_leaves_before_the_link_has_answered_ends_the_trial_at_once(walker):
    walker.touch("practice")
    assert said(walker) == [True]
    walker.touch("done")
    assert said(walker) == [False]


def test_a_trial_that_begins_when_the_customer_has_left_is_ended(walker):
    walker.touch("practice")
    walker.wait(1.0)
    walker.touch("done")
    walker.result(TryButton)
    walker.wait(5.0)
    said(walker)
    walker.link(trial=Trial.ARMED)
    assert said(walker) == [False]
    walker.link(trial=Trial.OFF)
    walker.wait(30.0)
    assert said(walker) == []


def test_the_end_is_said_again_until_it_is_answered_and_once_a_second_at_most(walker):
    walker.touch("practice", "done")
    said(walker)
    walker.wait(10.0)
    assert 8 <= len(again := said(walker)) <= 10
    assert not any(again)
    walker.wait(1.0)
    walker.result(TryButton)
    said(walker)
    walker.wait(30.0)
    assert said(walker) == []


def test_an_armed_trial_is_ended_again_and_again_but_not_in_a_flood(walker):
    walker.touch("practice", "done")
    walker.result(TryButton)
    said(walker)
    for _ in range(40):
        walker.link(trial=Trial.ARMED)
        walker.wait(0.25)
    assert 9 <= len(again := said(walker)) <= 11
    assert not any(again)


def test_the_answer_to_an_earlier_end_does_not_end_what_began_since(walker):
    walker.touch("practice", "done")
    first = walker.commands(TryButton)[-1]
    walker.touch("practice", "done")
    second = walker.commands(TryButton)[-1]
    assert said(walker) == [True, False, True, False], "each at once, however quick the customer is"
    walker.answer(first.request)
    walker.wait(2.0)
    assert False in said(walker)
    assert second.request != first.request


def test_while_practice_is_wanted_it_is_begun_once(walker):
    walker.touch("practice")
    walker.wait(30.0)
    walker.link(trial=Trial.ARMED)
    walker.wait(20.0)
    walker.link(trial=Trial.OFF)
    assert said(walker) == [True]


def test_who_left_while_the_link_hung_ends_it_when_it_goes_on(walker):
    """It may have the beginning unread, and what was said meanwhile did not reach it."""
    walker.touch("practice")
    walker.link_gone(silent_s=3.5)
    walker.touch("human")
    walker.wait(5.0)
    assert said(walker) == [True]
    walker.link()
    assert said(walker) == [False]


def test_a_trial_of_the_process_before_is_ended(walker):
    walker.link(trial=Trial.ARMED)
    assert said(walker) == [False]


def test_staffs_trial_is_theirs_and_ends_with_their_page(walker):
    technician(walker)
    walker.touch("trial")
    walker.link(trial=Trial.ARMED)
    walker.wait(5.0)
    assert said(walker) == [True]
    walker.touch("leave")
    assert said(walker) == [False]


def test_a_call_ends_it(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    walker.call()
    assert said(walker) == [True, False]
    assert walker.commands(Summon) == []
