"""Prints the audit's result, for people or as JSON."""

from __future__ import annotations

import itertools
import json

from kiosk.screen.audit.judge import Violation
from kiosk.screen.audit.verdict import Verdict

#: Of one kind and text, so many pictures are named; ``--json`` names all.
_NAMED = 3
#: The figures that have a limit, and its name.
_LIMITS = {
    "smallest_text_dp": "text_dp",
    "line_spacing": "line_spacing",
    "smallest_target_mm": "target_mm",
    "smallest_target_dp": "target_dp",
    "smallest_gap_mm": "gap_mm",
    "lowest_contrast": "contrast",
}


def show(verdict: Verdict, *, as_json: bool) -> None:
    """Print it to standard output."""
    if as_json:
        print(json.dumps(verdict.as_json(), ensure_ascii=False))
        return
    print(f"audit screen: {verdict.pictures} pictures")
    for figure, value in verdict.figures.items():
        limit = getattr(verdict.limits, _LIMITS[figure]) if figure in _LIMITS else None
        asked = f">= {limit:g}" if limit is not None else ""
        print(f"  {figure:20} {value:10.2f}  {asked:8} {verdict.least.places.get(figure, '')}".rstrip())
    print(f"violations: {len(verdict.violations)}")
    for kind, number in verdict.kinds.items():
        if number:
            print(f"  {kind:20} {number:6}")
            _list([violation for violation in verdict.violations if violation.kind == kind])


def _list(violations: list[Violation]) -> None:
    """The same text in many pictures is one entry, with the worst of its values."""
    same = sorted(violations, key=lambda violation: violation.what)
    for what, group in itertools.groupby(same, key=lambda violation: violation.what):
        those = list(group)
        pictures = ", ".join(violation.picture for violation in those[:_NAMED])
        more = f" and {len(those) - _NAMED} more" if len(those) > _NAMED else ""
        worst = max(those, key=lambda violation: abs(violation.value - violation.limit))
        print(f"    {what!r}: {worst.value:.2f}, limit {worst.limit:g}: {pictures}{more}")
