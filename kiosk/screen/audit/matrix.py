"""Which pictures are drawn: every scene in every size, text size, language and variant, or a covering few."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from kiosk.screen.audit.limits import Panel
from kiosk.screen.scene import TextSize, Variant

LANGUAGES = ("zh_CN", "zh_TW", "en")


class Shot(Struct, frozen=True):
    """One picture to draw on one panel."""

    scene: str  # its name in the gallery
    text: TextSize
    language: str
    variant: Variant

    @property
    def name(self) -> str:
        """The picture's file name without its ending."""
        return f"{self.scene}-{self.text}-{self.language}-{self.variant}"


class Job(Struct, frozen=True):
    """What a drawing process is asked for: the pictures of one panel, saved unless ``directory`` is empty."""

    panel: Panel
    shots: tuple[Shot, ...]
    directory: str = ""


def every(scenes: Sequence[str]) -> list[Shot]:
    """All pictures of one panel."""
    return [Shot(*one) for one in itertools.product(scenes, TextSize, LANGUAGES, Variant)]


def covering(scenes: Sequence[str], panels: Sequence[Panel]) -> dict[Panel, list[Shot]]:
    """Every scene at each panel, and each pair of values of any two dimensions in at least one picture.

    As few pictures as a greedy choice finds: one for each scene and panel, then those whose pairs are missing.
    Among equals it takes the one whose pairs are rarest, so that no panel has the same text size again and again.
    """
    chosen: dict[Panel, list[Shot]] = {panel: [] for panel in panels}
    drawn: Counter[tuple[int, str, int, str]] = Counter()

    def pairs(panel: Panel, shot: Shot) -> list[tuple[int, str, int, str]]:
        values = (panel.name, shot.scene, shot.text, shot.language, shot.variant)
        return [(a, values[a], b, values[b]) for a, b in itertools.combinations(range(len(values)), 2)]

    def worth(panel: Panel, shot: Shot) -> tuple[int, int]:
        counts = [drawn[pair] for pair in pairs(panel, shot)]
        return counts.count(0), -sum(counts)

    def take(panel: Panel, shot: Shot) -> None:
        chosen[panel].append(shot)
        drawn.update(pairs(panel, shot))

    for scene, panel in itertools.product(scenes, panels):
        take(panel, max(every([scene]), key=lambda shot: worth(panel, shot)))
    for panel in panels:
        for shot in every(scenes):
            if worth(panel, shot)[0]:
                take(panel, shot)
    return chosen
