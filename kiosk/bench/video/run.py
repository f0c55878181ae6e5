"""``kiosk bench video``: from an agent's click to sound and picture on both sides, and what a call costs.

Broker, desk, link, peer and page are real. For the times the bench itself is the terminal's screen and reads the
clock in each picture as it arrives; for processor and memory it is the real ``kiosk screen``. Cameras and
microphones are made up. The floor is two pages of the same Chromium that call each other directly.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

from playwright.async_api import Browser, Page

from kiosk.bench import page as pages
from kiosk.bench.processes import cpu_s, descendants, rss_mb
from kiosk.bench.report import Report, percentile
from kiosk.bench.video import call as videocall, page as videopage, resuming
from kiosk.display import VirtualDisplay
from kiosk.messages import State
from kiosk.stack import Stack

DESK, LATENCY = "desk1", "k1"
SIZES = {"320": "320x240", "640": "640x480", "1280": "1280x720"}
TONE_EVERY_S = 1.0
CONNECTED = "document.querySelector('#video[data-state=connected]') !== null"


def run_bench(*, calls: int, resumes: int, memory_calls: int, seconds: float, as_json: bool) -> int:
    """Measure and print; 0 when every goal is met. Raises OSError or RuntimeError when a part is missing."""
    return asyncio.run(_measure(calls, resumes, memory_calls, seconds)).show(as_json=as_json)


async def _measure(calls: int, resumes: int, memory_calls: int, seconds: float) -> Report:
    report = Report("video")
    with VirtualDisplay(1280, 800) as display, Stack() as stack:
        stack.make_broker()
        stack.make_desk(DESK, people={"wang": ("王芳", 1)})
        stack.make_kiosk(LATENCY, more=_video("640x480"))
        for name, size in SIZES.items():
            kiosk = f"k{name}"
            stack.make_kiosk(kiosk, more=_video(size))
            stack.make_screen(kiosk, environment=display.environment)
        stack.start("broker", DESK, LATENCY)
        async with pages.chromium(more=videopage.ARGUMENTS) as browser:
            await _floor(browser, stack, report, max(3, calls // 4), seconds)
            context, page = await videopage.new_page(browser)
            await pages.sign_in(page, stack.url(DESK), "wang", stack.password)
            await videopage.until(page, "document.body.dataset.can === 'draw sound'")
            await _set_clock(page)
            await _times(stack, page, report, calls, seconds)
            stack.kill(LATENCY)
            await _resume(stack, page, report, resumes)
            for name in SIZES:
                await _cost(stack, page, report, name, seconds)
            await _memory(stack, page, report, memory_calls)
            await context.close()
    report.goal("accept_to_media_s_p95", 1.5)
    report.goal("audio_first", 1.0, least=True)
    report.goal("fps_640", 15.0, least=True)
    report.goal("resume_s_p95", 3.0)
    report.goal("rss_growth_mb_50_calls", 10.0)
    return report


def _video(size: str) -> str:
    return (
        # A machine with too much to do gets bad figures, and not another ring.
        "[escalation]\nmedia_s = 60\nlevel2_s = 600\nlevel3_s = 600\nunanswered_alarm_s = 600\n"
        "[alarm]\nsound = false\n"
        f'[video]\ncamera = "synthetic"\nmicrophone = "synthetic"\necho = "system"\nsize = "{size}"\n'
    )


async def _set_clock(page: Page) -> None:
    offset = await pages.clock_offset(page)
    await page.evaluate("offset => { bench.offset = offset; }", offset)


# --- the times -------------------------------------------------------------------------------------


async def _times(stack: Stack, page: Page, report: Report, calls: int, seconds: float) -> None:
    terminal = videocall.Terminal(stack, LATENCY)
    rows: list[dict[str, float]] = []
    async with terminal.running():
        await terminal.until(None)
        for number in range(calls):
            terminal.times.clear()
            await videocall.answer(stack, page, LATENCY)
            there = await videopage.until(page, "bench.times.audio && bench.times.video && bench.times")
            await terminal.arrived()
            rows.append(
                {f"page_{kind}": there[kind] - there["click"] for kind in ("audio", "video")}
                | {f"kiosk_{kind}": terminal.times[kind] - there["click"] for kind in ("audio", "video")}
            )
            if number == calls - 1:
                await _delays(page, terminal, report, seconds)
            await videocall.end(page)
            await terminal.until(State.ENDED)
            await terminal.put_away()
            _progress("calls", number + 1, calls)
    for key in rows[0]:
        _spread(report.figures, f"accept_to_{key}_s", [row[key] for row in rows])
    _spread(report.figures, "accept_to_media_s", [max(row.values()) for row in rows])
    first = [row["page_audio"] <= row["page_video"] and row["kiosk_audio"] <= row["kiosk_video"] for row in rows]
    report.figures["audio_first"] = float(all(first))


async def _delays(page: Page, terminal: videocall.Terminal, report: Report, seconds: float) -> None:
    """Glass to glass and mouth to ear, by the clocks in pictures and beeps; and pictures a second.

    These are counted as intervals between pictures: a window has no half pictures at its edges then.
    """
    await asyncio.sleep(1.0)
    await page.evaluate("bench.listen(document.querySelector('#video .remote').srcObject)")
    await page.evaluate("bench.measures = true, bench.delays = [], true")
    terminal.begin()
    at_page = await videopage.rate(page, max(seconds, 5.0))
    at_kiosk = terminal.rate()
    seen = await page.evaluate("({ delays: bench.delays, onsets: bench.onsets })")
    await page.evaluate("bench.measures = false")
    _spread(report.figures, "glass_to_glass_ms_to_page", seen["delays"])
    _spread(report.figures, "glass_to_glass_ms_to_kiosk", terminal.delays)
    beeps = [at % TONE_EVERY_S * 1000 for at in seen["onsets"]]
    _spread(report.figures, "mouth_to_ear_ms_to_page", beeps)
    report.figures["fps_640_page"] = round(at_page.decoded, 2)
    report.figures["fps_640_page_shown"] = round(at_page.shown, 2)
    report.figures["fps_640_kiosk"] = round(at_kiosk, 2)
    report.figures["fps_640"] = round(min(at_page.decoded, at_kiosk), 1)


async def _resume(stack: Stack, page: Page, report: Report, times: int) -> None:
    """From a screen's death, and from a reload of the page, to sound and picture as before."""
    kiosk = "k640"
    stack.start(kiosk, f"{kiosk}-screen")
    async with videocall.linked(stack, kiosk) as link:
        await videocall.answer(stack, page, kiosk)
        await videopage.until(page, CONNECTED)
        screen = await resuming.of_screen(stack, page, kiosk, times)
        reloaded = await resuming.of_page(stack, page, kiosk, times)
        await _set_clock(page)
        await videocall.end(page)
        await videocall.put_away(link)
    _spread(report.figures, "resume_screen_s", screen)
    _spread(report.figures, "resume_page_s", reloaded)
    report.figures["resume_s_p95"] = max(report.figures[f"resume_{side}_s_p95"] for side in ("screen", "page"))
    stack.kill(f"{kiosk}-screen")
    stack.kill(kiosk)


# --- the cost --------------------------------------------------------------------------------------


async def _cost(stack: Stack, page: Page, report: Report, name: str, seconds: float) -> None:
    """Processor time of screen and peer together while a call is on, as a share of one core."""
    kiosk = f"k{name}"
    stack.start(kiosk, f"{kiosk}-screen")
    async with videocall.linked(stack, kiosk) as link:
        await videocall.answer(stack, page, kiosk)
        await videopage.until(page, CONNECTED)
        await asyncio.sleep(3.0)
        pid = stack.pid(f"{kiosk}-screen")
        processes = [pid, *descendants(pid)]
        before, start = sum(map(cpu_s, processes)), time.monotonic()
        rate = await videopage.rate(page, max(seconds, 5.0))
        passed = time.monotonic() - start
        report.figures[f"kiosk_cpu_percent_{name}"] = round(
            (sum(map(cpu_s, processes)) - before) / passed * 100, 1
        )
        report.figures[f"rss_mb_screen_and_peer_{name}"] = round(sum(map(rss_mb, processes)), 1)
        report.figures[f"fps_page_{name}"] = round(rate.decoded, 2)
        report.notes[f"sent_{name}"] = "x".join(map(str, await page.evaluate("bench.size")))
        await videocall.end(page)
        await videocall.put_away(link)
    stack.kill(f"{kiosk}-screen")
    stack.kill(kiosk)


async def _memory(stack: Stack, page: Page, report: Report, calls: int) -> None:
    """What the screen holds after so many calls that it did not hold after the first few."""
    kiosk = "k640"
    stack.start(kiosk, f"{kiosk}-screen")
    pid, start, warm = stack.pid(f"{kiosk}-screen"), 0.0, 5
    async with videocall.linked(stack, kiosk) as link:
        for number in range(warm + calls):
            if number == warm:
                start = rss_mb(pid)
            await videocall.answer(stack, page, kiosk)
            await videopage.until(page, CONNECTED)
            await asyncio.sleep(0.5)
            await videocall.end(page)
            await videocall.put_away(link)
            _progress("calls for memory", number + 1, warm + calls)
        await asyncio.sleep(2.0)
    report.figures["rss_growth_mb_50_calls"] = round(rss_mb(pid) - start, 2)
    report.figures["peers_left"] = len(descendants(pid))
    report.notes["memory_calls"] = str(calls)


# --- the floor -------------------------------------------------------------------------------------


async def _floor(browser: Browser, stack: Stack, report: Report, calls: int, seconds: float) -> None:
    sides = [await videopage.new_page(browser) for _ in range(2)]
    for _, page in sides:
        await page.goto(stack.url(DESK))
        await page.evaluate("document.body.replaceChildren()")
        await _set_clock(page)
    direct = videopage.Direct(sides[0][1], sides[1][1])
    took: list[float] = []
    for number in range(calls):
        seen = await direct.call(max(seconds, 5.0) if number == calls - 1 else 0.0)
        took.append(max(side[kind] for side in seen["times"] for kind in ("audio", "video")) - seen["begun"])
        if seen["seen"]:
            _spread(report.floor, "glass_to_glass_ms", [ms for side in seen["seen"] for ms in side["delays"]])
            report.floor["fps_640"] = round(min(side["rate"].decoded for side in seen["seen"]), 2)
            report.floor["fps_640_shown"] = round(min(side["rate"].shown for side in seen["seen"]), 2)
    _spread(report.floor, "call_to_media_s", took)
    for context, _ in sides:
        await context.close()


def _spread(figures: dict[str, float], name: str, values: list[float]) -> None:
    if values:
        figures[f"{name}_p50"] = round(statistics.median(values), 3)
        figures[f"{name}_p95"] = round(percentile(values, 95), 3)


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{what} {done}/{total} ", end="", file=sys.stderr)
