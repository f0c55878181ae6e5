"""What a customer said that the terminal could not answer goes to the link, and to nobody's cost."""

import itertools

import pytest
from walking import customer

from kiosk import config
from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear
from kiosk.dialogue.policy import missed
from kiosk.messages import MAX_MISSED, Did, Missed, Result, Summon
from kiosk.screen.effects import ToLink
from kiosk.screen.misses import MOST, Misses
from kiosk.screen.outbox import Outbox
from kiosk.screen.scene import TextSize
from kiosk.screen.state import VisitState


def told(**screen):
    walker = customer(**screen)
    walker.foretold |= {
        "公积金咋提": Unclear(),
        "再来一个": Unclear(),
        "卡丢了": Answer("card_loss"),
        "取钱还是转账": Offer(("cash", "transfer")),
        "再说一遍": Answer("repeat"),
        "返回": Answer("back"),
        "找人": HandOver(Reason.ASKED),
        "被骗了": HandOver(Reason.URGENT, "urgent_fraud"),
    }
    return walker


@pytest.fixture
def walker():
    return told()


def misses(walker):
    return [(one.text, one.did, one.refused) for one in walker.commands(Missed)]


def test_what_is_not_understood_is_told_and_what_was_done_about_it(walker):
    walker.say("公积金咋提", "再来一个")
    assert misses(walker) == [("公积金咋提", Did.ASKED_AGAIN, ()), ("再来一个", Did.HANDED_OVER, ())]
    assert {one.pack for one in walker.commands(Missed)} == {"bank"}


def test_the_call_goes_first(walker):
    walker.say("公积金咋提", "再来一个")
    sent = [type(effect.command) for effect in walker.sent if isinstance(effect, ToLink)]
    assert [kind for kind in sent if kind in (Missed, Summon)] == [Missed, Summon, Missed]


def test_refused_cards_are_told_with_the_sentence_that_they_were_for(walker):
    walker.say("取钱还是转账")
    walker.touch("none")
    assert misses(walker) == [("取钱还是转账", Did.ASKED_AGAIN, ("cash", "transfer"))]


def test_a_refused_answer_too_also_after_it_was_said_again_or_chosen_from_cards(walker):
    walker.say("卡丢了", "再说一遍")
    walker.touch("not-this")
    walker.say("取钱还是转账")
    walker.touch("service-cash", "not-this")
    assert misses(walker) == [
        ("卡丢了", Did.ASKED_AGAIN, ("card_loss",)),
        ("取钱还是转账", Did.HANDED_OVER, ("cash",)),
    ]


def test_what_was_answered_or_called_for_is_no_miss_nor_are_cards_nobody_spoke_for(walker):
    walker.say("卡丢了", "返回")
    walker.touch("topic-card", "none")
    walker.say("找人", "被骗了")
    assert misses(walker) == []


def test_an_earlier_sentence_is_not_blamed_for_cards_of_a_topic(walker):
    walker.say("卡丢了", "返回")
    walker.touch("topic-card", "service-card_loss", "not-this")
    assert misses(walker) == []


def test_numbers_are_stars_and_a_story_is_cut(walker):
    walker.foretold |= {"卡号是6222021234567890123咋弄": Unclear(), "说来话长" * 40: Unclear()}
    walker.say("卡号是6222021234567890123咋弄", "说来话长" * 40)
    short, story = (text for text, _, _ in misses(walker))
    assert short == "卡号是****咋弄"
    assert len(story) == MAX_MISSED and story.endswith("话…")


def test_a_site_can_turn_it_off():
    walker = told(report_misses=False)
    walker.say("公积金咋提")
    assert misses(walker) == []
    assert walker.scene().name == "unclear"


def test_it_is_said_until_the_link_has_it_but_dies_with_the_process(walker):
    walker.say("公积金咋提")
    walker.wait(4)
    assert len(walker.commands(Missed)) == 2 and len({one.request for one in walker.commands(Missed)}) == 1
    assert "公积金" not in repr(walker.visit.keep())
    walker.result(Missed)
    walker.wait(10)
    assert len(walker.commands(Missed)) == 2


def test_one_visit_tells_no_more_than_so_much_and_so_much_waits_for_a_link_that_is_away():
    ids = itertools.count()
    outbox = Outbox(lambda: f"m{next(ids)}")
    state = VisitState(config.Kiosk("xinhua", "k1"), None, TextSize.LARGE, "zh_CN")
    misses = Misses(state, outbox)

    def miss(times):
        for _ in range(times):
            before = state.talk
            state.talk, reaction = missed(before)
            misses.heard("公积金咋提", Unclear(), before, reaction, 0.0)
        return [effect.command.request for effect in outbox.take()]

    first = miss(MOST + 5)
    assert len(first) == MOST
    for request in first:
        outbox.done(Result(request, ok=True))
    assert miss(1) == []
    state.leave(0.0)
    assert len(miss(MOST)) == MOST
    state.leave(0.0)
    assert miss(1) == [], "as many wait already"
