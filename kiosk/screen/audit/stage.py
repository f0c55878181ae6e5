"""The drawing process: shows the scenes of one panel in the real window and says what each picture holds.

``python -m kiosk.screen.audit.stage`` reads a :class:`~kiosk.screen.audit.matrix.Job` from standard input and
writes one :class:`~kiosk.screen.audit.seen.Picture` a line to standard output.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec

from kiosk import config
from kiosk.screen import gallery
from kiosk.screen.audit.matrix import Job, Shot
from kiosk.screen.audit.pixels import Pixels
from kiosk.screen.audit.seen import Box, Picture, SeenTarget
from kiosk.screen.audit.wanted import wanted
from kiosk.screen.picture import write_png
from kiosk.screen.window import Frame, ScreenWindow


class Stage:
    """The window of one panel."""

    def __init__(self, job: Job, directory: Path) -> None:
        settings = config.Screen(size=job.panel.name, diagonal_inch=job.panel.diagonal_inch)
        self._drawn = asyncio.Event()
        self.window = ScreenWindow(settings, directory, on_touch=lambda action: None, on_frame=self._on_frame)
        # Both import Kivy, which only an opened window may do first.
        from kivy.core.window import Window

        from kiosk.screen.audit.measuring import Measurer

        self._measurer = Measurer(job.panel)
        self._frame: Pixels | None = None
        Window.bind(on_flip=self._read)

    async def shoot(self, shot: Shot) -> tuple[Picture, Pixels]:
        """Draw one scene and measure it, without the dimming of the night.

        That takes light from everything alike, as the panel's own brightness would, while nobody is there; the
        first touch ends it.
        """
        scene = gallery.make(shot.scene, shot.language, shot.text, shot.variant)
        scene = msgspec.structs.replace(scene, dim=0.0)
        self._drawn.clear()
        self.window.show(scene)
        self.window.redraw()  # also when this scene looks just like the one before
        await self._drawn.wait()
        assert self._frame is not None  # it is read before the drawing is told
        targets = [
            SeenTarget(target.action, Box(target.x, target.y, target.width, target.height))
            for target in self.window.frame.targets
        ]
        return self._measurer.measure(self._frame, shot, wanted(scene), targets, scene.shift), self._frame

    def _read(self, _window: object) -> bool:
        """Read what is about to be displayed; true: it need not be, since nobody looks at this display."""
        self._frame = self._measurer.frame()
        return True

    def _on_frame(self, _frame: Frame) -> None:
        self._drawn.set()


class Album:
    """Saves pictures while the next are drawn: compressing leaves the interpreter free."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def save(self, picture: Picture, frame: Pixels) -> None:
        """Raises OSError, if need be that of the picture before."""
        self.finish()
        path = self._directory / f"{picture.name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        height, width, _ = frame.shape
        self._last = self._pool.submit(write_png, path, frame[::-1].tobytes(), (width, height))

    def finish(self) -> None:
        if self._last is not None:
            self._last.result()


async def shoot_all(job: Job, directory: Path) -> None:
    """Draw everything that is asked for."""
    stage = Stage(job, directory)
    album = Album(Path(job.directory)) if job.directory else None
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stage.window.run())
        for shot in job.shots:
            picture, frame = await stage.shoot(shot)
            if album is not None:
                album.save(picture, frame)
            sys.stdout.buffer.write(msgspec.json.encode(picture) + b"\n")
            sys.stdout.buffer.flush()
        stage.window.close()
    if album is not None:
        album.finish()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kiosk-audit-") as name:
        asyncio.run(shoot_all(msgspec.json.decode(sys.stdin.buffer.read(), type=Job), Path(name)))
