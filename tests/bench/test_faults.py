"""A few of the faults of ``kiosk bench faults``, in a real hall without a screen; and the list and its table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.bench.faults.catalogue import ENTRIES
from kiosk.bench.faults.entry import BUTTON_S, REST_S
from kiosk.bench.faults.hall import FaultHall, Kind
from kiosk.bench.faults.run import Played, UnknownFault, chosen, play
from kiosk.bench.faults.table import BEGIN, END, written

DOCS = Path(__file__).parents[2] / "docs"
QUICK = ("board-unplugged", "wrong-protocol", "broker-killed", "page-unseen", "nobody-on-duty", "link-killed")


async def test_what_is_broken_is_noticed_named_and_gone_when_it_is_mended(tmp_path: Path) -> None:
    async with FaultHall(Kind.BOARD, tmp_path, screen=False) as hall:
        for entry in chosen(QUICK):
            played = await play(hall, entry, doctor=entry.name == "board-unplugged")
            assert played.wrong == [] and played.mended_s is not None, played
            assert bool(played.doctor) == (entry.name == "board-unplugged")


def test_the_list_is_whole() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(names) == len(set(names)) >= 30
    assert all(entry.at_link or entry.at_desk for entry in ENTRIES), "somebody must notice"
    beyond = {entry.name for entry in ENTRIES if entry.limit_s not in (BUTTON_S, REST_S)}
    assert beyond == {"button-held"}, "by design, and docs/faults.md says so"
    known = set(re.findall(r"^\| `([\w-]+)` \|", (DOCS / "technician.md").read_text(encoding="utf-8"), re.M))
    named = {
        sign.partition(": ")[2] for entry in ENTRIES for sign in (entry.at_link, entry.at_desk) if ": " in sign
    }
    assert named - {"unusable"} <= known | {"missing"}


def test_one_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownFault, match=r"no fault is called rain; there are: .*broker-killed"):
        chosen(["rain"])


def test_the_document_has_every_fault_played_and_none_that_was_wrong() -> None:
    table = (DOCS / "faults.md").read_text(encoding="utf-8").split(BEGIN, 1)[1].split(END, 1)[0]
    rows = re.findall(r"^\| `([a-z-]+)` \|", table, re.M)
    assert rows == [entry.name for entry in ENTRIES]
    assert "**" not in table


def test_a_run_of_some_faults_replaces_their_rows_only() -> None:
    empty = f"before\n{BEGIN}\n{END}\nafter\n"
    cut = Played("cable-cut", "cut|off", 5.0, noticed_s=0.5, link_s=0.5, mended_s=2.2, wrong=["too late"])
    unplugged = Played("board-unplugged", "pulled", 5.0, noticed_s=0.1, desk_s=0.1, mended_s=1.0)
    first = written(empty, [cut, unplugged], "today")
    assert first.startswith("before\n") and first.endswith("\nafter\n")
    assert "cut/off" in first and "**too late**" in first
    assert first.index("board-unplugged") < first.index("cable-cut"), "in the order of the list"
    again = written(first, [Played("cable-cut", "cut", 5.0, noticed_s=0.2, link_s=0.2, mended_s=1.0)], "later")
    assert "too late" not in again and "board-unplugged" in again and "later" in again
    skipped = written(again, [Played("cable-cut", "cut", 5.0, skipped="no root")], "at last")
    assert "no root" not in skipped, "what was seen once is not forgotten"
