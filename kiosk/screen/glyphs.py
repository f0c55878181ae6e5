"""Which characters a font file has and how wide they are, read from its tables. No Kivy here.

fontTools would give the same, but decodes all 45,000 characters of a Chinese font into a dictionary first, which
alone takes longer than the first frame may; this reads the two tables and looks up what is asked for.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_right
from functools import cached_property, lru_cache
from pathlib import Path


class Glyphs:
    """One face in a file of its own (not a collection). ``small``: the same with the common characters only."""

    def __init__(self, path: Path, small: Glyphs | None = None) -> None:
        self.path = path
        self._small = small
        with path.open("rb") as file:
            count = struct.unpack(">4xH6x", file.read(12))[0]
            self._tables = {
                tag.decode("latin-1"): (offset, length)
                for tag, _, offset, length in struct.iter_unpack(">4sIII", file.read(16 * count))
            }
        self.units: int = struct.unpack_from(">H", self.table("head"), 18)[0]
        #: Above and below the baseline, in units: what SDL_ttf takes for the height of a line.
        self._ascent: int
        self._descent: int
        self._ascent, self._descent = struct.unpack_from(">hh", self.table("hhea"), 4)
        self.width_of = lru_cache(maxsize=4096)(self._width_of)

    def has(self, character: str) -> bool:
        return self.glyph(ord(character)) != 0

    def file_for(self, text: str) -> Path:
        """The smallest file that has all the characters of a text."""
        small = self._small
        return small.path if small is not None and all(map(small.has, text.replace("\n", ""))) else self.path

    def width(self, text: str, px: int) -> int:
        """How wide SDL_ttf draws a text, pixels: it rounds each advance; kerning can only make it narrower."""
        return sum(self.width_of(character, px) for character in text)

    def line(self, px: int) -> int:
        """The height of one line as SDL_ttf draws it, pixels."""
        above, below = self._ascent * px / self.units, -self._descent * px / self.units
        return math.ceil(above) + math.ceil(below)

    def _width_of(self, character: str, px: int) -> int:
        return int(self.advance(self.glyph(ord(character))) * px / self.units + 0.5)

    def advance(self, glyph: int) -> int:
        """The width of a glyph, units."""
        found: int = struct.unpack_from(">H", self._metrics, 4 * min(glyph, self._metrics_count - 1))[0]
        return found

    def table(self, tag: str) -> bytes:
        """One of the file's tables as it is written; raises KeyError."""
        offset, length = self._tables[tag]
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    @cached_property
    def _metrics(self) -> bytes:
        return self.table("hmtx")

    @cached_property
    def _metrics_count(self) -> int:
        count: int = struct.unpack_from(">H", self.table("hhea"), 34)[0]
        return count

    def glyph(self, code: int) -> int:
        """The number of the glyph; 0 where the font has none."""
        starts, runs = self._runs
        at = bisect_right(starts, code) - 1
        if at < 0 or code > runs[at][0]:
            return 0
        return runs[at][1] + code - starts[at]

    @cached_property
    def _runs(self) -> tuple[list[int], list[tuple[int, int]]]:
        """The characters as runs: first codes, and for each the last code with the first glyph."""
        cmap = self.table("cmap")
        found: dict[int, int] = {}  # format -> offset
        for number in range(struct.unpack_from(">H", cmap, 2)[0]):
            platform, _, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
            if platform in (0, 3):
                found[struct.unpack_from(">H", cmap, offset)[0]] = offset
        if 12 in found:
            at = found[12]
            length = struct.unpack_from(">I", cmap, at + 12)[0]
            groups = list(struct.iter_unpack(">III", cmap[at + 16 : at + 16 + 12 * length]))
        else:
            groups = _groups_of_format_4(cmap[found[4] :]) if 4 in found else []
        return [start for start, _, _ in groups], [(end, glyph) for _, end, glyph in groups]


def _groups_of_format_4(table: bytes) -> list[tuple[int, int, int]]:
    """The older form of the table, which knows the first 65,536 characters only."""
    count = struct.unpack_from(">H", table, 6)[0] // 2
    words = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 4 * count)
    base = 16 + 6 * count
    groups = []
    for number, (end, start, delta) in enumerate(zip(words, starts, deltas, strict=True)):
        jump = struct.unpack_from(">H", table, base + 2 * number)[0]
        if not jump:
            first = (start + delta) & 0xFFFF
            if first + end - start <= 0xFFFF:
                groups.append((start, end, first))
            else:  # the numbers go round
                groups += [(code, code, (code + delta) & 0xFFFF) for code in range(start, end + 1)]
            continue
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = struct.unpack_from(">H", table, base + 2 * number + jump + 2 * (code - start))[0]
            if glyph:
                groups.append((code, code, (glyph + delta) & 0xFFFF))
    return groups
