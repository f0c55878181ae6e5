"""Buttons that are read out, and answers to what the screen asks."""

import pytest
from walking import customer, heading, offered, spoken, words

from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear
from kiosk.messages import Complain, Listen, State, Summon
from kiosk.screen.steps import Answered, Choices


@pytest.fixture
def walker():
    walker = customer()
    walker.foretold |= {
        "取钱和打存折": Offer(("cash", "passbook")),
        "哎呀这个那个": Unclear(),
        "我要投诉": Answer("complaint"),
        "找人工": HandOver(Reason.ASKED),
        "三号窗口的小伙子骂我": Unclear(),
    }
    walker.touch("speak")
    return walker


@pytest.mark.parametrize(
    "here", ["我还在", "还在", "在", "在呢", "嗯，我在呢", "没走", "等一下", "还没好呢", "再等会儿"]
)
def test_who_says_that_they_are_there_keeps_what_they_look_at(walker, here):
    walker.touch("home", "topic-card", "service-card_loss")
    walker.wait(61)
    assert walker.scene().warning
    said = len(spoken(walker))
    walker.say(here)
    assert (walker.scene().name, walker.scene().warning) == ("answer", None)
    assert (len(spoken(walker)), walker.commands(Summon)) == (said, [])
    walker.wait(50)
    assert walker.scene().name == "answer"


@pytest.mark.parametrize("no", ["都不是", "一个都不是", "不是这些", "都不对啊", "没有我要的"])
def test_none_of_the_cards_can_be_said(walker, no):
    walker.say("取钱和打存折", no)
    assert (walker.scene().name, walker.commands(Summon)) == ("unclear", [])
    walker.say("取钱和打存折")
    assert len(walker.commands(Summon)) == 1, "what was refused is not offered again, and is the second miss"


@pytest.mark.parametrize("no", ["不是这个", "不对", "不是这件事", "我要的不是这个", "不是这个呀"])
def test_not_this_can_be_said_of_an_answer(walker, no):
    walker.foretold["我卡丢了"] = Answer("card_loss")
    walker.say("我卡丢了", no)
    assert walker.scene().name == "unclear"
    walker.say("我卡丢了")
    assert not isinstance(walker.visit._state.step, Answered)
    assert len(walker.commands(Summon)) == 1


@pytest.mark.parametrize(
    ("nth", "service"), [("第一个", "cash"), ("第二个吧", "passbook"), ("就第二个", "passbook")]
)
def test_a_card_can_be_named_by_its_place(walker, nth, service):
    walker.say("取钱和打存折", nth)
    assert walker.visit._state.step == Answered(service)


def test_a_place_without_a_card_touches_nothing(walker):
    walker.foretold["第三个"] = Unclear()
    walker.say("取钱和打存折", "第三个")
    assert walker.scene().name == "unclear"


def test_the_next_cards_of_a_topic_can_be_asked_for(walker):
    walker.touch("home", "topic-other")
    first = offered(walker.scene())
    walker.say("还有别的吗")
    assert isinstance(walker.visit._state.step, Choices)
    assert offered(walker.scene()) != first


def test_what_is_not_on_the_screen_cannot_be_read_out(walker):
    walker.foretold["都不是"] = Unclear()
    walker.say("都不是")
    assert walker.scene().name == "unclear"
    assert walker.visit._state.talk.misses == 1


@pytest.mark.parametrize("yes", ["不用了", "不叫了"])
def test_no_word_ends_a_call(walker, yes):
    walker.call(State.RUNG)
    walker.touch("not-needed")
    walker.say(yes)
    assert walker.scene().name == "confirm_end"


# --- the same cards once more -----------------------------------------------------------------------


def test_the_same_cards_are_read_larger_and_the_third_time_a_person_is_called(walker):
    walker.say("取钱和打存折")
    size, said = walker.scene().size, len(spoken(walker))
    walker.say("取钱和打存折")
    assert walker.scene().name == "choices"
    assert walker.scene().size is not size
    assert len(spoken(walker)) == said + 1
    assert walker.commands(Summon) == []
    walker.say("取钱和打存折")
    assert len(walker.commands(Summon)) == 1


def test_cards_that_come_again_after_something_else_are_new(walker):
    walker.say("取钱和打存折")
    walker.touch("home", "speak")
    walker.say("取钱和打存折")
    assert (walker.scene().name, walker.visit._state.talk.repeats) == ("choices", 0)


# --- a complaint ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["我要投诉", "嗯", "等一下", "那个那个", "我要提意见"])
def test_the_wish_to_complain_is_no_complaint_yet(walker, word):
    walker.say("我要投诉")
    said = len(spoken(walker))
    walker.say(word)
    assert (walker.scene().name, walker.commands(Complain)) == ("complaint", [])
    assert len(spoken(walker)) == said + 1, "it is asked once more"
    walker.say("三号窗口的小伙子骂我")
    assert [one.text for one in walker.commands(Complain)] == ["三号窗口的小伙子骂我"]


@pytest.mark.parametrize("word", ["不投诉了", "算了", "不投诉", "不说了"])
def test_a_complaint_can_be_taken_back_by_word(walker, word):
    walker.say("我要投诉", word)
    assert (walker.scene().name, walker.commands(Complain)) == ("welcome", [])


def test_a_person_who_is_asked_for_while_complaining_is_no_complaint(walker):
    walker.say("我要投诉", "找人工")
    assert (len(walker.commands(Summon)), walker.commands(Complain)) == (1, [])


def test_short_complaints_count(walker):
    walker.foretold["太慢了"] = Unclear()
    walker.say("我要投诉", "太慢了")
    assert [one.text for one in walker.commands(Complain)] == ["太慢了"]


def test_what_is_practised_is_only_shown(walker):
    walker.touch("home", "practice")
    walker.say("不试了")
    assert walker.scene().name == "practice"
    assert "不试了" in words(walker.scene())
    assert heading(walker.scene())
    assert not walker.commands(Summon)
    assert walker.commands(Listen)
