"""``kiosk bench idle``: what a terminal costs while nobody is there, and how soon after a start its button lives.

Its three processes are the real ones, with a real broker and desk beside them that are not counted; the window is
on this session's display, or on a virtual one. The microphone is closed, as it is by default between two visits.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from pathlib import Path

from kiosk import clock
from kiosk.bench.board import ByteBoard
from kiosk.bench.processes import cpu_s, descendants, pss_mb, rss_mb, switches, written_bytes
from kiosk.bench.report import Report, percentile, progress
from kiosk.bench.screen import stock
from kiosk.display import VirtualDisplay, has_display
from kiosk.stack import Stack

QUIET_CPU = 0.02  # of a core: what is rendered and warmed ahead after a start is done
SETTLE_S, LONGEST_SETTLE_S = 10.0, 600.0
STARTS = 5
DAY_S = 86_400.0
STOCK_S = 10.0


def run_bench(*, seconds: float, models: Path, as_json: bool) -> int:
    """Measure and print; 0 when every goal is met. Raises OSError when a part is missing."""
    report = Report("idle", notes={"seconds": f"{seconds:g}"})
    live = [_button_live_s() for _ in range(STARTS)]
    report.figures["button_live_s"] = round(percentile(live, 50), 3)
    with contextlib.ExitStack() as parts:
        environment = dict(os.environ)
        if not has_display():
            environment = parts.enter_context(VirtualDisplay(1280, 800)).environment
        stack = parts.enter_context(Stack())
        stack.make_broker()
        stack.make_desk(people={})
        stack.make_kiosk()
        screen = stack.make_screen(environment=environment)
        voice = stack.make_voice(models=models)
        stack.start()
        _measure(
            report, {"link": stack.pid("k1"), "screen": stack.pid(screen), "voice": stack.pid(voice)}, seconds
        )
        report.floor |= asyncio.run(stock(environment, STOCK_S))
    report.goal("cpu_percent", 3.0)
    report.goal("rss_mb", 600.0)
    report.goal("written_mb_per_day", 50.0)
    report.goal("button_live_s", 1.0)
    return report.show(as_json=as_json)


def _measure(report: Report, pids: dict[str, int], seconds: float) -> None:
    progress(f"waiting until all sentences are rendered ahead, at most {LONGEST_SETTLE_S:.0f} s")
    report.figures["settled_after_s"] = _settle(pids)
    progress(f"idling for {seconds:g} s")
    trees = {name: [pid, *descendants(pid)] for name, pid in pids.items()}
    everybody = [pid for tree in trees.values() for pid in tree]
    before = {name: sum(map(cpu_s, tree)) for name, tree in trees.items()}
    written, woken = sum(map(written_bytes, everybody)), sum(map(switches, everybody))
    start = time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - start
    for name, tree in trees.items():
        report.figures[f"cpu_percent_{name}"] = round((sum(map(cpu_s, tree)) - before[name]) / took * 100, 2)
        report.figures[f"rss_mb_{name}"] = round(sum(map(rss_mb, tree)), 1)
    report.figures["cpu_percent"] = round(sum(report.figures[f"cpu_percent_{name}"] for name in trees), 2)
    report.figures["rss_mb"] = round(sum(report.figures[f"rss_mb_{name}"] for name in trees), 1)
    report.figures["pss_mb"] = round(sum(map(pss_mb, everybody)), 1)  # what they share is counted once
    per_day = (sum(map(written_bytes, everybody)) - written) / took * DAY_S / 1e6
    report.figures["written_mb_per_day"] = round(per_day, 2)
    report.figures["wake_ups_per_s"] = round((sum(map(switches, everybody)) - woken) / took, 1)


def _settle(pids: dict[str, int]) -> float:
    """Seconds until they are quiet, and the process that speaks, which lives on for a minute, has ended."""
    start = time.monotonic()
    while time.monotonic() - start < LONGEST_SETTLE_S:
        trees = [pid for one in pids.values() for pid in (one, *descendants(one))]
        before = sum(cpu_s(pid) for pid in trees)
        time.sleep(SETTLE_S)
        with contextlib.suppress(OSError):  # a process has just ended: it was not quiet
            quiet = (sum(cpu_s(pid) for pid in trees) - before) / SETTLE_S < QUIET_CPU * len(pids)
            if quiet and not descendants(pids["voice"]):
                break
    return round(time.monotonic() - start, 1)


def _button_live_s() -> float:
    """From the start of the link's process to the first press that its lamp answers."""
    with Stack() as stack:
        stack.make_broker()
        stack.make_kiosk(board=False)
        lit: list[float] = []
        board = ByteBoard(stack.port("k1"), lit.append)
        try:
            stack.start("broker")
            start = clock.now()
            stack.start("k1")
            while not lit:
                board.press()
                time.sleep(0.02)
            return lit[0] - start
        finally:
            board.close()
