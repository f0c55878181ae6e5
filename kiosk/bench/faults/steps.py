"""What is done to any process, to the settings, to a file.

Each pair of steps is (break, mend). A step that strikes later than it begins says so with ``hall.struck()``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from kiosk.bench.faults.hall import FaultHall

FOREVER_S = 3600.0

Step = Callable[[FaultHall], Awaitable[None]]
Steps = tuple[Step, Step]


def killed(name: str) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        await hall.kill(name)

    async def mends(hall: FaultHall) -> None:
        await hall.start(name)

    return breaks, mends


def frozen(name: str) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        hall.freeze(name)

    async def mends(hall: FaultHall) -> None:
        hall.thaw(name)

    return breaks, mends


def misconfigured(name: str, old: str, new: str) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        hall.edit(old, new)
        await hall.restart(name)

    async def mends(hall: FaultHall) -> None:
        hall.edit(new, old)
        await hall.restart(name)

    return breaks, mends


def at_once(does: Callable[[FaultHall], None], undoes: Callable[[FaultHall], None]) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        does(hall)

    async def mends(hall: FaultHall) -> None:
        undoes(hall)

    return breaks, mends


def away(path: Callable[[FaultHall], Path]) -> Steps:
    """A file that is not there."""

    async def breaks(hall: FaultHall) -> None:
        there = path(hall)
        there.rename(there.with_name(f"{there.name}.away"))

    async def mends(hall: FaultHall) -> None:
        there = path(hall)
        there.with_name(f"{there.name}.away").rename(there)

    return breaks, mends


async def let_go(hall: FaultHall) -> None:
    """Whatever another program has is free again."""
    hall.held.close()
