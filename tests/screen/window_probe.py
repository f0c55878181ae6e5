"""Opens the real window, does to it what a customer does, and prints what it saw as one JSON object.

A process of its own: Kivy has one window in a process. Called with a directory for fonts and pictures.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from kiosk import config
from kiosk.messages import Phase, Touch
from kiosk.screen import gallery
from kiosk.screen.layout import Place, Words
from kiosk.screen.scene import Scene
from kiosk.screen.window import Frame, ScreenWindow
from kiosk.video.frames import Which

SIZE = (800, 480)
LIMIT_S = 30.0


class Probe:
    """The window, and everything it said."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.touched: list[tuple[str, float]] = []
        self.there = 0  # contacts that did nothing but say that somebody is there
        self.frames: list[Frame] = []
        settings = config.Screen(size=f"{SIZE[0]}x{SIZE[1]}", diagonal_inch=7.0)
        self.window = ScreenWindow(
            settings,
            directory / "fonts",
            on_touch=lambda action: self.touched.append((action, time.monotonic())),
            on_somebody=self._somebody,
            on_frame=self.frames.append,
        )
        self.seen: dict[str, Any] = {}

    def _somebody(self) -> None:
        self.there += 1

    async def frame(self, after: int) -> Frame:
        """The first frame after that number."""
        async with asyncio.timeout(LIMIT_S):
            while self.window.frame.number <= after:  # noqa: ASYNC110 - frames are polled as others see them
                await asyncio.sleep(0.002)
        return self.window.frame

    async def show(self, scene: Scene) -> Frame:
        number = self.window.frame.number
        self.window.show(scene)
        self.window.redraw()  # also where it is what is shown already
        return await self.frame(number)

    def finger(self, phase: Phase, action: str, finger: int = 0) -> tuple[int, int]:
        target = next(target for target in self.window.frame.targets if target.action == action)
        x, y = target.x + target.width // 4, target.y + target.height // 8
        self.window.touch(Touch("probe", phase, x, y, finger))
        return x, y

    def pixel(self, x: int, y: int) -> list[int]:
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        self.window._window.dispatch("on_draw")
        return list(glReadPixels(x, SIZE[1] - 1 - y, 1, 1, GL_RGB, GL_UNSIGNED_BYTE))

    # --- what is tried -----------------------------------------------------------------------------

    async def every_scene(self) -> None:
        places = set()
        clipped = []
        for name in gallery.GALLERY:
            scene = gallery.make(name)
            frame = await self.show(replace(scene, shift=(0, 0)))
            places |= {(t.x, t.y, t.width, t.height) for t in frame.targets if t.action == "human"}
            clipped += [f"{name}: {text}" for text in self._clipped()]
        self.seen["human_places"] = sorted(places)
        self.seen["clipped"] = clipped

    def _clipped(self) -> list[str]:
        """Texts whose texture had to break a line that the layout had not broken, or is wider than planned."""
        layout, fonts = self.window.layout, self.window.fonts("zh_CN")
        assert layout is not None
        found = []
        nodes = [node for kind, node in self.window._glass._painter._drawn if kind == "Words"]
        words = [item for item in layout.items if isinstance(item, Words)]
        for item, node in zip(words, nodes, strict=True):
            face, label = fonts.of(item.bold), node._label
            if len(label._cached_lines) != len(item.lines):
                found.append(f"{item.text} (lines)")
            for line in item.lines:
                if label.get_extents(line)[0] > face.width(line, item.px) + 3:
                    found.append(f"{line} (width)")
        return found

    async def the_picture(self) -> None:
        await self.show(replace(gallery.make("welcome"), shift=(0, 0)))
        self.window.save(self.directory / "welcome.png")

    async def a_press(self) -> None:
        await asyncio.sleep(0.6)
        self.touched.clear()
        action = next(t.action for t in self.window.frame.targets if t.action.startswith("topic"))
        target = next(t for t in self.window.frame.targets if t.action == action)
        spot = target.x + target.width // 2, target.y + 6
        before, number = self.pixel(*spot), self.window.frame.number
        start = time.monotonic_ns()
        self.finger(Phase.DOWN, action)
        frame = await self.frame(number)
        self.seen["pressed_frame"] = [frame.number - number, frame.pressed, (frame.drawn_ns - start) / 1e6]
        self.seen["pressed_pixels"] = [before, self.pixel(*spot)]
        self.finger(Phase.UP, action)
        await asyncio.sleep(0.1)
        self.finger(Phase.DOWN, action)  # shaking
        await asyncio.sleep(0.05)
        self.finger(Phase.UP, action)
        await asyncio.sleep(0.6)
        self.seen["touched_once"] = [name for name, _ in self.touched] == [action]
        self.seen["released"] = [self.window.frame.pressed, self.pixel(*spot)]

    async def what_does_nothing(self) -> None:
        """A finger on no button, a palm on one, and a finger that opens something."""
        await self.show(replace(gallery.make("welcome"), shift=(0, 0)))
        await asyncio.sleep(0.6)
        self.touched.clear()
        self.there, told = 0, []
        human = self.window.metrics.human
        empty = human.x - 3, human.y + human.height // 2
        assert self.window.layout is not None and not self.window.layout.at(*empty)
        card = next(t for t in self.window.frame.targets if t.action.startswith("topic"))
        palm = card.x + card.width // 2, card.y + card.height // 2
        for place, width in ((empty, 8), (palm, 60), (palm, 8)):
            self.window.touch(Touch("probe", Phase.DOWN, *place, 0, width))
            await asyncio.sleep(0.2)
            self.window.touch(Touch("probe", Phase.UP, *place, 0, width))
            await asyncio.sleep(0.6)
            told.append([self.there, [name for name, _ in self.touched]])
        self.seen["did_nothing"] = [*told, card.action]

    async def no_needless_frames(self) -> None:
        scene = gallery.make("answer")
        await self.show(scene)
        await asyncio.sleep(0.4)
        number = self.window.frame.number
        self.window.show(gallery.make("answer"))
        await asyncio.sleep(1.5)
        self.seen["idle_frames"] = self.window.frame.number - number
        self.window.redraw()
        await asyncio.sleep(0.3)
        self.seen["asked_frames"] = self.window.frame.number - number

    async def a_video(self) -> None:
        await self.show(gallery.make("connected_video"))
        assert self.window.layout is not None
        place = next(item.rect for item in self.window.layout.items if isinstance(item, Place))
        middle = place.x + place.width // 2, place.y + place.height // 2
        number = self.window.frame.number
        blue = bytes((10, 20, 200)) * (64 * 48)

        def send() -> None:
            for _ in range(5):
                self.window.show_frame(Which.AGENT, blue, (64, 48))

        thread = threading.Thread(target=send)
        thread.start()
        await self.frame(number)
        thread.join()
        await asyncio.sleep(0.1)
        self.seen["video_pixel"] = self.pixel(*middle)
        try:
            self.window.show_frame(Which.AGENT, b"short", (64, 48))
        except ValueError as error:
            self.seen["bad_frame"] = str(error)
        await self.show(gallery.make("ended"))
        await self.show(gallery.make("connected_video"))
        self.seen["next_call_pixel"] = self.pixel(place.x + place.width // 2, place.y + 20)

    async def dim_and_shift(self) -> None:
        scene = replace(gallery.make("thanks"), shift=(0, 0), dim=0.0)
        await self.show(scene)
        human = self.window.metrics.human
        edge = human.x + 30, human.y + 12
        bright = self.pixel(*edge)
        frame = await self.show(replace(scene, shift=(4, -3)))
        self.seen["shifted"] = next([t.x - human.x, t.y - human.y] for t in frame.targets if t.action == "human")
        await self.show(replace(scene, dim=0.5))
        self.seen["dimmed"] = [bright, self.pixel(*edge)]

    async def a_real_pointer(self) -> None:
        """Through the display server, where its test extension is there: a click, and keys that lead nowhere."""
        try:
            x11, xtest = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6")
        except OSError:
            return
        x11.XOpenDisplay.restype = ctypes.c_void_p
        display = ctypes.c_void_p(x11.XOpenDisplay(None))
        await self.show(gallery.make("thanks"))
        await asyncio.sleep(1)
        self.touched.clear()
        left, top = self.window._window._win.get_window_pos()
        target = next(target for target in self.window.frame.targets if target.action == "home")
        x, y = left + target.x + target.width // 2, top + target.y + target.height // 2
        xtest.XTestFakeMotionEvent(display, -1, x, y, 0)
        xtest.XTestFakeButtonEvent(display, 1, 1, 0)
        x11.XFlush(display)
        number, start = self.window.frame.number, time.monotonic_ns()
        frame = await self.frame(number)
        xtest.XTestFakeButtonEvent(display, 1, 0, 0)
        for name in (b"Escape", b"F1", b"F11", b"q", b"e"):
            code = x11.XKeysymToKeycode(display, x11.XStringToKeysym(name))
            control = x11.XKeysymToKeycode(display, x11.XStringToKeysym(b"Control_L"))
            for key, down in ((control, 1), (code, 1), (code, 0), (control, 0), (code, 1), (code, 0)):
                xtest.XTestFakeKeyEvent(display, key, down, 0)
        x11.XFlush(display)
        await asyncio.sleep(0.5)
        self.seen["pointer"] = [frame.pressed, [name for name, _ in self.touched]]
        self.seen["pointer_ms"] = (frame.drawn_ns - start) / 1e6
        x11.XCloseDisplay(display)

    async def nobody_leaves(self) -> None:
        """Neither the window manager nor a key ends it."""
        window = self.window._window
        self.seen["close_refused"] = bool(window.dispatch("on_request_close"))
        from kivy.base import EventLoop

        self.seen["still_there"] = not EventLoop.quit

    async def run(self) -> None:
        task = asyncio.create_task(self.window.run())
        for step in (
            *(self.the_picture, self.a_press, self.what_does_nothing, self.every_scene, self.no_needless_frames),
            *(self.a_video, self.dim_and_shift, self.a_real_pointer, self.nobody_leaves),
        ):
            await step()
            if task.done():
                task.result()
        self.window.close()
        await task
        self.seen["numbers_rise"] = all(
            one.number < other.number and one.drawn_ns < other.drawn_ns for one, other in pairwise(self.frames)
        )


def main() -> None:
    probe = Probe(Path(sys.argv[1]))
    asyncio.run(probe.run())
    print(json.dumps(probe.seen))


if __name__ == "__main__":
    main()
