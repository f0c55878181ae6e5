"""The conversation as a whole: somebody speaks in the hall, and screen, loudspeaker and desk do what is wanted."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from collections.abc import Iterator

import numpy as np
import pytest
from screens import agent, customer
from speech_hall import LIMIT_S, Listener, SoundCard, listener

from kiosk.bench.voice.rendered import Renderer
from kiosk.display import VirtualDisplay
from kiosk.messages import State
from kiosk.screen.client import ScreenClient
from kiosk.stack import Stack
from kiosk.voice.sound import RATE, Samples

VOICE = "k1-voice"
STOP, CASH, TWO, CHATTER, PROVERB = SENTENCES = (
    "别说了我要找人",
    "我想取点钱",
    "我要打存折还要取钱",
    "今天外面的风可真大",
    "春天来了花都开了",
)


@pytest.fixture(scope="module")
def spoken(speaking_model) -> dict[str, Samples]:
    """The sentences of these tests in the terminal's Mandarin voice."""
    renderer = Renderer(speaking_model.parent)
    return {text: np.pad(renderer.neural(text, 0.9).sound, (RATE // 2, RATE // 2)) for text in SENTENCES}


@pytest.fixture
def hall(card, stack, hearing_model) -> Iterator[Stack]:
    """A whole terminal with a screen and a voice; everything is started."""
    if importlib.util.find_spec("kivy") is None:
        pytest.skip("the screen needs Kivy")
    stack.make_kiosk("k1")
    with VirtualDisplay(800, 480) as display:
        environment = display.environment | card.environment
        stack.make_screen("k1", environment=environment, size="800x480")
        stack.make_voice(models=hearing_model.parent, environment=environment, more='engine = "espeak"')
        stack.start()
        yield stack


async def told(screen: ScreenClient, voice: Listener, card: SoundCard, sound: Samples, *scenes: str) -> None:
    """Say this until one of the scenes is there, and hear the terminal out: it is deaf while it speaks.

    What was not understood is said again, as people do.
    """
    for _ in range(3):
        heard, sentences = len(voice.said), len(voice.sentences)
        await asyncio.to_thread(card.say(sound).wait)
        await voice.until(lambda heard=heard: len(voice.said) > heard, "what was said")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5.0):
                await screen.until_scene(*scenes)
        await voice.spoken(sentences)
        if screen.shown.scene in scenes:
            return
    raise AssertionError(f"{scenes} did not come; heard: {[one.text for one in voice.said]}")


async def listening(screen: ScreenClient, voice: Listener) -> None:
    """The customer touches the microphone; the terminal hears."""
    await screen.go("speak", "listening")
    await voice.until(lambda: voice.loudest >= 0 and voice.state and not voice.state.saying)


async def test_a_question_is_answered_and_two_wishes_are_offered(hall, card, spoken):
    async with asyncio.timeout(3 * LIMIT_S), customer(hall) as screen, listener(hall.socket(VOICE)) as voice:
        await listening(screen, voice)
        await told(screen, voice, card, spoken[CASH], "answer")
        assert "取钱" in "".join(screen.shown.texts)
        await told(screen, voice, card, spoken[TWO], "choices")
        texts = "".join(screen.shown.texts)
        assert "存折" in texts and "取钱" in texts


async def test_stop_talking_i_want_a_person_in_the_middle_of_an_answer_silences_it_and_rings(hall, card, spoken):
    async with asyncio.timeout(3 * LIMIT_S), agent(hall) as desk, customer(hall) as screen:
        async with listener(hall.socket(VOICE)) as voice:
            await listening(screen, voice)
            await told(screen, voice, card, spoken[CASH], "answer")
            answer = await stopped_in_the_middle(screen, voice, card, spoken[STOP])
            assert voice.sentences[-1] == answer, "it is heard before the terminal has said anything else"
            await voice.until(lambda: voice.state.saying != answer)
        await screen.until_scene("calling")
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert any("找人" in said for said in call.said)


async def stopped_in_the_middle(screen: ScreenClient, voice: Listener, card: SoundCard, sound: Samples) -> str:
    """Say this over the answer until something was heard; gives the answer's request."""
    for _ in range(4):  # on a busy computer sound is lost, and people say it again
        begun = len(voice.sentences)  # the one before may not be over
        await screen.touch("again")  # read aloud from the beginning: there is time
        await voice.until(lambda begun=begun: len(voice.sentences) > begun)
        answer, heard = voice.sentences[-1], len(voice.said)
        await asyncio.sleep(2.5)  # it takes a moment from the beginning to know its own voice
        card.say(sound)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(8.0):
                await voice.until(lambda heard=heard: len(voice.said) > heard)
            return answer
    raise AssertionError(f"nothing was heard over the terminal's voice: {voice.said}")


async def test_two_misses_call_a_person_who_sees_what_was_said(hall, card, spoken):
    async with asyncio.timeout(3 * LIMIT_S), agent(hall) as desk, customer(hall) as screen:
        async with listener(hall.socket(VOICE)) as voice:
            await listening(screen, voice)
            await told(screen, voice, card, spoken[CHATTER], "unclear", "choices", "calling")
            if screen.shown.scene == "choices":
                await screen.touch("none")
            await told(screen, voice, card, spoken[PROVERB], "calling", "choices")
            if screen.shown.scene == "choices":
                await screen.touch("none")
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert len(call.said) >= 2, "both are at the desk, so that nobody has to say it twice"
