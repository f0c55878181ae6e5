"""A line of words that plays a customer who speaks: ``say 我要挂失; wait 1; quit``."""

from __future__ import annotations

import re

from msgspec import Struct

WORDS = ("say", "wait", "quit")
LONGEST_S = 1_000_000.0


class ScriptError(ValueError):
    """A script that cannot be understood; the text says where, and what the words are."""


class Step(Struct, frozen=True):
    """One word of a script, with the text of ``say`` or the seconds of ``wait``."""

    word: str
    text: str = ""
    seconds: float = 0.0


def parse(script: str) -> list[Step]:
    """The steps of a script; they stand between semicolons or on lines of their own.

    Raises :class:`ScriptError`.
    """
    steps: list[Step] = []
    for match in re.finditer(r"[^;\n]+", script):
        word, _, rest = match[0].strip().partition(" ")
        if not word:
            continue
        where = match.start() + len(match[0]) - len(match[0].lstrip()) + 1
        if steps and steps[-1].word == "quit":
            raise _error(where, "nothing may follow 'quit'")
        steps.append(_step(word, rest.strip(), where))
    return steps


def _step(word: str, rest: str, where: int) -> Step:
    match word:
        case "say":
            if not rest:
                raise _error(where, "'say' takes what is said")
            return Step(word, text=rest)
        case "wait":
            if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", rest) or float(rest) > LONGEST_S:
                raise _error(where, f"'wait' takes one number of seconds up to {LONGEST_S:.0f}")
            return Step(word, seconds=float(rest))
        case "quit":
            if rest:
                raise _error(where, "'quit' takes nothing")
            return Step(word)
    raise _error(where, f"unknown word {word!r}")


def _error(where: int, what: str) -> ScriptError:
    return ScriptError(f"the script is wrong at character {where}: {what}; the words are: {', '.join(WORDS)}")
