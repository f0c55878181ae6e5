"""The agent's picture, and the customer's own in its corner. Frames come from any thread; the newest are drawn."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.graphics.texture import Texture

from kiosk.screen.layout import Place
from kiosk.screen.metrics import Rect
from kiosk.video.frames import Which

#: Of the agent's place, what the customer's own picture takes of each side; and its distance from the corner.
_OWN_SHARE, _OWN_MARGIN = 0.26, 0.02


class VideoNode:
    """Drawn in a :class:`~kiosk.screen.layout.Place`, as large as it fits without being stretched."""

    def __init__(self) -> None:
        self.group = InstructionGroup()
        self._sheets = {which: _Sheet(self.group) for which in Which}  # the own one is drawn above the agent's
        self._place: tuple[Place, int] | None = None
        self.drawn = 0  # pictures of the agent, so far

    def put(self, which: Which, data: bytes, size: tuple[int, int]) -> None:
        """Any thread: a frame as RGB, three bytes a pixel, the upper row first."""
        if len(data) != 3 * size[0] * size[1]:
            raise ValueError(f"{len(data)} bytes are not {size[0]}x{size[1]} pixels of RGB")
        self._sheets[which].frame = (data, size)

    @property
    def waiting(self) -> bool:
        return any(sheet.frame is not None for sheet in self._sheets.values())

    def forget(self) -> None:
        """The call is over: the last picture of it is not shown in the next."""
        for sheet in self._sheets.values():
            sheet.forget()

    def upload(self) -> None:
        """Take the newest frames to the display."""
        taken = {which: sheet.upload() for which, sheet in self._sheets.items()}
        if any(taken.values()):
            self._fit()
            self.group.flag_update()
        if taken[Which.AGENT] and self._sheets[Which.AGENT].visible:
            self.drawn += 1

    def update(self, item: Place, height: int, pressed: bool) -> None:
        if self._place != (item, height):
            self._place = (item, height)
            self._fit()

    def _fit(self) -> None:
        if self._place is None:
            return
        item, window = self._place
        if not item.picture:  # of somebody who has gone, or has not come yet
            self._sheets[Which.AGENT].forget()
        self._sheets[Which.AGENT].fit(item.rect, window)
        self._sheets[Which.OWN].fit(_corner(item.rect), window, to_right=True)


class _Sheet:
    """One picture: the frame that waits, and the texture that is drawn."""

    def __init__(self, group: InstructionGroup) -> None:
        self.frame: tuple[bytes, tuple[int, int]] | None = None
        self._colour, self._rectangle = Color(1, 1, 1, 0), Rectangle(size=(0, 0))
        group.add(self._colour)
        group.add(self._rectangle)
        self._texture: Any = None

    @property
    def visible(self) -> bool:
        return self._texture is not None

    def forget(self) -> None:
        self.frame = self._texture = None
        self._colour.a = 0

    def upload(self) -> bool:
        frame, self.frame = self.frame, None
        if frame is None:
            return False
        data, size = frame
        if self._texture is None or self._texture.size != size:
            self._texture = Texture.create(size=size, colorfmt="rgb")
            self._texture.flip_vertical()
            self._rectangle.texture = self._texture
            self._colour.a = 1
        self._texture.blit_buffer(data, colorfmt="rgb", bufferfmt="ubyte")
        return True

    def fit(self, room: Rect, window: int, *, to_right: bool = False) -> None:
        if self._texture is None:
            return
        width, height = self._texture.size
        scale = min(room.width / width, room.height / height)
        wide, high = round(width * scale), round(height * scale)
        self._rectangle.size = (wide, high)
        left = room.right - wide if to_right else room.x + (room.width - wide) // 2
        self._rectangle.pos = (left, window - room.y - (room.height + high) // 2)


def _corner(rect: Rect) -> Rect:
    """The lower right one: beside the agent's picture where that leaves room."""
    wide, high = round(_OWN_SHARE * rect.width), round(_OWN_SHARE * rect.height)
    margin = round(_OWN_MARGIN * rect.width)
    return Rect(rect.right - wide - margin, rect.bottom - high - margin, wide, high)
