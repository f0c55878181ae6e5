"""Decisions are counted as a customer would: a wrong answer is not a hand-over."""

import pytest

from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear
from kiosk.dialogue.outcome import tally
from kiosk.screen.walker import bank

URGENT = HandOver(Reason.URGENT, "urgent_fraud")
PERSON = HandOver(Reason.ASKED, "human")


def shares(*judged):
    return tally(judged, bank())


def test_answered_offered_wrong_and_unclear_are_told_apart():
    got = shares(
        ({"cash"}, Answer("cash")),
        ({"cash", "balance"}, Offer(("loan", "balance"))),
        ({"cash"}, Answer("loan")),
        ({"cash"}, Unclear()),
    )
    assert (got["right_or_offered"], got["right"], got["wrong"], got["unclear"]) == (0.5, 0.25, 0.25, 0.25)


def test_a_hand_over_is_right_only_for_who_wanted_a_human():
    got = shares(({"cash"}, PERSON), ({"human"}, PERSON), ({"human"}, Unclear()), ({"human"}, URGENT))
    assert got["human_recall"] == pytest.approx(2 / 3)
    assert got["human_false"] == 1.0, "one of one who did not ask"
    assert got["wrong"] == 0


def test_any_kind_of_danger_that_calls_urgently_is_right_and_an_ordinary_call_is_not():
    got = shares(
        ({"urgent_health"}, URGENT), ({"urgent_fraud"}, PERSON), ({"cash"}, URGENT), ({"none"}, Unclear())
    )
    assert (got["urgent_recall"], got["urgent_false"]) == (0.5, 0.5)


def test_chatter_that_is_answered_or_offered_to_is_counted_apart():
    got = shares(
        ({"none"}, Answer("cash")), ({"none"}, Offer(("cash",))), ({"none"}, Unclear()), ({"none"}, Unclear())
    )
    assert (got["chatter_answered"], got["chatter_offered"]) == (0.25, 0.25)
    assert "wrong" not in got, "there was no wish"
