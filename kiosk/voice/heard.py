"""What was heard, as values: readings of one utterance and what they add up to. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

#: So much better (in log likelihood) than free decoding a mixture of the hall's sentences has to be: its words are
#: few, and with nothing to hold them together one too many is easily heard in a breath.
MIXTURE = 4.0
#: For the choice among readings scores are divided by so much: a recogniser is surer of itself than it is right.
DOUBT = 1.5
#: A reading that is so much less likely than the likeliest has no say in which is chosen.
LEAST_WEIGHT = 0.02


class Word(Struct, frozen=True):
    """One word of the model's vocabulary; times in seconds since the utterance's sound began."""

    text: str
    start: float
    end: float
    confidence: float = 1.0


class Reading(Struct, frozen=True):
    """One way to read the sound. ``score`` is a log likelihood, comparable between readings of the same sound."""

    words: tuple[Word, ...]
    score: float

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)


class Heard(Struct, frozen=True):
    """An utterance, whole."""

    text: str
    confidence: float  # 0 to 1: how sure each word is, on average
    alternatives: tuple[str, ...]  # other texts, the likeliest first
    words: tuple[Word, ...]
    shares: tuple[float, ...] = ()  # how likely the text and each alternative is among them
    hall: bool = False  # the text is the hall model's


def shares(readings: Sequence[Reading], doubt: float = 1.0) -> list[float]:
    """How likely each reading is, if one of them is right; sums to 1. More ``doubt`` makes them more alike."""
    if not readings:
        return []
    best = max(reading.score for reading in readings)
    weights = [math.exp((reading.score - best) / doubt) for reading in readings]
    return [weight / sum(weights) for weight in weights]


def combine(free: Sequence[Reading], hall: Sequence[Reading], margin: Callable[[str], float | None]) -> Heard:
    """One result from the readings of free decoding and of the hall model.

    The hall model wins where it explains the sound about as well as free decoding, which had every word to choose
    from: a sentence that the hall has as a whole may fall behind by ``margin`` of its text, a mixture of such
    sentences, for which that is None, must be better by :data:`MIXTURE`. Speech outside the hall falls far behind,
    because its sounds must be forced into the hall's words.
    """
    hall = [replace(one, score=one.score + _worth(margin(one.text))) for one in hall]
    hall.sort(key=lambda one: -one.score)
    wins = bool(hall) and (not free or hall[0].score >= free[0].score)
    readings = [*hall, *free] if wins else list(free)
    if not readings:
        return Heard("", 0.0, (), ())
    pool = hall if wins else free
    best = _sure(pool, pool[0] if wins else least_wrong(free))
    texts: dict[str, float] = {best.text: 0.0}
    for reading, share in zip(readings, shares(readings), strict=True):
        texts[reading.text] = texts.get(reading.text, 0.0) + share
    texts.pop("", None)
    others = sorted((text for text in texts if text != best.text), key=lambda text: -texts[text])
    confidence = sum(word.confidence for word in best.words) / len(best.words) if best.words else 0.0
    return Heard(
        best.text,
        confidence,
        tuple(others),
        best.words,
        tuple(texts.get(text, 0.0) for text in (best.text, *others)),
        wins,
    )


def _worth(margin: float | None) -> float:
    return -MIXTURE if margin is None else margin


def least_wrong(readings: Sequence[Reading]) -> Reading:
    """The reading that is expected to have the fewest wrong characters, whichever of them is the right one.

    The likeliest sentence may be alone with a mistake that the others, taken together, have not (the least Bayes
    risk). It is worth most in noise; docs/voice.md has the figures.
    """
    weights: dict[str, float] = {}
    firsts: dict[str, Reading] = {}
    for reading, share in zip(readings, shares(readings, DOUBT), strict=True):
        weights[reading.text] = weights.get(reading.text, 0.0) + share
        firsts.setdefault(reading.text, reading)
    most = max(weights.values())
    likely = {text: weight for text, weight in weights.items() if weight >= LEAST_WEIGHT * most}
    wrong = dict.fromkeys(likely, 0.0)
    for one, other in combinations(likely, 2):
        apart = errors(one, other)
        wrong[one] += apart * likely[other]
        wrong[other] += apart * likely[one]
    return firsts[min(wrong, key=lambda text: wrong[text])]


def errors(wanted: str, got: str) -> int:
    """How many characters have to be added, taken away or changed (Levenshtein)."""
    # What both have at their ends costs nothing, and readings of one sentence differ only somewhere within it.
    begin, end = 0, min(len(wanted), len(got))
    while begin < end and wanted[begin] == got[begin]:
        begin += 1
    tail = 0
    while tail < end - begin and wanted[-1 - tail] == got[-1 - tail]:
        tail += 1
    wanted, got = wanted[begin : len(wanted) - tail], got[begin : len(got) - tail]
    row = list(range(len(got) + 1))
    for i, one in enumerate(wanted, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (one != other))
    return row[-1]


def _sure(readings: Sequence[Reading], best: Reading) -> Reading:
    """One of the readings, each word with the share of the readings that have it at that time."""
    parts = shares(readings)
    words = tuple(
        Word(
            word.text,
            word.start,
            word.end,
            min(1.0, sum(p for p, other in zip(parts, readings, strict=True) if _has(other, word))),
        )
        for word in best.words
    )
    return Reading(words, best.score)


def _has(reading: Reading, word: Word) -> bool:
    middle = (word.start + word.end) / 2
    return any(other.text == word.text and other.start <= middle <= other.end for other in reading.words)
