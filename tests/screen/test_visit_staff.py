"""The technician at the terminal."""

import pytest
from walking import HEADER, PIN, customer, heading, offered, technician, words

from kiosk.messages import Part, SetVolume, Staff, StaffAction, State, Trial, TryButton
from kiosk.screen.scene import Keypad, Parts
from kiosk.screen.visit import Brightness, Restart


@pytest.fixture
def walker():
    return customer()


@pytest.fixture
def inside(walker):
    return technician(walker)


def test_five_touches_of_the_top_line_ask_for_the_pin(walker):
    walker.touch(*HEADER[:4])
    assert walker.scene().name == "welcome"
    walker.touch("header")
    assert walker.scene().name == "pin"


def test_five_slow_touches_do_not(walker):
    for _ in HEADER:
        walker.touch("header")
        walker.wait(2)
    assert walker.scene().name == "welcome"


def test_the_digits_are_counted_and_not_shown(walker):
    walker.touch(*HEADER, *PIN, "key-delete")
    (keypad,) = [block for block in walker.scene().blocks if isinstance(block, Keypad)]
    assert keypad.entered == 3
    assert "471" not in words(walker.scene())


def test_the_right_pin_opens_the_technicians_screen(walker):
    walker.touch(*HEADER, *PIN, "key-enter")
    (check,) = walker.commands(Staff)
    assert (check.pin, check.action) == ("4711", StaffAction.CHECK)
    assert walker.scene().name == "pin"
    walker.result(Staff)
    assert walker.scene().name == "technician"


def test_a_wrong_pin_says_so_and_can_be_entered_again(walker):
    walker.touch(*HEADER, "key-1", "key-enter")
    walker.result(Staff, ok=False, why="wrong PIN")
    assert "密码不对" in heading(walker.scene())
    walker.touch(*PIN, "key-enter")
    assert walker.commands(Staff)[-1].pin == "4711"


def test_why_a_pin_is_refused_is_told(walker):
    walker.touch(*HEADER, "key-1", "key-enter")
    walker.result(Staff, ok=False, why="too many wrong PINs; wait 60 s")
    assert "wait 60 s" in heading(walker.scene())


def test_without_the_link_no_pin_can_be_checked_and_the_screen_says_so(walker):
    walker.touch(*HEADER, *PIN, "key-enter")
    walker.link_gone()
    assert "连不上" in heading(walker.scene())
    walker.touch(*PIN, "key-enter")
    assert "连不上" in heading(walker.scene())
    assert len(walker.commands(Staff)) == 1


def test_an_empty_pin_is_not_sent(walker):
    walker.touch(*HEADER, "key-enter")
    assert walker.commands(Staff) == []


def test_leaving_leads_back_to_where_the_customer_was(walker):
    walker.touch("topic-card", *HEADER)
    walker.touch("leave")
    assert walker.scene().name == "choices"


def test_an_abandoned_screen_of_the_staff_closes_after_a_warning(inside):
    inside.wait(61)
    assert inside.scene().warning is not None
    inside.wait(21)
    assert inside.scene().name == "welcome"


def test_the_visit_behind_an_abandoned_screen_of_the_staff_has_its_own_warning(walker):
    walker.touch("topic-card", *HEADER)
    walker.wait(82)
    assert (walker.scene().name, walker.scene().warning) == ("choices", None)
    walker.wait(30)
    assert walker.scene().name == "choices"


def test_an_abandoned_screen_of_the_staff_gives_an_open_call_its_place_back(inside):
    inside.call()
    assert inside.scene().name == "technician"
    inside.wait(82)
    assert inside.scene().name == "calling"


@pytest.mark.parametrize(
    ("actions", "command"),
    [
        (["lamp"], StaffAction.LAMP_TEST),
        (["silence"], StaffAction.SILENCE),
        (["more", "restart-link"], StaffAction.RESTART),
        (["end-call", "end-call-sure"], StaffAction.END),
    ],
)
def test_what_the_link_does_for_the_technician(inside, actions, command):
    inside.touch(*actions)
    sent = inside.commands(Staff)[-1]
    assert (sent.action, sent.pin) == (command, "4711")
    before = heading(inside.scene())
    inside.result(Staff)
    assert heading(inside.scene()) != before, "it is said that it was done"


def test_what_the_link_cannot_do_is_told(inside):
    inside.touch("end-call", "end-call-sure")
    inside.result(Staff, ok=False, why="there is no call")
    assert heading(inside.scene()) == "there is no call"


def test_something_between_two_touches_takes_the_end_back(inside):
    inside.touch("end-call", "lamp")
    assert "end-call-sure" not in offered(inside.scene())


def test_commands_without_a_link_say_so(inside):
    inside.link_gone()
    count = len(inside.commands(Staff))
    inside.touch("lamp")
    assert "连不上" in heading(inside.scene())
    assert len(inside.commands(Staff)) == count


def test_volume(inside):
    inside.touch("more", "volume-up")
    assert inside.commands(SetVolume)[-1].volume == pytest.approx(0.8)
    assert heading(inside.scene()) == "音量 80%"
    inside.voiced(volume=0.95)
    inside.touch("volume-up")
    assert inside.commands(SetVolume)[-1].volume == 1.0
    inside.voiced(volume=0.05)
    inside.touch("volume-down")
    assert inside.commands(SetVolume)[-1].volume == 0.0
    inside.voice_gone()
    inside.touch("volume-up")
    assert heading(inside.scene()) == "语音没有连上"


def test_brightness_never_goes_dark(inside):
    inside.touch("more")
    for _ in range(12):
        inside.touch("brightness-down")
    levels = [effect.level for effect in inside.sent if isinstance(effect, Brightness)]
    assert levels[0] == pytest.approx(0.9)
    assert min(levels) == pytest.approx(0.2)


def test_the_button_test(inside):
    inside.touch("trial")
    assert inside.commands(TryButton)[-1].on
    inside.link(trial=Trial.ARMED)
    assert "按一下" in heading(inside.scene())
    inside.link(trial=Trial.DONE)
    assert heading(inside.scene()) == "按钮是好的"
    inside.touch("leave")
    assert not inside.commands(TryButton)[-1].on


def test_the_screen_restarts_itself(inside):
    inside.touch("more", "restart-screen")
    assert Restart() in inside.sent


def test_how_the_camera_is(inside):
    inside.touch("more", "camera")
    assert heading(inside.scene()) == "没有装摄像头"
    for part, says in ((Part(True), "摄像头在"), (Part(False, "missing"), "摄像头用不了")):
        inside.link(parts={"camera": part})
        inside.touch("camera")
        assert heading(inside.scene()) == says


def test_the_doctor_lists_faults_first_and_all_parts_in_the_end(inside):
    faulty = Part(False, "unreachable", "is mosquitto running?")
    inside.link(parts={"broker": faulty, "button": Part(True), "gizmo": Part(True)})
    inside.touch("parts")
    scene = inside.scene()
    assert (scene.name, heading(scene)) == ("parts", "1处有故障")
    (parts,) = [block for block in scene.blocks if isinstance(block, Parts)]
    assert (parts.rows[0].name, parts.rows[0].ok) == ("消息服务", False)
    assert len(parts.rows) <= 4, "a small panel has no room for more"
    assert parts.rows[0].text == "unreachable: is mosquitto running?"
    names = {row.name for row in parts.rows}
    inside.touch("more")
    (parts,) = [block for block in inside.scene().blocks if isinstance(block, Parts)]
    names |= {row.name for row in parts.rows}
    assert names == {"消息服务", "按钮", "gizmo", "话筒", "喇叭", "语音模型"}
    inside.touch("back")
    assert inside.scene().name == "technician"


def test_the_pin_is_forgotten_on_leaving(inside):
    inside.touch("leave", *HEADER)
    assert inside.scene().name == "pin"
    assert inside.scene().blocks[1].entered == 0


def test_staff_reach_the_terminal_while_a_call_is_open_and_while_the_link_is_gone(walker):
    walker.call(State.CALLING)
    walker.touch(*HEADER)
    assert walker.scene().name == "pin"
    walker.touch("leave")
    walker.link_gone()
    walker.wait(3)
    walker.touch(*HEADER)
    assert walker.scene().name == "pin"
