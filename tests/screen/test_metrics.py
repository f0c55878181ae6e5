"""Sizes on the panels that are served."""

from __future__ import annotations

import itertools
import math

import pytest

from kiosk.screen.metrics import Metrics, Rect

PANELS = [
    Metrics(800, 480, 7.0),
    Metrics(1280, 800, 10.1),
    Metrics(1920, 1080, 21.5),
    Metrics(1080, 1920, 21.5),
]
EACH = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: f"{panel.width}x{panel.height}")


def test_millimetres_and_dp() -> None:
    panel = PANELS[2]
    assert panel.px_per_inch == pytest.approx(math.hypot(1920, 1080) / 21.5)
    assert panel.px_per_mm == pytest.approx(4.034, abs=0.001)
    assert panel.px_per_dp == pytest.approx(0.6404, abs=0.0001)


@EACH
def test_letters_and_targets_are_large_enough(panel: Metrics) -> None:
    assert panel.smallest_text / panel.px_per_dp >= 30
    assert panel.body >= panel.smallest_text
    assert panel.touch / panel.px_per_mm >= 16
    assert panel.touch / panel.px_per_dp >= 60
    assert panel.gap / panel.px_per_mm >= 2.5


@EACH
def test_the_frame(panel: Metrics) -> None:
    """人工 is large, the text sizes can be hit, nothing overlaps, and most is left for the content."""
    whole = Rect(0, 0, panel.width, panel.height)
    targets = [panel.human, *panel.sizes]
    for rect in targets:
        assert min(rect.width, rect.height) >= panel.touch
        assert panel.rail.x <= rect.x and rect.right <= panel.rail.right
        assert panel.rail.y <= rect.y and rect.bottom <= panel.rail.bottom
    for one, other in itertools.combinations(targets, 2):
        assert not one.meets(Rect(*other).inset(1 - panel.gap))
    assert panel.human.width * panel.human.height > 1.5 * panel.sizes[0].width * panel.sizes[0].height
    assert not panel.stage.meets(panel.rail)
    assert panel.stage.width * panel.stage.height >= 0.75 * whole.width * whole.height


@EACH
def test_landscape_has_a_column_and_portrait_a_bar(panel: Metrics) -> None:
    if panel.landscape:
        assert panel.rail.right == panel.width and panel.rail.height == panel.height
        assert panel.human.bottom < panel.sizes[0].y < panel.sizes[1].y < panel.sizes[2].y
    else:
        assert panel.rail.bottom == panel.height and panel.rail.width == panel.width
        assert panel.human.bottom < panel.sizes[0].y == panel.sizes[2].y
