"""A line of words that drives a virtual button: ``press 0.2; wait 1; hold 3.5; cut 2; noise 200; reboot``."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from kiosk.button.driver import ButtonError
from kiosk.button.virtual import VirtualBoard

Words = Mapping[str, tuple[str, float | None]]

# word: (what the number is, its default; None means that it must be given)
WORDS: Words = {
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


def parse(script: str, known: Words = WORDS) -> list[Step]:
    """The steps of a script in the ``known`` words; they stand between semicolons or on lines of their own.

    Raises :class:`ScriptError`.
    """
    steps: list[Step] = []
    for match in re.finditer(r"[^;\n]+", script):
        words = match[0].split()
        if not words:
            continue
        where = match.start() + len(match[0]) - len(match[0].lstrip()) + 1
        if steps and steps[-1].word == "quit":
            raise _error(where, "nothing may follow 'quit'", known)
        steps.append(_step(words, where, known))
    return steps


def run(board: VirtualBoard, steps: Sequence[Step]) -> None:
    """Do the steps one after the other.

    ``press``, ``hold`` and ``wait`` take as long as they say. ``cut`` does not wait for the end of the cut,
    so that a press can fall into it.
    """
    actions: Mapping[str, Callable[[float], None]] = {
        "press": board.press,
        "hold": board.press,
        "cut": board.cut,
        "noise": lambda count: board.noise(int(count)),
        "reboot": lambda _: board.reboot(),
    }
    perform(actions, steps)


def perform(actions: Mapping[str, Callable[[float], None]], steps: Sequence[Step], *, rest_s: float = 0.0) -> None:
    """Call each step's action with its number; ``press``, ``hold`` and ``wait`` last as long as they say.

    ``rest_s``: how long the hand rests after each press, before the next step.
    """
    for step in steps:
        if step.word in actions:
            actions[step.word](step.amount)
        if step.word in ("press", "hold", "wait") and step.amount <= LARGEST:
            time.sleep(step.amount + (rest_s if step.word != "wait" else 0.0))


def _step(words: list[str], where: int, known: Words) -> Step:
    word, numbers = words[0], words[1:]
    if word not in known:
        raise _error(where, f"unknown word {word!r}", known)
    unit, default = known[word]
    if not unit:
        if numbers:
            raise _error(where, f"{word!r} takes no number", known)
        return Step(word)
    if not numbers and default is not None:
        return Step(word, default)
    pattern = r"[0-9]+" if unit == "bytes" else r"[0-9]+(\.[0-9]+)?"
    if len(numbers) != 1 or not re.fullmatch(pattern, numbers[0]) or float(numbers[0]) > LARGEST:
        raise _error(where, f"{word!r} takes one number of {unit} up to {LARGEST}", known)
    return Step(word, float(numbers[0]))


def _error(where: int, what: str, known: Words) -> ScriptError:
    return ScriptError(f"at character {where}: {what}; the words are: {', '.join(known)}")
