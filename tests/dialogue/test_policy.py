"""The conversation as a whole: it never loops, and it never insists."""

import pytest

from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear
from kiosk.dialogue.policy import AskAgain, CallHuman, Choose, HearComplaint, Show, Talk, heard, refused


def converse(*decisions):
    talk, reactions = Talk(), []
    for decision in decisions:
        talk, reaction = heard(talk, decision)
        reactions.append(reaction)
    return reactions


def test_a_second_miss_calls_a_human():
    assert converse(Unclear(), Unclear()) == [AskAgain(), CallHuman()]


def test_a_miss_is_not_forgotten_after_an_answer():
    assert converse(Unclear(), Answer("cash"), Unclear())[-1] == CallHuman()


def test_the_same_question_is_repeated_once_and_then_handed_over():
    assert converse(Answer("cash"), Answer("cash"), Answer("cash")) == [
        Show("cash", 1),
        Show("cash", 2),
        CallHuman(),
    ]


def test_another_question_is_no_repetition():
    assert converse(Answer("cash"), Answer("balance"))[-1] == Show("balance", 1)


@pytest.mark.parametrize(("reason", "urgent"), [(Reason.ASKED, False), (Reason.URGENT, True)])
def test_a_human_comes_at_once(reason, urgent):
    assert converse(HandOver(reason)) == [CallHuman(urgent)]


def test_a_complaint_is_heard_and_not_answered():
    assert converse(Answer("complaint")) == [HearComplaint()]


def test_what_was_refused_is_never_offered_again():
    talk, reaction = refused(Talk(), ("cash", "balance"))
    assert reaction == AskAgain()
    assert heard(talk, Offer(("cash", "passbook", "transfer")))[1] == Choose(("passbook", "transfer"))
    assert heard(talk, Offer(("cash", "passbook")))[1] == Choose(("passbook",)), "offered, not answered unasked"
    assert heard(talk, Answer("cash"))[1] == CallHuman(), "the second miss"


def test_two_refusals_call_a_human():
    talk, _ = refused(Talk(), ("cash",))
    assert refused(talk, ("balance",))[1] == CallHuman()
