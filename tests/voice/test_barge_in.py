"""The whole voice service where the loudspeaker is the microphone: an echo that is perfect, and very loud."""

import asyncio
import contextlib
import subprocess
import uuid
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hall_sound import Loudspeaker

from kiosk import config, local, messages
from kiosk.bench.voice.rendered import Renderer
from kiosk.dialogue.person import asks_person
from kiosk.messages import Ears, Listen, Loudness, Result, Say, Utterance, VoiceState
from kiosk.voice.service import VoiceService
from kiosk.voice.sound import RATE

LIMIT_S = 90.0
WELCOME = "您好，要办什么事？点一张图，或者点一下，按这里说话。要找人，就按红色的人工。"
LONG = "先挂失，挂失以后别人就取不了钱。挂失好了再补新的，钱不会少。" * 4


class Client:
    """What a screen sees of the voice."""

    def __init__(self, connection):
        self._connection = connection
        self.state = None
        self.heard = []
        self.lit = 0  # how often somebody seemed to speak

    async def command(self, command):
        await self._connection.send(messages.encode(command))

    async def until(self, found):
        async with asyncio.timeout(LIMIT_S):
            while self.state is None or not found():
                await self._read()

    async def _read(self):
        message = messages.decode(await self._connection.receive(), VoiceState | Utterance | Loudness | Result)
        if isinstance(message, VoiceState):
            self.lit += message.ears is Ears.HEARING and (
                self.state is None or self.state.ears is not Ears.HEARING
            )
            self.state = message
        elif isinstance(message, Utterance):
            self.heard.append(message.text)

    async def says(self, text):
        """The terminal says this; returns once its mouth is busy."""
        request = uuid.uuid4().hex[:8]
        await self.command(Say(request, text))
        await self.until(lambda: self.state.saying == request)

    async def silent(self):
        await self.until(lambda: not self.state.saying)


@asynccontextmanager
async def voice(tmp_path, models, **hearing):
    settings = config.Kiosk(
        "h",
        "k",
        state_dir=str(tmp_path),
        runtime_dir=str(tmp_path),
        voice=config.Voice(models_dir=str(models), engine="fastspeech"),
        hearing=config.Hearing(**hearing),
    )
    service = VoiceService(settings)
    running = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(LIMIT_S):
            while not (tmp_path / "voice.sock").exists():  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.05)
        connection = await local.connect(tmp_path / "voice.sock")
        client = Client(connection)
        await client.command(Listen("open", on=True))
        await client.until(lambda: client.state.ears is not Ears.OFF)
        yield client
        await connection.close()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def play(card: Loudspeaker, sound):
    """Somebody speaks in the hall."""
    padded = np.concatenate([sound, np.zeros(RATE, np.int16)])
    command = ["pacat", *card.server, "-d", "ear", "--format=s16le", f"--rate={RATE}", "--channels=1"]
    subprocess.run([*command, "--latency-msec=50"], input=padded.tobytes(), check=True, timeout=60)


@pytest.fixture(scope="module")
def person(speaking_model):
    return Renderer(speaking_model.parent).neural("人工", 0.9, 0.92).sound


@pytest.fixture(scope="module")
def stop(speaking_model):
    return Renderer(speaking_model.parent).neural("别说了我要找人", 0.9, 0.92).sound


async def test_it_does_not_hear_itself_and_hears_a_call_after_it_has_spoken(
    loudspeaker, tmp_path, hearing_model, speaking_model, person
):
    async with voice(tmp_path, hearing_model.parent) as client:
        for text in (WELCOME, LONG[:32]):
            await client.says(text)
            await client.silent()
        await asyncio.sleep(2.5)  # an echo of the last words would be an utterance by now
        assert client.heard == []
        assert client.lit == 0
        await asyncio.to_thread(play, loudspeaker, person)
        await client.until(lambda: client.heard)
        assert client.heard == ["人工"]


async def test_a_call_over_its_voice_is_heard_and_silences_it(
    loudspeaker, tmp_path, hearing_model, speaking_model, stop
):
    async with voice(tmp_path, hearing_model.parent) as client:
        for _ in range(2):  # it learns how its voice comes back
            await client.says(LONG[:32])
            await client.silent()
        for _ in range(6):  # on a busy computer sound is lost, and people say it again
            if not client.state.saying:
                await client.says(LONG)
                await until_loud(loudspeaker)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(6.0):
                    await asyncio.gather(
                        asyncio.to_thread(play, loudspeaker, stop), client.until(lambda: client.heard)
                    )
                    break
        assert asks_person(client.heard[0]), client.heard
        await client.silent()
        await until_silent(loudspeaker)


async def test_with_mute_a_call_over_its_voice_is_not_heard(
    loudspeaker, tmp_path, hearing_model, speaking_model, person
):
    async with voice(tmp_path, hearing_model.parent, echo="mute") as client:
        await client.says(LONG[:32])
        await until_loud(loudspeaker)
        await asyncio.to_thread(play, loudspeaker, person)
        assert client.state.saying
        await client.silent()
        assert client.heard == []


async def until_silent(card):
    async with asyncio.timeout(LIMIT_S):
        while card.loudness() > 0.02:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.02)


async def until_loud(card):
    async with asyncio.timeout(LIMIT_S):
        while card.loudness() < 0.02:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.02)
