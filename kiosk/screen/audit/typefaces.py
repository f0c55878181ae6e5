"""Whether a font has the characters that are drawn with it: by its own table, and by what it draws."""

from __future__ import annotations

from functools import cache
from typing import Any

from fontTools.ttLib import TTFont
from kivy.core.text import Label

#: Large enough that no two characters of a text face look alike.
_SIZE = 40
#: Characters no font has: private use, in the order in which they are tried.
_NOBODYS = tuple(range(0xF8FE, 0xE000, -1))


def missing(text: str, font: str) -> str:
    """The characters of a text that this font file lacks, each once."""
    return "".join(letter for letter in dict.fromkeys(text) if not letter.isspace() and _lacks(letter, font))


@cache
def family(font: str) -> str:
    """The name of the face that Kivy opens, such as Noto Sans CJK SC."""
    with TTFont(font, fontNumber=0, lazy=True) as face:
        return str(face["name"].getBestFamilyName() or "")


@cache
def _lacks(letter: str, font: str) -> bool:
    return ord(letter) not in _characters(font) or _drawn(letter, font) == _box(font)


@cache
def _characters(font: str) -> frozenset[int]:
    """Kivy opens the first face of a collection."""
    with TTFont(font, fontNumber=0, lazy=True) as face:
        # Any names will do, and the true ones of a Chinese font take half a second to read.
        face.setGlyphOrder([f"g{number}" for number in range(face["maxp"].numGlyphs)])
        return frozenset(face.getBestCmap() or ())


@cache
def _box(font: str) -> bytes:
    """What the renderer draws for a character that the font has not."""
    characters = _characters(font)
    return _drawn(chr(next(code for code in _NOBODYS if code not in characters)), font)


def _drawn(letter: str, font: str) -> bytes:
    label: Any = Label(text=letter, font_name=font, font_size=_SIZE, color=(1, 1, 1, 1))
    label.refresh()
    width: int = label.texture.width
    return width.to_bytes(2, "big") + bytes(label.texture.pixels)
