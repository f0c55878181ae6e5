"""Valid, spoilt and senseless inputs everywhere, few enough for every day."""

import random
from typing import Any

import pytest

from kiosk import messages
from kiosk.bench.fuzz.inputs import Inputs
from kiosk.bench.fuzz.run import WEIGHTS, Fuzz, fuzz
from kiosk.bench.fuzz.surface import KINDS, OF_LEAF, Insane
from kiosk.desk import protocol


async def test_nothing_raises_every_bad_input_counts_and_memory_stays_flat() -> None:
    report = await fuzz(20_000, seed=1)
    figures = report.figures
    assert (figures["raised"], figures["uncounted"], figures["insane"]) == (0, 0, 0)
    assert figures["rss_growth_mb"] <= 10
    assert 0.3 < figures["bad"] / figures["inputs"] < 0.8
    assert all(figures[f"inputs_{name}"] > 50 for name in WEIGHTS)


@pytest.mark.parametrize("kind", [*KINDS, *OF_LEAF.values(), messages.Command, protocol.PageCommand])
def test_what_is_made_as_valid_is_valid(kind: Any) -> None:
    inputs = Inputs(random.Random(1))
    for _ in range(200):
        messages.decode(inputs.valid(kind), kind)


async def test_a_mistake_anywhere_is_found(tmp_path) -> None:
    run = Fuzz(tmp_path, random.Random(1))
    outcomes = iter([KeyError("a mistake"), Insane("a state that may not be")])

    def fails() -> bool:
        raise next(outcomes, KeyError("another"))

    run.surfaces["mqtt_link"] = fails
    await run.start()
    try:
        await run.run(100)
    finally:
        await run.stop()
    figures = run.report(1).figures
    assert figures["insane"] == 1 and figures["raised"] > 5
