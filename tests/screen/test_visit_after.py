"""After a call: 事情办好了吗?, the faces, the complaint, the good-bye."""

import pytest
from walking import customer, heading, offered, spoken, words

from kiosk.messages import Complain, Listen, Mode, Rate, Resolved, State, Summon
from kiosk.screen.scene import Faces


@pytest.fixture
def walker():
    """An agent has just ended the call."""
    walker = customer()
    walker.answered(State.CONNECTED, Mode.WALK)
    walker.call(State.ENDED, state_age_ms=0)
    return walker


@pytest.fixture
def rating(walker):
    walker.touch("resolved-yes")
    walker.result(Resolved)
    walker.link(call=None)
    return walker


@pytest.fixture
def complaining(rating):
    rating.touch("complain")
    return rating


def test_the_first_question_is_whether_it_is_settled(walker):
    assert heading(walker.scene()) == "事情办好了吗？"
    assert offered(walker.scene()) == ["resolved-yes", "resolved-no"]
    assert "办好了吗" in spoken(walker)[-1]


def test_settled_leads_to_the_faces_though_the_link_still_shows_the_call(walker):
    walker.touch("resolved-yes")
    assert walker.commands(Resolved)[-1].yes
    assert walker.scene().name == "rating"
    walker.link()
    assert walker.scene().name == "rating"


def test_five_faces_with_words_from_the_worst_to_the_best(rating):
    (faces,) = [block for block in rating.scene().blocks if isinstance(block, Faces)]
    assert [face.title for face in faces.cards] == ["很不好", "不太好", "一般", "好", "很好"]


@pytest.mark.parametrize("score", range(1, 6))
def test_a_face_rates_that_call_and_says_good_bye(rating, score):
    rating.touch(f"rate-{score}")
    (rate,) = rating.commands(Rate)
    assert (rate.call, rate.score) == ("call-1", score)
    assert rating.scene().name == "thanks"


def test_a_rating_is_said_again_until_the_link_has_it(rating):
    rating.link_gone()
    rating.touch("rate-2")
    rating.wait(20)
    rating.link()
    assert len(rating.commands(Rate)) == 2
    rating.result(Rate)
    rating.wait(20)
    assert len(rating.commands(Rate)) == 2


def test_nobody_has_to_rate(rating):
    rating.touch("skip")
    assert rating.scene().name == "thanks"
    assert rating.commands(Rate) == []


def test_a_reason_is_one_touch_and_gets_a_number_in_very_large_digits(complaining):
    reasons = [action for action in offered(complaining.scene()) if action.startswith("reason-")]
    assert 4 <= len(reasons) <= 6
    complaining.touch("reason-wait")
    (complaint,) = complaining.commands(Complain)
    assert (complaint.text, complaint.call) == ("等太久了", "call-1")
    assert "正在记下来" in heading(complaining.scene())
    complaining.result(Complain, case="482913")
    assert heading(complaining.scene()) == "投诉号 482913"
    assert "四八二九幺三" in spoken(complaining)[-1]
    complaining.touch("done")
    assert complaining.scene().name == "thanks"


def test_a_complaint_in_another_language_reaches_the_agent_in_chinese():
    walker = customer(language="en")
    walker.call(State.ENDED)
    walker.touch("resolved-yes", "complain", "reason-wait")
    assert walker.commands(Complain)[-1].text == "等太久了"


def test_a_complaint_can_be_spoken_and_its_numbers_are_masked(complaining):
    assert complaining.commands(Listen)[-1].on
    complaining.say("我等了一个钟头，电话13800138000")
    (complaint,) = complaining.commands(Complain)
    assert complaint.text == "我等了一个钟头，电话****"
    assert complaining.scene().name == "complaint_kept"


def test_who_asks_for_a_human_in_a_complaint_gets_one_and_the_complaint_is_kept(complaining):
    complaining.say("人工半天没来")
    assert len(complaining.commands(Complain)) == 1
    assert len(complaining.commands(Summon)) == 1


def test_a_complaint_that_could_not_be_kept_is_not_hidden(complaining):
    complaining.touch("reason-other")
    complaining.result(Complain, ok=False, why="the disk is full")
    assert heading(complaining.scene()) == "没有记上"
    assert "人工" in words(complaining.scene())
    complaining.touch("complain", "reason-other")
    assert [one.call for one in complaining.commands(Complain)] == ["call-1", "call-1"]


def test_changing_ones_mind_leads_back_to_the_faces(complaining):
    complaining.touch("cancel")
    assert complaining.scene().name == "rating"


def test_a_complaint_before_any_call_is_about_none():
    walker = customer()
    walker.touch("speak")
    walker.say("我要投诉")
    assert walker.scene().name == "complaint"
    walker.touch("reason-wait")
    assert walker.commands(Complain)[-1].call == ""


def test_the_next_customers_complaint_is_not_about_this_ones_call(rating):
    rating.touch("skip")
    rating.wait(9)
    rating.touch("speak")
    rating.say("我要投诉")
    rating.touch("reason-wait")
    assert rating.commands(Complain)[-1].call == ""


def test_small_talk_is_no_answer_to_the_question(walker):
    walker.say("取钱", "哎呀")
    assert walker.scene().name == "ended"
    walker.say("我还要找人")
    assert len(walker.commands(Summon)) == 1


def test_a_press_after_the_end_is_a_new_call(rating):
    rating.call(State.CALLING, id="call-2")
    assert rating.scene().name == "calling"
    rating.call(State.ENDED, id="call-2")
    assert rating.scene().name == "ended"


def test_nobody_answering_the_question_is_warned_and_thanked(walker):
    walker.wait(39)
    assert walker.scene().warning is None
    walker.wait(2)
    assert walker.scene().warning is not None
    walker.link(call=None)
    assert walker.scene().name == "ended", "the warning has its whole time"
    walker.wait(19)
    assert walker.scene().name == "thanks"
    walker.wait(9)
    assert walker.scene().name == "welcome"


def test_the_question_stays_when_somebody_stays_and_can_be_answered_late(walker):
    walker.wait(50)
    walker.touch("stay")
    walker.link(call=None)
    walker.wait(30)
    assert walker.scene().name == "ended"
    walker.touch("resolved-no")
    assert not walker.commands(Resolved)[-1].yes


def test_a_warning_of_something_else_is_not_counted_on():
    walker = customer()
    walker.touch("topic-card")
    walker.wait(70)
    assert walker.scene().warning is not None
    walker.call(State.ENDED, state_age_ms=0)
    assert walker.scene().warning is None


def test_a_call_that_ended_long_ago_is_still_warned_of_for_the_whole_time():
    walker = customer()
    walker.call(State.ENDED, state_age_ms=58_000)
    walker.wait(1)
    assert walker.scene().warning is not None
    walker.wait(18)
    assert walker.scene().name == "ended"
