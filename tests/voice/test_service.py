"""The real voice process: somebody speaks in the hall, and text comes out of its socket and a call at the desk."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from screens import agent, customer
from speech_hall import LIMIT_S, SoundCard, listener, named, with_pauses
from written import Watch

from kiosk.bench.voice.rendered import Renderer
from kiosk.display import VirtualDisplay
from kiosk.messages import Cause, Ears, State
from kiosk.stack import Stack
from kiosk.voice.sound import RATE, Samples

VOICE = "k1-voice"
LOST, PASSBOOK, MONEY, MASKED = SENTENCES = {
    "存折丢了怎么办": 0.85,  # of a pace of 1; people over 65 speak slowly
    "我想问一下我的存折丢了现在要怎么办才好呢": 0.85,
    "我要取三千五百块钱": 0.85,
    "我的电话是一三八零零一三八零零零，请帮我叫人工": 1.0,
}


@pytest.fixture(scope="module")
def spoken(speaking_model) -> dict[str, Samples]:
    """The sentences of these tests in the terminal's Mandarin voice, rendered while nobody waits for an answer."""
    renderer = Renderer(speaking_model.parent)
    return {
        text: np.pad(renderer.neural(text, pace).sound, (RATE // 2, RATE // 2)) for text, pace in SENTENCES.items()
    }


@pytest.fixture
def hall(card, stack, hearing_model) -> Stack:
    """A terminal with ears: everything is made, and nothing started. espeak takes no time from the others."""
    stack.make_kiosk("k1")
    stack.make_voice(
        models=hearing_model.parent, environment=os.environ | card.environment, more='engine = "espeak"'
    )
    return stack


@dataclass(frozen=True)
class Alone:
    """A terminal of which only voice runs."""

    stack: Stack
    card: SoundCard

    @property
    def socket(self) -> Path:
        return self.stack.socket(VOICE)

    @property
    def pid(self) -> int:
        return self.stack.pid(VOICE)


@pytest.fixture(scope="module")
def kept(hearing_model) -> Iterator[Alone]:
    """One for all the tests that leave it as it was: its models take seconds to load."""
    if why := SoundCard.missing():
        pytest.skip(why)
    with (
        tempfile.TemporaryDirectory() as directory,  # short, for the socket
        contextlib.closing(SoundCard(Path(directory))) as card,
        Stack() as stack,
    ):
        stack.make_kiosk("k1")
        environment = os.environ | card.environment
        stack.make_voice(models=hearing_model.parent, environment=environment, more='engine = "espeak"')
        stack.start(VOICE)
        yield Alone(stack, card)


@pytest.fixture
def alone(kept) -> Iterator[Alone]:
    """What it wrote is shown on failure."""
    before = len(kept.stack.log(VOICE))
    yield kept
    print(f"----- {VOICE}\n{kept.stack.log(VOICE)[before:][-3000:]}")


async def test_what_is_said_in_the_hall_comes_as_captions_and_then_whole(alone, spoken):
    card = alone.card
    async with listener(alone.socket) as client:
        await client.listen()
        assert client.state.ears is Ears.OPEN
        await client.heard(spoken[LOST], card, LOST)
        assert client.captions, "it was shown while it was said"
        await client.until(lambda: client.state.ears is Ears.OPEN and not client.state.caption)
        await client.heard(spoken[MONEY], card, "3500块")  # numbers as they are written


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("aishell3/010.wav", ("加快发展", "服务业")),
        ("aishell3/020.wav", ("我们", "政策处理了")),
    ],
)
async def test_a_person_who_pauses_for_over_a_second_is_heard_to_the_end(alone, recordings, name, parts):
    slow = np.pad(with_pauses(named(recordings, name).sound, 1.2), (RATE // 2, RATE // 2))
    async with listener(alone.socket) as client:
        await client.listen()
        await client.heard(slow, alone.card, *parts)


async def test_asking_for_a_person_rings_at_the_desk_without_any_screen(hall, card, spoken):
    await asyncio.to_thread(hall.start)
    async with asyncio.timeout(LIMIT_S), agent(hall) as desk, listener(hall.socket(VOICE)) as client:
        await client.listen()
        card.say(spoken[MASKED])
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert call.cause is Cause.VOICE
        (said,) = call.said
        assert "人工" in said
        assert not re.search(r"\d{4}", said), "a telephone number is nobody's business"


async def test_killed_in_the_middle_of_a_sentence_it_takes_nothing_with_it_and_comes_back(
    hall, card, spoken, link_of
):
    await asyncio.to_thread(hall.start)
    link = await link_of(hall)
    async with asyncio.timeout(2 * LIMIT_S), agent(hall) as desk:
        await link.until(lambda s: "microphone" in s.parts)
        async with listener(hall.socket(VOICE)) as client:
            await client.listen()
            speaking = card.say(spoken[PASSBOOK])
            await client.until(lambda: client.state.ears is Ears.HEARING and client.state.caption)
            hall.kill(VOICE)
            speaking.kill()
        await link.until(lambda s: s.parts["microphone"].fault == s.parts["speaker"].fault == "gone")
        hall.boards["k1"].press()
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert call.cause is Cause.BUTTON
        await asyncio.to_thread(hall.start, VOICE)
        await link.until(lambda s: "gone" not in (s.parts["microphone"].fault, s.parts["speaker"].fault))
        async with listener(hall.socket(VOICE)) as client:
            await client.listen()
            await client.heard(spoken[LOST], card, LOST)


@pytest.mark.parametrize("how", ["pulled out", "its server killed"])
async def test_a_microphone_that_goes_is_named_and_heard_again_without_a_restart(alone, spoken, how):
    card, pid = alone.card, alone.pid
    async with listener(alone.socket) as client:
        await client.listen()
        await client.heard(spoken[LOST], card, LOST)
        gone, back = (card.pull_out, card.plug_in) if how == "pulled out" else (card.kill, card.start)
        gone()
        await client.until(lambda: client.microphone == "unplugged", "the fault")
        back()
        await client.until(lambda: not client.microphone, "the recovery")
        await client.heard(spoken[LOST], card, LOST)
        await client.until(lambda: client.state.ears is Ears.OPEN)
    assert alone.stack.running(VOICE) and alone.pid == pid


# --- nothing of what is heard is kept -------------------------------------------------------------

#: All that the services of a terminal may write, in its own directory. Sound: only the terminal's own sentences.
MAY_WRITE = re.compile(
    r"(link|voice|screen)\.sock|journal\.db(-wal|-shm|-journal)?|alarm\.[0-9a-z_.]+|screen\.[0-9a-z_.]+"
    r"|speech/[0-9a-f]{32}\.(wav|[0-9]+)|fonts/[^/]+|button"
)


def not_allowed(watch: Watch, terminal: Path) -> list[str]:
    """The written files that are not among what a terminal may write."""
    return sorted(
        str(path)
        for path in watch.written() - {watch.home / ".config" / "pulse" / "cookie"}
        if path.suffix != ".heads"  # the desk's: hashes, no words
        and not (path.is_relative_to(terminal) and MAY_WRITE.fullmatch(str(path.relative_to(terminal))))
    )


@pytest.fixture
def watched(card, stack, hearing_model, tmp_path) -> Iterator[Watch]:
    """A whole terminal, its screen too, whose every written file is seen; everything is started."""
    if importlib.util.find_spec("kivy") is None:
        pytest.skip("the screen needs Kivy")
    (own := tmp_path / "watch").mkdir()
    stack.make_kiosk("k1")
    terminal = stack.directory / "k1"
    with VirtualDisplay(800, 480) as display:
        watch = Watch(own, terminal)
        environment = display.environment | watch.environment | card.environment
        stack.make_screen("k1", environment=environment, size="800x480")
        stack.make_voice(models=hearing_model.parent, environment=environment)
        for name in stack.names:
            stack.set_environment(name, environment)
        stack.start()
        yield watch
        watch.close()


async def test_nothing_that_was_heard_is_written_anywhere(stack, watched, card, spoken):
    terminal = stack.directory / "k1"
    async with asyncio.timeout(2 * LIMIT_S), agent(stack) as desk, customer(stack) as screen:
        async with listener(stack.socket(VOICE)) as client:
            await screen.go("speak", "listening")
            await client.until(lambda: client.loudest >= 0 and client.state and not client.state.saying)
            before = len(client.sentences)
            card.say(spoken[LOST])
            await screen.until_scene("answer")
            await client.spoken(before)
            card.say(spoken[MASKED])
            await screen.until_scene("calling")
        await desk.until_call("k1", State.CALLING, State.RUNG)
        stack.kill(VOICE)  # also what it writes when it ends
    assert not_allowed(watched, terminal) == []
    assert {"journal.db", "voice.sock"} <= {path.name for path in watched.written()}, "the watch sees"
