"""Screens that are wrong in one way each, really drawn in a window: the audit finds what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from kiosk.display import VirtualDisplay
from kiosk.screen.audit.judge import Kind, between, faults
from kiosk.screen.audit.limits import Limits
from kiosk.screen.audit.seen import Picture
from kiosk.screen.fonts import Fonts

WINDOW = {
    "KIVY_NO_ARGS": "1",
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_NO_FILELOG": "1",
    "KCFG_GRAPHICS_WIDTH": "1280",
    "KCFG_GRAPHICS_HEIGHT": "800",
    "KCFG_GRAPHICS_MULTISAMPLES": "0",
    "KCFG_GRAPHICS_BORDERLESS": "1",
}
SCRIPT = Path(__file__).with_name("audit_faulty.py")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Picture]:
    """Every screen by its name; drawn once, all in one window."""
    directory = tmp_path_factory.mktemp("fonts")
    font = Fonts(directory).regular.path
    with VirtualDisplay(1280, 800) as display:
        run = subprocess.run(
            [sys.executable, str(SCRIPT), str(font)],
            env=display.environment | WINDOW | {"KIVY_HOME": str(directory)},
            capture_output=True,
            timeout=120,
            check=False,
        )
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-3000:]
    return msgspec.json.decode(run.stdout, type=dict[str, Picture])


def found(drawn: dict[str, Picture], name: str) -> set[Kind]:
    within = {fault.kind for fault in faults(drawn[name], Limits())}
    return within | {violation.kind for violation in between([drawn["all_well"], drawn[name]])}


def test_nothing_is_wrong_where_all_is_well(drawn: dict[str, Picture]) -> None:
    picture = drawn["all_well"]
    assert list(faults(picture, Limits())) == []
    assert [text.text for text in picture.texts if text.pitch] == [picture.wanted.body[0]]
    assert {text.target for text in picture.texts} == {"", "human", "first", "second"}
    assert 0.5 < picture.red.human < 1
    assert all(text.ink is not None and text.ink.contrast > 7 for text in picture.texts)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("small_text", {Kind.TEXT}),
        ("squeezed_text", {Kind.TEXT}),
        ("tight_lines", {Kind.SPACING}),
        ("tight_lines_one_by_one", {Kind.SPACING}),
        ("broken_word", {Kind.BREAK}),
        ("closed_sentence", {Kind.BREAK}),
        ("small_target", {Kind.TARGET}),
        ("small_gap", {Kind.GAP}),
        ("overlapping_targets", {Kind.OVERLAP}),
        ("low_contrast", {Kind.CONTRAST}),
        ("low_contrast_behind", {Kind.CONTRAST, Kind.CLIPPED}),
        ("faded", {Kind.CONTRAST}),
        ("clipped_lines", {Kind.CLIPPED}),
        ("clipped_by_the_card", {Kind.CLIPPED, Kind.OVERLAP}),
        ("clipped_by_the_panel", {Kind.CLIPPED}),
        ("target_beyond_the_window", {Kind.CLIPPED}),
        ("japanese_forms", {Kind.FORMS}),
        ("clipped_by_the_window", {Kind.CLIPPED}),
        ("covered", {Kind.CLIPPED}),
        ("overlapping_texts", {Kind.OVERLAP, Kind.CONTRAST}),
        ("empty", {Kind.EMPTY}),
        ("blank", {Kind.EMPTY, Kind.GLYPH}),
        ("missing_glyph", {Kind.GLYPH}),
        ("font_without_chinese", {Kind.GLYPH}),
        ("human_moved", {Kind.HUMAN}),
        ("human_absent", {Kind.HUMAN, Kind.ABSENT}),
        ("human_not_red", {Kind.HUMAN}),
        ("red_elsewhere", {Kind.RED}),
    ],
)
def test_each_fault_is_found(drawn: dict[str, Picture], name: str, kinds: set[Kind]) -> None:
    assert found(drawn, name) == kinds
