"""A request to freeze is pursued for 24 hours, whatever happens to the desk's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk import clock, config
from kiosk.desk import freeze_requests
from kiosk.desk.database import open_database
from kiosk.desk.freeze_requests import KEEP_S, FreezeRequests
from kiosk.desk.ledger import Ledger
from kiosk.messages import Event, EventBatch
from kiosk.webhook import Answer

RIGHT, UNSET = (int(datetime(year, 11, 27, 9, tzinfo=UTC).timestamp() * 1000) for year in (2026, 2022))


class Time:
    """What the desk's clocks say."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, wall_ms: int) -> None:
        self.wall_ms, self.now = wall_ms, 100.0
        monkeypatch.setattr(clock, "wall_ms", lambda: self.wall_ms)
        monkeypatch.setattr(clock, "now", lambda: self.now)

    def passes(self, seconds: float) -> None:
        self.wall_ms += int(seconds * 1000)
        self.now += seconds


async def in_database(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


async def test_a_clock_that_is_set_meanwhile_gives_up_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time(monkeypatch, UNSET)
    monkeypatch.setattr(freeze_requests, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(freeze_requests, "LONGEST_WAIT_S", 0.001)
    secret = tmp_path / "secret"
    secret.write_text("x" * 32)
    bank = config.FreezeWebhook(url="http://localhost:9/", secret_file=str(secret))
    ledger = Ledger(open_database(f"sqlite:///{tmp_path}/desk.db"))
    asked = Event(kind="freeze-asked", call="c1", why="f1", seq=1, at_ms=RIGHT)
    ledger.store("h", "k1", EventBatch("j1", 1, (asked,)), clock.wall_ms())
    requests = FreezeRequests(
        config.Desk("h", "d", freeze_webhook=bank), ledger.freezes, in_database, changed=print
    )
    posted = []
    monkeypatch.setattr(requests._bank, "post", lambda row: posted.append(row) or Answer(0, b"", "nobody there"))

    async def later() -> list[int]:
        """The ages of what is shown, in seconds, after another look and some tries."""
        requests.look()
        posted.clear()
        await asyncio.sleep(0.05)
        return [requests.line(row).age_ms // 1000 for row in requests.open]

    running = asyncio.create_task(requests.run())
    try:
        time.passes(60)
        assert await later() == [0] and posted
        time.passes(30)
        time.wall_ms = RIGHT
        assert await later() == [30] and posted
        time.passes(KEEP_S - 31)
        assert await later() == [int(KEEP_S) - 1] and posted
        time.passes(2)
        await later()
        assert await later() == [] and not posted
    finally:
        running.cancel()
