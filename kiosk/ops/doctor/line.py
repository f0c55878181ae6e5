"""One line of the doctor's. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARN = "warn"  # it works, but somebody should know
    BAD = "bad"
    SKIP = "skip"  # it could not be looked at


class Line(Struct, frozen=True):
    """``what``: one or two words; ``how``: what was seen; ``remedy``: what to do about it."""

    what: str
    state: State
    how: str
    remedy: str = ""


_MARKS = {State.OK: "ok  ", State.WARN: "WARN", State.BAD: "BAD ", State.SKIP: "    "}


def shown(line: Line) -> str:
    """For a terminal."""
    text = f"{_MARKS[line.state]}  {line.what:18} {line.how}"
    return f"{text}\n{'':24} -> {line.remedy}" if line.remedy else text


def on_duty(people: int, *, missed: bool = True) -> Line:
    """Whether somebody is rung when a customer calls now. ``missed``: if nobody is, somebody has to be."""
    if not people and not missed:
        return Line(
            "on duty", State.WARN, "nobody, and the hall is closed", "somebody presses 上岗 before it opens"
        )
    if not people:
        return Line(
            "on duty",
            State.BAD,
            "nobody",
            "somebody opens the page and presses 上岗; who has must keep it in front, or its sound on",
        )
    return Line("on duty", State.OK, f"{people}")


def worst(lines: Iterable[Line]) -> int:
    """The exit code: 1 when something is bad."""
    return int(any(line.state is State.BAD for line in lines))
