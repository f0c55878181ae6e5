"""Microphone, loudspeaker and models."""

from __future__ import annotations

import asyncio

from kiosk.bench.faults.entry import Entry
from kiosk.bench.faults.eyes import NO_MICROPHONE, VOICE
from kiosk.bench.faults.hall import FaultHall, Kind
from kiosk.bench.faults.steps import away, frozen, killed


async def card_out(hall: FaultHall) -> None:
    assert hall.card is not None
    await hall.kill(VOICE)
    hall.card.pull_out()
    hall.struck()
    await hall.start(VOICE)


async def card_in(hall: FaultHall) -> None:
    assert hall.card is not None
    await asyncio.to_thread(hall.card.plug_in)


async def models_gone(hall: FaultHall) -> None:
    await hall.kill(VOICE)
    hall.models.rename(hall.models.with_suffix(".away"))
    hall.struck()
    await hall.start(VOICE)


async def models_back(hall: FaultHall) -> None:
    hall.models.with_suffix(".away").rename(hall.models)


ENTRIES = (
    Entry(
        "voice-killed",
        "`kill -9`",
        killed(VOICE),
        "microphone: gone",
        customer=NO_MICROPHONE,
        kind=Kind.VOICE,
    ),
    Entry(
        "voice-frozen",
        "SIGSTOP, and no watchdog",
        frozen(VOICE),
        "microphone: gone",
        customer=NO_MICROPHONE,
        kind=Kind.VOICE,
    ),
    Entry(
        "microphone-missing",
        "the microphone is pulled out",
        away(lambda hall: hall.microphone),
        "microphone: missing",
        kind=Kind.VOICE,
    ),
    Entry(
        "loudspeaker-missing",
        "the loudspeaker is pulled out, and the voice is started",
        (card_out, card_in),
        "speaker: missing",
        kind=Kind.VOICE,
    ),
    Entry(
        "model-missing",
        "the models are not there, and the voice is started",
        (models_gone, models_back),
        "model: missing",
        kind=Kind.VOICE,
    ),
)
