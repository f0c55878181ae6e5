"""The audit's measurements on pixels that are known."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.screen import theme
from kiosk.screen.audit.pixels import Piece, Pixels, Texture, contrast, ink, luminance, red
from kiosk.screen.audit.seen import Box

WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (119, 119, 119)


def plain(colour: tuple[int, int, int], width: int = 200, height: int = 100) -> Pixels:
    frame = np.zeros((height, width, 3), np.uint8)
    frame[...] = colour
    return frame


def bar(width: int = 60, height: int = 40) -> Texture:
    """A texture with a bar of 40 x 20 pixels in its middle, white as a text that is coloured when it is drawn."""
    texture = np.full((height, width, 4), 255, np.uint8)
    texture[..., 3] = 0
    texture[10:30, 10:50, 3] = 255
    return texture


def drawn(frame: Pixels, colour: tuple[int, int, int], left: int = 20, top: int = 30) -> Piece:
    frame[top + 10 : top + 30, left + 10 : left + 50] = colour
    return Piece(bar(), Box(left, top, 60, 40))


def test_contrast_is_that_of_wcag() -> None:
    white, grey = (float(value) for value in luminance(np.array([WHITE, GREY], np.uint8)))
    assert contrast(white, 0) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(theme.contrast("#777777", "#ffffff"), abs=0.01)


def test_ink_is_measured_where_it_is_drawn() -> None:
    frame = plain(WHITE)
    found = ink(frame, [drawn(frame, GREY)], 24)
    assert found is not None
    assert found.box == Box(30, 40, 40, 20)
    assert found.contrast == pytest.approx(4.48, abs=0.01)
    assert (found.visible, found.tallest_line, found.cut) == (1, 20, False)


def test_no_stroke_is_no_ink() -> None:
    empty = bar()
    empty[..., 3] = 0
    assert ink(plain(WHITE), [Piece(empty, Box(0, 0, 60, 40))], 24) is None


def test_the_worst_background_counts() -> None:
    frame = plain(WHITE)
    frame[:, :50] = GREY
    found = ink(frame, [drawn(frame, BLACK)], 24)
    assert found is not None
    assert found.contrast == pytest.approx(4.69, abs=0.01)


def test_strokes_that_are_covered_or_outside_are_not_seen() -> None:
    frame = plain(WHITE)
    piece = drawn(frame, BLACK)
    frame[:, 60:] = WHITE
    found = ink(frame, [piece], 24)
    assert found is not None and found.visible == pytest.approx(0.75)
    frame = plain(WHITE)
    found = ink(frame, [drawn(frame, BLACK, left=160)], 24)
    assert found is not None and found.visible == pytest.approx(0.75)
    found = ink(plain(WHITE), [Piece(bar(), Box(400, 0, 60, 40))], 24)
    assert found is not None and (found.visible, found.contrast) == (0, 1)


def test_a_dimming_over_everything_covers_nothing() -> None:
    frame = plain(WHITE)
    piece = drawn(frame, GREY)
    found = ink(frame // 2, [piece], 24)
    assert found is not None and found.visible == 1


def test_a_texture_drawn_smaller_is_measured_as_drawn() -> None:
    frame = plain(WHITE)
    frame[35:45, 25:45] = BLACK
    found = ink(frame, [Piece(bar(), Box(20, 30, 30, 20))], 12)
    assert found is not None
    assert found.box == Box(25, 35, 20, 10)
    assert (found.contrast, found.visible) == (pytest.approx(21), 1)


def test_strokes_at_the_edge_of_their_texture_are_cut() -> None:
    frame = plain(WHITE)
    piece = drawn(frame, BLACK)
    found = ink(frame, [Piece(piece.texture[10:], Box(20, 40, 60, 30))], 24)
    assert found is not None and found.cut


def test_each_line_has_its_height() -> None:
    lines = np.concatenate([bar(), bar()[5:35]])
    found = ink(plain(WHITE), [Piece(lines, Box(0, 0, 60, 70))], 24)
    assert found is not None and found.tallest_line == 20


@pytest.mark.parametrize("colour", ["#a90f1c", "#b01420", "#5e050d", "#ff0000", "#e03030"])
def test_red_is_what_people_call_red(colour: str) -> None:
    frame = plain(tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)))  # type: ignore[arg-type]
    assert red(frame, None).elsewhere == 200 * 100


@pytest.mark.parametrize("colour", ["#0b4f4a", "#ffd982", "#5c3d00", "#ff9900", "#cfc5ff", "#f0c9cc", "#404040"])
def test_other_colours_are_not_red(colour: str) -> None:
    frame = plain(tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)))  # type: ignore[arg-type]
    assert red(frame, None).elsewhere == 0


def test_red_within_the_human_is_its_own() -> None:
    frame = plain(WHITE)
    frame[10:50, 100:180] = (169, 15, 28)
    assert red(frame, Box(100, 10, 80, 40)).elsewhere == 0
    assert red(frame, Box(100, 10, 80, 40)).human > 0.9
    beside = red(frame, Box(0, 10, 80, 40))
    assert (beside.elsewhere, beside.where, beside.human) == (40 * 80, Box(100, 10, 80, 40), 0)
