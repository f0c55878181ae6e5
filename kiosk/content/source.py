"""One file of a pack, with the lines of its values, and whether each of its fields is right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from kiosk.content.findings import Finding, Rule, finding
from kiosk.dialogue.pack import Never, Pack, PackError, Service, Topic, in_words, read_table
from kiosk.positions import Place, lines

_KINDS: dict[str, type[Struct]] = {"service": Service, "topic": Topic, "never": Never}
_ENTRY = re.compile(r"\[(\d+)\]")
_LINE = re.compile(r"\(at line (\d+), column")
_REMEDIES = (("length <=", "shorten it"), ("length >=", "write something there"), ("array", "put it in [ ]"))


class Source:
    """A file that could be read. Raises :class:`kiosk.dialogue.pack.PackError` where it cannot."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table = read_table(path)
        self._lines = lines(path.read_text(encoding="utf-8"))

    def line(self, *place: str | int) -> int:
        """The line of what is there, or else of what it is in; 0 for the whole file."""
        return next(
            (self._lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self._lines), 0
        )

    def find(self, kind: str, name: str) -> int | None:
        """The last service or topic of that id, by its number in the file."""
        tables = self.table.get(kind, ())
        return max((number for number, one in enumerate(tables) if one.get("id") == name), default=None)

    def wrong_fields(self) -> Iterator[Finding]:
        """Keys that are missing or unknown, and values that cannot stand there."""
        yield from self._wrong_in(self.table, Pack, ())
        for kind, type_ in _KINDS.items():
            tables = self.table.get(kind, [])
            if isinstance(tables, list):
                for number, table in enumerate(tables):
                    if isinstance(table, dict):
                        yield from self._wrong_in(table, type_, (kind, number))

    def _wrong_in(self, table: dict[str, Any], type_: type[Struct], place: Place) -> Iterator[Finding]:
        of = f"{place[0]} '{table.get('id', int(place[1]) + 1)}': " if place else ""
        known = get_type_hints(type_, include_extras=True)
        for field in msgspec.structs.fields(type_):
            if field.required and field.name not in table:
                yield self._field(place, f"{of}{field.name} is missing; add a line {field.name} = ...")
        for key, value in table.items():
            if key not in known:
                close = difflib.get_close_matches(key, known, 1) or [", ".join(known)]
                yield self._field((*place, key), f"{of}there is no key '{key}'; did you mean {close[0]}?")
            elif place or key not in _KINDS or not _tables(value):
                yield from self._wrong_value(of, (*place, key), value, known[key])

    def _wrong_value(self, of: str, place: Place, value: Any, type_: Any) -> Iterator[Finding]:
        try:
            msgspec.convert(value, type_)
        except msgspec.ValidationError as error:
            what, _, where = str(error).partition(" - at `$")
            entry = _ENTRY.match(where)
            inside = (int(entry[1]),) if entry else ()
            told = in_words(what)
            if ";" not in told:
                told += "; " + next((remedy for mark, remedy in _REMEDIES if mark in what), 'write it as in "..."')
            yield self._field((*place, *inside), f"{of}{place[-1]}: {told}")

    def _field(self, place: Place, told: str) -> Finding:
        return finding(Rule.FIELD, self.path, self.line(*place), told)


def _tables(value: Any) -> bool:
    """Whether it is what [[...]] makes; each of these is looked at by itself."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def unreadable(error: PackError) -> Finding:
    """A file that is no TOML, or not there."""
    told = str(error)
    path, _, rest = told.partition(".toml: ")
    if not rest:
        return finding(Rule.FILE, None, 0, told.replace(": put", "; put"))
    at = _LINE.search(rest)
    return finding(Rule.FILE, Path(f"{path}.toml"), int(at[1]) if at else 0, rest)
