"""The way to a person: from the touch to the good-bye, with every service failing on the way."""

import pytest
from walking import customer, heading, offered, spoken, technician, words

from kiosk.messages import (
    Agent,
    Cause,
    CustomerEnd,
    Listen,
    Mode,
    Part,
    Resolved,
    Say,
    Staff,
    StaffAction,
    State,
    Summon,
    Urgency,
)
from kiosk.screen.effects import Louder, Mute
from kiosk.screen.scene import Tone, Video, Wait
from kiosk.screen.walker import AGENT


@pytest.fixture
def walker():
    return customer()


def calling(walker, **changes):
    walker.call(State.CALLING, rung_by=(), **changes)


def icons(scene):
    return [row.icon for block in scene.blocks if hasattr(block, "rows") for row in block.rows]


def test_one_touch_calls_and_says_so(walker):
    walker.touch("human")
    (summon,) = walker.commands(Summon)
    assert (summon.cause, summon.urgency) == (Cause.TOUCH, Urgency.NORMAL)
    scene = walker.scene()
    assert (scene.name, scene.human.calling, scene.human.note) == ("calling", True, "正在叫人")
    assert "马上就通知到" in words(scene)
    assert spoken(walker) == ["正在叫人，请在这里等一等。被骗转账，或者身体不舒服，请点急事。"]


def test_the_call_that_shows_then_is_not_announced_twice(walker):
    walker.touch("human")
    calling(walker)
    assert len(spoken(walker)) == 1


def test_the_largest_letters_mean_an_elderly_customer(walker):
    walker.touch("size-extra", "human")
    assert walker.commands(Summon)[-1].urgency is Urgency.ELDERLY


def test_a_touch_is_repeated_with_the_same_request_until_the_link_has_answered(walker):
    walker.touch("human")
    walker.wait(7)
    requests = [summon.request for summon in walker.commands(Summon)]
    assert len(requests) == 3 and len(set(requests)) == 1
    walker.result(Summon)
    walker.wait(10)
    assert len(walker.commands(Summon)) == 3


def test_impatient_touches_before_the_answer_are_one_request(walker):
    walker.touch("human", "human", "human")
    assert len(walker.commands(Summon)) == 3, "each touch tries at once"
    assert len({summon.request for summon in walker.commands(Summon)}) == 1


def test_a_touch_after_the_answer_is_a_new_press(walker):
    walker.touch("human")
    walker.result(Summon)
    calling(walker)
    walker.touch("human")
    assert len({summon.request for summon in walker.commands(Summon)}) == 2


def test_while_the_call_does_not_show_the_screen_says_so(walker):
    walker.touch("human")
    walker.wait(5)
    assert walker.scene().name == "calling"
    assert "还没有通知到" in words(walker.scene())
    assert "红色大按钮" in words(walker.scene())


def test_impatience_does_not_hide_that_the_call_does_not_show(walker):
    for _ in range(4):
        walker.touch("human")
        walker.wait(1)
    assert "还没有通知到" in words(walker.scene())


def test_an_old_request_that_opens_no_call_leads_back_to_where_the_customer_was(walker):
    walker.touch("topic-card", "human")
    walker.result(Summon)
    walker.wait(5)
    assert walker.scene().name == "choices"


# --- the link is gone -----------------------------------------------------------------------------------


def test_without_the_link_the_screen_says_what_works_still(walker):
    walker.touch("topic-card")
    walker.link_gone()
    walker.wait(3)
    scene = walker.scene()
    assert scene.name == "out_of_order"
    assert scene.human.note == "按一下，连上就叫", "nobody comes before that"
    assert "屏幕外的红色大按钮" in words(scene)
    assert "红色大按钮" in spoken(walker)[-1]


def test_a_link_that_restarts_at_once_does_not_make_the_screen_flicker(walker):
    walker.touch("topic-card")
    walker.link_gone()
    walker.wait(1)
    assert walker.scene().name == "choices"
    walker.link()
    walker.wait(3)
    assert walker.scene().name == "choices"


def test_a_link_that_answers_nothing_any_more_is_said_at_once_and_forgotten_when_it_answers(walker):
    walker.touch("topic-card")
    walker.link_gone(silent_s=3.5)
    walker.wait(0.25)
    scene = walker.scene()
    assert scene.name == "out_of_order", "it was waited for long enough"
    assert "红色大按钮" in words(scene) and "红色大按钮" in spoken(walker)[-1]
    walker.link()
    assert walker.scene().name == "choices"


def test_a_call_that_a_hanging_link_did_not_take_is_kept_and_asked_for_when_it_answers(walker):
    walker.touch("human")
    assert walker.scene().name == "calling"
    walker.link_gone(silent_s=3.5)
    assert "一连上就叫人" in heading(walker.scene())
    before = walker.commands(Summon)
    walker.link()
    assert [summon.request for summon in walker.commands(Summon)] == [before[0].request] * (len(before) + 1)


@pytest.mark.parametrize("mode", [Mode.WALK, Mode.VIDEO])
def test_a_link_that_hangs_takes_nobody_away_who_has_answered_but_a_touch_of_human_is_kept(walker, mode):
    walker.answered(State.CONNECTED, mode)
    scene = walker.scene().name
    walker.link_gone(silent_s=3.5)
    walker.wait(8)
    assert walker.scene().name == scene != "out_of_order", "the person is there"
    walker.touch("human")
    assert "一连上就叫人" in heading(walker.scene())
    walker.link()
    assert walker.scene().name == scene
    walker.link_gone(silent_s=3.5)
    walker.wait(20)
    assert walker.scene().name == "out_of_order", "nobody knows any more"


def test_a_broken_link_in_an_empty_hall_is_not_shouted_about(walker):
    walker.link_gone()
    walker.wait(60)
    assert spoken(walker) == []


def test_a_touch_while_the_link_is_gone_is_answered_at_once_and_kept(walker):
    walker.link_gone()
    walker.touch("human")
    scene = walker.scene()
    assert scene.name == "out_of_order"
    assert "一连上就叫人" in heading(scene)
    assert scene.human.note == "记下了"
    first = walker.commands(Summon)[-1].request
    walker.wait(300)
    walker.link()
    assert walker.commands(Summon)[-1].request == first
    assert walker.scene().name == "calling"


def test_a_screen_that_was_never_connected_is_out_of_order(walker):
    lonely = type(walker.visit)(walker.kiosk, None, None, new_id=lambda: "one")
    lonely.tick(walker.now, walker.wall)
    assert lonely.scene(walker.now + 3, walker.wall).name == "out_of_order"


def test_the_very_first_touch_of_a_screen_without_a_link_is_answered():
    walker = customer()
    lonely = type(walker.visit)(walker.kiosk, None, None, new_id=lambda: "one")
    lonely.touch("human", walker.now)
    assert "一连上就叫人" in heading(lonely.scene(walker.now, walker.wall))


def test_a_link_that_refuses_to_call_is_asked_again_and_the_button_is_shown(walker):
    walker.touch("human")
    walker.result(Summon, ok=False, why="the disk is full")
    assert walker.scene().name == "out_of_order"
    walker.wait(4)
    assert len(walker.commands(Summon)) == 2
    walker.result(Summon)
    calling(walker)
    assert walker.scene().name == "calling"


def test_a_call_that_is_open_when_the_link_goes_is_not_forgotten(walker):
    calling(walker)
    walker.link_gone()
    walker.wait(3)
    assert "一连上就叫人" in words(walker.scene())
    walker.link()
    assert walker.scene().name == "calling"


# --- waiting ------------------------------------------------------------------------------------------


def test_the_wait_counts_on_between_what_the_link_says(walker):
    calling(walker, age_ms=8000)
    walker.wait(72)
    (wait,) = [block for block in walker.scene().blocks if isinstance(block, Wait)]
    assert (wait.waited_s, wait.promised_s, wait.label) == (80, 15, "已等 1分20秒")
    assert "对不起" in wait.promise, "longer than promised"


def test_within_the_promise_there_is_nothing_to_be_sorry_for(walker):
    calling(walker, age_ms=8000)
    assert "一般15秒内有人应" in words(walker.scene())


def test_who_has_been_told_and_who_comes_first(walker):
    calling(walker)
    assert "正在通知，3人在值班" in words(walker.scene())
    walker.call()
    assert heading(walker.scene()) == "已经通知到工作人员"
    walker.link(ahead=2)
    assert "前面还有2位" in words(walker.scene())
    walker.link(ahead=0)
    assert "下一个就是您" in words(walker.scene())


@pytest.mark.parametrize(
    ("level", "told"), [(1, "满15秒没人应，就多叫几个人"), (2, "再没人应，就叫所有人"), (3, "一直叫到有人来")]
)
def test_what_happens_next(walker, level, told):
    walker.call(level=level)
    assert told in words(walker.scene())


def test_each_further_level_is_said_aloud_once(walker):
    calling(walker)
    walker.call(level=2)
    walker.call(level=2)
    assert [text for text in spoken(walker) if "又多叫了几个人" in text] == [spoken(walker)[-1]]


def test_the_alarm_is_told(walker):
    walker.call()
    walker.link(alarm=True)
    assert "铃在响" in words(walker.scene())
    assert icons(walker.scene())[0] == "bell"
    assert walker.scene().tone is Tone.TROUBLE
    walker.link(alarm=False)
    assert walker.scene().tone is Tone.WAITING


def test_a_broken_network_is_told_honestly(walker):
    calling(walker)
    walker.link(online=False)
    assert "铃" not in words(walker.scene()), "it does not ring yet"
    assert "网络断了" in heading(walker.scene())
    assert "一般" not in words(walker.scene()), "nothing can be promised"
    walker.link(alarm=True)
    assert heading(walker.scene()) == "网络断了，铃已经响了"


def test_a_closed_hall_says_when_it_opens_and_gives_a_number(walker):
    calling(walker)
    walker.link(open=False, opens="明天 09:00", on_duty=0)
    scene = walker.scene()
    assert heading(scene) == "现在下班了"
    assert "明天 09:00" in words(scene) and "482913" in words(scene)
    assert "四八二九幺三" in spoken(walker)[-1]
    assert not [block for block in scene.blocks if isinstance(block, Wait)]


def test_a_call_that_is_seen_after_hours_is_an_ordinary_one(walker):
    walker.call()
    walker.link(open=False, opens="明天 09:00")
    assert heading(walker.scene()) == "已经通知到工作人员"


def test_with_nobody_on_duty_nothing_is_promised(walker):
    calling(walker)
    walker.link(on_duty=0)
    scene = walker.scene()
    assert heading(scene) == "现在没有人值班"
    assert "482913" in words(scene)
    assert "一般" not in words(scene)


def test_an_agent_who_cannot_come_is_not_hidden(walker):
    walker.answered(State.ACCEPTED, Mode.WALK)
    calling(walker, round=1, level=2)
    assert "刚才的人来不了" in heading(walker.scene())
    assert "正在叫别的人" in spoken(walker)[-1]


def test_an_urgent_matter_raises_the_open_call(walker):
    calling(walker)
    walker.touch("urgent")
    assert walker.commands(Summon)[-1].urgency is Urgency.URGENT
    assert walker.commands(Summon)[-1].said == ("急事",)
    calling(walker, urgency=Urgency.URGENT, level=3)
    scene = walker.scene()
    assert scene.name == "urgent"
    for number in ("120", "110", "96110"):
        assert number in words(scene)
    assert "urgent" not in offered(scene)


def test_an_urgent_wish_is_not_swallowed_by_an_unanswered_ordinary_one(walker):
    walker.touch("human")
    calling(walker)
    walker.touch("urgent")
    assert [summon.urgency for summon in walker.commands(Summon)] == [Urgency.NORMAL, Urgency.URGENT]


def test_an_urgent_call_with_nobody_there_points_to_the_telephone(walker):
    calling(walker, urgency=Urgency.URGENT, level=3)
    walker.link(on_duty=0, open=False)
    assert "请打电话" in heading(walker.scene())
    assert "120" in words(walker.scene())
    assert "所有人" not in spoken(walker)[-1]


def test_the_duty_service_is_named_where_there_is_one(walker):
    calling(walker, urgency=Urgency.URGENT, level=3)
    walker.link(on_duty=0, open=False, parts={"duty": Part(True)})
    assert "正在打给值班的人" in words(walker.scene())
    walker.link(parts={"duty": Part(False, "unreachable", "check duty.webhook")})
    assert "正在打给值班的人" not in words(walker.scene())


def test_elderly_first_is_offered_until_it_is_so(walker):
    calling(walker)
    walker.touch("elderly")
    assert walker.commands(Summon)[-1].urgency is Urgency.ELDERLY
    calling(walker, urgency=Urgency.ELDERLY)
    assert "elderly" not in offered(walker.scene())
    assert "urgent" in offered(walker.scene())


def test_danger_that_is_said_while_waiting_raises_the_call(walker):
    walker.touch("speak")
    calling(walker)
    walker.say("取钱", "哎呀")
    assert walker.commands(Summon) == [], "the dialogue has stopped"
    assert walker.scene().name == "calling"
    walker.say("我头晕，胸口疼")
    assert walker.commands(Summon)[-1].urgency is Urgency.URGENT


def test_a_call_by_the_button_stops_the_dialogue_and_it_does_not_come_back(walker):
    walker.touch("topic-card", "service-card_loss")
    calling(walker)
    assert walker.scene().name == "calling"
    walker.call(State.ENDED)
    walker.touch("resolved-yes", "skip")
    assert walker.scene().name == "thanks"


def test_there_is_no_timeout_while_somebody_waits(walker):
    walker.touch("topic-card", "service-card_loss")
    calling(walker)
    for _ in range(30):
        walker.wait(60)
        walker.link()
        assert walker.scene().name == "calling"
        assert walker.scene().warning is None


# --- somebody comes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "told"), [(Mode.WALK, "走过来"), (Mode.VIDEO, "接通")])
def test_who_is_coming_and_how(walker, mode, told):
    walker.answered(State.ACCEPTED, mode)
    scene = walker.scene()
    assert scene.name == "accepted"
    assert "李明" in heading(scene) and told in heading(scene)
    assert (scene.human.answered, scene.human.calling, scene.human.note) == (True, False, "有人来了")
    assert "李明" in spoken(walker)[-1]


def test_an_agent_without_a_name_is_a_colleague(walker):
    walker.call(State.ACCEPTED, agent=Agent("li", "", "desk-1"), mode=Mode.WALK)
    assert heading(walker.scene()) == "工作人员正在走过来"


def test_who_left_too_early_and_comes_back_is_announced_and_not_needed_ends_it(walker):
    back = dict(id="back-1", cause=Cause.CALLBACK, mode=Mode.WALK, follows="call-1")
    walker.call(State.ACCEPTED, agent=AGENT, **back)
    assert heading(walker.scene()) == "李明正在回来找您"
    assert "李明正在回来找您" in spoken(walker)[-1]
    walker.touch("not-needed", "end-yes")
    assert walker.commands(CustomerEnd)[-1].call == "back-1"
    walker.call(State.ACCEPTED, agent=Agent("li", "", "desk-1"), **back)
    assert heading(walker.scene()) == "工作人员正在回来找您"


def test_nobody_has_to_say_it_all_again(walker):
    walker.answered(State.ACCEPTED, Mode.WALK)
    assert "不用再说一遍" not in words(walker.scene()), "nothing was said"
    walker.call(State.ACCEPTED, agent=AGENT, mode=Mode.WALK, said=("银行卡丢了",))
    assert "不用再说一遍" in words(walker.scene())


def test_the_ears_are_closed_when_a_person_answers(walker):
    walker.touch("speak")
    calling(walker)
    assert walker.commands(Listen)[-1].on
    walker.answered(State.ACCEPTED, Mode.WALK)
    assert not walker.commands(Listen)[-1].on
    walker.call(State.ENDED)
    assert not walker.commands(Listen)[-1].on


def test_the_agent_beside_the_customer_and_the_agent_on_the_screen(walker):
    walker.answered(State.CONNECTED, Mode.WALK)
    assert "李明在您身边" in heading(walker.scene())
    walker.answered(State.ACCEPTED, Mode.VIDEO)
    assert "不用了" in words(walker.scene())
    walker.answered(State.CONNECTED, Mode.VIDEO)
    assert "说完了" in words(walker.scene())
    assert [block for block in walker.scene().blocks if isinstance(block, Video)]


def test_by_video_nothing_of_picture_and_sound_is_kept_and_it_says_so(walker):
    walker.answered(State.CONNECTED, Mode.WALK)
    assert walker.scene().header.privacy == "声音不保存"
    walker.answered(State.CONNECTED, Mode.VIDEO)
    assert walker.scene().header.privacy == "声音画面不保存"


def test_the_picture_has_its_place_while_it_comes_and_trouble_is_said(walker):
    walker.answered(State.CONNECTED, Mode.VIDEO)
    walker.video(running=True, picture=True)
    (place,) = [block for block in walker.scene().blocks if isinstance(block, Video)]
    assert (place.picture, place.light) == (True, "正在视频")
    walker.video(running=True, faults=("camera",))
    (place,) = [block for block in walker.scene().blocks if isinstance(block, Video)]
    assert not place.picture
    assert "对方看不到您" in place.text
    walker.video(lost=True)
    assert "重新接通" in heading(walker.scene())
    (place,) = [block for block in walker.scene().blocks if isinstance(block, Video)]
    assert "李明会走过来" in place.text


def test_what_the_agent_shows_is_read_in_large_letters_and_the_light_stays(walker):
    walker.answered(State.CONNECTED, Mode.VIDEO)
    walker.video(running=True, picture=True, text="请到3号窗口")
    assert "请到3号窗口" in words(walker.scene())
    assert "正在视频" in words(walker.scene())
    walker.video(running=True, picture=True, service="card_loss")
    assert "挂失" in words(walker.scene())
    walker.video(running=True, picture=True, service="no_such_service")
    assert [block for block in walker.scene().blocks if isinstance(block, Video)], "rather the agent's face"


def test_mute_and_volume_are_the_customers(walker):
    walker.answered(State.CONNECTED, Mode.VIDEO)
    walker.video(running=True, picture=True)
    walker.touch("mute", "louder", "quieter")
    assert walker.sent[-3:] == [Mute(), Louder(1), Louder(-1)]
    walker.video(running=True, picture=True, muted=True)
    assert "不静音" in words(walker.scene())


def test_every_change_of_the_call_is_said_aloud_once(walker):
    calling(walker)
    walker.call()
    for state in (State.ACCEPTED, State.ACCEPTED, State.CONNECTED, State.CONNECTED):
        walker.answered(state, Mode.WALK)
    walker.call(State.ENDED)
    walker.link()
    said = spoken(walker)
    assert len(said) == 4
    assert ["正在叫人" in said[0], "走过来" in said[1], "到了" in said[2], "办好了吗" in said[3]] == [True] * 4


def test_a_restarted_voice_tells_again_how_things_are(walker):
    walker.answered(State.ACCEPTED, Mode.WALK)
    walker.voice_gone()
    walker.voiced()
    assert len([say for say in walker.commands(Say) if "走过来" in say.text]) == 2


# --- ending -------------------------------------------------------------------------------------------


def test_a_call_is_ended_only_after_a_second_touch(walker):
    calling(walker)
    walker.touch("not-needed")
    assert walker.scene().name == "confirm_end"
    assert walker.commands(CustomerEnd) == []
    walker.touch("end-yes")
    (end,) = walker.commands(CustomerEnd)
    assert (end.call, end.confirmed) == ("call-1", True)


def test_keep_calling_is_one_touch_away(walker):
    calling(walker)
    walker.touch("not-needed", "end-no")
    assert walker.scene().name == "calling"
    assert walker.commands(CustomerEnd) == []


def test_a_touch_that_comes_too_late_ends_nothing(walker):
    calling(walker)
    walker.touch("end-yes")
    assert walker.commands(CustomerEnd) == []


def test_the_question_goes_away_when_somebody_comes(walker):
    calling(walker)
    walker.touch("not-needed")
    walker.answered(State.ACCEPTED, Mode.WALK)
    assert walker.scene().name == "accepted"


def test_the_question_stays_while_a_page_shows_the_call(walker):
    calling(walker)
    walker.touch("not-needed")
    walker.call(State.RUNG)
    assert walker.scene().name == "confirm_end"


def test_asking_for_a_human_is_stronger_than_the_question(walker):
    calling(walker)
    walker.touch("not-needed", "human")
    assert walker.scene().name == "calling"
    assert len(walker.commands(Summon)) == 1


def test_a_wish_that_is_on_its_way_when_the_call_ends_is_not_lost(walker):
    walker.call()
    walker.touch("human")
    walker.call(State.ENDED)
    assert walker.scene().name == "calling"
    walker.result(Summon)
    calling(walker, id="call-2")
    assert walker.scene().name == "calling"


def test_not_settled_calls_again(walker):
    walker.call(State.ENDED)
    walker.touch("resolved-no")
    (resolved,) = walker.commands(Resolved)
    assert (resolved.call, resolved.yes) == ("call-1", False)
    assert walker.scene().name == "calling"
    walker.result(Resolved)
    calling(walker, id="call-2", level=2, follows="call-1")
    assert walker.scene().name == "calling"


def test_not_settled_is_said_again_when_the_link_was_gone(walker):
    walker.call(State.ENDED)
    walker.link_gone()
    walker.touch("resolved-no")
    walker.wait(10)
    walker.link(call=None)
    assert len({one.request for one in walker.commands(Resolved)}) == 1
    assert len(walker.commands(Resolved)) == 2


def test_not_settled_calls_also_when_the_link_knows_nothing_of_that_call(walker):
    walker.call(State.ENDED)
    walker.touch("resolved-no")
    walker.link(call=None)
    walker.result(Resolved, ok=False, why="that call has not just ended")
    assert walker.commands(Summon)[-1].cause is Cause.AGAIN
    assert walker.scene().name == "calling"


def test_a_call_that_vanished_while_the_link_was_gone_is_asked_about(walker):
    calling(walker)
    walker.link_gone()
    walker.wait(90)
    walker.link(call=None)
    assert walker.scene().name == "ended"


# --- staff at the terminal ------------------------------------------------------------------------------


def test_staff_can_silence_and_end_a_call_but_not_by_one_touch(walker):
    calling(walker)
    technician(walker)
    walker.touch("silence")
    assert walker.commands(Staff)[-1].action is StaffAction.SILENCE
    walker.touch("end-call")
    assert walker.commands(Staff)[-1].action is StaffAction.SILENCE
    walker.touch("end-call-sure")
    assert walker.commands(Staff)[-1].action is StaffAction.END


def test_a_human_can_be_called_from_the_staffs_screens(walker):
    technician(walker)
    walker.touch("human")
    assert len(walker.commands(Summon)) == 1
    assert walker.scene().name == "calling"


# --- nothing rosier than it is ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.WALK, Mode.VIDEO])
def test_who_has_somebody_there_is_asked_whether_they_have_finished(walker, mode):
    walker.answered(State.CONNECTED, mode)
    walker.touch("not-needed")
    scene = walker.scene()
    assert heading(scene) == "跟工作人员说完了吗？"
    assert "叫" not in words(scene) and "来" not in words(scene), "they are there"
    assert offered(scene) == ["end-no", "end-yes"]
    assert "说完了" in spoken(walker)[-1]
    walker.touch("end-no")
    assert walker.scene().name == "connected"
    walker.touch("not-needed", "end-yes")
    assert len(walker.commands(CustomerEnd)) == 1


def test_a_page_that_shows_the_call_is_nobody_who_has_seen_it(walker):
    walker.call()
    assert heading(walker.scene()) == "已经通知到工作人员"
    assert "服务台收到了，3人在值班" in words(walker.scene())
    assert "看到" not in words(walker.scene())


@pytest.mark.parametrize("hall", [{"on_duty": 0}, {"open": False, "opens": "明天 09:00"}, {"online": False}])
def test_nobody_is_promised_to_come_where_nobody_is(walker, hall):
    assert walker.scene().human.note == "按一下，有人来"
    walker.link(**hall)
    assert walker.scene().human.note == "按一下，先记下"
    walker.touch("topic-card", "service-card_loss", "done")
    assert "有事再来，按红色的人工。" in words(walker.scene())
    assert "就有人" not in words(walker.scene())
    walker.start(None)
    assert "有人来" not in words(walker.scene())
    walker.link(on_duty=1, open=True, online=True)
    assert "有人来" in words(walker.scene())
