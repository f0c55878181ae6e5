"""What a bench prints: figures, the floor of the same run, and the goals."""

from __future__ import annotations

import json
import math
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that ``percent`` of the values do not exceed (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def progress(line: str) -> None:
    """What a long bench is about, to standard error."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def summary(name: str, values: Sequence[float]) -> dict[str, float]:
    """``name_p50``, ``_p95``, ``_p99`` and ``_max``; milliseconds, to a hundredth."""
    figures = {f"{name}_p{p}": round(percentile(values, p), 2) for p in (50, 95, 99)}
    return figures | {f"{name}_max": round(max(values), 2)}


@dataclass
class Report:
    """One bench's result. A goal is met when its value is at most its limit, or at least."""

    bench: str
    figures: dict[str, float] = field(default_factory=dict)
    floor: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    goals: list[dict[str, Any]] = field(default_factory=list)

    def goal(self, key: str, limit: float, value: float | None = None, *, least: bool = False) -> None:
        """``least``: the value has to be as much or more."""
        value = self.figures[key] if value is None else value
        met = value >= limit if least else value <= limit
        self.goals.append({"key": key, "limit": round(limit, 4), "value": value, "met": met, "least": least})

    @property
    def met(self) -> bool:
        return all(goal["met"] for goal in self.goals)

    def show(self, *, as_json: bool) -> int:
        """Print it; gives the exit code: 0 only when every goal is met."""
        if as_json:
            print(json.dumps({"bench": self.bench, "machine": machine() | self.notes} | self._numbers()))
        else:
            for title, numbers in (("figures", self.figures), ("floor, same run", self.floor)):
                print(f"{self.bench}: {title}")
                for key, value in numbers.items():
                    print(f"  {key:34} {value:10.2f}")
            for goal in self.goals:
                mark = "met   " if goal["met"] else "MISSED"
                sign = ">=" if goal["least"] else "<="
                print(f"  {mark} {goal['key']} {goal['value']:.3g} {sign} {goal['limit']:.3g}")
        return 0 if self.met else 1

    def _numbers(self) -> dict[str, Any]:
        return {"figures": self.figures, "floor": self.floor, "goals": self.goals}


def machine() -> dict[str, str]:
    """What it was measured on."""
    model = platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or model
    return {
        "cpu": model,
        "cores": str(os.cpu_count()),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
