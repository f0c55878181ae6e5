"""How many events a second the ledger keeps, beside bare commits of the same database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from kiosk import clock, messages
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.messages import Event, EventBatch, State, Urgency

AGENT = messages.Agent("wang", "王芳", "desk1")


class Speed(NamedTuple):
    figures: dict[str, float]
    floor: dict[str, float]


def measure(seconds: float) -> Speed:
    """Each figure takes ``seconds``; on the disk of the temporary directory."""
    with tempfile.TemporaryDirectory(prefix="kiosk-") as directory:
        engine = open_database(f"sqlite:///{Path(directory) / 'desk.db'}")
        ledger = Ledger(engine)
        seq = 0

        def store(size: int) -> None:
            nonlocal seq
            events = tuple(_event(seq + n + 1) for n in range(size))
            ledger.store("h1", "k1", EventBatch("j1", 1, events), clock.wall_ms())
            seq += size

        single = _rate(lambda: store(1), seconds)
        batched = _rate(lambda: store(20), seconds) * 20
        table = sa.Table(
            "bare", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.JSON)
        )
        table.create(engine)
        body = messages.encode(_event(1)).decode()

        def bare() -> None:
            with engine.begin() as connection:
                connection.execute(sa.insert(table).values(x=body))

        floor = _rate(bare, seconds)
        engine.dispose()
    figures = {"events_per_s": round(batched, 1), "events_per_s_one_by_one": round(single, 1)}
    return Speed(figures, {"bare_commits_per_s": round(floor, 1)})


def _rate(work: Callable[[], None], seconds: float) -> float:
    start, count = clock.now(), 0
    while (took := clock.now() - start) < seconds:
        work()
        count += 1
    return count / took


def _event(seq: int) -> Event:
    return Event(
        seq=seq,
        at_ms=clock.wall_ms(),
        kind="accepted",
        call=f"btn-0be7c4a1-{seq}",
        age_ms=4200,
        state=State.ACCEPTED,
        urgency=Urgency.NORMAL,
        level=1,
        agent=AGENT,
        presses=1,
    )
