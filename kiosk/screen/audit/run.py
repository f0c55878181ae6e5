"""Runs the audit: one drawing process for each panel, since Kivy has one window in a process."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk.display import DisplayError, VirtualDisplay, has_display
from kiosk.screen.audit.limits import Limits, Panel
from kiosk.screen.audit.matrix import Job, Shot, covering, every
from kiosk.screen.audit.report import show
from kiosk.screen.audit.seen import Picture
from kiosk.screen.audit.verdict import Verdict
from kiosk.screen.gallery import GALLERY

#: One picture with all its texts, as a line.
LINE_BYTES = 4 * 1024 * 1024


class AuditError(OSError):
    """The scenes could not be drawn; the text says why."""


class Wish(Struct, frozen=True):
    """What is asked of the audit."""

    panels: tuple[Panel, ...]
    scenes: tuple[str, ...] = ()  # names of the gallery; none: all
    quick: bool = False  # a covering few instead of all
    directory: Path | None = None  # where pictures and result are saved
    pictures: bool = True


def run_audit(wish: Wish, *, as_json: bool) -> int:
    """Draw, measure, judge and print; 0 when nothing is wrong, 143 when it was stopped.

    Raises :class:`AuditError` and ValueError.
    """
    for module in ("kivy", "numpy"):
        if importlib.util.find_spec(module) is None:
            raise AuditError(
                f"{module} is not installed, which draws or measures: pip install 'rengong-kiosk[dev]'"
            )
    jobs = _jobs(wish)
    try:
        drawn = asyncio.run(_draw(jobs))
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    order = {f"{job.panel.name}/{shot.name}": number for job in jobs for number, shot in enumerate(job.shots)}
    verdict = Verdict(sorted(drawn, key=lambda picture: (picture.panel.name, order[picture.name])), Limits())
    if wish.directory is not None:
        wish.directory.mkdir(parents=True, exist_ok=True)
        (wish.directory / "audit.json").write_bytes(msgspec.json.format(msgspec.json.encode(verdict.as_json())))
    show(verdict, as_json=as_json)
    return 1 if verdict.violations else 0


def _jobs(wish: Wish) -> list[Job]:
    """The largest panels first: they take longest."""
    unknown = [name for name in wish.scenes if name not in GALLERY]
    if unknown:
        raise ValueError(f"no scene {', '.join(unknown)}: there are {', '.join(GALLERY)}")
    scenes = wish.scenes or tuple(GALLERY)
    shots: dict[Panel, list[Shot]] = (
        covering(scenes, wish.panels) if wish.quick else {panel: every(scenes) for panel in wish.panels}
    )
    saved = str(wish.directory.absolute()) if wish.directory is not None and wish.pictures else ""
    return [
        Job(panel, tuple(shots[panel]), saved)
        for panel in sorted(wish.panels, key=lambda panel: panel.width * panel.height, reverse=True)
    ]


async def _draw(jobs: Sequence[Job]) -> list[Picture]:
    pictures: list[Picture] = []
    total = sum(len(job.shots) for job in jobs)
    free = asyncio.Semaphore(os.cpu_count() or 1)

    def take(picture: Picture) -> None:
        pictures.append(picture)
        _progress(len(pictures), total)

    async def one(job: Job) -> None:
        async with free:
            await _panel(job, take)

    this = asyncio.current_task()
    assert this is not None
    # Cancelled where it waits, not torn out of whatever it does: the drawing processes end with it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    try:
        async with asyncio.TaskGroup() as tasks:
            for job in jobs:
                tasks.create_task(one(job))
    except* AuditError as group:
        raise group.exceptions[0] from None
    return pictures


async def _panel(job: Job, take: Callable[[Picture], None]) -> None:
    """Have one panel drawn; ``take`` gets each picture as it comes. Raises :class:`AuditError`."""
    with _display(job.panel) as environment, tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk.screen.audit.stage"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            limit=LINE_BYTES,
        )
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(job))
            process.stdin.close()
            async for line in process.stdout:
                take(msgspec.json.decode(line, type=Picture))
            if await process.wait():
                log.seek(0)
                last = log.read().decode(errors="replace").strip()[-2000:]
                raise AuditError(f"drawing for {job.panel.name} ended with status {process.returncode}: {last}")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@contextlib.contextmanager
def _display(panel: Panel) -> Iterator[dict[str, str]]:
    """The environment of a display of just this size; a desk's own display is seldom a portrait."""
    try:
        display = VirtualDisplay(panel.width, panel.height)
    except DisplayError:
        if not has_display():
            raise
        yield dict(os.environ)
        return
    with display:
        yield display.environment


def _progress(done: int, total: int) -> None:
    """Where somebody watches, always; else a line now and then, so that a log tells that it lives."""
    if sys.stderr.isatty():
        print(f"\raudit: {done}/{total} pictures ", end="\n" if done == total else "", file=sys.stderr)
    elif done == total or done % 100 == 0:
        print(f"audit: {done}/{total} pictures", file=sys.stderr)
