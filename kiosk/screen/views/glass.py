"""The one widget: it shows the picture and passes contacts on."""

from __future__ import annotations

from typing import Any, Protocol

from kivy.graphics import Canvas, Color, PopMatrix, PushMatrix, Rectangle, Translate
from kivy.uix.widget import Widget

from kiosk.screen.fonts import Fonts
from kiosk.screen.layout import Layout
from kiosk.screen.views.painter import Painter
from kiosk.screen.views.video import VideoNode


class Touched(Protocol):
    """Is told of contacts; pixels from the upper left corner."""

    def contact_down(self, finger: int, x: float, y: float, width: float) -> None: ...
    def contact_moved(self, finger: int, x: float, y: float, width: float) -> None: ...
    def contact_up(self, finger: int) -> None: ...


class Glass(Widget):  # type: ignore[misc]
    """Fills the window. The picture is moved by the shift against burn-in, the dimming lies over everything."""

    def __init__(self, touched: Touched) -> None:
        super().__init__(size_hint=(1, 1))
        self._touched = touched
        self.video = VideoNode()
        picture = Canvas()
        self._painter = Painter(picture, self.video)
        self._shift = Translate(0, 0)
        for instruction in (PushMatrix(), self._shift, picture, PopMatrix()):
            self.canvas.add(instruction)
        self._dim = Color(0, 0, 0, 0)
        self._dimming = Rectangle(size=(0, 0))
        self.canvas.after.add(self._dim)
        self.canvas.after.add(self._dimming)

    def paint(self, layout: Layout, fonts: Fonts, *, pressed: str, shift: tuple[int, int], dark: float) -> None:
        """Show a picture; ``dark`` is how much of its light is taken away, 0 to 1."""
        self._painter.paint(layout, fonts, int(self.height), pressed)
        self._shift.x, self._shift.y = shift[0], -shift[1]
        self._dim.a = dark
        self._dimming.size = self.size if dark else (0, 0)

    def on_touch_down(self, touch: Any) -> bool:
        self._touched.contact_down(touch.id, touch.x, self.height - touch.y, touch.shape.width)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        self._touched.contact_moved(touch.id, touch.x, self.height - touch.y, touch.shape.width)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        self._touched.contact_up(touch.id)
        return True
