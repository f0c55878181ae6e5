"""Urgent calls on the screen: 120 for who is not well, and having the money frozen, said as it really is."""

import pytest
from msgspec.structs import replace
from walking import customer, heading, offered, spoken, words

from kiosk.messages import AskFreeze, Cause, Complain, Freeze, FreezeState, Mode, State, Summon, Urgency
from kiosk.screen.scene import Phones, Tone
from kiosk.screen.walker import AGENT, bank

CONFIRM_S = 60.0


@pytest.fixture
def walker():
    return customer()


def urgent(walker, service="urgent_fraud", **changes):
    walker.call(urgency=Urgency.URGENT, level=3, service=service, **changes)


def frozen(walker, how, age_ms=0, receipt="", **changes):
    urgent(walker, freeze=Freeze("request-1", how, age_ms, receipt), **changes)


def phones(scene):
    return [phone.number for block in scene.blocks if isinstance(block, Phones) for phone in block.phones]


def asked(walker):
    """The customer has said yes."""
    urgent(walker)
    walker.touch("freeze", "freeze-yes")
    return walker


# --- which urgent call it is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "service"),
    [("我被骗了", "urgent_fraud"), ("我的钱被转走了", "urgent_freeze"), ("我头晕", "urgent_health")],
)
def test_what_was_said_tells_what_the_call_is_about(walker, said, service):
    walker.say(said)
    summon = walker.commands(Summon)[-1]
    assert (summon.urgency, summon.service, summon.cause) == (Urgency.URGENT, service, Cause.VOICE)


def test_of_an_urgent_call_that_says_nothing_more_it_is_known_by_one_touch(walker):
    urgent(walker, service="")
    assert "service-urgent_fraud" in offered(walker.scene())
    assert "120" in words(walker.scene()) and "110" in words(walker.scene())
    walker.touch("service-urgent_fraud")
    summon = walker.commands(Summon)[-1]
    assert (summon.urgency, summon.service) == (Urgency.URGENT, "urgent_fraud")


def test_money_trouble_during_an_ordinary_call_and_then_another_trouble_are_told(walker):
    walker.call()
    walker.say("我被骗了")
    walker.result(Summon)
    urgent(walker)
    walker.say("我被骗了")
    assert len(walker.commands(Summon)) == 1, "the call is about this already"
    walker.say("我头晕")
    assert [summon.service for summon in walker.commands(Summon)] == ["urgent_fraud", "urgent_health"]


def test_a_plain_wish_that_is_under_way_does_not_swallow_what_it_is_about(walker):
    walker.touch("human")
    walker.say("我被骗了")
    assert walker.commands(Summon)[-1].service == "urgent_fraud"


# --- feeling unwell ---------------------------------------------------------------------------------


def test_who_is_not_well_reads_120_and_that_people_have_been_called(walker):
    urgent(walker, "urgent_health")
    scene = walker.scene()
    assert phones(scene) == ["120"]
    assert heading(scene) == "请拨120，已经叫人了"
    assert "马上到" not in spoken(walker)[-1], "nobody has answered yet"
    assert "freeze" not in offered(scene)
    assert "幺二零" in spoken(walker)[-1]


def test_nobody_is_promised_who_is_not_there(walker):
    walker.link(on_duty=0)
    urgent(walker, "urgent_health", rung_by=())
    assert "马上到" not in words(walker.scene()) and "马上到" not in spoken(walker)[-1]
    assert phones(walker.scene()) == ["120"]


def test_120_stays_until_somebody_is_there(walker):
    urgent(walker, "urgent_health", state=State.ACCEPTED, agent=AGENT, mode=Mode.WALK)
    assert phones(walker.scene()) == ["120"]


# --- the network or the link is away ------------------------------------------------------------------


def test_who_is_not_well_is_told_of_120_though_the_network_is_down(walker):
    walker.link(online=False, on_duty=0)
    urgent(walker, "urgent_health", state=State.CALLING, rung_by=())
    assert spoken(walker)[-1] == "网络断了。请马上拨幺二零。您先坐下，别动。", "no bell rings yet"
    walker.link(alarm=True)
    assert spoken(walker)[-1] == "网络断了，铃在响。请马上拨幺二零。您先坐下，别动。"
    assert phones(walker.scene()) == ["120"]


@pytest.mark.parametrize("service", ["urgent_fraud", "urgent_freeze"])
def test_whose_money_is_in_danger_is_told_of_110_though_the_network_is_down(walker, service):
    walker.link(online=False, alarm=True, on_duty=0)
    urgent(walker, service, state=State.CALLING, rung_by=())
    assert spoken(walker)[-1] == "网络断了，铃在响。先别转钱，请马上打幺幺零。"
    assert "110" in phones(walker.scene())


def test_an_urgent_call_about_nothing_known_tells_both_though_the_network_is_down(walker):
    walker.link(online=False, on_duty=0)
    urgent(walker, "", state=State.CALLING, rung_by=())
    assert "幺二零" in spoken(walker)[-1] and "幺幺零" in spoken(walker)[-1]


def test_nobody_is_told_to_wait_for_a_bank_that_cannot_be_reached(walker):
    walker.link(online=False, on_duty=0)
    frozen(asked(walker), FreezeState.SUBMITTED, state=State.CALLING, rung_by=())
    assert "等银行回话" not in spoken(walker)[-1] and "幺幺零" in spoken(walker)[-1]


@pytest.mark.parametrize(
    ("service", "numbers", "said"),
    [("urgent_health", ["120"], "请马上拨幺二零"), ("urgent_fraud", ["110", "96110"], "请马上打幺幺零")],
)
@pytest.mark.parametrize("state", [State.CALLING, State.RUNG, State.ACCEPTED])
def test_the_numbers_stay_when_the_link_is_gone(walker, service, numbers, said, state):
    agent, mode = (AGENT, Mode.WALK) if state is State.ACCEPTED else (None, None)
    urgent(walker, service, state=state, agent=agent, mode=mode)
    walker.link_gone()
    walker.wait(16)
    scene = walker.scene()
    assert scene.name == "out_of_order"
    assert phones(scene) == numbers
    assert said in spoken(walker)[-1]
    assert "红色大按钮" in words(scene) and "红色大按钮" in spoken(walker)[-1]
    assert "一连上就叫人" in heading(scene)


@pytest.mark.parametrize(
    ("sentence", "numbers", "said"),
    [("我胸口疼", ["120"], "请马上拨幺二零"), ("我被骗了", ["110", "96110"], "请马上打幺幺零")],
)
@pytest.mark.parametrize("before", [True, False])
def test_danger_that_the_link_cannot_hear_is_answered_with_the_numbers(walker, sentence, numbers, said, before):
    walker.touch("speak")
    if before:
        walker.link_gone()
        walker.wait(3)
        walker.say(sentence)
    else:
        walker.say(sentence)
        walker.link_gone()
    assert phones(walker.scene()) == numbers
    assert said in spoken(walker)[-1]
    assert "一连上就叫人" in heading(walker.scene())
    walker.start(bank(), walker.visit.keep(), age_s=4.0)
    walker.link_gone()
    assert phones(walker.scene()) == numbers
    walker.link()
    walker.result(Summon)
    walker.call()
    walker.link_gone()
    walker.wait(3)
    assert phones(walker.scene()) == [], "the call says itself what it is about"


def test_danger_during_an_ordinary_call_is_answered_without_the_link(walker):
    walker.call()
    walker.link_gone()
    walker.wait(3)
    walker.say("我胸口疼")
    assert phones(walker.scene()) == ["120"]


def test_both_are_told_without_the_link_when_it_is_not_known_which_it_is(walker):
    urgent(walker, "")
    walker.link_gone()
    walker.wait(3)
    for number in ("120", "110", "96110"):
        assert number in words(walker.scene())
    assert "幺二零" in spoken(walker)[-1] and "幺幺零" in spoken(walker)[-1]


def test_how_far_the_freeze_is_stays_when_the_link_is_gone(walker):
    frozen(asked(walker), FreezeState.SUBMITTED)
    walker.link_gone()
    walker.wait(3)
    assert "已提交" in words(walker.scene())
    walker.wait(CONFIRM_S)
    assert "未确认" in words(walker.scene())


# --- asking -----------------------------------------------------------------------------------------


def test_freezing_is_offered_beside_the_calls_own_state(walker):
    urgent(walker)
    scene = walker.scene()
    assert "freeze" in offered(scene) and "not-needed" in offered(scene)
    assert "3人在值班" in words(scene)
    assert phones(scene) == ["110", "96110"]
    assert "申请紧急冻结" in spoken(walker)[-1]


def test_the_banks_own_number_stands_first_where_the_site_has_filled_it_in(walker):
    walker.start(replace(bank(), site=bank().site | {"bank_phone": "95588"}))
    urgent(walker)
    assert phones(walker.scene()) == ["95588", "110", "96110"]


@pytest.mark.parametrize("service", ["", "urgent_health", "card_loss", "unknown"])
def test_it_is_offered_for_nothing_else(walker, service):
    urgent(walker, service)
    assert "freeze" not in offered(walker.scene())


def test_one_touch_asks_and_only_the_second_does_it(walker):
    urgent(walker)
    walker.touch("freeze")
    scene = walker.scene()
    assert scene.name == "freeze_confirm"
    assert offered(scene) == ["freeze-yes", "freeze-no"]
    assert "照样来" in words(scene), "it does not replace the call"
    assert walker.commands(AskFreeze) == []
    walker.touch("freeze-no")
    assert "freeze" in offered(walker.scene())
    walker.touch("freeze", "freeze-yes")
    (ask,) = walker.commands(AskFreeze)
    assert ask.service == "urgent_fraud"
    assert "正在提交" in words(walker.scene())
    assert walker.scene().human.calling, "the call goes on"


def test_it_can_still_be_asked_for_while_somebody_is_on_the_way(walker):
    urgent(walker)
    walker.touch("freeze")
    urgent(walker, state=State.ACCEPTED, agent=AGENT, mode=Mode.WALK)
    assert walker.scene().name == "freeze_confirm", "nothing is taken from under the finger"
    walker.touch("freeze-no")
    walker.touch("freeze", "freeze-yes")
    assert len(walker.commands(AskFreeze)) == 1


def test_who_has_somebody_beside_them_is_not_asked_by_the_machine_any_more(walker):
    urgent(walker)
    walker.touch("freeze")
    urgent(walker, state=State.CONNECTED, agent=AGENT, mode=Mode.WALK)
    assert walker.scene().name == "connected"
    assert "freeze" not in offered(walker.scene())


def test_it_is_said_until_it_is_on_disk(walker):
    asked(walker)
    walker.result(AskFreeze, ok=False, why="not on disk yet: say it again")
    walker.wait(7)
    requests = [ask.request for ask in walker.commands(AskFreeze)]
    assert len(requests) == 3 and len(set(requests)) == 1
    walker.result(AskFreeze)
    walker.wait(10)
    assert len(walker.commands(AskFreeze)) == 3


def test_a_screen_that_is_killed_goes_on_asking_with_the_same_request(walker):
    asked(walker)
    first = walker.commands(AskFreeze)[0].request
    walker.start(bank(), walker.visit.keep(), age_s=4.0)
    assert "正在提交" in words(walker.scene())
    assert walker.commands(AskFreeze)[-1].request == first
    urgent(walker)
    walker.touch("freeze")
    walker.start(bank(), walker.visit.keep(), age_s=4.0)


def test_a_screen_that_is_killed_comes_back_to_the_question(walker):
    urgent(walker)
    walker.touch("freeze")
    walker.start(bank(), walker.visit.keep(), age_s=4.0)
    assert walker.scene().name == "freeze_confirm"


def test_the_next_customer_is_not_told_of_it(walker):
    frozen(asked(walker), FreezeState.SUBMITTED)
    walker.call(State.ENDED, id="call-1")
    walker.link(call=None)
    walker.call(id="call-2", urgency=Urgency.URGENT, level=3, service="urgent_fraud")
    assert "freeze" in offered(walker.scene())


# --- what is said of it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "age_s", "said"),
    [
        (FreezeState.ASKED, 1, "正在提交"),
        (FreezeState.SUBMITTED, 1, "已提交"),
        (FreezeState.SUBMITTED, CONFIRM_S - 1, "已提交"),
        (FreezeState.SUBMITTED, CONFIRM_S, "未确认"),
        (FreezeState.ASKED, CONFIRM_S, "未确认"),
        (FreezeState.REFUSED, 1, "未确认"),
        (FreezeState.RECEIVED, 500, "银行已收到"),
    ],
)
def test_only_what_is_certain_is_said(walker, state, age_s, said):
    frozen(asked(walker), state, int(age_s * 1000))
    text = words(walker.scene())
    claims = ["正在提交", "已提交", "未确认", "银行已收到"]
    assert [claim for claim in claims if claim in text] == [said]
    assert phones(walker.scene()) == ["110", "96110"]
    assert "freeze" not in offered(walker.scene()), "it has been asked for"


def test_time_alone_makes_it_unconfirmed_and_says_whom_to_ring(walker):
    frozen(asked(walker), FreezeState.SUBMITTED)
    assert "已提交" in spoken(walker)[-1]
    walker.wait(CONFIRM_S + 1)
    scene = walker.scene()
    assert heading(scene) == "冻结未确认，请打电话"
    assert scene.tone is Tone.TROUBLE
    assert "还没有确认" in spoken(walker)[-1]


def test_a_receipt_that_comes_late_is_still_told(walker):
    frozen(asked(walker), FreezeState.SUBMITTED, 90_000)
    frozen(walker, FreezeState.RECEIVED, 95_000, "F0042")
    assert "银行已收到，回执F0042" in words(walker.scene())
    assert "银行已收到" in spoken(walker)[-1]


@pytest.mark.parametrize("state", [State.ACCEPTED, State.CONNECTED, State.ENDED])
@pytest.mark.parametrize("mode", Mode)
def test_it_is_told_as_long_as_the_customer_is_there(walker, state, mode):
    frozen(asked(walker), FreezeState.SUBMITTED, 90_000, state=state, agent=AGENT, mode=mode)
    assert "未确认" in words(walker.scene())


def test_the_numbers_that_are_said_are_on_the_screen(walker):
    frozen(asked(walker), FreezeState.REFUSED)
    assert phones(walker.scene()) == ["110", "96110"], "the site has not told the bank's own"
    assert "银行的电话" not in spoken(walker)[-1] and "屏幕上的电话" in spoken(walker)[-1]
    frozen(walker, FreezeState.REFUSED, state=State.CONNECTED, agent=AGENT, mode=Mode.VIDEO)
    assert phones(walker.scene()) == [], "the agent's picture is there"
    assert "屏幕上的电话" not in spoken(walker)[-1] and "幺幺零" in spoken(walker)[-1]


def test_120_comes_before_the_money_of_who_is_not_well(walker):
    frozen(asked(walker), FreezeState.REFUSED)
    frozen(walker, FreezeState.REFUSED, service="urgent_health")
    assert phones(walker.scene()) == ["120"]
    assert "幺二零" in spoken(walker)[-1] and "屏幕上的电话" not in spoken(walker)[-1]
    frozen(walker, FreezeState.REFUSED, service="urgent_health", state=State.ACCEPTED, agent=AGENT, mode=Mode.WALK)
    assert phones(walker.scene()) == ["120"]
    assert "未确认" in words(walker.scene())
    assert "屏幕上的电话" not in spoken(walker)[-1]


# --- after the call -----------------------------------------------------------------------------------


@pytest.fixture
def over(walker):
    """The call has ended, and the bank has said nothing."""
    frozen(asked(walker), FreezeState.SUBMITTED, 50_000, state=State.CONNECTED, agent=AGENT, mode=Mode.WALK)
    frozen(walker, FreezeState.SUBMITTED, 50_000, state=State.ENDED, state_age_ms=0)
    return walker


def test_a_freeze_is_told_until_the_visit_is_over(over):
    assert "已提交" in words(over.scene())
    over.wait(11)
    assert phones(over.scene()) == ["110", "96110"]
    assert "还没有确认" in spoken(over)[-1]
    for action, scene in [("resolved-yes", "rating"), ("rate-5", "thanks")]:
        over.touch(action)
        over.link(call=None)
        assert over.scene().name == scene
        assert "未确认" in words(over.scene())
        assert phones(over.scene()) == ["110", "96110"]
    over.wait(30)
    assert phones(over.scene()) == ["110", "96110"], "there is time to dial"
    over.wait(31)
    assert over.scene().name == "welcome"
    assert "未确认" not in words(over.scene())


def test_a_freeze_is_told_when_the_link_has_put_the_call_away(over):
    over.wait(45)
    over.touch("stay")
    over.link(call=None)
    assert over.scene().name == "ended"
    assert "未确认" in words(over.scene())


def test_a_freeze_is_told_beside_the_number_of_a_complaint(over):
    over.touch("resolved-yes", "complain", "reason-wait")
    over.result(Complain, case="482913")
    over.wait(11)
    assert phones(over.scene()) == ["110", "96110"]


def test_nobody_whose_call_is_over_is_asked_to_wait_here(over):
    over.touch("resolved-yes")
    assert "在这里等" not in spoken(over)[-1]
    frozen(over, FreezeState.RECEIVED, 51_000, "F0042", state=State.ENDED)
    assert "银行已收到，回执F0042" in words(over.scene())
    assert "在这里等" not in spoken(over)[-1]
    over.touch("skip")
    over.wait(9)
    assert over.scene().name == "welcome", "nobody has to ring anybody"


def test_a_screen_that_is_killed_after_the_call_still_tells_of_it(over):
    over.touch("resolved-yes")
    over.link(call=None)
    over.start(bank(), over.visit.keep(), age_s=4.0)
    assert "已提交" in words(over.scene())
    over.wait(11)
    assert "未确认" in words(over.scene())


def test_the_next_customer_is_told_nothing_of_a_call_that_still_lingers(over):
    over.touch("resolved-yes", "skip", "home", "topic-card")
    over.link()
    over.call(id="call-2")
    over.call(State.ENDED, id="call-2", state_age_ms=0)
    assert over.scene().name == "ended"
    assert "冻结" not in words(over.scene())
