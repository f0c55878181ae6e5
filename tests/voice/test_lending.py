"""The microphone is left to a video call and taken back: a real voice process at a simulated sound card."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from parts import eventually
from speech_hall import SoundCard, listener

from kiosk.messages import Ears, Lend, Listen
from kiosk.stack import Stack


@pytest.fixture
def card() -> Iterator[SoundCard]:
    if why := SoundCard.missing():
        pytest.skip(why)
    with tempfile.TemporaryDirectory() as directory:  # short, for the socket
        made = SoundCard(Path(directory))
        yield made
        made.close()


def recorders(card: SoundCard) -> int:
    """How many programs have the microphone."""
    return len(card._ctl("list", "short", "source-outputs").stdout.splitlines())


@pytest.fixture
def voice(card: SoundCard, stack: Stack, hearing_model: Path) -> Path:
    """A voice whose ears are always open; it goes before its card does."""
    stack.make_kiosk("k1", more="[hearing]\nalways_open = true\n")
    name = stack.make_voice(
        models=hearing_model.parent, environment=os.environ | card.environment, more='engine = "espeak"'
    )
    stack.start(name)
    return stack.socket(name)


async def test_ears_that_are_always_open_leave_the_microphone_to_the_call_and_take_it_back(voice, card):
    async with listener(voice) as client:
        await client.until(lambda: client.state and client.state.ears is Ears.OPEN)
        eventually(lambda: recorders(card) == 1, "the ears")
        await client.send(Lend("l1", on=True))
        await client.until(lambda: client.state.ears is Ears.OFF)
        eventually(lambda: recorders(card) == 0, "the microphone is free")
        await client.send(Listen("l2", on=True))  # not while somebody else has it
        await client.send(Lend("l3", on=False))
        await client.until(lambda: client.state.ears is Ears.OPEN)
        eventually(lambda: recorders(card) == 1, "the ears")


async def test_a_borrower_that_crashes_gives_it_back(voice, card):
    async with listener(voice) as watching:
        async with listener(voice) as client:
            await client.until(lambda: client.state and client.state.ears is Ears.OPEN)
            await client.send(Lend("l1", on=True))
            await watching.until(lambda: watching.state and watching.state.ears is Ears.OFF)
        await watching.until(lambda: watching.state.ears is Ears.OPEN)
        eventually(lambda: recorders(card) == 1, "the ears")
