"""What time does: warnings, night, and coming back after a crash."""

import itertools
from datetime import datetime

import msgspec
import pytest
from walking import HEADER, customer, heading, offered, spoken, technician, words

from kiosk.messages import Complain, Ears, Listen, Mode, Rate, Resolved, State, Summon, Trial, TryButton
from kiosk.screen.scene import TextSize, Variant
from kiosk.screen.visit import Brightness, Kept
from kiosk.screen.walker import bank

NIGHT = datetime(2026, 3, 16, 22, 0)


@pytest.fixture
def walker():
    return customer()


def again(walker, *, age_s=5.0):
    """The screen's process is killed, and another one starts with what is on the disk."""
    kept = msgspec.json.decode(msgspec.json.encode(walker.visit.keep()), type=Kept)
    walker.start(walker.visit._state.pack, kept, age_s)


# --- nobody is there --------------------------------------------------------------------------------------


def test_twenty_seconds_of_warning_come_before_the_end(walker):
    walker.touch("topic-card")
    walker.wait(59)
    assert walker.scene().warning is None
    walker.wait(2)
    scene = walker.scene()
    assert scene.name == "choices"
    assert scene.warning is not None and scene.warning.stay.action == "stay"
    assert 18 <= scene.warning.left_s <= 20
    assert spoken(walker)[-1] == "您还在吗？要接着办，碰一下屏幕就行。"
    walker.wait(15)
    assert walker.scene().warning.left_s == pytest.approx(4, abs=1)
    assert len([text for text in spoken(walker) if "您还在吗" in text]) == 1
    walker.wait(6)
    assert walker.scene().name == "welcome"


@pytest.mark.parametrize("sign", ["stay", "touch", "words", "voice"])
def test_any_sign_of_life_stays(walker, sign):
    walker.touch("speak")
    walker.say("取钱和打存折")
    walker.wait(70)
    assert walker.scene().warning is not None
    match sign:
        case "stay":
            walker.touch("stay")
        case "touch":
            walker.touch("nothing-there")
        case "words":
            walker.say("取钱和打存折")
        case "voice":
            walker.voiced(ears=Ears.HEARING)
    assert walker.scene().warning is None
    walker.wait(55)
    assert (walker.scene().name, walker.scene().warning) == ("choices", None)


def test_a_touch_that_hits_nothing_stays_and_does_nothing(walker):
    walker.touch("topic-card")
    walker.wait(50)
    walker.touch_nothing()
    walker.wait(55)
    assert walker.scene().warning is None, "so long after the last touch, whatever it hit"
    walker.wait(10)
    assert walker.scene().warning is not None
    walker.touch_nothing()
    assert (walker.scene().name, walker.scene().warning) == ("choices", None)
    walker.wait(55)
    assert (walker.scene().name, walker.scene().warning) == ("choices", None)


def test_a_hall_that_is_never_silent_does_not_keep_a_visit_open(walker):
    walker.touch("topic-card")
    for _ in range(8):
        walker.wait(30)
        walker.voiced(ears=Ears.HEARING)
    assert walker.scene().name == "welcome"


def test_staying_does_not_read_the_answer_again(walker):
    walker.touch("topic-pension")
    walker.wait(65)
    said = len(spoken(walker))
    walker.touch("stay")
    assert len(spoken(walker)) == said


def test_a_process_that_slept_through_the_warning_still_gives_it(walker):
    walker.touch("topic-card")
    walker.now += 500
    walker.wait(0.5)
    assert walker.scene().name == "choices"
    assert walker.scene().warning is not None


def test_the_site_sets_how_long(walker):
    walker = customer(idle_s=300)
    walker.touch("topic-card")
    walker.wait(290)
    assert walker.scene().warning is None


def test_letters_chosen_on_the_welcome_are_not_taken_back_without_a_warning(walker):
    walker.touch("size-extra")
    walker.wait(62)
    assert (walker.scene().name, walker.scene().size) == ("welcome", TextSize.EXTRA)
    assert walker.scene().warning is not None
    walker.wait(21)
    assert walker.scene().size is TextSize.STANDARD


def test_a_visit_that_went_back_to_the_welcome_ends_quietly(walker):
    walker.touch("topic-card", "home")
    assert walker.commands(Listen)[-1].on
    walker.wait(61)
    assert walker.scene().warning is None
    assert not walker.commands(Listen)[-1].on


def test_the_welcome_itself_never_warns(walker):
    walker.wait(1000)
    assert walker.scene().warning is None
    assert spoken(walker) == []


def test_a_broken_link_ends_no_visit(walker):
    walker.touch("topic-card")
    walker.link_gone()
    walker.wait(500)
    assert walker.scene().warning is None
    walker.link()
    walker.wait(30)
    assert (walker.scene().name, walker.scene().warning) == ("choices", None)


# --- night ------------------------------------------------------------------------------------------------


def test_the_dark_hours_are_dark(walker):
    assert walker.scene().variant is Variant.DAY
    walker.wall = NIGHT
    assert walker.scene().variant is Variant.DARK
    walker.wall = datetime(2026, 3, 17, 6, 59)
    assert walker.scene().variant is Variant.DARK
    walker.wall = datetime(2026, 3, 17, 7, 0)
    assert walker.scene().variant is Variant.DAY


def test_a_night_within_one_day_and_a_site_that_wants_one_look():
    walker = customer(night="12:00-14:00")
    walker.wall = datetime(2026, 3, 16, 13, 0)
    assert walker.scene().variant is Variant.DARK
    walker.wall = NIGHT
    assert walker.scene().variant is Variant.DAY
    dark = customer(variant="dark")
    assert dark.scene().variant is Variant.DARK


def test_at_night_an_untouched_screen_dims_and_the_first_touch_brings_it_back(walker):
    walker.wall = NIGHT
    walker.touch("nothing-there")
    walker.wait(119)
    assert walker.scene().dim == 0.0
    walker.wait(2)
    assert walker.scene().dim == 0.5
    walker.touch("nothing-there")
    assert walker.scene().dim == 0.0
    walker.wait(200)
    walker.say("取钱")
    assert walker.scene().dim == 0.0


def test_a_touch_that_hits_nothing_brings_the_light_back(walker):
    walker.wall = NIGHT
    walker.wait(200)
    assert walker.scene().dim == 0.5
    walker.touch_nothing()
    assert walker.scene().dim == 0.0


def test_a_night_that_ends_at_midnight():
    walker = customer(night="20:00-24:00")
    walker.wall = NIGHT
    assert walker.scene().variant is Variant.DARK
    walker.wall = datetime(2026, 3, 17, 0, 30)
    assert walker.scene().variant is Variant.DAY


def test_by_day_and_during_a_call_nothing_dims(walker):
    walker.wait(1000)
    assert walker.scene().dim == 0.0
    walker.wall = NIGHT
    assert walker.scene().dim == 0.5
    walker.call()
    assert walker.scene().dim == 0.0


def test_the_welcome_moves_a_little_every_two_minutes_and_nothing_else_does(walker):
    places = []
    for _ in range(10):
        walker.wait(120)
        places.append(walker.scene().shift)
    assert all(one != other for one, other in itertools.pairwise(places))
    assert all(-4 <= x <= 4 and -4 <= y <= 4 for x, y in places)
    walker.touch("topic-card")
    assert walker.scene().shift == (0, 0)


# --- the process was killed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "scene"),
    [
        (["topic-card"], "choices"),
        (["topic-card", "service-card_loss"], "answer"),
        (["speak"], "listening"),
        (["practice"], "practice"),
        (["topic-other", "more", "service-complaint"], "complaint"),
        (["topic-pension", "done"], "thanks"),
    ],
)
def test_a_killed_screen_comes_back_where_the_customer_was(walker, actions, scene):
    walker.touch(*actions)
    assert walker.scene().name == scene
    before = words(walker.scene())
    again(walker)
    assert words(walker.scene()) == before


def test_size_language_and_open_ears_come_back(walker):
    walker.touch("lang-zh_TW", "size-large", "topic-card")
    again(walker)
    assert (walker.scene().size, walker.scene().language) == (TextSize.LARGE, "zh_TW")
    assert walker.commands(Listen)[-1].on


def test_misses_come_back(walker):
    walker.touch("topic-pension", "not-this")
    again(walker)
    walker.say("哎呀这个那个")
    assert len(walker.commands(Summon)) == 1


@pytest.mark.parametrize("actions", [["topic-pension"], ["topic-card"]])
def test_content_that_has_changed_meanwhile_leads_to_what_there_is_now(walker, actions):
    walker.touch(*actions)
    kept = walker.visit.keep()
    loss = [service for service in bank().service if service.id == "passbook"]
    topic = msgspec.structs.replace(bank().topic[0], services=("passbook",))
    walker.start(msgspec.structs.replace(bank(), service=tuple(loss), topic=(topic,)), kept, 5.0)
    assert (walker.scene().name, heading(walker.scene())) == ("unclear", "对不起，您要办哪件？")
    walker.touch("topic-card")
    assert walker.scene().name == "answer"


def test_an_old_visit_is_over(walker):
    walker.touch("size-extra", "topic-card")
    again(walker, age_s=61)
    assert walker.scene().name == "welcome"
    assert walker.scene().size is TextSize.STANDARD


def test_a_wish_for_a_human_outlives_the_process(walker):
    walker.link_gone()
    walker.touch("human")
    request = walker.commands(Summon)[-1].request
    walker.sent.clear()
    again(walker, age_s=90)
    assert [summon.request for summon in walker.commands(Summon)] == [request]
    assert walker.scene().name == "calling"


def test_a_wish_that_nobody_remembers_does_not_call(walker):
    walker.touch("human")
    walker.sent.clear()
    again(walker, age_s=3600)
    assert walker.commands(Summon) == []


def test_unanswered_no_and_rating_outlive_the_process(walker):
    walker.call(State.ENDED)
    walker.touch("resolved-no")
    walker.sent.clear()
    again(walker)
    assert not walker.commands(Resolved)[-1].yes
    walker = customer()
    walker.call(State.ENDED)
    walker.touch("resolved-yes", "rate-5")
    walker.sent.clear()
    again(walker)
    assert walker.commands(Rate)[-1].score == 5


@pytest.mark.parametrize(
    ("state", "scene"),
    [
        (State.CALLING, "calling"),
        (State.ACCEPTED, "accepted"),
        (State.CONNECTED, "connected"),
        (State.ENDED, "ended"),
    ],
)
def test_the_calls_state_is_shown_after_a_restart(walker, state, scene):
    walker.answered(state, Mode.WALK)
    again(walker)
    assert walker.scene().name == scene


def test_the_question_whether_to_end_comes_back(walker):
    walker.call()
    walker.touch("not-needed")
    again(walker)
    assert walker.scene().name == "confirm_end"


def test_a_rating_is_not_asked_for_twice(walker):
    walker.call(State.ENDED)
    walker.touch("resolved-yes")
    again(walker)
    assert walker.scene().name == "rating"


def test_a_call_that_ended_while_the_screen_was_away_is_asked_about(walker):
    walker.call()
    walker.snapshot = msgspec.structs.replace(walker.snapshot, call=None)
    again(walker)
    assert walker.scene().name == "ended"


def test_no_word_of_the_customer_is_kept(walker):
    def kept():
        return msgspec.json.encode(walker.visit.keep()).decode()

    walker.touch("speak")
    walker.say("我姓欧阳，卡丢了")
    walker.touch("human")
    assert walker.commands(Summon)[-1].said[0] == "我姓欧阳，卡丢了"
    assert "summon" in kept() and "欧阳" not in kept()
    walker.result(Summon)
    walker.call()
    walker.call(State.ENDED)
    walker.touch("resolved-yes", "complain")
    walker.say("欧阳等了一个钟头")
    assert walker.commands(Complain) and "欧阳" not in kept()
    walker.result(Complain, case="482913")
    walker.touch("done")
    walker.wait(9)
    walker.touch("practice")
    walker.say("我姓欧阳")
    assert "欧阳" in words(walker.scene()) and "欧阳" not in kept()


def test_a_tapped_complaint_outlives_the_process(walker):
    walker.call(State.ENDED)
    walker.touch("resolved-yes", "complain", "reason-wait")
    again(walker)
    walker.sent.clear()
    again(walker)
    walker.result(Complain, case="482913")
    assert "482913" in words(walker.scene())


def test_a_spoken_complaint_that_is_lost_with_the_process_is_said_to_be(walker):
    walker.touch("speak")
    walker.say("我要投诉", "三号窗口的小伙子骂我")
    assert "正在记下来" in heading(walker.scene())
    again(walker)
    assert walker.scene().name == "complaint_kept"
    assert heading(walker.scene()) == "没有记上"
    assert "没有记上" in spoken(walker)[-1]
    assert offered(walker.scene()) == ["complain", "done"]
    walker.touch("complain")
    assert walker.scene().name == "complaint" and walker.commands(Listen)[-1].on
    walker.say("三号窗口的小伙子骂我")
    walker.result(Complain, case="482913")
    assert "482913" in words(walker.scene())
    again(walker)
    assert "482913" in words(walker.scene()), "what has its number was kept"


def test_staff_has_to_enter_the_pin_again_after_a_restart(walker):
    technician(walker)
    assert "4711" not in msgspec.json.encode(walker.visit.keep()).decode()
    again(walker)
    assert walker.scene().name == "welcome"
    walker.touch(*HEADER)
    assert walker.scene().name == "pin"


def test_practice_is_armed_again_after_a_restart(walker):
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)
    walker.sent.clear()
    again(walker)
    assert walker.commands(TryButton)[-1].on
    assert walker.commands(Listen)[-1].practice
    assert "done" in offered(walker.scene())


def test_brightness_comes_back(walker):
    technician(walker)
    walker.touch("more", "brightness-down")
    walker.sent.clear()
    again(walker, age_s=1000)
    assert [effect.level for effect in walker.sent if isinstance(effect, Brightness)] == [pytest.approx(0.9)]
    technician(walker)
    walker.touch("more", "brightness-down")
    assert [effect.level for effect in walker.sent if isinstance(effect, Brightness)][-1] == pytest.approx(0.8)
