"""The real chain: sound into a null sink, its monitor as the microphone, Vosk, voice.sock, and the desk."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from hall_sound import Loudspeaker
from parts import LIMIT_S
from screens import agent

from kiosk import local, messages
from kiosk.messages import Cause, Ears, Listen, Result, Say, State, Utterance, VoiceState
from kiosk.voice.models import ModelError, default_dir, find
from kiosk.voice.recogniser import MODEL

SPEECH = Path(__file__).parents[3] / "shared" / "speech"


@pytest.fixture
def card(tmp_path):
    """A loudspeaker whose sound the microphone hears, as in a hall."""
    if why := Loudspeaker.missing():
        pytest.skip(why)
    speaker = Loudspeaker(tmp_path)
    yield speaker
    speaker.close()


@pytest.fixture
def hall(stack, card):
    try:
        find(MODEL, default_dir())
    except ModelError as error:
        pytest.skip(str(error))
    stack.make_kiosk("k1")
    stack.make_voice("k1", models=default_dir(), environment={**os.environ, **card.environment})
    stack.start()
    return stack


class Voice:
    """A client of voice.sock, as the screen is one."""

    def __init__(self, connection: local.LocalConnection) -> None:
        self._connection = connection
        self.state: VoiceState | None = None
        self.captions: list[str] = []

    async def next(self) -> object:
        kinds = messages.VoiceMessage | Result
        message = messages.decode(await self._connection.receive(), kinds)
        if isinstance(message, VoiceState):
            self.state = message
            if message.caption:
                self.captions.append(message.caption)
        return message

    async def until(self, found) -> VoiceState:
        async with asyncio.timeout(LIMIT_S):
            while self.state is None or not found(self.state):
                await self.next()
        return self.state

    async def utterance(self) -> Utterance:
        async with asyncio.timeout(LIMIT_S):
            while not isinstance(message := await self.next(), Utterance):
                pass
        return message

    async def ask(self, command) -> None:
        await self._connection.send(messages.encode(command))


async def open_ears(stack) -> Voice:
    voice = Voice(await local.connect(stack.socket("k1-voice")))
    await voice.until(lambda state: state.parts.get("model") and state.parts["model"].ok)
    await voice.ask(Listen("l1", on=True))
    await voice.until(lambda state: state.ears is Ears.OPEN)
    return voice


async def say(card, path: Path) -> None:
    """Somebody speaks in front of the terminal."""
    await asyncio.sleep(1.0)  # the microphone has just been opened
    player = await asyncio.create_subprocess_exec(
        *("paplay", "-s", f"unix:{card._socket}", str(path)), stderr=subprocess.DEVNULL
    )
    assert await player.wait() == 0


def spoken(text: str, path: Path) -> Path:
    subprocess.run(["kiosk", "say", text, "--out", str(path)], check=True, capture_output=True)
    return path


async def test_what_is_said_comes_out_of_the_socket_as_text(hall, card, tmp_path):
    voice = await open_ears(hall)
    await say(card, spoken("我的银行卡丢了", tmp_path / "card.wav"))
    heard = await voice.utterance()
    assert heard.text == "我的银行卡丢了"
    assert voice.captions, "the words were shown while they were said"


async def test_saying_a_human_rings_at_the_desk(hall, card, tmp_path):
    async with agent(hall) as desk:
        await open_ears(hall)
        await say(card, spoken("我要找人工", tmp_path / "human.wav"))
        call = await desk.until_call("k1", State.CALLING, State.RUNG)
        assert call.cause is Cause.VOICE
        assert "人工" in "".join(call.said)


async def test_the_terminal_does_not_hear_itself(hall):
    """Its loudspeaker is right in front of its microphone here."""
    voice = await open_ears(hall)
    await asyncio.sleep(1.0)
    await voice.ask(Say("s1", "转人工。转人工。转人工。"))
    await voice.until(lambda state: state.saying == "s1")
    await voice.until(lambda state: not state.saying)
    heard = asyncio.create_task(voice.utterance())
    await asyncio.sleep(3.0)
    assert not heard.done()
    heard.cancel()
    link = await local.connect(hall.socket("k1"))
    assert messages.decode(await link.receive(), messages.Snapshot).call is None
    await link.close()


async def test_killed_in_the_middle_of_a_sentence_it_comes_back(hall, card, tmp_path):
    voice = await open_ears(hall)
    path = spoken("我想问一下我的养老金这个月到了没有", tmp_path / "pension.wav")
    saying = asyncio.create_task(say(card, path))
    await voice.until(lambda state: state.ears is Ears.HEARING)
    hall.kill("k1-voice")
    await saying
    async with agent(hall) as desk:
        hall.boards["k1"].press()
        await desk.until_call("k1")
    await asyncio.to_thread(hall.start, "k1-voice")
    voice = await open_ears(hall)
    await say(card, path)
    assert "养老金" in (await voice.utterance()).text


async def test_no_sound_is_ever_written(hall, card, tmp_path):
    def written() -> set[Path]:
        return {path for path in hall.directory.rglob("*") if path.is_file()}

    voice = await open_ears(hall)
    path = spoken("我要取钱", tmp_path / "cash.wav")
    before = written()
    await say(card, path)
    await voice.utterance()
    new = {path for path in written() - before if "speech" not in path.parts}  # its own sentences, rendered ahead
    assert not new
    descriptors = Path(f"/proc/{hall.pid('k1-voice')}/fd").iterdir()
    names = {str(descriptor.readlink()) for descriptor in descriptors if descriptor.exists()}
    assert not any(name.endswith((".wav", ".raw", ".pcm")) for name in names)
