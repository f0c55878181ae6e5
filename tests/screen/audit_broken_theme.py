"""Draws real scenes with the theme broken in one way after the other, and prints what the audit sees of them.

A process of its own: Kivy has one window in a process. It prints one JSON object, name -> its pictures.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from pytest import MonkeyPatch

from kiosk.screen import theme
from kiosk.screen.audit.limits import PANELS
from kiosk.screen.audit.matrix import Job, Shot
from kiosk.screen.audit.seen import Picture
from kiosk.screen.audit.stage import Stage
from kiosk.screen.glyphs import Glyphs
from kiosk.screen.layout import pen
from kiosk.screen.metrics import Metrics, Rect
from kiosk.screen.scene import TextSize, Variant
from kiosk.screen.window import ScreenWindow

PANEL = PANELS[0]
SHOTS = tuple(Shot(name, TextSize.STANDARD, "zh_CN", Variant.DAY) for name in ("welcome", "answer", "rating"))


def _whole(_patch: MonkeyPatch, _window: ScreenWindow) -> None:
    """Nothing is broken."""


def _small_text(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setattr(Metrics, "smallest_text", property(lambda _: 20))
    patch.setattr(Metrics, "body", property(lambda _: 22))


def _tight_lines(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setattr(pen, "LINE_SPACING", (1.1, 1.1, 1.1))


def _small_targets(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setattr(Metrics, "touch", property(lambda _: 40))
    patch.setattr(pen.Pen, "touch", property(lambda _: 50))


def _small_gaps(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setattr(Metrics, "gap", property(lambda _: 5))
    patch.setattr(pen.Pen, "gap", property(lambda _: 5))


def _low_contrast(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setitem(theme.PALETTES, Variant.DAY, dataclasses.replace(theme.DAY, text="#7a7a7a"))


def _unbroken_lines(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setattr(pen.Pen, "lines", lambda _self, text, *_args, **_options: (text,))


def _spread_human(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    """人工 reaches over the text sizes."""
    right = Metrics.human.func  # type: ignore[attr-defined]
    patch.setattr(Metrics, "human", property(lambda it: right(it)._replace(height=right(it).height + 60)))


def _wandering_human(patch: MonkeyPatch, window: ScreenWindow) -> None:
    """It is elsewhere on each scene."""
    right = Metrics.human.func  # type: ignore[attr-defined]

    def human(metrics: Metrics) -> Rect:
        rect: Rect = right(metrics)
        return rect._replace(y=rect.y + window.frame.number % 5)

    patch.setattr(Metrics, "human", property(human))


def _red_accent(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    accent = theme.Pair("#b01420", "#ffffff")
    patch.setitem(theme.PALETTES, Variant.DAY, dataclasses.replace(theme.DAY, primary=accent))


def _no_words(patch: MonkeyPatch, _window: ScreenWindow) -> None:
    patch.setattr(pen.Sheet, "words", lambda *_args, **_options: 0)


def _latin_font(patch: MonkeyPatch, window: ScreenWindow) -> None:
    import kivy

    fonts = window.fonts("en")  # of its own, since only these are broken
    latin = Glyphs(Path(kivy.kivy_data_dir) / "fonts" / "Roboto-Regular.ttf")
    patch.setattr(fonts, "regular", latin)
    patch.setattr(fonts, "bold", latin)
    patch.setattr(window, "fonts", lambda _language: fonts)


BREAKS: tuple[Callable[[MonkeyPatch, ScreenWindow], None], ...] = (
    *(_whole, _small_text, _tight_lines, _small_targets, _small_gaps, _low_contrast, _unbroken_lines),
    *(_spread_human, _wandering_human, _red_accent, _no_words, _latin_font),
)


async def _draw(stage: Stage, broken: Callable[[MonkeyPatch, ScreenWindow], None]) -> list[Picture]:
    with MonkeyPatch.context() as patch:
        broken(patch, stage.window)
        pictures = []
        for shot in SHOTS:
            # Anew for each: it keeps what it once computed.
            stage.window.metrics = Metrics(PANEL.width, PANEL.height, PANEL.diagonal_inch)
            picture, _ = await stage.shoot(shot)
            pictures.append(picture)
        return pictures


async def main(directory: Path) -> None:
    stage = Stage(Job(PANEL, SHOTS), directory)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stage.window.run())
        drawn = {broken.__name__.strip("_"): await _draw(stage, broken) for broken in BREAKS}
        stage.window.close()
    sys.stdout.buffer.write(msgspec.json.encode(drawn))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
