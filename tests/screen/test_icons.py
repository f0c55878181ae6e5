"""The icons."""

from __future__ import annotations

import pytest

from kiosk.screen import gallery
from kiosk.screen.icons import GRID, NAMES, STROKE, coverage, icon
from kiosk.screen.scene import Buttons, Cards, Faces, Rows


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_stays_within_its_square(name: str) -> None:
    shape = icon(name)
    points = [(*point, STROKE / 2) for line in shape.lines for point in line] + list(shape.dots)
    assert points
    for x, y, radius in points:
        assert min(x, y) - radius >= -0.3
        assert max(x, y) + radius <= GRID + 0.3


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_is_drawn(name: str) -> None:
    size = 48
    pixels = coverage(name, size)
    inked = sum(pixels) / 255 / size**2
    assert 0.04 < inked < 0.45
    assert max(pixels) == 255


def test_faces_go_from_the_worst_to_the_best() -> None:
    """The corners of the mouth, against its middle."""

    def smile(name: str) -> float:
        mouth = next(line for line in icon(name).lines if all(y > 12 for _, y in line))
        middle = min(mouth, key=lambda point: abs(point[0] - 12) - point[1] / 100)
        return middle[1] - mouth[0][1]

    smiles = [smile(f"face-{number}") for number in (1, 2, 3, 4)]
    assert smiles == sorted(smiles)
    assert smiles[0] < 0 < smiles[-1]


def test_every_icon_of_the_gallery_exists() -> None:
    used = set()
    for scene in gallery.scenes().values():
        for block in scene.blocks:
            if isinstance(block, Cards | Faces):
                used |= {card.icon for card in block.cards}
            elif isinstance(block, Buttons):
                used |= {button.icon for button in block.buttons}
            elif isinstance(block, Rows):
                used |= {row.icon for row in block.rows}
    assert used - NAMES <= {""}
