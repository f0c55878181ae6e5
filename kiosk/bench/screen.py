"""``kiosk bench screen``: start, touch, idling and memory of the real screen process.

The process under measurement is ``kiosk screen`` with a real window; the bench is the link and the voice that
it talks to, and the finger that touches it. The floor is an empty window of stock Kivy in the same run.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from kiosk.bench.processes import cpu_s, rss_mb
from kiosk.bench.report import Report, percentile, summary
from kiosk.bench.standin import StandIn, life_of_a_call
from kiosk.display import VirtualDisplay, has_display
from kiosk.messages import Call, Phase, Shown, State
from kiosk.screen.client import ScreenClient, connect

STARTS = 3
WARM_UP = 8  # each scene of a call is drawn before memory is read: what stays then is no leak
LIMIT_S = 3600.0
SETTLE_S = 3.0
#: More than the half second in which a shaking finger counts as one touch.
BETWEEN_TOUCHES_S = (0.7, 0.8)
CAPTION = "我想问一下我的养老金这个月到了没有"


def run_bench(*, touches: int, changes: int, seconds: float, size: str, as_json: bool) -> int:
    """Measure and print; 0 when every goal is met. Raises OSError when there is no display to be had."""
    width, height = (int(side) for side in size.split("x"))
    with contextlib.ExitStack() as display:
        environment = dict(os.environ)
        if not has_display():
            environment = display.enter_context(VirtualDisplay(width, height)).environment
        report = asyncio.run(_measure(environment, touches, changes, seconds, size))
    return report.show(as_json=as_json)


async def _measure(environment: dict[str, str], touches: int, changes: int, seconds: float, size: str) -> Report:
    report = Report("screen", notes={"size": size})
    with tempfile.TemporaryDirectory(prefix="kiosk-") as name:
        directory = Path(name)
        settings = directory / "kiosk.toml"
        settings.write_text(
            f'hall = "bench"\nname = "k1"\nstate_dir = "{name}"\nruntime_dir = "{name}"\n'
            f'[screen]\nsize = "{size}"\nsimulate_touch = true\nvariant = "day"\n'
        )
        screen = Screen(settings, environment)
        await screen.first_start()  # takes the fonts out of their collection, once in a terminal's life
        starts = [await screen.start_and_stop() for _ in range(STARTS)]
        report.figures["first_frame_s"] = round(percentile(starts, 50), 2)
        async with StandIn(directory) as standin, screen.running() as (client, pid):
            await client.until_scene("welcome")
            await _change(client, standin, WARM_UP)
            await client.until_scene("welcome")
            await asyncio.sleep(SETTLE_S)
            report.figures["rss_mb_start"] = rss_mb(pid)
            report.figures["idle_cpu_percent"] = await _cpu_percent(pid, seconds)
            report.figures |= summary("touch_to_frame_ms", await _touch(client, touches))
            report.figures["listening_cpu_percent"] = await _listening(client, standin, pid, seconds)
            report.figures["call_cpu_percent"] = await _calling(client, standin, pid, seconds)
            await _change(client, standin, changes)
            await asyncio.sleep(SETTLE_S)
            after = report.figures[f"rss_mb_after_{changes}"] = rss_mb(pid)
            report.figures["rss_growth_mb"] = round(after - report.figures["rss_mb_start"], 2)
    report.floor |= await stock(environment, seconds)
    report.goal("first_frame_s", 4.0)
    report.goal("touch_to_frame_ms_p99", 50.0)
    report.goal("idle_cpu_percent", 1.0)
    report.goal("rss_growth_mb", 5.0)
    return report


class Screen:
    """The process under measurement."""

    def __init__(self, settings: Path, environment: dict[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._log = settings.with_suffix(".log")

    async def first_start(self) -> None:
        await self.start_and_stop()

    async def start_and_stop(self) -> float:
        """Seconds from the start of the process to its first frame on the display."""
        async with self.running() as (client, _pid):
            shown = await client.until(lambda shown: shown.frame > 0)
            first_ns = shown.drawn_ns if shown.frame == 1 else time.monotonic_ns()
            return first_ns / 1e9 - self._started

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[ScreenClient, int]]:
        self._started = time.monotonic()
        with self._log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "kiosk", "screen", "--config", str(self._settings)),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            path = self._settings.parent / "screen.sock"
            while not path.exists():
                if process.returncode is not None:
                    raise OSError(f"kiosk screen ended at once:\n{self._log.read_text(errors='replace')[-2000:]}")
                await asyncio.sleep(0.01)
            async with connect(path, limit_s=LIMIT_S) as client:
                yield client, process.pid
        finally:
            process.terminate()
            await process.wait()
            path.unlink(missing_ok=True)


async def _touch(client: ScreenClient, touches: int) -> list[float]:
    """Milliseconds from the finger's contact to the frame on the display that shows the press."""
    times = []
    actions = itertools.cycle(("size-large", "size-standard"))
    for number, action in enumerate(itertools.islice(actions, touches)):
        await asyncio.sleep(random.uniform(*BETWEEN_TOUCHES_S))
        target = client.target(action)
        x, y = target.x + target.width // 2, target.y + target.height // 2
        start = time.monotonic_ns()
        await client.finger(Phase.DOWN, x, y)
        shown = await client.until(partial(_shows, action, start))
        times.append((shown.drawn_ns - start) / 1e6)
        await client.finger(Phase.UP, x, y)
        _progress("touches", number + 1, touches)
    return times


def _shows(action: str, since_ns: int, shown: Shown) -> bool:
    return shown.drawn_ns >= since_ns and shown.pressed == action


async def _listening(client: ScreenClient, standin: StandIn, pid: int, seconds: float) -> float:
    """CPU while the meter moves ten times a second and the caption grows."""
    await asyncio.sleep(1)
    await client.touch("speak")
    await client.until_scene("listening")

    async def speak() -> None:
        for step in itertools.count():
            standin.hear(CAPTION[: step % len(CAPTION)], 0.5 + 0.4 * math.sin(step))
            await asyncio.sleep(0.1)

    speaking = asyncio.create_task(speak())
    used = await _cpu_percent(pid, seconds)
    speaking.cancel()
    return used


async def _calling(client: ScreenClient, standin: StandIn, pid: int, seconds: float) -> float:
    standin.show(Call("bench", State.CALLING, 0, 0, case="123456"))
    await client.until_scene("calling")
    return await _cpu_percent(pid, seconds)


async def _change(client: ScreenClient, standin: StandIn, changes: int) -> None:
    """So many different scenes, each drawn."""
    done = 0
    for number in itertools.count():
        for call, scene in life_of_a_call(number):
            if done >= changes:
                standin.show(None)
                return
            standin.show(call)
            await client.until_scene(scene)
            done += 1
        _progress("changes", done, changes)


async def stock(environment: dict[str, str], seconds: float) -> dict[str, float]:
    """The floor: an empty window of stock Kivy, at its own pace."""
    start = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kiosk.bench.stock", str(seconds), env=environment, stdout=subprocess.PIPE
    )
    out, _ = await process.communicate()
    told = json.loads(out)
    return {
        "stock_first_frame_s": round(told["first_frame"] - start, 2),
        "stock_idle_cpu_percent": round(told["idle_cpu_percent"], 2),
    }


async def _cpu_percent(pid: int, seconds: float) -> float:
    """Share of one core that the process uses."""
    before, start = cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return round((cpu_s(pid) - before) / (time.monotonic() - start) * 100, 2)


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{what} {done}/{total} ", end="", file=sys.stderr)
