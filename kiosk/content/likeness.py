"""Which sample sentences of two services are too much alike to be told apart. Pure.

The measure is what is heard, since a recogniser's mistakes are homophones: the sentence without what is said while
thinking, in syllables without tones, and with those alike that elderly speakers mix up. Two sentences of the same
syllables are one sentence. Two of four syllables or more that differ in one of them are easily mistaken, and are
worth a look: 打幺幺零 and 打幺二零 must both be possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache

from msgspec import Struct

from kiosk.dialogue.wording import features

NEAR_FROM = 4  # syllables: shorter ones that differ in one differ in much
_REMEMBERED = 1 << 13  # sentences; a hall has some 2,000, and a desk compares them again for each that is taught


class Likeness(IntEnum):
    """How much alike two sentences are."""

    NEAR = 1  # but for one syllable
    SOUND = 2  # by their sound
    SAME = 3  # but for filler and punctuation


class Sentence(Struct, frozen=True):
    """One sample, and the service it is of; empty: it is no wish of this hall."""

    text: str
    service: str


class Pair(Struct, frozen=True):
    """Two that are alike, the later one first, as that is the one to change."""

    later: int
    earlier: int
    likeness: Likeness


@lru_cache(_REMEMBERED)
def said(text: str) -> str:
    """The characters, without punctuation and what is said while thinking."""
    return "".join(run for run in features(text) if len(run) == 1)


@lru_cache(_REMEMBERED)
def sounds(text: str) -> tuple[str, ...]:
    """Its syllables, one spelling for those that are heard alike, as the classifier has them."""
    return tuple(run[1:] for run in features(text) if run.startswith(" ") and run.count(" ") == 1)


def pairs(sentences: Iterable[Sentence]) -> Iterator[Pair]:
    """Sentences of two services that are alike, and those of one that are the same; by their numbers."""
    written: dict[str, int] = {}
    heard: dict[tuple[str, ...], int] = {}
    nearly: defaultdict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    services: list[str] = []
    for number, sentence in enumerate(sentences):
        services.append(sentence.service)
        text, syllables = said(sentence.text), sounds(sentence.text)
        if text in written:
            yield Pair(number, written[text], Likeness.SAME)
            continue
        written[text] = number
        if syllables in heard:
            if services[heard[syllables]] != sentence.service:
                yield Pair(number, heard[syllables], Likeness.SOUND)
            continue
        heard[syllables] = number
        if len(syllables) < NEAR_FROM:
            continue
        for left_out in range(len(syllables)):
            rest = (left_out, (*syllables[:left_out], *syllables[left_out + 1 :]))
            for other in nearly[rest]:
                if services[other] != sentence.service:
                    yield Pair(number, other, Likeness.NEAR)
                    break
            nearly[rest].append(number)
