"""Remembers which texture holds which text: Kivy's renderer makes textures that do not know what they say.

Every text on a Kivy display is a texture that this renderer filled, whichever widget draws it. So nothing that is
drawn as text can hide from the audit by not being a label.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from kivy.core.text import LabelBase

from kiosk.screen.audit.pixels import Texture


class Typeset(NamedTuple):
    """One texture of text; pixels of the texture."""

    text: str
    lines: tuple[str, ...]  # those that the layout kept
    size: float  # of the letters
    pitch: float  # the least from one line to the next; 0 with one line
    font: str  # the file


class Typesetting:
    """Listens to the text renderer from the time it is made: make it before the first widget."""

    def __init__(self) -> None:
        self._made: weakref.WeakKeyDictionary[Any, Typeset] = weakref.WeakKeyDictionary()
        self._pixels: weakref.WeakKeyDictionary[Any, Texture] = weakref.WeakKeyDictionary()
        refresh: Callable[[Any], None] = LabelBase.refresh

        def remember(label: Any) -> None:
            refresh(label)
            self._made[label.texture] = _typeset(label)
            self._pixels.pop(label.texture, None)

        LabelBase.refresh = remember

    def of(self, texture: Any) -> Typeset | None:
        """What a texture says; None: it is no text."""
        return self._made.get(texture) if texture is not None else None

    def pixels(self, texture: Any) -> Texture:
        """What a texture of text holds; only once it was drawn, since it is filled then."""
        if texture not in self._pixels:
            data = np.frombuffer(texture.pixels, np.uint8)
            self._pixels[texture] = data.reshape(texture.height, texture.width, 4)
        return self._pixels[texture]


def _typeset(label: Any) -> Typeset:
    lines = [line for line in label._cached_lines if line.words]
    return Typeset(
        text=label.text,
        lines=tuple("".join(word.text for word in line.words) for line in lines),
        size=float(label.options["font_size"]),
        pitch=float(min(line.h for line in lines)) if len(lines) > 1 else 0.0,
        font=str(label.options["font_name_r"]),
    )
