"""A whole visit in front of a real window: touched by a finger, answered at the desk, and through every crash."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator

import pytest
from parts import eventually, on_record
from screens import SCREEN, agent, back, customer, says, shaking

from kiosk.button import Lamp
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd
from kiosk.display import VirtualDisplay
from kiosk.messages import Cause, Mode, Outcome, Phase, State, Urgency, Work

pytest.importorskip("kivy", reason="the screen needs Kivy")


@pytest.fixture(scope="module")
def display() -> Iterator[VirtualDisplay]:
    with VirtualDisplay(800, 480) as virtual:
        yield virtual


@pytest.fixture
def hall(stack, display):
    """A hall whose terminal has a screen; started but for the screen."""
    stack.make_kiosk("k1", more="[escalation]\nlevel2_s = 600\nlevel3_s = 600\n")
    stack.make_screen("k1", environment=display.environment, size="800x480")
    stack.start()
    return stack


async def accept(desk, mode=Mode.WALK):
    call = await desk.until_call("k1", State.CALLING, State.RUNG)
    await desk.act(PageAccept, "k1", mode=mode)
    await desk.until_call("k1", State.ACCEPTED)
    return call


async def end(desk):
    await desk.act(PageArrived, "k1")
    await desk.until_call("k1", State.CONNECTED)
    await desk.act(PageEnd, "k1", outcome=Outcome.RESOLVED)
    await desk.until_call("k1", State.ENDED)


async def test_a_whole_visit_from_the_topic_to_the_rating(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.go("topic-card", "choices")
        await screen.go("service-card_loss", "answer")
        await says(screen, "挂失", "身份证")
        await screen.go("human", "calling")
        call = await accept(desk)
        assert call.cause is Cause.TOUCH
        assert any("银行卡丢了" in said for said in call.said), "nobody has to say it twice"
        await screen.until_scene("accepted")
        await says(screen, "王芳")
        eventually(lambda: hall.boards["k1"].lamp is Lamp.ANSWERED)
        await desk.act(PageArrived, "k1")
        await screen.until_scene("connected")
        await desk.until_call("k1", State.CONNECTED)
        await desk.act(PageEnd, "k1", outcome=Outcome.RESOLVED)
        await screen.until_scene("ended")
        await says(screen, "事情办好了吗")
        await screen.go("resolved-yes", "rating")
        await screen.go("rate-4", "thanks")
        kinds = [event.kind for event in await on_record(desk, "k1", call.id, "rated")]
        assert kinds[0] == "opened"
        assert kinds[-4:] == ["connected", "ended", "satisfied", "rated"]


async def test_not_done_calls_again_one_level_up(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.go("human", "calling")
        first = await accept(desk)
        await end(desk)
        await screen.until_scene("ended")
        await screen.go("resolved-no", "calling")
        again = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert (again.follows, again.level, again.cause) == (first.id, 2, Cause.AGAIN)


async def test_a_complaint_gets_the_number_that_is_on_record(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.go("human", "calling")
        call = await accept(desk)
        await end(desk)
        await screen.until_scene("ended")
        await screen.go("resolved-yes", "rating")
        await screen.go("complain", "complaint")
        reason = next(t.action for t in screen.shown.targets if t.action.startswith("reason-"))
        await screen.go(reason, "complaint_kept")
        (kept,) = [e for e in await on_record(desk, "k1", call.id, "complained") if e.kind == "complained"]
        await says(screen, kept.case)
        assert kept.text


@contextlib.asynccontextmanager
async def warned(stack, display):
    """A customer whom the screen asks whether they are still there, over the cards of a topic."""
    stack.make_kiosk("k1")
    stack.make_screen("k1", environment=display.environment, size="800x480", more="idle_s = 1.5")
    stack.start()
    async with customer(stack) as screen:
        await screen.go("topic-card", "choices")
        await screen.until(lambda shown: any(t.action == "stay" for t in shown.targets))
        yield screen


async def test_nothing_ends_without_a_warning_and_one_touch_stays(stack, display):
    async with warned(stack, display) as screen:
        assert screen.shown.scene == "choices", "the warning comes first"
        await asyncio.sleep(0.5)
        await screen.touch("stay")
        await screen.until(lambda shown: all(t.action != "stay" for t in shown.targets))
        assert screen.shown.scene == "choices"
        await screen.until(lambda shown: any(t.action == "stay" for t in shown.targets))
        await screen.until_scene("welcome")


async def test_a_finger_on_no_button_is_a_sign_of_life(stack, display):
    async with warned(stack, display) as screen:
        await asyncio.sleep(0.5)
        human = screen.target("human")
        await screen.finger(Phase.DOWN, human.x - 3, human.y + human.height // 2)
        await screen.until(lambda shown: all(t.action != "stay" for t in shown.targets))
        assert screen.shown.scene == "choices"


async def test_a_shaking_finger_does_one_thing(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await asyncio.sleep(0.6)
        await shaking(screen, "topic-card", 8)
        await asyncio.sleep(0.6)
        assert screen.shown.scene == "choices", "the first contact opened the topic; the others did nothing more"
        await shaking(screen, "human", 8)
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        await asyncio.sleep(0.5)
        assert desk.kiosks["k1"].call.presses == 1
        assert (call.urgency, screen.shown.scene) == (Urgency.NORMAL, "calling")


async def test_a_palm_does_nothing_but_on_the_human_button_it_calls(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await asyncio.sleep(0.6)
        card = screen.target("topic-card")
        middle = (card.x + card.width // 2, card.y + card.height // 2)
        await screen.finger(Phase.DOWN, *middle, width_mm=70)
        await asyncio.sleep(1.0)
        assert screen.shown.scene == "welcome"
        human = screen.target("human")
        await screen.finger(
            Phase.DOWN, human.x + human.width // 2, human.y + human.height // 2, finger=1, width_mm=70
        )
        await desk.until_call("k1")
        await screen.until_scene("calling")


async def test_the_button_can_be_tried_without_calling_anybody(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.go("practice", "practice")
        await asyncio.sleep(0.5)
        hall.boards["k1"].press()
        await screen.until(lambda shown: any(t.action == "practice-again" for t in shown.targets))
        assert desk.kiosks["k1"].call is None
        await asyncio.sleep(0.3)
        hall.boards["k1"].press()
        call = await desk.until_call("k1")
        assert call.cause is Cause.BUTTON, "the next press is a real one"
        await screen.until_scene("calling")


@pytest.mark.parametrize("state", [None, State.CALLING, State.ACCEPTED, State.CONNECTED, State.ENDED])
async def test_screen_and_link_come_back_into_the_state_they_were_killed_in(hall, state):
    scene = {None: "answer"}.get(state, str(state))
    async with agent(hall) as desk:
        async with customer(hall) as screen:
            if state is None:
                await screen.go("topic-card", "choices")
                await screen.go("service-card_loss", "answer")
            else:
                await screen.go("human", "calling")
                await desk.until_call("k1")
            if state in (State.ACCEPTED, State.CONNECTED, State.ENDED):
                await accept(desk)
            if state is State.CONNECTED:
                await desk.act(PageArrived, "k1")
            if state is State.ENDED:
                await end(desk)
            await screen.until_scene(scene)
        back(hall, SCREEN)
        async with customer(hall) as screen:
            await screen.until_scene(scene)
            hall.kill("k1")
            await screen.until_scene("out_of_order")
            hall.start("k1")
            await screen.until_scene(scene)
        if state is not None:
            waiting = (State.CALLING, State.RUNG)
            await desk.until_call("k1", *(waiting if state in waiting else (state,)))


async def test_a_touch_while_the_link_is_down_calls_when_it_is_back(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        hall.kill("k1")
        await screen.until_scene("out_of_order")
        await asyncio.sleep(0.5)
        await screen.touch("human")
        back_at_work = asyncio.to_thread(hall.start, "k1")
        await asyncio.gather(back_at_work, desk.until_call("k1"))
        await screen.until_scene("calling")
        assert desk.kiosks["k1"].call.presses == 1


async def test_a_broken_network_is_told_and_the_call_is_kept(hall):
    async with customer(hall) as screen:
        await screen.go("human", "calling")
        hall.kill("broker")
        await says(screen, "网络")
        hall.start("broker")
        await screen.until(lambda shown: "网络" not in "".join(shown.texts))
        assert screen.shown.scene == "calling"


async def test_desk_and_broker_die_while_somebody_is_coming(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.go("human", "calling")
        await accept(desk)
        await screen.until_scene("accepted")
    for name in ("broker", "desk1"):
        back(hall, name)
    async with agent(hall) as desk, customer(hall) as screen:
        await desk.until_call("k1")
        await screen.until_scene("accepted", "calling")


async def test_what_is_asked_of_the_screen_in_vain_is_refused_with_the_reason(hall, tmp_path):
    async with customer(hall) as screen:
        await screen.save(tmp_path / "welcome.png")
        assert (tmp_path / "welcome.png").read_bytes().startswith(b"\x89PNG")
        with pytest.raises(Exception, match="nowhere"):
            await screen.save(tmp_path / "nowhere" / "welcome.png")


# --- what is there and does not answer -----------------------------------------------------------------------


@contextlib.contextmanager
def frozen(stack, name):
    """A process that hangs: nothing of it goes on, and its sockets stay open."""
    pid = stack.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_link_that_hangs_is_seen_at_the_screen_and_a_touch_is_kept_until_it_goes_on(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.until_scene("welcome")
        await desk.until(lambda d: Work.DRAWN in d.kiosks["k1"].health.last)
        with frozen(hall, "k1"):
            await screen.until_scene("out_of_order")
            await says(screen, "按屏幕外的红色大按钮，照样叫人")
            await asyncio.sleep(0.6)
            await screen.touch("human")
            await says(screen, "记下了，一连上就叫人")
        await screen.until_scene("calling")
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert (call.presses, call.cause) == (1, Cause.TOUCH)
        part = desk.kiosks["k1"].health.parts["screen"]
        assert part.ok, "the screen was never gone"


async def test_a_practice_that_the_customer_has_left_before_the_link_read_of_it_is_none(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.until_scene("welcome")
        await asyncio.sleep(0.6)
        with frozen(hall, "k1"):
            await screen.go("practice", "practice")
            await asyncio.sleep(0.6)
            await screen.go("done", "welcome")
        await asyncio.sleep(1.5)  # the link has read everything
        hall.boards["k1"].press()
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert call.cause is Cause.BUTTON


async def test_a_press_while_the_link_hangs_in_practice_calls_as_the_screen_says_then(hall):
    async with agent(hall) as desk, customer(hall) as screen:
        await screen.until_scene("welcome")
        await screen.go("practice", "practice")
        await asyncio.sleep(0.5)
        with frozen(hall, "k1"):
            await screen.until_scene("out_of_order")
            hall.boards["k1"].press()
            await asyncio.sleep(0.3)
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert call.cause is Cause.BUTTON


async def test_while_the_voice_hangs_nobody_is_asked_to_speak(stack, display):
    stack.make_kiosk("k1")
    stack.make_screen("k1", environment=display.environment, size="800x480")
    voice = stack.make_simulated_voice("k1")
    stack.start()
    async with customer(stack) as screen:
        await screen.until(lambda shown: any(target.action == "speak" for target in shown.targets))
        with frozen(stack, voice):
            await screen.until(lambda shown: all(target.action != "speak" for target in shown.targets))
            assert screen.shown.scene == "welcome", "touch and button go on"
            await says(screen, "话筒暂时不能用，请用手点")
        await screen.until(lambda shown: any(target.action == "speak" for target in shown.targets))
        await screen.go("speak", "listening")
        stack.say("k1", "我要找人工")
        await screen.until_scene("calling")
