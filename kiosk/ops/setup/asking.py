"""How answers come: from flags, or at a terminal, one by one, each checked before the next."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from kiosk.ops.doctor.line import Line, State, shown
from kiosk.ops.setup.answers import AnswerError, Answers, judge
from kiosk.ops.setup.questions import Question, left_out

#: Looks at the newest answer, with those before it; gives what was seen. Raises ValueError for a senseless one.
Check = Callable[[str, Answers], list[Line]]


class MissingFlag(AnswerError):
    """There is nobody to ask, and no flag says it."""


def add_flags(parser: argparse.ArgumentParser, questions: Sequence[Question]) -> None:
    """One flag for each question."""
    for question in questions:
        parser.add_argument(f"--{question.key}", metavar="TEXT", help=f"{question.text}: {question.hint}")


def collect(
    args: argparse.Namespace, questions: Sequence[Question], defaults: Answers, check: Check, *, ask: bool
) -> tuple[Answers, list[Line]]:
    """Every answer, and what the checks have seen; ``defaults``: what the settings say now.

    Raises :class:`AnswerError`: where nobody can be asked, also for a flag that is missing.
    """
    answers: Answers = {}
    seen: list[Line] = []
    for question in questions:
        if left_out(question.key, answers):
            continue
        flag = getattr(args, question.key)
        default = defaults.get(question.key, question.default)
        if flag is None and ask:
            seen += _at_terminal(question, default, answers, check)
            continue
        if flag is None and default is None:
            raise MissingFlag(f"nobody can be asked here: say --{question.key} ({question.text}: {question.hint})")
        answers[question.key] = flag if flag is not None else default or ""
        judge(question.key, answers[question.key])
        seen += _told(check(question.key, answers))
    return answers, seen


def _at_terminal(question: Question, default: str | None, answers: Answers, check: Check) -> list[Line]:
    """Ask until the answer is good, or is to be kept all the same."""
    while True:
        typed = input(f"\n{question.text} ({question.hint}){f' [{default}]' if default else ''}: ").strip()
        if not typed and default is None:
            print("      this has to be known")
            continue
        answers[question.key] = typed or default or ""
        try:
            judge(question.key, answers[question.key])
            seen = _told(check(question.key, answers))
        except ValueError as error:
            print(f"BAD   {error}")
            continue
        if not any(line.state is State.BAD for line in seen):
            return seen
        if input("      Enter: answer again; k: keep it, and mend it later: ").strip() == "k":
            return seen


def _told(lines: list[Line]) -> list[Line]:
    for line in lines:
        print(shown(line), flush=True)
    return lines


def can_ask() -> bool:
    """Whether somebody sits at standard input."""
    return sys.stdin.isatty()
