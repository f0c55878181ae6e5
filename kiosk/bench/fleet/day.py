"""When people come to a service hall in the course of a day. Pure."""

from __future__ import annotations

import random

from kiosk.bench.history import RUSH


def arrivals(count: int, seconds: float, chance: random.Random) -> list[float]:
    """``count`` moments within a day that is compressed to ``seconds``, in order."""
    hour = seconds / len(RUSH)
    return sorted((chance.choices(range(len(RUSH)), RUSH)[0] + chance.random()) * hour for _ in range(count))
