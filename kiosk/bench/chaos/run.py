"""``kiosk bench chaos``: presses on real parts while everything breaks, and what became of each of them.

mosquitto, a desk and the links are processes of their own, the boards real firmware behind real pseudo-terminals,
and an agent answers. The seed decides what breaks when (:mod:`kiosk.bench.chaos.mishaps`); the operating system
decides what it meets. Afterwards everything is put right, and the ledger must hold each press once
(:mod:`kiosk.bench.chaos.tally`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import msgspec

from kiosk import clock
from kiosk.bench.chaos import tally
from kiosk.bench.chaos.breaking import Breaking
from kiosk.bench.chaos.mishaps import Mishap, Plan, Strike, Touch, plan
from kiosk.bench.onduty import OnDuty
from kiosk.bench.report import Report, percentile, progress
from kiosk.button.firmware import LATCHED
from kiosk.button.virtual import VirtualBoard
from kiosk.messages import Event, State
from kiosk.processes import StackError
from kiosk.stack import Stack

DESK, AGENT = "desk1", "wang"
SETTLE_S = 90.0  # events that went to a broker that died are said again after 30 s
QUIET_S = 1.0
LAG_S = 0.05
CLOCKS = 4  # every so manyth terminal has a wall clock that can be set
DECOYS = 64  # more than a hall that was left behind by somebody else can know
SETTINGS = "[alarm]\nsound = false\n[escalation]\nlinger_s = 1\n"


def run_bench(
    *, presses: int, seed: int, pace: float, kiosks: int, trouble: float, as_json: bool, keep: Path | None = None
) -> int:
    """Run and print; 0 when every goal is met. Raises OSError or RuntimeError when a part is missing.

    ``keep``: a directory for the logs and databases .
    """
    whole = plan(seed=seed, presses=presses, kiosks=kiosks, pace=pace, trouble=trouble)
    report = asyncio.run(chaos(whole, seed=seed, pace=pace, keep=keep))
    return report.show(as_json=as_json)


async def chaos(whole: Plan, *, seed: int, pace: float, keep: Path | None = None) -> Report:
    """Carry out a plan. Raises OSError or RuntimeError when a part is missing."""
    kiosks = len(whole.terminals)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * kiosks + 16))
    with decoys(), Stack() as stack:
        hall = ChaosHall(stack, kiosks, pace, random.Random(f"agent {seed}"))
        await hall.run(whole)
        report = hall.report(seed)
        if keep is not None:
            hall.keep(keep)
    return report


@contextlib.contextmanager
def decoys() -> Iterator[None]:
    """Take the low numbers of the terminal devices.

    A link whose hall was killed by somebody goes on opening the device that its board had: it must not get ours.
    """
    numbers = [number for _ in range(DECOYS) for number in os.openpty()]
    try:
        yield
    finally:
        for number in numbers:
            os.close(number)


class ChaosHall:
    """A hall that breaks. ``run`` once, then ``report``."""

    def __init__(self, stack: Stack, kiosks: int, pace: float, chance: random.Random) -> None:
        self._stack = stack
        self._pace = pace
        self._names = [f"k{number}" for number in range(1, kiosks + 1)]
        self._agent = OnDuty(stack, DESK, AGENT, pace=pace, chance=chance)
        self._breaking = Breaking(stack, DESK)
        self._strikes: list[asyncio.Task[None]] = []
        self._pressed: dict[str, tuple[str, float]] = {}  # cause -> kiosk, when; from the boards' threads
        self._forgotten: set[str] = set()
        self._lags: list[float] = []
        self._took = 0.0

    # --- the run ------------------------------------------------------------------------------------

    async def run(self, whole: Plan) -> None:
        """Everything of the plan, then until all is well again."""
        self._make()
        await asyncio.to_thread(self._stack.start)
        start = clock.now()
        async with asyncio.TaskGroup() as tasks:
            background = [tasks.create_task(self._agent.run()), tasks.create_task(self._watch_lag())]
            await asyncio.gather(
                self._break_hall(whole.hall),
                *(
                    self._customers(name, touches, start)
                    for name, touches in zip(self._names, whole.terminals, strict=True)
                ),
            )
            await asyncio.gather(*self._strikes)
            self._took = clock.now() - start
            progress(f"{len(self._pressed)} presses in {self._took:.0f} s; waiting until all is well")
            await self._settle()
            for task in background:
                task.cancel()
        self._agent.close()

    def _make(self) -> None:
        stack = self._stack
        stack.make_broker()
        stack.make_desk(DESK, people={AGENT: ("王芳", 3)})
        library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
        for number, name in enumerate(self._names):
            stack.make_kiosk(name, board=False, more=SETTINGS)
            stack.boards[name] = VirtualBoard(
                stack.port(name),
                on_press=partial(self._count, name),
                on_forgotten=self._forgotten.add,
            )
            if library is not None and number % CLOCKS == 0:
                self._breaking.clocks[name] = stack.directory / name / "clock"
                self._breaking.clocks[name].write_text("+0")
                faked = [f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={self._breaking.clocks[name]}"]
                faked += ["FAKETIME_CACHE_DURATION=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
                stack.set_command(name, ["env", *faked, *stack.command(name)])

    def _count(self, name: str, cause: str) -> None:
        self._pressed.setdefault(cause, (name, clock.now()))

    async def _customers(self, name: str, touches: tuple[Touch, ...], start: float) -> None:
        board = self._stack.boards[name]
        for touch in touches:
            await asyncio.sleep(max(0.0, start + touch.at_s - clock.now()))
            while board.pending >= LATCHED - 2:  # a full latch lets the newest press stand for the one before
                self._breaking.struck["held_back"] += 1
                await asyncio.sleep(0.5)
            board.press(touch.hold_s)
            for strike in touch.strikes:
                self._strikes.append(asyncio.create_task(self._breaking.strike(name, strike)))

    async def _break_hall(self, strikes: tuple[Strike, ...]) -> None:
        for number, strike in enumerate(strikes, 1):
            await self._breaking.strike("desk" if strike.mishap is Mishap.DESK_KILLED else "broker", strike)
            if number % 10 == 0:
                progress(f"{len(self._pressed)} presses, {sum(self._breaking.struck.values())} mishaps")

    # --- afterwards ---------------------------------------------------------------------------------

    async def _settle(self) -> None:
        """Until every press is in the ledger and every call ended, or it has taken too long."""
        until = clock.now() + SETTLE_S
        while (owed := self._owed()) and clock.now() < until:  # noqa: ASYNC110 - the ledger announces nothing
            await asyncio.sleep(QUIET_S)
        if owed:
            progress(f"after {SETTLE_S:.0f} s not well yet: {', '.join(owed)}")
        await asyncio.sleep(QUIET_S)  # what is said twice would be said again by now

    def _owed(self) -> list[str]:
        """What still has to come: presses and ends that the ledger has not, calls that are open on the page."""
        events = [event for event, _ in self._ledger()]
        verdict = tally.judge(self._pressed, self._forgotten, events, self._agent.seen)
        calls = {event.call for event in events if event.kind in ("opened", "adopted")}
        # A call whose end was published and not written before a kill ends when the broker's memory is adopted.
        over = {event.call for event in events if event.state is State.ENDED or event.kind == "set-aside"}
        return [*verdict.lost, *sorted(calls - over), *self._agent.open]

    def _ledger(self) -> list[tuple[Event, float]]:
        """Every event, and when the ledger got it by :func:`kiosk.clock.now`; in order for each terminal."""
        offset = clock.wall_ms() / 1000 - clock.now()
        path = self._stack.directory / f"{DESK}.db"
        query = "SELECT body, received_ms FROM event ORDER BY kiosk, journal, seq"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30.0)) as db:
            rows = db.execute(query).fetchall()
        return [(msgspec.json.decode(body, type=Event), received / 1000 - offset) for body, received in rows]

    async def _watch_lag(self) -> None:
        """How late this process itself is: a machine that is too slow is no fault of the hall."""
        while True:
            due = clock.now() + LAG_S
            await asyncio.sleep(LAG_S)
            self._lags.append((clock.now() - due) * 1000)

    # --- what came of it ----------------------------------------------------------------------------

    def report(self, seed: int) -> Report:
        """The figures and goals of the run. Raises StackError when somebody else has taken part in it."""
        if taken := [name for name in self._names if "button: port-busy" in self._stack.log(name)]:
            raise StackError(
                f"another program on this machine has read the boards of {', '.join(taken)}, so this run proves "
                "nothing: look for a `kiosk link` that was left behind, end it, and run again"
            )
        rows = self._ledger()
        verdict = tally.judge(self._pressed, self._forgotten, [event for event, _ in rows], self._agent.seen)
        glimpses, ghosts = self._page_ghosts()
        verdict.ghosts += ghosts
        for name in ("lost", "duplicated", "ghosts", "unseen", "unknown"):
            for what in getattr(verdict, name):
                progress(f"{name}: {what}")
        page, ledger = self._recoveries(rows)
        report = Report("chaos", notes={"seed": str(seed), "kiosks": str(len(self._names))})
        report.figures = {
            "presses": len(self._pressed),
            "delivered": verdict.delivered,
            "lost": len(verdict.lost) + len(verdict.unseen),
            "duplicated": len(verdict.duplicated),
            "ghosts": len(verdict.ghosts),
            "gone_with_board": verdict.gone_with_board,
            "unknown": len(verdict.unknown),
            "set_aside": verdict.set_aside,
            "ghost_glimpses": len(glimpses),
            "ghost_glimpse_s_max": round(max(glimpses, default=0.0), 2),
            "calls": len(self._agent.seen),
            "recovered": len(page),
            "recovery_s_p50": round(percentile(page or [0.0], 50), 2),
            "recovery_s_p99": round(percentile(page or [0.0], 99), 2),
            "recovery_s_max": round(max(page, default=0.0), 2),
            "ledger_s_p99": round(percentile(ledger or [0.0], 99), 2),
            "ledger_s_max": round(max(ledger, default=0.0), 2),
            "took_s": round(self._took, 1),
            **{f"fault_{name}": self._breaking.struck[name] for name in Mishap},
            **{f"fault_{name}": self._breaking.struck[name] for name in ("skipped", "held_back")},
        }
        report.floor = {"lag_ms_p99": round(percentile(self._lags or [0.0], 99), 1)}
        for key in ("lost", "duplicated", "ghosts"):
            report.goal(key, 0)
        report.goal("recovery_s_p99", tally.RECOVERY_S)
        return report

    def _recoveries(self, rows: list[tuple[Event, float]]) -> tuple[list[float], list[float]]:
        """Of presses that met an outage: seconds to the page (of those that opened a call), and to the ledger."""
        page, ledger = [], []
        for event, received in rows:
            cause = event.why if event.kind == "pressed" else event.call
            if event.kind not in ("opened", "adopted", "pressed") or cause not in self._pressed:
                continue
            kiosk, at = self._pressed[cause]
            parts = ("broker", "desk", kiosk, f"{kiosk} line")
            recovery = self._breaking.outages.recovery(parts, at, received)
            if recovery is not None:
                ledger.append(recovery)
            if event.kind != "pressed" and cause in self._agent.seen:
                recovery = self._breaking.outages.recovery(parts, at, self._agent.seen[cause])
                if recovery is not None:
                    page.append(recovery)
        return page, ledger

    def _page_ghosts(self) -> tuple[list[float], list[str]]:
        """How long the page has shown calls again that were over; and those it still did with all parts there."""
        glimpses, ghosts = [], []
        for kiosk, call, since, until in self._agent.ghosts:
            glimpses.append(until - since)
            quiet = self._breaking.outages.quiet_since(("broker", "desk", kiosk), until)
            if until - max(since, quiet) > tally.RECOVERY_S:
                ghosts.append(f"{call} was shown for {until - since:.1f} s")
        return glimpses, ghosts

    def keep(self, directory: Path) -> None:
        """Copy what is needed to find out why."""
        directory.mkdir(parents=True, exist_ok=True)
        for path in (*self._stack.directory.glob("*.log"), *self._stack.directory.glob("*.db*")):
            (directory / path.name).write_bytes(path.read_bytes())
        for path in self._stack.directory.glob("*/journal.db*"):
            (directory / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
