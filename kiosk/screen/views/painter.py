"""Draws a layout. What was drawn before is changed, not made anew: a kiosk shows millions of pictures in its life.

Each kind of item has a pool of drawn nodes. A node that fits the next picture is given the new values, one that is
not needed waits for a later picture, so that no instruction and hardly a texture is ever thrown away.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from kivy.core.text import Label
from kivy.graphics import Color, InstructionGroup, Rectangle, SmoothRoundedRectangle
from kivy.graphics.texture import Texture

from kiosk.screen.fonts import Fonts
from kiosk.screen.icons import coverage
from kiosk.screen.layout import Box, Ink, Layout, Mark, Place, Words
from kiosk.screen.metrics import Rect
from kiosk.screen.theme import rgb
from kiosk.screen.views.video import VideoNode

#: Textures are so many pixels wider at most than their text, so that the next text often has room in the same one.
_STEP_PX = 32
#: So many icons are kept, each in one size; all that a site shows, and then some.
_ICONS = 160


class Node:
    """One drawn thing; ``group`` is what the canvas holds of it."""

    def __init__(self) -> None:
        self.group = InstructionGroup()
        self._shown: tuple[Any, ...] | None = None

    def update(self, item: Any, height: int, pressed: bool) -> None:
        """Show an item; ``height`` is the window's, whose pixels Kivy counts from below."""
        if self._shown != (item, height, pressed):
            self._shown = (item, height, pressed)
            self._update(item, height, pressed)

    def _update(self, item: Any, height: int, pressed: bool) -> None:
        raise NotImplementedError


class BoxNode(Node):
    """A filled shape, and the larger one under it that is seen as its edge."""

    def __init__(self) -> None:
        super().__init__()
        self._edge_colour, self._edge = Color(0, 0, 0, 0), SmoothRoundedRectangle(size=(0, 0))
        self._colour, self._fill = Color(), SmoothRoundedRectangle(size=(0, 0))
        for instruction in (self._edge_colour, self._edge, self._colour, self._fill):
            self.group.add(instruction)

    def _update(self, item: Box, height: int, pressed: bool) -> None:
        rect, edge = item.rect, item.edge_px
        if item.edge is not None:
            self._edge_colour.rgba = (*_now(item.edge, pressed), 1)
            _shape(self._edge, rect, item.radius, height)
        else:
            self._edge_colour.a = 0
            self._edge.size = (0, 0)
        self._colour.rgba = (*_now(item.fill, pressed), 1)
        _shape(self._fill, rect.inset(edge), max(0, item.radius - edge), height)


class WordsNode(Node):
    """A text as one texture, written in white and coloured when it is drawn."""

    def __init__(self, fonts: Fonts) -> None:
        super().__init__()
        self._fonts = fonts
        self._label: Any = None
        self._written: tuple[Any, ...] | None = None
        self._colour, self._rectangle = Color(), Rectangle(size=(0, 0))
        self.group.add(self._colour)
        self.group.add(self._rectangle)

    def _update(self, item: Words, height: int, pressed: bool) -> None:
        face = self._fonts.of(item.bold)
        path = str(face.file_for(item.text))
        widest = max(face.width(line, item.px) for line in item.lines)
        wide = -(-(widest + item.px // 4) // _STEP_PX) * _STEP_PX  # never less than SDL_ttf needs: it would wrap
        written = (item.lines, item.px, item.bold, item.align, item.pitch, wide, path)
        if written != self._written:
            self._written = written
            self._write(item, wide, path)
        texture = self._label.texture
        self._rectangle.texture = texture
        self._colour.rgba = (*_now(item.ink, pressed), 1)
        rect = item.rect
        x = {"left": rect.x, "center": rect.x + (rect.width - wide) // 2, "right": rect.right - wide}[item.align]
        self._rectangle.size = texture.size
        self._rectangle.pos = (x, height - rect.y - texture.height)

    def _write(self, item: Words, wide: int, path: str) -> None:
        if self._label is None:
            self._label = Label()
        line = self._fonts.of(item.bold).line(item.px)
        self._label.options.update(
            font_name=path,
            font_size=item.px,
            halign=item.align,
            line_height=item.pitch / line,
            padding=[0, 0, 0, max(0, line - item.pitch)],  # what the last line has below its pitch is not cut off
        )
        self._label.text = "\n".join(item.lines)
        self._label.text_size = (wide, None)
        self._label.refresh()


class MarkNode(Node):
    """An icon as a texture, white like the texts."""

    def __init__(self, textures: IconTextures) -> None:
        super().__init__()
        self._textures = textures
        self._colour, self._rectangle = Color(), Rectangle(size=(0, 0))
        self.group.add(self._colour)
        self.group.add(self._rectangle)

    def _update(self, item: Mark, height: int, pressed: bool) -> None:
        self._colour.rgba = (*_now(item.ink, pressed), 1)
        self._rectangle.texture = self._textures.get(item.icon, item.rect.width)
        self._rectangle.pos = (item.rect.x, height - item.rect.bottom)
        self._rectangle.size = (item.rect.width, item.rect.height)


class IconTextures:
    """The last icons that were drawn, by name and size."""

    def __init__(self) -> None:
        self._textures: OrderedDict[tuple[str, int], Any] = OrderedDict()

    def get(self, name: str, size: int) -> Any:
        texture = self._textures.get((name, size))
        if texture is None:
            texture = self._textures[name, size] = _icon_texture(name, size)
            if len(self._textures) > _ICONS:
                self._textures.popitem(last=False)
        self._textures.move_to_end((name, size))
        return texture


def _icon_texture(name: str, size: int) -> Any:
    pixels = bytearray(b"\xff" * (4 * size * size))
    pixels[3::4] = coverage(name, size)
    texture = Texture.create(size=(size, size), colorfmt="rgba")
    texture.flip_vertical()
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return texture


class Painter:
    """Keeps a canvas showing the last layout given."""

    def __init__(self, canvas: Any, video: VideoNode) -> None:
        self._canvas = canvas
        self._video = video
        self._drawn: list[tuple[str, Any]] = []
        self._free: dict[str, list[Any]] = {}
        self._fonts: Fonts | None = None
        self._icons = IconTextures()

    def paint(self, layout: Layout, fonts: Fonts, height: int, pressed: str) -> None:
        if fonts is not self._fonts:  # another language: no text keeps its texture
            self._fonts = fonts
            self._clear()
            self._free.pop(Words.__name__, None)
        kinds = [type(item).__name__ for item in layout.items]
        if kinds != [kind for kind, _ in self._drawn]:
            self._rearrange(kinds)
        for item, (_, node) in zip(layout.items, self._drawn, strict=True):
            node.update(item, height, bool(pressed) and getattr(item, "action", "") == pressed)

    def _rearrange(self, kinds: list[str]) -> None:
        """Bring the canvas to this order of nodes; those at the same place stay."""
        same = 0
        for kind, (drawn, _) in zip(kinds, self._drawn, strict=False):
            if kind != drawn:
                break
            same += 1
        for kind, node in self._drawn[same:]:
            self._canvas.remove(node.group)
            self._free.setdefault(kind, []).append(node)
        del self._drawn[same:]
        for kind in kinds[same:]:
            free = self._free.get(kind)
            node = free.pop() if free else self._make(kind)
            self._canvas.add(node.group)
            self._drawn.append((kind, node))

    def _make(self, kind: str) -> Any:
        if kind == Box.__name__:
            return BoxNode()
        if kind == Words.__name__:
            assert self._fonts is not None
            return WordsNode(self._fonts)
        if kind == Place.__name__:
            return self._video
        return MarkNode(self._icons)

    def _clear(self) -> None:
        for kind, node in self._drawn:
            self._canvas.remove(node.group)
            self._free.setdefault(kind, []).append(node)
        self._drawn.clear()


def _now(ink: Ink, pressed: bool) -> tuple[float, float, float]:
    return rgb(ink.pressed if pressed else ink.rest)


def _shape(shape: Any, rect: Rect, radius: int, height: int) -> None:
    shape.pos = (rect.x, height - rect.bottom)
    shape.size = (rect.width, rect.height)
    corner = min(radius, rect.width // 2, rect.height // 2)
    shape.radius = [max(corner, 0.01)] * 4
