"""The agent's picture: frames come from any thread, the newest is drawn, older ones are forgotten."""

from __future__ import annotations

from collections import deque
from typing import Any

from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture

from kiosk.screen.layout import Place


class VideoNode:
    """Drawn in a :class:`~kiosk.screen.layout.Place`, as large as it fits without being stretched."""

    def __init__(self) -> None:
        self.group = InstructionGroup()
        self._colour, self._rectangle = Color(1, 1, 1, 0), Rectangle(size=(0, 0))
        self.group.add(self._colour)
        self.group.add(self._rectangle)
        self._frames: deque[tuple[bytes, tuple[int, int]]] = deque(maxlen=1)
        self._texture: Any = None
        self._place: tuple[Place, int] | None = None

    def put(self, data: bytes, size: tuple[int, int]) -> None:
        """Any thread: a frame as RGB, three bytes a pixel, the upper row first."""
        if len(data) != 3 * size[0] * size[1]:
            raise ValueError(f"{len(data)} bytes are not {size[0]}x{size[1]} pixels of RGB")
        self._frames.append((data, size))

    @property
    def waiting(self) -> bool:
        return bool(self._frames)

    def forget(self) -> None:
        """The call is over: the last picture of it is not shown in the next."""
        self._frames.clear()
        self._texture = None
        self._colour.a = 0

    def upload(self) -> None:
        """Take the newest frame to the display."""
        try:
            data, size = self._frames.popleft()
        except IndexError:
            return
        if self._texture is None or self._texture.size != size:
            self._texture = Texture.create(size=size, colorfmt="rgb")
            self._texture.flip_vertical()
            self._rectangle.texture = self._texture
            self._colour.a = 1
        self._texture.blit_buffer(data, colorfmt="rgb", bufferfmt="ubyte")
        self._fit()
        self.group.flag_update()

    def update(self, item: Place, height: int, pressed: bool) -> None:
        if self._place != (item, height):
            self._place = (item, height)
            self._fit()

    def _fit(self) -> None:
        if self._place is None or self._texture is None:
            return
        (item, window), (width, height) = self._place, self._texture.size
        scale = min(item.rect.width / width, item.rect.height / height)
        wide, high = round(width * scale), round(height * scale)
        self._rectangle.size = (wide, high)
        left = item.rect.x + (item.rect.width - wide) // 2
        self._rectangle.pos = (left, window - item.rect.y - (item.rect.height + high) // 2)
