"""Sentences cut into words that a model knows: a grammar drops every other word with no more than a warning."""

from __future__ import annotations

from collections.abc import Callable

#: The longest words tried; longer ones in the model's vocabulary are names.
LONGEST = 6


def segment(sentence: str, knows: Callable[[str], bool]) -> tuple[str, ...] | None:
    """The fewest known words that make up the sentence, long ones first; None when there are none."""
    # fewest[i] is the best way to cut the first i characters; of two with as few words, the one whose last
    # word begins earlier stands, so that 银行卡 丢了 wins over 银行 卡丢了.
    fewest: list[tuple[str, ...] | None] = [()]
    for end in range(1, len(sentence) + 1):
        best: tuple[str, ...] | None = None
        for start in range(max(0, end - LONGEST), end):
            before = fewest[start]
            if before is None or (best is not None and len(before) + 1 >= len(best)):
                continue
            if knows(sentence[start:end]):
                best = (*before, sentence[start:end])
        fewest.append(best)
    return fewest[-1]
