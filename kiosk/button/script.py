"""A line of words that drives a virtual board: ``press 0.2; wait 1; hold 3.5; cut 2; noise 200; reboot``."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from msgspec import Struct

from kiosk.button.driver import ButtonError
from kiosk.button.virtual import VirtualBoard

# word: (what the number is, its default; None means that it must be given)
WORDS: dict[str, tuple[str, float | None]] = {
    "press": ("seconds", 0.2),
    "hold": ("seconds", None),
    "wait": ("seconds", None),
    "cut": ("seconds", None),
    "noise": ("bytes", None),
    "reboot": ("", None),
    "quit": ("", None),
}
LARGEST = 1_000_000


class ScriptError(ButtonError, ValueError):
    """A script that cannot be understood; the text says where, and what the words are."""


class Step(Struct, frozen=True):
    """One word of a script and its number: seconds, or bytes for ``noise``, or 0 where there is none."""

    word: str
    amount: float = 0.0


def parse(script: str) -> list[Step]:
    """The steps of a script; they stand between semicolons or on lines of their own.

    Raises :class:`ScriptError`.
    """
    steps: list[Step] = []
    for match in re.finditer(r"[^;\n]+", script):
        words = match[0].split()
        if not words:
            continue
        where = match.start() + len(match[0]) - len(match[0].lstrip()) + 1
        if steps and steps[-1].word == "quit":
            raise _error(where, "nothing may follow 'quit'")
        steps.append(_step(words, where))
    return steps


def run(board: VirtualBoard, steps: Sequence[Step]) -> None:
    """Do the steps one after the other.

    ``press``, ``hold`` and ``wait`` take as long as they say. ``cut`` does not wait for the end of the cut,
    so that a press can fall into it.
    """
    for step in steps:
        match step.word:
            case "press" | "hold":
                board.press(step.amount)
                time.sleep(step.amount)
            case "wait":
                time.sleep(step.amount)
            case "cut":
                board.cut(step.amount)
            case "noise":
                board.noise(int(step.amount))
            case "reboot":
                board.reboot()


def _step(words: list[str], where: int) -> Step:
    word, numbers = words[0], words[1:]
    if word not in WORDS:
        raise _error(where, f"unknown word {word!r}")
    unit, default = WORDS[word]
    if not unit:
        if numbers:
            raise _error(where, f"{word!r} takes no number")
        return Step(word)
    if not numbers and default is not None:
        return Step(word, default)
    pattern = r"[0-9]+" if unit == "bytes" else r"[0-9]+(\.[0-9]+)?"
    if len(numbers) != 1 or not re.fullmatch(pattern, numbers[0]) or float(numbers[0]) > LARGEST:
        raise _error(where, f"{word!r} takes one number of {unit} up to {LARGEST}")
    return Step(word, float(numbers[0]))


def _error(where: int, what: str) -> ScriptError:
    return ScriptError(f"at character {where}: {what}; the words are: {', '.join(WORDS)}")
