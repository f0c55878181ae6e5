"""What is found in a hall's content: each with its place and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct


class Rule(StrEnum):
    """What was broken."""

    FILE = "file"  # cannot be read, is no TOML, is not there
    FIELD = "field"  # a key is missing, unknown or has a wrong value
    PACK = "pack"  # what the pack says does not go together, or is too long
    SAME = "same"  # a sentence of two services
    SOUND = "sound"  # two sentences that nobody can tell apart by ear
    NEAR = "near"  # two that differ in one syllable
    TWICE = "twice"  # a sentence is there twice in one service
    UNHEARD = "unheard"  # the speech model has no words for a sentence
    UNFILLED = "unfilled"  # the site has not filled in a field
    HIDDEN = "hidden"  # no topic leads to a service
    MODEL = "model"  # words were not looked up


#: Worth a look, but nothing that is wrong for certain; a terminal runs with them.
WARNINGS = frozenset({Rule.NEAR, Rule.TWICE, Rule.UNHEARD, Rule.UNFILLED, Rule.MODEL})


class Finding(Struct, frozen=True, order=True):
    """One of them. ``line`` is 0 where the whole file is meant, ``file`` empty where none is."""

    file: str
    line: int
    rule: Rule
    text: str
    remedy: str

    @property
    def warning(self) -> bool:
        """Whether a terminal runs with it."""
        return self.rule in WARNINGS

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{'warning' if self.warning else 'error'}: {self.text}; {self.remedy} [{self.rule}]"


def finding(rule: Rule, path: Path | None, line: int, told: str) -> Finding:
    """From a sentence that says what is wrong and, after its last semicolon, what to do."""
    text, _, remedy = told.rpartition("; ")
    return Finding(str(path or ""), line, rule, text or told, remedy if text else "correct it")


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each once, as one goes through the files."""
    return sorted(set(findings))
