"""The stand-in for ears and mouth: a screen that works with it works with the real one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from parts import LIMIT_S, Link, eventually

from kiosk import local, messages
from kiosk.messages import (
    BadMessage,
    Cause,
    Ears,
    Hush,
    Listen,
    Loudness,
    Result,
    Say,
    SetVolume,
    Summon,
    Utterance,
    VoiceCommand,
    VoiceState,
)
from kiosk.stack import Stack
from kiosk.voice.script import WORDS, ScriptError, Step, parse
from kiosk.voice.simulate import wants_person

KINDS = VoiceState | Loudness | Utterance | Result


class Ear:
    """What a screen gets from ``voice.sock``."""

    def __init__(self, connection: local.LocalConnection) -> None:
        self.connection = connection
        self.got: list[VoiceState | Loudness | Utterance | Result] = []

    @property
    def state(self) -> VoiceState:
        return [message for message in self.got if isinstance(message, VoiceState)][-1]

    async def until(self, found: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not self.got or not found():
                self.got.append(messages.decode(await self.connection.receive(), KINDS))

    async def command(self, command: VoiceCommand) -> None:
        await self.connection.send(messages.encode(command))
        await self.until(lambda: Result(command.request, ok=True) in self.got)

    async def hears(self, text: str) -> Utterance:
        def found() -> list[Utterance]:
            return [message for message in self.got if isinstance(message, Utterance) and message.text == text]

        await self.until(found)
        return found()[-1]

    async def close(self) -> None:
        await self.connection.close()


Connect = Callable[..., Awaitable[Ear]]


@pytest.fixture
async def ear_of() -> AsyncIterator[Connect]:
    opened: list[Ear] = []

    async def connect(stack: Stack, kiosk: str = "k1") -> Ear:
        ear = Ear(await local.connect(stack.socket(f"{kiosk}-voice")))
        opened.append(ear)
        await ear.until(lambda: ear.got)
        return ear

    yield connect
    for ear in opened:
        await ear.close()


@pytest.fixture
def voiced(stack: Stack) -> Stack:
    """A terminal with a voice and no hall around it."""
    stack.make_kiosk("k1")
    stack.make_simulated_voice("k1")
    stack.start("k1", "k1-voice")
    return stack


async def test_what_is_typed_is_heard_word_by_word_and_then_whole(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    assert (ear.state.ears, ear.state.caption) == (Ears.OFF, "")
    await ear.command(Listen("l1", on=True))
    assert ear.state.ears is Ears.OPEN
    voiced.say("k1", "我要挂失")
    spoken = await ear.hears("我要挂失")
    captions = [m.caption for m in ear.got if isinstance(m, VoiceState) and m.ears is Ears.HEARING]
    assert captions == ["我", "我要", "我要挂", "我要挂失"]
    await ear.until(lambda: (ear.state.ears, ear.state.caption) == (Ears.OPEN, ""))
    voiced.say("k1", "我要挂失")
    await ear.until(lambda: sum(isinstance(m, Utterance) for m in ear.got) == 2)
    assert spoken.id != ear.got[-1].id, "said twice, it was heard twice"


async def test_closed_ears_hear_nothing_and_say_so(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    voiced.say("k1", "有人吗", patience_s=0)
    eventually(lambda: "not heard, the ears are closed: 有人吗" in voiced.log("k1-voice"))
    await ear.command(Listen("l1", on=True))
    voiced.say("k1", "我想问一下养老金什么时候到账")
    await ear.until(lambda: ear.state.ears is Ears.HEARING)
    await ear.command(Listen("l2", on=False))
    eventually(lambda: "not heard, the ears are closed: 我想问一下" in voiced.log("k1-voice"))
    assert (ear.state.ears, ear.state.caption) == (Ears.OFF, "")
    assert not any(isinstance(message, Utterance) for message in ear.got)


async def test_an_utterance_does_not_go_on_across_a_pause_of_the_ears(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    await ear.command(Listen("l1", on=True))
    voiced.say("k1", "我想问一下养老金什么时候到账")
    await ear.until(lambda: ear.state.ears is Ears.HEARING)
    await ear.command(Listen("l2", on=False))
    await ear.command(Listen("l3", on=True))
    voiced.say("k1", "下一句")
    await ear.hears("下一句")
    assert [m.text for m in ear.got if isinstance(m, Utterance)] == ["下一句"]


async def test_the_meter_moves_only_while_the_ears_are_open(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    await ear.command(Say("s1", "好"))
    await ear.until(lambda: ear.state.saying == "s1")
    await ear.until(lambda: ear.state.saying == "")  # time has passed
    assert not any(isinstance(message, Loudness) for message in ear.got)
    await ear.command(Listen("l1", on=True))
    await ear.until(lambda: sum(isinstance(message, Loudness) for message in ear.got) >= 3)
    voiced.say("k1", "我要挂失")
    await ear.until(lambda: max((m.level for m in ear.got if isinstance(m, Loudness)), default=0) >= 0.3)


async def test_it_says_one_thing_at_a_time_and_prints_it(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    await ear.command(Say("s1", "请稍等，" * 100))
    await ear.until(lambda: ear.state.saying == "s1")
    await ear.command(Say("s2", "您好"))
    await ear.until(lambda: ear.state.saying == "s2")
    await ear.command(Say("s4", "请稍等，" * 100))
    await ear.command(Listen("l1", on=True))
    await ear.until(lambda: sum(isinstance(message, Loudness) for message in ear.got) >= 3)  # longer than s2
    assert ear.state.saying == "s4"
    await ear.command(Say("s5", "您好"))
    await ear.until(lambda: ear.state.saying == "s5")
    await ear.until(lambda: ear.state.saying == "")
    await ear.command(Say("s3", "请稍等，" * 100, slow=True))
    await ear.command(Hush("h1"))
    assert ear.state.saying == ""
    eventually(lambda: "says: 您好" in voiced.log("k1-voice"))


async def test_the_volume_is_kept(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    await ear.command(SetVolume("v1", 0.3))
    assert (await ear_of(voiced)).state.volume == ear.state.volume == 0.3


async def test_asking_for_a_person_calls_one_without_the_screen(
    voiced: Stack, ear_of: Connect, link_of: Callable[..., Awaitable[Link]]
) -> None:
    ear, link = await ear_of(voiced), await link_of(voiced)
    await ear.command(Listen("l1", on=True))
    voiced.say("k1", "人工智能是什么")
    await ear.hears("人工智能是什么")
    voiced.say("k1", "给我转人工")
    call = (await link.until(lambda s: s.call)).call
    assert call is not None
    assert (call.cause, call.said, call.presses) == (Cause.VOICE, ("给我转人工",), 1)


async def test_in_practice_it_calls_nobody_and_after_it_it_does(
    voiced: Stack, ear_of: Connect, link_of: Callable[..., Awaitable[Link]]
) -> None:
    ear, link = await ear_of(voiced), await link_of(voiced)
    await ear.command(Listen("l1", on=True, practice=True))
    voiced.say("k1", "人工")
    await ear.hears("人工")
    await ear.command(Listen("l2", on=True))
    voiced.say("k1", "我要人工")
    call = (await link.until(lambda s: s.call)).call
    assert call is not None and call.said == ("我要人工",)


async def test_practice_that_ends_in_the_middle_of_a_sentence_calls(
    voiced: Stack, ear_of: Connect, link_of: Callable[..., Awaitable[Link]]
) -> None:
    ear, link = await ear_of(voiced), await link_of(voiced)
    await ear.command(Listen("l1", on=True, practice=True))
    voiced.say("k1", "我要人工，我要找人工，快一点找人工")
    await ear.until(lambda: ear.state.ears is Ears.HEARING)
    await ear.command(Listen("l2", on=True))
    assert (await link.until(lambda s: s.call)).call


async def test_a_call_that_the_link_cannot_take_yet_is_said_again_and_once(
    voiced: Stack, ear_of: Connect, link_of: Callable[..., Awaitable[Link]]
) -> None:
    ear = await ear_of(voiced)
    await ear.command(Listen("l1", on=True))
    voiced.kill("k1")
    voiced.say("k1", "人工")
    await ear.hears("人工")
    voiced.start("k1")
    link = await link_of(voiced)
    assert (await link.until(lambda s: s.call)).call.presses == 1
    await link.until(lambda s: "microphone" in s.parts)
    assert (await link.command(Summon("t1", Cause.TOUCH))).ok
    assert (await link.until(lambda s: s.call.presses > 1)).call.presses == 2


async def test_the_ears_close_and_practice_ends_with_the_screen_that_opened_them(
    voiced: Stack, ear_of: Connect
) -> None:
    screen, other = await ear_of(voiced), await ear_of(voiced)
    await screen.command(Listen("l1", on=True, practice=True))
    await other.until(lambda: other.state.ears is Ears.OPEN)
    await screen.close()
    await other.until(lambda: other.state.ears is Ears.OFF)


async def test_the_link_knows_how_the_voice_is_and_when_it_is_gone(
    voiced: Stack, link_of: Callable[..., Awaitable[Link]]
) -> None:
    link = await link_of(voiced)
    await link.until(lambda s: "microphone" in s.parts and s.parts["microphone"].ok)
    voiced.kill("k1-voice")
    state = await link.until(lambda s: not s.parts["microphone"].ok)
    assert state.parts["microphone"].fault == "gone"
    assert "systemctl status kiosk-voice" in state.parts["microphone"].remedy
    voiced.start("k1-voice")
    await link.until(lambda s: s.parts["microphone"].ok)


async def test_rubbish_is_counted_and_the_voice_lives_on(voiced: Stack, ear_of: Connect) -> None:
    ear = await ear_of(voiced)
    await ear.connection.send(b'{"do":"dance"}')
    await ear.command(Listen("l1", on=True))
    with pytest.raises(BadMessage):
        messages.decode(b'{"do":"dance"}', VoiceCommand)


# --- by script --------------------------------------------------------------------------------------


def simulate(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "sim", "voice", "--socket", str(directory / "voice.sock"), *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=LIMIT_S,
    )


def test_a_script_speaks_and_ends(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--script", "say 我要挂失; wait 0; quit")
    assert done.returncode == 0, done.stderr
    assert "not heard, the ears are closed: 我要挂失" in done.stdout
    assert not (tmp_path / "voice.sock").exists()


def test_by_hand_it_ends_with_its_input(tmp_path: Path) -> None:
    done = simulate(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "press Enter" in done.stdout


def test_mistakes_are_told(tmp_path: Path) -> None:
    done = simulate(tmp_path, "--script", "say 您好; sing")
    assert done.returncode == 2
    assert "wrong at character 9: unknown word 'sing'" in done.stderr and "Traceback" not in done.stderr
    (tmp_path / "file").touch()
    done = simulate(tmp_path / "file", "--script", "quit")
    assert done.returncode == 2
    assert done.stderr.startswith("kiosk: ") and len(done.stderr.splitlines()) == 1


def test_the_words_of_a_script() -> None:
    assert parse(" say 我要 挂失;wait 1.5\nquit;") == [
        Step("say", text="我要 挂失"),
        Step("wait", seconds=1.5),
        Step("quit"),
    ]
    assert parse("") == []


@pytest.mark.parametrize(
    ("script", "where", "what"),
    [
        ("say", 1, "'say' takes"),
        ("say 好; wait", 8, "'wait' takes one number"),
        ("wait -1", 1, "'wait' takes"),
        ("wait 1 2", 1, "'wait' takes"),
        ("quit now", 1, "takes nothing"),
        ("quit; say 好", 7, "nothing may follow"),
        ("SAY 好", 1, "unknown word"),
    ],
)
def test_a_mistake_is_named_with_its_place(script: str, where: int, what: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(script)
    assert f"at character {where}: " in str(caught.value) and what in str(caught.value)
    assert all(word in str(caught.value) for word in WORDS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("人工", True),
        ("给我转人工服务", True),
        ("人工智能", False),
        ("不要人工智能，要人工", True),
        ("挂失", False),
    ],
)
def test_the_stand_ins_rule(text: str, wanted: bool) -> None:
    assert wants_person(text) == wanted
