"""Sentences that measure, or that thresholds are chosen by, are among none that are learnt."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kiosk.dialogue.examples import load_examples
from kiosk.dialogue.pack import HALLS, load_pack
from kiosk.dialogue.wording import bare

HERE = Path(__file__).parent
SETS = ("unseen", "ordinary", "development")


def sentences(name: str) -> set[str]:
    """All of a set, without punctuation."""
    said = set()
    for file in (HERE / name).glob("*.tsv"):
        with file.open(encoding="utf-8", newline="") as lines:
            said |= {bare(row["text"]) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
    return said


@pytest.mark.parametrize("name", SETS)
def test_none_is_learnt(name: str) -> None:
    kept_apart = sentences(name)
    assert len(kept_apart) > 1000
    for hall in HALLS:
        learnt = {bare(text) for text in load_examples(hall, load_pack(hall)).texts}
        assert not kept_apart & learnt, f"{hall}: take them out of what is learnt"


def test_none_of_those_that_measure_is_among_those_to_choose_by() -> None:
    assert not sentences("unseen") & (sentences("ordinary") | sentences("development"))
