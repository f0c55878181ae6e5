"""On which line of a TOML file each of its values stands. Pure.

tomllib tells no positions, and neither does any library that we know of. This reads only files that tomllib has
read before, so it need not notice what is wrong with them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

#: Keys and places in arrays, from the top: ``("service", 3, "samples", 0)``.
Place = tuple[str | int, ...]

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_BLANK = re.compile(r"[ \t]*")
_VOID = re.compile(r"(?:[\s,]|#[^\n]*)*")


def lines(text: str) -> dict[Place, int]:
    """The line, from 1, of every key, every entry of an array, and every table that has a header."""
    return dict(_Scan(text.replace("\r\n", "\n")).statements())


class _Scan:
    """Goes through the text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = 0, 1  # so far the lines were counted
        self._tables: dict[Place, int] = {}  # how many there are of each [[table]]

    def statements(self) -> Iterator[tuple[Place, int]]:
        table: Place = ()
        self._skip(_VOID)
        while self._at < len(self._text):
            line = self._line()
            if self._took("[["):
                *above, name = self._key()
                many = (*self._resolved(above), name)
                self._tables[many] = self._tables.get(many, 0) + 1
                table = (*many, self._tables[many] - 1)
                self._took("]]")
                yield table, line
            elif self._took("["):
                table = self._resolved(self._key())
                self._took("]")
                yield table, line
            else:
                yield from self._pair(table)
            self._skip(_VOID)

    def _pair(self, table: Place) -> Iterator[tuple[Place, int]]:
        line = self._line()
        place = (*table, *self._key())
        yield place, line
        self._took("=")
        self._skip(_BLANK)
        yield from self._value(place)

    def _value(self, place: Place) -> Iterator[tuple[Place, int]]:
        """The entries of the value that begins here."""
        if self._took("["):
            number = 0
            while not self._closes("]"):
                yield (*place, number), self._line()
                yield from self._value((*place, number))
                number += 1
        elif self._took("{"):
            while not self._closes("}"):
                yield from self._pair(place)
        elif (string := _STRING.match(self._text, self._at)) is not None:
            self._at = string.end()
        else:
            self._skip(_SCALAR)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            if (quoted := _STRING.match(self._text, self._at)) is not None:
                keys.append(tomllib.loads(f"key = {quoted.group()}")["key"])
                self._at = quoted.end()
            else:
                keys.append(self._skip(_BARE))
            self._skip(_BLANK)
            if not self._took("."):
                return keys

    def _resolved(self, keys: list[str]) -> Place:
        """A header's keys, with the last of each [[table]] that they lead through."""
        place: Place = ()
        for key in keys:
            place = (*place, key)
            if place in self._tables:
                place = (*place, self._tables[place] - 1)
        return place

    def _closes(self, bracket: str) -> bool:
        self._skip(_VOID)
        return self._took(bracket) or self._at >= len(self._text)

    def _took(self, what: str) -> bool:
        there = self._text.startswith(what, self._at)
        self._at += len(what) if there else 0
        return there

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        if found is None:  # cannot be in a file that tomllib has read; go on rather than stand still
            self._at += 1
            return ""
        self._at = found.end()
        return found.group()

    def _line(self) -> int:
        at, line = self._counted
        self._counted = self._at, line + self._text.count("\n", at, self._at)
        return self._counted[1]
