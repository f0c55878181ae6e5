"""The visit before any call: topics, questions, answers, misses, practice, sizes and languages."""

import pytest
from msgspec.structs import replace
from walking import HEADER, customer, heading, offered, spoken, words

from kiosk.messages import Cause, Ears, Hush, Listen, Part, Say, Summon, Trial, TryButton, Urgency, Utterance
from kiosk.screen.scene import Caption, Rows, TextSize
from kiosk.screen.walker import bank


@pytest.fixture
def walker():
    return customer()


def test_the_welcome_shows_the_hall_its_topics_and_the_microphone(walker):
    scene = walker.scene()
    assert scene.name == "welcome"
    assert (scene.header.clock, scene.header.privacy) == ("10:08", "声音不保存")
    assert len([action for action in offered(scene) if action.startswith("topic-")]) == 6
    assert "speak" in offered(scene)
    assert scene.human.text == "人工"


def test_the_sites_own_name_is_at_the_top():
    assert customer(hall_title="新华路营业厅").scene().header.hall == "新华路营业厅"


def test_a_topic_leads_to_choices_and_a_choice_to_its_answer(walker):
    walker.touch("topic-card")
    assert walker.scene().name == "choices"
    assert len([action for action in offered(walker.scene()) if action.startswith("service-")]) == 3
    walker.touch("service-card_loss")
    assert walker.scene().name == "answer"
    for word in ("银行卡丢了", "先挂失", "身份证", "柜台", "先取号"):
        assert word in words(walker.scene())


def test_a_topic_with_one_service_answers_at_once(walker):
    walker.touch("topic-pension")
    assert walker.scene().name == "answer"


def test_a_large_topic_is_shown_a_few_cards_at_a_time_and_comes_round_again(walker):
    walker.touch("topic-other")
    seen = []
    for _ in range(3):
        seen.append([action for action in offered(walker.scene()) if action.startswith("service-")])
        walker.touch("more")
    assert [len(page) for page in seen] == [3, 2, 3]
    assert seen[0] == seen[2]


def test_the_last_cards_lead_to_those_before_and_not_to_others(walker):
    walker.touch("topic-other")
    assert "还有别的" in words(walker.scene())
    walker.touch("more")
    assert "看前面的" in words(walker.scene()) and "还有别的" not in words(walker.scene())


def test_an_answer_is_spoken_with_where_to_go_and_what_to_bring(walker):
    walker.touch("topic-card", "service-card_loss")
    said = walker.commands(Say)[-1]
    assert not said.slow
    for word in ("先挂失", "请到柜台办", "要带身份证"):
        assert word in said.text


def test_an_answer_can_be_heard_again_slower(walker):
    walker.touch("topic-card", "service-card_loss")
    first = walker.commands(Say)[-1]
    walker.touch("again")
    assert walker.commands(Say)[-1].text == first.text
    assert walker.commands(Say)[-1].slow
    count = len(walker.commands(Say))
    walker.touch("again")
    assert len(walker.commands(Say)) == count + 1


def test_what_is_read_out_has_the_sites_words_in_it(walker):
    loss = replace(bank().find("card_loss"), spoken="先到{counter}挂失。")
    walker.start(replace(bank(), service=(loss, *bank().service[1:]), site=bank().site | {"counter": "3号窗口"}))
    walker.touch("topic-card", "service-card_loss")
    assert "先到3号窗口挂失。" in spoken(walker)[-1]


def test_an_answer_can_be_made_larger_until_it_is_the_largest(walker):
    walker.touch("topic-card", "service-card_loss")
    walker.touch("larger")
    assert walker.scene().size is TextSize.LARGE
    walker.touch("larger")
    assert walker.scene().size is TextSize.EXTRA
    assert "larger" not in offered(walker.scene())


def test_done_says_good_bye_and_then_welcomes_the_next_one(walker):
    walker.touch("topic-card", "service-card_loss", "done")
    assert walker.scene().name == "thanks"
    walker.wait(9)
    assert walker.scene().name == "welcome"


def test_an_unfilled_field_is_not_answered_as_if_it_were_known(walker):
    walker.touch("topic-other", "more", "service-hours")
    assert "{" not in words(walker.scene())
    assert "营业时间是" not in words(walker.scene())
    assert "问问工作人员" in words(walker.scene())
    assert "问问工作人员" in spoken(walker)[-1]


def test_what_only_a_person_can_do_says_so(walker):
    walker.touch("topic-other", "service-inheritance")
    assert "请按红色的人工" in words(walker.scene())
    said = spoken(walker)[-1]
    assert "请按红色的人工。也可以到柜台办。" in said, "as it is on the picture"
    assert "请到柜台办" not in said


def test_who_is_not_to_walk_away_is_sent_nowhere(walker):
    walker.touch("topic-card", "more", "service-machine_swallowed")
    assert "先别走开" in words(walker.scene())
    assert "柜台" not in words(walker.scene()) and "柜台" not in spoken(walker)[-1]
    assert "请按红色的人工" in spoken(walker)[-1]


def test_where_things_are_is_said_as_the_site_has_written_it(walker):
    walker.start(replace(bank(), site=bank().site | {"facility": "厕所在大厅左边走到头"}))
    walker.touch("topic-other", "service-facility")
    assert spoken(walker)[-1].endswith("。厕所在大厅左边走到头。")


def test_a_person_is_named_first_and_no_more_than_three_lines_follow_an_answer():
    loss = replace(bank().find("card_loss"), needs_human=True)
    walker = customer()
    walker.start(replace(bank(), service=(loss, *bank().service[1:])))
    walker.touch("topic-card", "service-card_loss")
    (rows,) = [block for block in walker.scene().blocks if isinstance(block, Rows)]
    assert [row.icon for row in rows.rows] == ["person", "map-pin", "bag"]


def test_a_card_of_danger_calls_as_urgent():
    walker = customer()
    danger = replace(bank().topic[0], services=("urgent_fraud", "card_loss"))
    walker.start(replace(bank(), topic=(danger,)))
    walker.touch("topic-card", "service-urgent_fraud")
    assert walker.commands(Summon)[-1].urgency is Urgency.URGENT
    assert walker.commands(Summon)[-1].said[-1] == "被骗了"


# --- spoken -----------------------------------------------------------------------------------------


def test_listening_shows_what_is_heard_and_how_loud(walker):
    walker.touch("speak")
    walker.voiced(ears=Ears.HEARING, caption="我的卡")
    walker.visit.loudness(0.4, walker.now)
    scene = walker.scene()
    assert scene.name == "listening"
    assert Caption("我的卡", 0.4) in scene.blocks


def test_closed_ears_show_no_loudness(walker):
    walker.touch("speak")
    walker.voiced(ears=Ears.OPEN)
    walker.visit.loudness(0.9, walker.now)
    walker.touch("home")
    walker.voiced(ears=Ears.OFF)
    walker.touch("speak")
    assert Caption("", 0.0) in walker.scene().blocks


def test_a_caption_alone_does_nothing(walker):
    walker.touch("speak")
    walker.voiced(ears=Ears.HEARING, caption="转人工")
    assert walker.scene().name == "listening"
    assert walker.commands(Summon) == []


def test_a_clear_question_is_answered(walker):
    walker.touch("speak")
    walker.say("我卡丢了")
    assert (walker.scene().name, heading(walker.scene())) == ("answer", "银行卡丢了")


def test_two_wishes_become_choices_with_neither_as_a_way_out(walker):
    walker.touch("speak")
    walker.say("取钱和打存折")
    assert {"service-cash", "service-passbook"} <= set(offered(walker.scene()))
    assert offered(walker.scene())[-2:] == ["none", "home"]


def test_not_understood_is_said_once_with_topics_to_touch(walker):
    walker.touch("speak")
    walker.say("哎呀这个那个")
    scene = walker.scene()
    assert scene.name == "unclear"
    assert "没听明白" in heading(scene)
    assert len([action for action in offered(scene) if action.startswith("topic-")]) == 6
    assert "没听明白" in spoken(walker)[-1]
    assert walker.commands(Summon) == []


def test_a_second_miss_calls_somebody_and_tells_what_was_said(walker):
    walker.touch("speak")
    walker.say("哎呀这个那个", "我就是要弄那个")
    (summon,) = walker.commands(Summon)
    assert summon.cause is Cause.VOICE
    assert summon.said == ("哎呀这个那个", "我就是要弄那个")
    assert walker.scene().name == "calling"


def test_not_what_i_asked_counts_as_a_miss(walker):
    walker.touch("topic-card", "service-card_loss", "not-this")
    assert walker.scene().name == "unclear"
    assert "没听明白" not in spoken(walker)[-1], "it was the answer that was wrong"
    walker.touch("topic-pension", "not-this")
    assert walker.commands(Summon)[-1].cause is Cause.TOUCH


def test_neither_of_the_offered_ones_is_a_miss_too(walker):
    walker.touch("speak")
    walker.say("取钱和打存折")
    walker.touch("none")
    assert walker.scene().name == "unclear"
    walker.say("嗯嗯啊啊")
    assert len(walker.commands(Summon)) == 1


def test_what_was_refused_is_not_offered_again(walker):
    walker.touch("speak")
    walker.say("取钱和打存折")
    walker.touch("none")
    walker.say("取钱再转账")
    assert "service-transfer" in offered(walker.scene())
    assert not {"service-cash", "service-passbook"} & set(offered(walker.scene()))


def test_the_same_question_again_is_answered_slower_and_larger_and_then_by_a_person(walker):
    walker.touch("speak")
    walker.say("我卡丢了", "我卡丢了")
    assert walker.scene().size is TextSize.LARGE
    assert walker.commands(Say)[-1].slow
    walker.say("我卡丢了")
    assert len(walker.commands(Summon)) == 1


def test_asking_for_what_a_card_has_answered_is_asking_again(walker):
    walker.touch("topic-card", "service-card_loss")
    walker.say("我卡丢了")
    assert walker.commands(Say)[-1].slow
    assert walker.scene().size is TextSize.LARGE


def test_a_human_is_called_by_one_word_in_the_middle_of_an_answer(walker):
    walker.touch("topic-card", "service-card_loss")
    walker.say("别说了我要找人")
    assert walker.commands(Summon)[-1].cause is Cause.VOICE
    assert "正在叫人" in spoken(walker)[-1]


def test_a_spoken_wish_has_the_name_of_its_sentence_so_that_it_counts_once(walker):
    walker.sent += walker.visit.heard(Utterance("sentence-7", "人工"), walker.now)
    assert walker.commands(Summon)[-1].request == "sentence-7"


@pytest.mark.parametrize(
    ("before", "sentence"), [(["speak"], "人工，我头晕"), (["topic-pension"], "人工"), (["size-extra"], "人工")]
)
def test_what_else_there_is_to_tell_does_not_go_under_in_it(walker, before, sentence):
    walker.touch(*before)
    walker.sent += walker.visit.heard(Utterance("sentence-7", sentence), walker.now)
    summon = walker.commands(Summon)[-1]
    assert summon.request != "sentence-7"
    assert summon.urgency is not Urgency.NORMAL or len(summon.said) > 1


def test_danger_calls_as_urgent(walker):
    walker.touch("speak")
    walker.say("我被骗了")
    assert walker.commands(Summon)[-1].urgency is Urgency.URGENT


def test_silence_is_no_miss(walker):
    walker.touch("speak")
    walker.say("", "  ")
    assert walker.scene().name == "listening"


def test_numbers_do_not_travel(walker):
    walker.touch("speak")
    walker.say("我的卡号是6222021234567890")
    walker.touch("human")
    assert walker.commands(Summon)[-1].said == ("我的卡号是****",)


def test_what_was_tapped_and_answered_travels_with_the_call(walker):
    walker.touch("topic-card", "service-card_loss", "human")
    assert walker.commands(Summon)[-1].said == ("银行卡", "答：银行卡丢了")


def test_the_next_customers_call_carries_nothing_of_this_one(walker):
    walker.touch("topic-card", "service-card_loss", "done")
    walker.wait(9)
    walker.touch("human")
    assert walker.commands(Summon)[-1].said == ()


def test_the_next_customer_begins_without_misses(walker):
    walker.touch("topic-card", "service-card_loss", "not-this", "topic-pension", "done")
    walker.wait(9)
    walker.touch("speak")
    walker.say("哎呀这个那个")
    assert walker.commands(Summon) == []


# --- ears and mouth -----------------------------------------------------------------------------------


def test_the_ears_open_with_the_first_touch_and_close_at_the_end(walker):
    assert walker.commands(Listen) == []
    walker.touch("topic-card")
    assert walker.commands(Listen)[-1].on
    walker.touch("service-card_loss", "done")
    assert walker.commands(Listen)[-1].on
    walker.wait(9)
    assert not walker.commands(Listen)[-1].on


def test_choosing_letters_or_a_language_opens_no_ears(walker):
    walker.touch("size-extra", "lang-en")
    assert walker.commands(Listen) == []


def test_going_to_listen_stops_the_talking(walker):
    walker.touch("topic-card", "service-card_loss", "not-this", "speak")
    assert len(walker.commands(Hush)) == 1


def test_a_voice_that_comes_back_is_told_to_listen_again(walker):
    walker.touch("speak")
    walker.voice_gone()
    before = len(walker.commands(Listen))
    walker.voiced()
    assert len(walker.commands(Listen)) == before + 1
    assert walker.commands(Listen)[-1].on


def test_a_voice_that_still_listens_to_nobody_is_told_to_stop(walker):
    walker.voice_gone()
    walker.voiced(ears=Ears.OPEN)
    assert not walker.commands(Listen)[-1].on


def test_nothing_is_said_to_a_voice_that_is_not_there(walker):
    walker.voice_gone()
    walker.touch("topic-card", "service-card_loss")
    assert walker.commands(Say) == []
    assert walker.scene().name == "answer"


@pytest.mark.parametrize("part", ["microphone", "model"])
def test_without_ears_there_is_no_microphone_and_a_line_says_so(walker, part):
    walker.voiced(parts={part: Part(False, "unplugged", "plug it in")})
    assert "speak" not in offered(walker.scene())
    assert "话筒暂时不能用，请用手点" in words(walker.scene())
    walker.touch("topic-card", "service-card_loss", "not-this")
    assert "speak" not in offered(walker.scene())
    assert "话筒暂时不能用，请用手点" in words(walker.scene())


def test_ears_that_break_while_listening_leave_topics_to_touch(walker):
    walker.touch("speak")
    walker.voice_gone()
    assert walker.scene().name == "listening"
    assert "请用手点" in words(walker.scene())
    assert "topic-card" in offered(walker.scene())


def test_in_english_the_mandarin_voice_is_silent(walker):
    walker.touch("lang-en", "topic-card", "service-card_loss")
    assert walker.commands(Say) == []


def test_traditional_letters_are_read_by_the_same_voice(walker):
    walker.touch("lang-zh_TW", "human")
    assert "正在叫人" in spoken(walker)[-1]


def test_without_content_a_human_and_the_microphone_stay():
    walker = customer()
    walker.start(None)
    assert offered(walker.scene())[:2] == ["speak", "practice"]
    assert "人工" in words(walker.scene())
    walker.touch("speak")
    walker.say("取钱")
    assert walker.scene().name == "unclear"
    walker.say("人工")
    assert len(walker.commands(Summon)) == 1


# --- sizes and languages ------------------------------------------------------------------------------


def test_a_size_is_one_touch_and_ends_with_the_visit(walker):
    walker.touch("topic-card", "size-extra")
    assert walker.scene().size is TextSize.EXTRA
    assert [button.primary for button in walker.scene().sizes] == [False, False, True]
    walker.touch("home")
    assert walker.scene().size is TextSize.EXTRA, "going back to the topics is no end"
    walker.touch("topic-pension", "done")
    walker.wait(9)
    assert walker.scene().size is TextSize.STANDARD


def test_the_other_languages_are_offered_in_their_own_words(walker):
    assert {"lang-zh_TW", "lang-en"} <= set(offered(walker.scene()))
    assert "lang-zh_CN" not in offered(walker.scene())
    assert "繁體" in words(walker.scene()) and "English" in words(walker.scene())
    walker.touch("lang-en")
    assert walker.scene().human.text == "Help"
    assert "简体" in words(walker.scene())


def test_a_language_ends_with_the_visit(walker):
    walker.touch("lang-en", "topic-pension", "done")
    walker.wait(9)
    assert walker.scene().language == "zh_CN"


# --- practice -----------------------------------------------------------------------------------------


def test_button_and_voice_can_be_tried_without_calling_anybody(walker):
    walker.touch("practice")
    assert walker.commands(TryButton)[-1].on
    assert walker.commands(Listen)[-1].practice
    walker.link(trial=Trial.ARMED)
    walker.say("我要找人工")
    assert "我听到：我要找人工" in words(walker.scene())
    assert walker.commands(Summon) == []
    walker.link(trial=Trial.DONE)
    assert "收到了" in words(walker.scene())


def test_a_second_practice_begins_anew(walker):
    walker.touch("practice")
    walker.say("喂喂")
    walker.touch("done", "practice")
    assert "喂喂" not in words(walker.scene())


def test_practice_shows_no_numbers(walker):
    walker.touch("practice")
    walker.say("我的密码是123456")
    assert "123456" not in words(walker.scene())


def test_leaving_practice_makes_the_button_real_again(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    walker.touch("done")
    assert not walker.commands(TryButton)[-1].on
    assert not walker.commands(Listen)[-1].on
    assert walker.scene().name == "welcome"


def test_the_screens_own_button_is_real_in_practice_too(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    walker.touch("human")
    assert len(walker.commands(Summon)) == 1
    assert not walker.commands(TryButton)[-1].on


def test_what_is_said_to_a_page_that_covers_the_practice_is_meant(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    walker.link_gone()
    walker.wait(3)
    assert walker.scene().name == "out_of_order"
    assert (walker.commands(Listen)[-1].on, walker.commands(Listen)[-1].practice) == (True, False)
    walker.say("人工")
    assert len(walker.commands(Summon)) == 1
    assert walker.scene().name == "out_of_order" and walker.scene().human.calling


def test_a_practice_that_was_covered_goes_on(walker):
    walker.touch("practice")
    walker.link_gone()
    walker.wait(3)
    walker.link()
    assert walker.scene().name == "practice"
    assert (walker.commands(Listen)[-1].on, walker.commands(Listen)[-1].practice) == (True, True)
    walker.say("人工")
    assert walker.commands(Summon) == []


def test_behind_staffs_page_there_is_no_practice(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    walker.touch(*HEADER)
    assert walker.scene().name == "pin"
    assert not walker.commands(Listen)[-1].practice
    assert not walker.commands(TryButton)[-1].on
    walker.say("人工")
    assert len(walker.commands(Summon)) == 1


def test_practice_goes_on_when_the_link_was_gone_for_a_moment(walker):
    walker.touch("practice")
    walker.link_gone()
    walker.link()
    assert [one.on for one in walker.commands(TryButton)] == [True, True]


def test_a_practice_whose_time_is_over_says_that_the_button_is_real(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    assert "practice-again" not in offered(walker.scene())
    walker.wait(30)
    walker.link(trial=Trial.OFF)
    assert "现在按会真叫人" in words(walker.scene())
    walker.touch("practice-again")
    assert len([one for one in walker.commands(TryButton) if one.on]) == 2


# --- without a microphone -----------------------------------------------------------------------------


@pytest.fixture
def deaf(walker):
    walker.voiced(parts={"microphone": Part(False, "unplugged", "plug it in")})
    return walker


@pytest.mark.parametrize(
    ("touches", "scene"),
    [
        (["topic-card", "service-card_loss", "not-this"], "unclear"),
        (["topic-other", "more", "service-complaint"], "complaint"),
        (["practice"], "practice"),
    ],
)
def test_without_ears_nobody_is_asked_to_speak(deaf, touches, scene):
    deaf.touch(*touches)
    assert deaf.scene().name == scene
    for asked in ("再说一遍", "说出来", "说一句话"):
        assert asked not in words(deaf.scene()) and asked not in spoken(deaf)[-1]


def test_ears_that_break_when_nothing_was_understood_leave_pictures_to_touch(walker):
    walker.touch("speak")
    walker.say("哎呀这个那个")
    walker.voiced(parts={"microphone": Part(False, "unplugged", "plug it in")})
    assert heading(walker.scene()) == "没听明白，请点一张图"
    assert "再说" not in words(walker.scene()) and "再说" not in walker.scene().speech
