"""The window: shows scenes, says what was touched, and draws only when there is something new.

Kivy is imported when a window is opened and not before, so that nothing else of the screen needs it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

from kiosk import config
from kiosk.messages import Touch
from kiosk.messages.screen import Target
from kiosk.screen.fonts import Fonts
from kiosk.screen.layout import Layout, Place, lay_out
from kiosk.screen.metrics import Metrics
from kiosk.screen.picture import write_png
from kiosk.screen.scene import Scene
from kiosk.screen.theme import rgb
from kiosk.screen.touches import TouchFilter
from kiosk.screen.views.engine import NoDisplay as NoDisplay, event_descriptor, open_window
from kiosk.video.frames import Which

log = logging.getLogger(__name__)

#: How often SDL is asked for fingers where the display server does not wake us; with the time of drawing this is
#: well below 50 ms. Where it does, the longer time only makes sure.
POLL_S, SURE_S = 0.02, 1.0
#: So long a press is seen at least.
PRESSED_S = 0.15
#: SDL's events after which the picture has to be drawn again, though nothing of it has changed.
_UNCOVERED = frozenset({"windowexposed", "windowrestored", "windowshown"})


class Frame(Struct, frozen=True):
    """What the display shows."""

    number: int = 0  # frames drawn since the start
    drawn_ns: int = 0  # when it was flipped, by this machine's monotonic clock
    scene: str = ""
    texts: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    pressed: str = ""  # the action whose press is being shown
    agent_frames: int = 0  # of these, how many brought a new picture of the agent


class ScreenWindow:
    """Opens the one window of this process; raises :class:`NoDisplay` or :class:`~kiosk.screen.fonts.FontMissing`.

    ``font_cache`` is a directory of our own, which is made. ``on_touch`` gets the action that was touched;
    ``on_somebody`` is told of any other contact.
    """

    def __init__(
        self,
        settings: config.Screen,
        font_cache: Path,
        *,
        on_touch: Callable[[str], None],
        on_somebody: Callable[[], None] = lambda: None,
        on_frame: Callable[[Frame], None] = lambda frame: None,
    ) -> None:
        self._font_cache = font_cache
        self._fonts: dict[str, Fonts] = {}
        self.fonts(settings.language)
        width, _, height = settings.size.partition("x")
        self._window = open_window((int(width), int(height)) if settings.size else None, font_cache / "kivy")
        from kivy.base import EventLoop
        from kivy.clock import Clock

        from kiosk.screen.views.fingers import SimulatedPanel
        from kiosk.screen.views.glass import Glass

        self._event_loop, self._clock = EventLoop, Clock
        self._panel = SimulatedPanel(self._window)
        self._glass = Glass(self)
        self._window.add_widget(self._glass)
        self._window.bind(on_resize=self._resized)
        self._diagonal_inch = settings.diagonal_inch
        self.metrics = self._measure()
        self._on_touch, self._on_somebody, self._on_frame = on_touch, on_somebody, on_frame
        self._filter = TouchFilter()
        self._pressed, self._pressed_until, self._held = "", 0.0, False
        self._scene: Scene | None = None
        self.layout: Layout | None = None
        self._bright = 1.0
        self._changed = True
        self._closed = False
        self._wake = asyncio.Event()
        self._asyncio: asyncio.AbstractEventLoop | None = None
        self.frame = Frame()
        EventLoop.start()

    # --- what is shown -------------------------------------------------------------------------------

    def show(self, scene: Scene) -> None:
        """What the next frame draws; nothing happens when it is what is shown already."""
        if scene == self._scene:
            return
        before, self._scene = self._touchable(), scene
        self._lay_out()
        if self._touchable() != before:
            self._filter.scene_changed(time.monotonic())
        self.redraw()

    def redraw(self) -> None:
        """Draw a frame though nothing has changed: proof that frames are drawn."""
        self._changed = True
        self._wake.set()

    def set_brightness(self, level: float) -> None:
        """How much of its light the picture has, 0 to 1; never so little that nothing could be read."""
        self._bright = min(1.0, max(0.2, level))
        self.redraw()

    def show_frame(self, which: Which, data: bytes, size: tuple[int, int]) -> None:
        """Any thread: a video frame, RGB with three bytes a pixel, for the place that the scene gives it."""
        self._glass.video.put(which, data, size)
        if self._asyncio is not None:
            self._asyncio.call_soon_threadsafe(self._wake.set)

    def fonts(self, language: str) -> Fonts:
        """The fonts of a language."""
        if language not in self._fonts:
            self._fonts[language] = Fonts(self._font_cache, language)
        return self._fonts[language]

    def save(self, path: Path) -> None:
        """Write what the display shows as a PNG; raises OSError."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glPixelStorei, glReadPixels

        self._window.dispatch("on_draw")
        glPixelStorei(0x0D05, 1)  # GL_PACK_ALIGNMENT: rows without filling
        width, height = self._window.size
        write_png(path, glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE), (int(width), int(height)))

    def _measure(self) -> Metrics:
        width, height = self._window.size
        return Metrics(int(width), int(height), self._diagonal_inch)

    def _resized(self, *_: Any) -> None:
        self.metrics = self._measure()
        self._lay_out()
        self.redraw()

    def _lay_out(self) -> None:
        if self._scene is None:
            return
        self.layout = lay_out(self._scene, self.metrics, self.fonts(self._scene.language))
        if not self.layout.fits:
            log.warning("%s does not fit on %dx%d", self._scene.name, self.metrics.width, self.metrics.height)

    def _touchable(self) -> tuple[object, ...]:
        """What a finger could have meant: when this changes, the hand needs a moment to see it."""
        if self._scene is None or self.layout is None:
            return ()
        return self._scene.name, self._scene.size, tuple(spot.action for spot in self.layout.spots)

    # --- what is touched -----------------------------------------------------------------------------

    def touch(self, message: Touch) -> None:
        """A finger of the simulated panel."""
        self._panel.feed(message, self.metrics.px_per_mm)
        self._wake.set()

    def contact_down(self, finger: int, x: float, y: float, width: float) -> None:
        mm, action = self.metrics.px_per_mm, self._at(x, y)
        if self._filter.down(time.monotonic(), finger, x / mm, y / mm, width / mm, action):
            self._pressed, self._held = action, True
            self._pressed_until = time.monotonic() + PRESSED_S
            self._changed = True

    def contact_moved(self, finger: int, x: float, y: float, width: float) -> None:
        mm = self.metrics.px_per_mm
        self._filter.move(finger, x / mm, y / mm, width / mm)

    def contact_up(self, finger: int) -> None:
        self._filter.up(time.monotonic(), finger)
        self._held = False

    def _at(self, x: float, y: float) -> str:
        if self._scene is None or self.layout is None:
            return ""
        return self.layout.at(x - self._scene.shift[0], y - self._scene.shift[1])

    def _carry_out(self) -> None:
        """The touches that count, that somebody is there, and the end of a press that was shown long enough."""
        now = time.monotonic()
        if action := self._filter.due(now):
            self._on_touch(action)
        elif self._filter.somebody():
            self._on_somebody()
        if self._pressed and not self._filter.pending and not self._held and now >= self._pressed_until:
            self._pressed = ""
            self._changed = True

    # --- the loop ------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Draw and listen until :meth:`close` is called."""
        loop = self._asyncio = asyncio.get_running_loop()
        descriptor = event_descriptor(self._window)
        if descriptor is not None:
            loop.add_reader(descriptor, self._wake.set)
        try:
            while not self._closed:
                self._wake.clear()
                self._poll()
                self._carry_out()
                if self._changed or self._glass.video.waiting:
                    self._draw()
                    self._poll()  # drawing reads from the display server too, and might have swallowed an event
                    self._carry_out()
                busy = descriptor is None or self._pressed or self._filter.pending or self._changed
                timer = loop.call_later(POLL_S if busy else SURE_S, self._wake.set)
                await self._wake.wait()
                timer.cancel()
        finally:
            if descriptor is not None:
                loop.remove_reader(descriptor)

    def close(self) -> None:
        """Let :meth:`run` return."""
        self._closed = True
        self._wake.set()

    def _poll(self) -> None:
        """Take what SDL has. Fingers are passed on; keys, and whatever else might lead out of here, are not."""
        sdl = self._window._win
        while (event := sdl.poll()) is not False:
            if event is None or self._panel.sdl(event):
                continue
            if event[0] in _UNCOVERED:
                self._changed = True
            elif event[0] == "windowresized":
                self._window._do_resize(0)
        self._event_loop.dispatch_input()
        self._clock.tick()

    def _draw(self) -> None:
        if self._scene is None or self.layout is None:
            return
        self._changed = False
        scene, layout = self._scene, self.layout
        dark = 1 - self._bright * (1 - scene.dim)
        self._window.clearcolor = (*rgb(layout.background), 1)
        if not any(isinstance(item, Place) for item in layout.items):
            self._glass.video.forget()
        self._glass.video.upload()
        self._glass.paint(layout, self.fonts(scene.language), pressed=self._pressed, shift=scene.shift, dark=dark)
        self._clock.tick_draw()
        self._window.dispatch("on_draw")
        self._window.dispatch("on_flip")
        x, y = scene.shift
        self.frame = Frame(
            number=self.frame.number + 1,
            drawn_ns=time.monotonic_ns(),
            scene=scene.name,
            texts=layout.texts,
            targets=tuple(
                Target(
                    spot.action,
                    max(0, spot.rect.x + x),
                    max(0, spot.rect.y + y),
                    spot.rect.width,
                    spot.rect.height,
                )
                for spot in layout.spots
            ),
            pressed=self._pressed,
            agent_frames=self._glass.video.drawn,
        )
        self._on_frame(self.frame)
