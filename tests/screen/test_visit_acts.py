"""What the program does for 再说一遍, 返回 and 再见, and what of a visit the person who is called gets to know."""

import pytest
from msgspec.structs import replace
from walking import customer, heading, offered, spoken, words

from kiosk.dialogue.decision import Answer, Offer, Unclear
from kiosk.link.call import KEEP_SAID
from kiosk.messages import MAX_TEXT, Complain, Say, Summon
from kiosk.screen.scene import TextSize
from kiosk.screen.walker import bank


@pytest.fixture
def walker():
    walker = customer()
    walker.foretold |= {
        "再说一遍": Answer("repeat"),
        "返回": Answer("back"),
        "办好了": Answer("goodbye"),
        "再见": Answer("goodbye"),
        "投诉": Answer("complaint"),
        "卡丢了": Answer("card_loss"),
        "取钱": Answer("cash"),
        "取钱还是转账": Offer(("cash", "transfer")),
        "哎呀这个那个": Unclear(),
        "那你再说一遍让我投诉谁啊": Answer("repeat"),
    }
    return walker


# --- 再说一遍 ---------------------------------------------------------------------------------------


def test_an_answer_is_said_again_slower_and_larger_and_then_by_a_person(walker):
    walker.say("卡丢了")
    first = walker.commands(Say)[-1]
    walker.say("再说一遍")
    again = walker.commands(Say)[-1]
    assert (again.text, first.slow, again.slow) == (first.text, False, True)
    assert (heading(walker.scene()), walker.scene().size) == ("银行卡丢了", TextSize.LARGE)
    assert walker.commands(Summon) == []
    walker.say("再说一遍")
    assert len(walker.commands(Summon)) == 1


def test_the_answer_of_a_card_is_said_again_slower_too(walker):
    walker.touch("topic-card", "service-card_loss")
    walker.say("再说一遍")
    assert walker.commands(Say)[-1].slow and "先挂失" in spoken(walker)[-1]
    assert walker.scene().size is TextSize.LARGE


@pytest.mark.parametrize(
    ("before", "scene"), [("取钱还是转账", "choices"), ("哎呀这个那个", "unclear"), ("投诉", "complaint")]
)
def test_what_the_customer_was_asked_is_said_again_and_then_by_a_person(walker, before, scene):
    walker.say("卡丢了", before)
    first = walker.commands(Say)[-1]
    walker.say("再说一遍")
    again = walker.commands(Say)[-1]
    assert walker.scene().name == scene, "an earlier answer is not what is meant"
    assert (again.text, again.slow, len(walker.commands(Say))) == (first.text, True, 3)
    assert walker.scene().size is TextSize.LARGE
    walker.say("再说一遍")
    assert len(walker.commands(Summon)) == 1


def test_what_is_not_read_out_by_itself_is_when_somebody_asks(walker):
    assert walker.commands(Say) == []
    walker.say("再说一遍")
    assert walker.commands(Say)[-1].text == walker.scene().speech
    assert walker.commands(Say)[-1].slow


def test_another_scene_is_said_at_the_usual_pace_again(walker):
    walker.say("哎呀这个那个", "再说一遍", "取钱")
    assert not walker.commands(Say)[-1].slow


def test_what_is_shown_after_going_back_is_what_is_said_again(walker):
    walker.touch("topic-money", "service-cash")
    walker.say("返回", "再说一遍")
    assert walker.scene().name == "choices"


def test_touching_the_same_card_again_calls_nobody(walker):
    for _ in range(4):
        walker.touch("topic-card", "service-card_loss")
        walker.say("返回", "返回")
    assert len(spoken(walker)) == 12, "choices, answer, and choices again"
    assert walker.commands(Summon) == []


# --- 返回 -------------------------------------------------------------------------------------------


def test_back_is_one_step_back_and_at_last_the_welcome(walker):
    walker.touch("topic-card", "service-card_loss")
    walker.say("取钱", "返回")
    assert heading(walker.scene()) == "银行卡丢了"
    walker.say("返回")
    assert (walker.scene().name, heading(walker.scene())) == ("choices", "银行卡")
    walker.say("返回", "返回")
    assert walker.scene().name == "welcome"
    assert walker.commands(Summon) == []


def test_further_cards_and_the_same_answer_again_are_no_steps(walker):
    walker.touch("topic-other", "more", "more", "service-inheritance")
    walker.say("再说一遍", "返回")
    assert walker.scene().name == "choices"
    walker.say("返回")
    assert walker.scene().name == "welcome"


def test_back_never_leads_to_what_was_refused(walker):
    walker.say("取钱还是转账")
    walker.touch("service-cash", "not-this")
    walker.say("返回")
    assert offered(walker.scene()) == ["service-transfer", "none", "home"]
    walker.say("返回")
    assert walker.scene().name == "welcome"


def test_back_from_a_complaint_is_where_the_customer_came_from(walker):
    walker.say("卡丢了", "投诉", "返回")
    assert heading(walker.scene()) == "银行卡丢了"
    assert walker.commands(Complain) == []


# --- 再见 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["办好了", "再见"])
def test_goodbye_says_goodbye_and_then_welcomes_the_next_one(walker, words):
    walker.say("卡丢了", words)
    assert walker.scene().name == "thanks"
    walker.wait(9)
    assert (walker.scene().name, walker.scene().size) == ("welcome", TextSize.STANDARD)


# --- a complaint --------------------------------------------------------------------------------------


def test_a_complaint_that_has_such_words_in_it_is_a_complaint(walker):
    walker.say("投诉", "那你再说一遍让我投诉谁啊")
    assert walker.commands(Complain)[-1].text == "那你再说一遍让我投诉谁啊"


@pytest.mark.parametrize(
    ("card", "seen"),
    [("human", "calling"), ("complaint", "complaint"), ("back", "welcome"), ("goodbye", "thanks")],
)
def test_a_card_of_an_act_does_what_it_says(walker, card, seen):
    topic = replace(bank().topic[0], services=(card, "card_loss"))
    walker.start(replace(bank(), topic=(topic,)))
    walker.touch("topic-card", f"service-{card}")
    assert walker.scene().name == seen


# --- what travels with the call -----------------------------------------------------------------------


def test_what_was_said_and_answered_travels_in_its_order(walker):
    walker.say("卡丢了", "返回")
    walker.touch("topic-money", "service-cash", "human")
    seen = ("卡丢了", "答：银行卡丢了", "返回", "取钱转账", "答：取钱")
    assert walker.commands(Summon)[-1].said == seen


def test_a_long_visit_and_a_long_story_fit_into_the_record(walker):
    walker.say("卡丢了，" + "那天早上我去菜市场买菜，" * 20)
    for _ in range(8):
        walker.touch("topic-card", "service-card_loss")
        walker.say("返回", "返回")
    walker.say("从前有座山，" * 20)
    walker.touch("human")
    said = walker.commands(Summon)[-1].said
    assert len(said) == KEEP_SAID
    assert said[-1].startswith("从前有座山") and said[-1].endswith("…"), "the newest are kept"


def test_ten_long_stories_fit_into_one_entry_of_the_record(walker):
    for number in range(KEEP_SAID):
        walker.say(f"再说第{number}件，" + "从前有座山，" * 20)
        walker.touch("none", "home")
    assert len(" / ".join(walker.visit._state.said)) <= MAX_TEXT


def test_a_number_is_masked_before_a_story_is_cut_short(walker):
    walker.say("那天早上我去菜市场买菜，回来一摸口袋什么都没有了，身份证也没了，卡号是6222021234567890")
    walker.touch("human")
    (said, *_) = walker.commands(Summon)[-1].said
    assert "6222" not in said
    assert "买菜" in said and words(walker.scene())
