"""The audit's result: figures over all pictures, the worst of each and where it is, and the violations."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from kiosk.screen.audit.judge import HIDDEN, HUMAN, Kind, Violation, between, faults, touched
from kiosk.screen.audit.limits import Limits
from kiosk.screen.audit.seen import Picture
from kiosk.screen.scene import TextSize

#: What is the same on every scene, beside the text sizes.
FRAME = HIDDEN | {HUMAN}


class Least:
    """The smallest value of each figure, and where it was."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.places: dict[str, str] = {}

    def add(self, figure: str, value: float, place: str) -> None:
        if figure not in self.values or value < self.values[figure]:
            self.values[figure], self.places[figure] = value, place


class Verdict:
    """Judges pictures; :attr:`violations` in the order of the pictures."""

    def __init__(self, pictures: Sequence[Picture], limits: Limits) -> None:
        self.limits = limits
        self.pictures = len(pictures)
        self.least = Least()
        self.panels = {picture.panel.name: Least() for picture in pictures}
        self.texts = self.targets = 0
        self.violations: list[Violation] = []
        for picture in pictures:
            self._measure(picture)
            self.violations += [
                Violation(picture.name, fault.kind, fault.what, fault.value, fault.limit)
                for fault in faults(picture, limits)
            ]
        self.violations += between(pictures)
        self._compare(pictures)

    @property
    def kinds(self) -> dict[str, int]:
        """How many violations there are of each kind."""
        counted = Counter(violation.kind for violation in self.violations)
        return {kind.value: counted[kind] for kind in Kind}

    @property
    def figures(self) -> dict[str, float]:
        """The smallest of everything, and how many texts and targets were measured."""
        return rounded(self.least.values) | {"texts": self.texts, "targets": self.targets}

    def _measure(self, picture: Picture) -> None:
        panel = picture.panel
        for text in picture.texts:
            self.texts += 1
            self._least(picture, "smallest_text_dp", panel.dp(text.size), text.text)
            self._least(picture, "smallest_text_mm", panel.mm(text.size), text.text)
            if text.pitch:
                self._least(picture, "line_spacing", text.pitch / text.size, text.text)
            if text.ink is not None:
                self._least(picture, "lowest_contrast", text.ink.contrast, text.text)
        targets = touched(picture)
        for target in targets:
            self.targets += 1
            side = min(target.box.width, target.box.height)
            self._least(picture, "smallest_target_mm", panel.mm(side), target.action)
            self._least(picture, "smallest_target_dp", panel.dp(side), target.action)
        for one, other in itertools.combinations(targets, 2):
            gap = one.box.gap(other.box)
            self._least(picture, "smallest_gap_mm", panel.mm(gap), f"{one.action} and {other.action}")
            self._least(picture, "smallest_gap_dp", panel.dp(gap), f"{one.action} and {other.action}")

    def _compare(self, pictures: Sequence[Picture]) -> None:
        """How much larger the content becomes where a larger text size is chosen, by the mean of its letters."""
        means = {(picture.panel, picture.shot): _mean_size(picture) for picture in pictures}
        for picture in pictures:
            standard = msgspec.structs.replace(picture.shot, text=TextSize.STANDARD)
            before = means.get((picture.panel, standard), 0.0)
            if picture.shot.text is not TextSize.STANDARD and before:
                grown = means[picture.panel, picture.shot] / before
                self._least(picture, f"growth_{picture.shot.text}", grown, "mean size of its letters")

    def _least(self, picture: Picture, figure: str, value: float, what: str) -> None:
        place = f"{picture.name}: {' '.join(what.split())}"
        self.least.add(figure, value, place)
        self.panels[picture.panel.name].add(figure, value, place)

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "audit": "screen",
            "pictures": self.pictures,
            "limits": msgspec.to_builtins(self.limits),
            "figures": self.figures,
            "where": self.least.places,
            "panels": {name: rounded(least.values) for name, least in self.panels.items()},
            "kinds": self.kinds,
            "violations": [self._as_json(violation) for violation in self.violations],
            "violation_count": len(self.violations),
        }

    @staticmethod
    def _as_json(violation: Violation) -> dict[str, Any]:
        numbers = {"value": round(violation.value, 2), "limit": round(violation.limit, 2)}
        return {**msgspec.to_builtins(violation), **numbers}


def _mean_size(picture: Picture) -> float:
    """Of the letters of the content; those of the frame never change, so that nothing in it moves."""
    content = [text for text in picture.texts if text.target not in FRAME and not text.target.startswith("size-")]
    letters = sum(len(text.text) for text in content)
    return sum(text.size * len(text.text) for text in content) / letters if letters else 0.0


def rounded(values: dict[str, float]) -> dict[str, float]:
    """To a hundredth, for people."""
    return {name: round(value, 2) for name, value in values.items()}
