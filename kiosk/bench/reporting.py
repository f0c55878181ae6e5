"""How long a report of many calls takes, what memory it needs, and how long the desk's ledger waits meanwhile."""

from __future__ import annotations

import asyncio
import itertools
import resource
import tempfile
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from kiosk import clock, config
from kiosk.bench import history
from kiosk.bench.report import Report, percentile, progress
from kiosk.desk import database
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.report.job import Job
from kiosk.desk.report.period import Period
from kiosk.desk.report.reports import Reports
from kiosk.desk.report.summary import Asked
from kiosk.messages import Event, EventBatch

DAYS = 25
SECONDS, MEMORY_MB = 10.0, 250.0
PAUSE_S = 0.02  # between the batches that a desk gets meanwhile


def run_bench(*, calls: int, as_json: bool) -> int:
    """Make up a hall with so many calls in 25 days, and report on it. Gives the exit code."""
    report = Report("report")
    first = date(2026, 11, 1)
    plan = history.Plan(kiosks=max(1, calls // 1000), agents=max(1, calls // 1400), calls=calls // DAYS)
    with tempfile.TemporaryDirectory(prefix="kiosk-") as directory:
        url = f"sqlite:///{Path(directory) / 'desk.db'}"
        engine = open_database(url)
        progress(f"making up {DAYS} days of {plan.kiosks} terminals")
        days = (history.day(plan, first + timedelta(day)) for day in range(DAYS))
        events = history.store(engine, plan.hall, history.events(itertools.chain.from_iterable(days)))
        progress(f"reporting on {events} events")
        asked = Asked(Period(first, first + timedelta(DAYS - 1)))
        job = Job(url, asked, plan.hall, config.Hours(), 15.0, 60.0)
        seconds, counted, waits = asyncio.run(_beside_a_ledger(engine, job))
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        report.figures = {
            "calls": counted,
            "events": events,
            "seconds": round(seconds, 2),
            "cpu_s": round(spent.ru_utime + spent.ru_stime, 2),
            "rss_mb": round(spent.ru_maxrss / 1024, 1),
            "store_ms_p99_meanwhile": round(percentile(waits, 99), 2),
        }
        report.floor = _floor(engine)
        engine.dispose()
    report.goal("calls", plan.calls * DAYS, least=True)
    report.goal("seconds", SECONDS)
    report.goal("rss_mb", MEMORY_MB)
    return report.show(as_json=as_json)


async def _beside_a_ledger(engine: sa.Engine, job: Job) -> tuple[float, int, list[float]]:
    """Seconds, calls, and how many ms each batch took that was stored meanwhile."""
    reports, ledger, waits = Reports(), Ledger(engine), []
    begun = clock.now()
    working = asyncio.create_task(reports.get(job))
    for seq in itertools.count(1):
        if working.done():
            break
        event = Event(seq=seq, at_ms=clock.wall_ms(), kind="rung", call=f"now-{seq}")
        before = clock.now()
        await asyncio.to_thread(ledger.store, "now", "k1", EventBatch("now", 1, (event,)), clock.wall_ms())
        waits.append((clock.now() - before) * 1000)
        await asyncio.sleep(PAUSE_S)
    summary = await working
    return clock.now() - begun, summary.total.calls, waits


def _floor(engine: sa.Engine) -> dict[str, float]:
    """Only reading the same rows, and one batch stored alone."""
    begun = clock.now()
    with engine.connect().execution_options(yield_per=2000) as connection:
        rows = sum(1 for _ in connection.execute(sa.select(sa.cast(database.event.c.body, sa.Text))))
    return {"rows": rows, "seconds_of_reading": round(clock.now() - begun, 2)}
