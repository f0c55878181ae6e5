"""The audit's result: figures over all pictures, the worst of each and where it is, and the violations."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from kiosk.screen.audit.judge import Kind, Violation, between, faults, touched
from kiosk.screen.audit.limits import Limits
from kiosk.screen.audit.seen import Picture


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


def rounded(values: dict[str, float]) -> dict[str, float]:
    """To a hundredth, for people."""
    return {name: round(value, 2) for name, value in values.items()}
