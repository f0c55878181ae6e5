import pytest
from msgspec.structs import replace

from kiosk.desk.protocol import Colleague, PageAccept, PageAssign, PageHandOver, PageOpened
from kiosk.desk.replies import call_back, reply_to
from kiosk.messages import Accept, Agent, Assign, Call, CallBack, HandOver, Mode, Opened, State

LI, WANG, ZHAO = (Agent(*who, "d1") for who in (("li", "李娜"), ("wang", "王强"), ("zhao", "赵主任")))
ON_DUTY = [Colleague(agent.id, agent.name, 1, agent.desk) for agent in (LI, WANG, ZHAO)]
CALL = Call("boot-1", State.RUNG, age_ms=10_000, state_age_ms=9_000)
TAKEN = replace(CALL, state=State.ACCEPTED, agent=LI, mode=Mode.WALK, given=True)
HERE = ("k1", "boot-1", 0)


def test_an_agents_actions_become_replies_in_their_name() -> None:
    assert reply_to(PageAccept(*HERE, Mode.WALK), CALL, LI, ON_DUTY) == Accept("boot-1", 0, LI, Mode.WALK)
    assert reply_to(PageOpened(*HERE), TAKEN, LI, ON_DUTY) == Opened("boot-1", 0, LI)
    over = reply_to(PageHandOver(*HERE, "wang", " 要复印件 "), TAKEN, LI, ON_DUTY)
    assert over == HandOver("boot-1", 0, LI, WANG, "要复印件")
    given = reply_to(PageAssign(*HERE, "wang", "离得近"), TAKEN, ZHAO, ON_DUTY)
    assert given == Assign("boot-1", 0, ZHAO, WANG, "离得近")


@pytest.mark.parametrize(
    ("command", "call", "agent", "said"),
    [
        (PageAccept(*HERE, Mode.WALK), TAKEN, WANG, "已被 李娜 接走"),
        (PageAccept(*HERE, Mode.WALK), None, WANG, "已经结束"),
        (PageHandOver(*HERE, "nobody"), TAKEN, LI, "已不在岗"),
        (PageAssign(*HERE, "nobody", "离得近"), TAKEN, ZHAO, "不在岗"),
        (PageAssign(*HERE, "wang", "  "), TAKEN, ZHAO, "原因"),
        (PageAssign("k1", "boot-1", 7, "wang", "离得近"), TAKEN, ZHAO, "李娜"),
    ],
)
def test_what_cannot_be_done_is_told_to_the_agent(command, call, agent, said) -> None:
    answer = reply_to(command, call, agent, ON_DUTY)
    assert isinstance(answer, str) and said in answer


@pytest.mark.parametrize("again", [replace(LI, name="李纳"), replace(LI, desk="d2")])
def test_the_same_person_goes_on_with_the_call(again) -> None:
    assert reply_to(PageOpened(*HERE), TAKEN, again, ON_DUTY) == Opened("boot-1", 0, again)
    late = reply_to(PageOpened("k1", "boot-1", 7), TAKEN, again, ON_DUTY)
    assert isinstance(late, str) and "接走" not in late


def test_a_call_back_needs_duty_a_terminal_that_is_there_and_nobody_calling() -> None:
    here = dict(offline=False, duty=True, follows="boot-1")
    assert call_back("r1", None, LI, **here) == CallBack("r1", LI, "boot-1")
    assert call_back("r1", CALL, LI, **here) == "这台终端正在呼叫，请直接接听"
    assert "上岗" in call_back("r1", None, LI, **{**here, "duty": False})
    assert "断线" in call_back("r1", None, LI, **{**here, "offline": True})
