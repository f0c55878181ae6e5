"""``kiosk bench fleet``: thousands of simulated terminals on one real mosquitto, a day compressed to minutes.

Most halls have simulated desks, because a hundred real ones do not fit one machine; some halls have real ones,
with real ledgers and an agent's page, and the times are those of their pages.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk import clock, messages
from kiosk.bench import ledgerspeed
from kiosk.bench.fleet.load import HallJob, Job, Outcome
from kiosk.bench.onduty import OnDuty
from kiosk.bench.processes import cpu_s, rss_mb
from kiosk.bench.report import Report, percentile, progress
from kiosk.stack import Stack

WARM_UP_S = 6.0  # every terminal has said its health once
LEDGER_S = 3.0
LIMIT_MS = 100.0


@dataclass(frozen=True)
class Size:
    """How large a fleet is."""

    kiosks: int
    hall: int  # terminals in each
    real: int  # halls with a real desk
    seconds: float
    calls: float  # by each terminal
    pace: float  # of the agents; 1 as people are
    processes: int = 2

    @property
    def halls(self) -> list[str]:
        return [f"h{n + 1}" for n in range(max(1, self.kiosks // self.hall))]


@dataclass
class Day:
    """What one day has shown."""

    to_page_ms: list[float]
    to_desk_ms: list[float]
    outcome: list[Outcome]
    real_calls: int
    shown: int
    broker_cpu: float  # parts of a core
    broker_mb: float
    desk_cpu: float  # of the busiest real desk
    desk_mb: float
    took_s: float


def run_bench(
    *, kiosks: int, hall: int, real: int, seconds: float, calls: float, pace: float, as_json: bool
) -> int:
    """Measure a tenth of the fleet and the whole; 0 when every goal is met. Raises OSError, RuntimeError."""
    report = Report("fleet", notes={"hall": str(hall), "real_desks": str(real), "day_s": f"{seconds:g}"})
    for count in (kiosks // 10, kiosks):
        size = Size(count, hall, min(real, max(1, count // hall)), seconds, calls, pace)
        progress(f"{count} terminals in {len(size.halls)} halls")
        day = asyncio.run(_day(size))
        report.figures |= _figures(day, count)
    speed = ledgerspeed.measure(LEDGER_S)
    report.figures |= speed.figures
    report.floor |= speed.floor
    report.goal(f"press_to_desk_ms_p99_{kiosks}", LIMIT_MS)
    report.goal(f"lost_{kiosks}", 0)
    report.goal(f"unacknowledged_{kiosks}", 0)
    few, many = (report.figures[f"broker_cpu_{count}"] for count in (kiosks // 10, kiosks))
    report.figures["broker_cpu_growth"] = round(many / max(few, 0.001), 2)
    report.goal("broker_cpu_growth", 10 * 1.25)  # ten times the terminals; a quarter for the clock's ticks
    return report.show(as_json=as_json)


async def _day(size: Size) -> Day:
    with Stack() as stack:
        stack.make_broker(open_to_all=True)
        served = size.halls[: size.real]
        for hall in served:
            stack.make_desk(f"desk-{hall}", hall=hall, people={"wang": ("王芳", 1)})
        stack.start()
        loads = _start_loads(stack, size)
        try:
            return await _measure(stack, size, served, loads)
        finally:
            for load in loads:
                load.kill()
                load.wait()


def _start_loads(stack: Stack, size: Size) -> list[subprocess.Popen[bytes]]:
    halls = [HallJob(name, size.hall, n >= size.real) for n, name in enumerate(size.halls)]
    halls[-1] = HallJob(halls[-1].name, size.kiosks - size.hall * (len(halls) - 1), halls[-1].desk)
    loads = []
    for n in range(min(size.processes, len(halls))):
        command = [sys.executable, "-m", "kiosk.bench.fleet.load"]
        load = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        part = tuple(halls[n :: size.processes])
        job = Job(stack.broker_port, part, size.seconds, size.calls, n + 1, size.pace)
        assert load.stdin is not None
        load.stdin.write(messages.encode(job) + b"\n")
        loads.append(load)
    return loads


async def _measure(stack: Stack, size: Size, served: Sequence[str], loads: list[subprocess.Popen[bytes]]) -> Day:
    agents = [
        OnDuty(stack, f"desk-{hall}", "wang", pace=2.0 * size.pace, chance=random.Random(n))
        for n, hall in enumerate(served)
    ]
    working = [asyncio.create_task(agent.run()) for agent in agents]
    try:
        for load in loads:
            if await _line(load) != b"ready\n":
                raise RuntimeError("simulated terminals could not connect to the broker; see above")
        start = clock.now() + WARM_UP_S
        for load in loads:
            assert load.stdin is not None
            load.stdin.write(f"{start}\n".encode())
        await asyncio.sleep(start - clock.now())
        pids = [stack.pid("broker"), *(stack.pid(f"desk-{hall}") for hall in served)]
        before = [cpu_s(pid) for pid in pids]
        await asyncio.sleep(size.seconds)
        took = clock.now() - start
        busy = [(cpu_s(pid) - was) / took for pid, was in zip(pids, before, strict=True)]
        memory = [rss_mb(pid) for pid in pids]
        outcome = [messages.decode(await _line(load), Outcome) for load in loads]
        took = clock.now() - start
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    pressed = {call: at for one in outcome for call, at in one.pressed.items()}
    shown = {call: at for agent in agents for call, at in agent.seen.items()}
    real = [call for call in pressed if call.split("-")[1] in served]
    return Day(
        to_page_ms=[(shown[call] - pressed[call]) * 1000 for call in real if call in shown],
        to_desk_ms=[(at - pressed[call]) * 1000 for one in outcome for call, at in one.seen.items()],
        outcome=outcome,
        real_calls=len(real),
        shown=sum(call in shown for call in real),
        broker_cpu=busy[0],
        broker_mb=memory[0],
        desk_cpu=max(busy[1:]),
        desk_mb=max(memory[1:]),
        took_s=took,
    )


def _figures(day: Day, count: int) -> dict[str, float]:
    pressed = sum(len(one.pressed) for one in day.outcome)
    simulated_seen = sum(len(one.seen) for one in day.outcome)
    figures = {
        "calls": pressed,
        "calls_at_real_desks": day.real_calls,
        "lost": pressed - simulated_seen - day.shown,
        "unanswered": pressed - sum(one.answered for one in day.outcome),
        "unacknowledged": sum(one.unacknowledged for one in day.outcome),
        "connections_lost": sum(one.lost for one in day.outcome),
        "press_to_desk_ms_p50": round(percentile(day.to_page_ms, 50), 2),
        "press_to_desk_ms_p99": round(percentile(day.to_page_ms, 99), 2),
        "press_to_simulated_desk_ms_p50": round(percentile(day.to_desk_ms or day.to_page_ms, 50), 2),
        "press_to_simulated_desk_ms_p99": round(percentile(day.to_desk_ms or day.to_page_ms, 99), 2),
        "messages_per_s": round(sum(one.messages for one in day.outcome) / day.took_s, 1),
        "broker_cpu": round(day.broker_cpu, 3),
        "broker_mb": day.broker_mb,
        "desk_cpu": round(day.desk_cpu, 3),
        "desk_mb": day.desk_mb,
        "load_late_ms": max(one.late_ms for one in day.outcome),
    }
    return {f"{key}_{count}": value for key, value in figures.items()}


async def _line(load: subprocess.Popen[bytes]) -> bytes:
    assert load.stdout is not None
    return await asyncio.to_thread(load.stdout.readline)
