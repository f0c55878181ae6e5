"""Colours: everything can be read, and red means 人工."""

from __future__ import annotations

from dataclasses import fields

import pytest

from kiosk.screen.scene import Tone
from kiosk.screen.theme import DARK, DAY, EDGE_CONTRAST, TEXT_CONTRAST, Pair, Palette, contrast, is_red

PALETTES = pytest.mark.parametrize("palette", [DAY, DARK], ids=["day", "dark"])


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


@PALETTES
def test_every_text_can_be_read_on_its_background(palette: Palette) -> None:
    low = {name: contrast(pair.ground, pair.text) for name, pair in palette.pairs()}
    assert {name: value for name, value in low.items() if value < TEXT_CONTRAST} == {}


@PALETTES
def test_the_edges_of_what_can_be_touched_are_seen(palette: Palette) -> None:
    for ground in (palette.background, palette.rail):
        assert contrast(palette.outline, ground) >= EDGE_CONTRAST
        assert contrast(palette.primary.ground, ground) >= EDGE_CONTRAST
        assert max(contrast(palette.human.ground, ground), contrast(palette.human_edge, ground)) >= EDGE_CONTRAST
    assert contrast(palette.primary.ground, palette.track) >= EDGE_CONTRAST


@PALETTES
def test_a_press_is_seen(palette: Palette) -> None:
    assert contrast(palette.surface, palette.pressed.ground) >= EDGE_CONTRAST
    assert contrast(palette.primary.ground, palette.primary_pressed.ground) >= 1.4
    assert contrast(palette.human.ground, palette.human_pressed.ground) >= 1.4


@PALETTES
def test_red_is_only_human(palette: Palette) -> None:
    named: dict[str, str] = {}
    for field in fields(palette):
        value = getattr(palette, field.name)
        if isinstance(value, Pair):
            named |= {f"{field.name}.ground": value.ground, f"{field.name}.text": value.text}
        elif isinstance(value, dict):
            for tone, pair in value.items():
                named |= {f"{tone}.ground": pair.ground, f"{tone}.text": pair.text}
        else:
            named[field.name] = value
    assert {name for name, colour in named.items() if is_red(colour) and not name.startswith("human")} == set()
    assert is_red(palette.human.ground)


@PALETTES
def test_every_tone_has_colours_of_its_own(palette: Palette) -> None:
    assert palette.tones.keys() == set(Tone)
    assert len({pair.ground for pair in palette.tones.values()}) == len(Tone)
