"""The words of the screen itself, by key, in each language. The hall's own content is not here but in its pack.

A text may have named places, ``{name}``; every language has the same keys and the same places (a test compares
them). The files belong to the program and are read once.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

LANGUAGES = ("zh_CN", "zh_TW", "en")
FOLDER = Path(__file__).with_name("locale")

_SPOKEN_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")


class Catalogue:
    """One language; a key that is not there is a mistake of the program and raises KeyError."""

    def __init__(self, language: str, texts: dict[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, **places: object) -> str:
        """The text of that key with its places filled in."""
        return self.texts[key].format(**places)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.texts

    def duration(self, seconds: float) -> str:
        """A time as people say it: 20秒, 1分20秒, 2分钟, 1小时5分."""
        minutes, rest = divmod(int(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return self("time.hours", h=hours, m=minutes) if minutes else self("time.whole-hours", h=hours)
        if minutes:
            return self("time.minutes", m=minutes, s=rest) if rest else self("time.whole-minutes", m=minutes)
        return self("time.seconds", s=rest)

    def digits(self, number: str) -> str:
        """A number as it is read aloud, one digit after the other."""
        if self.language == "en":
            return " ".join(number)
        return number.translate(_SPOKEN_DIGITS)


@functools.cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of one of LANGUAGES."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Catalogue(language, dict(_flat("", tables)))


def _flat(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        found += _flat(f"{prefix}{key}.", value) if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return found
