"""Makes a hall's classifier of its sentences: softmax regression by stochastic gradient descent (AdaGrad). Pure.

Half of a sentence's features are left out each time it is looked at: a recogniser loses words too, and no single
word may decide alone. Half a minute a hall on a server's core; the same sentences give the same classifier.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kiosk.dialogue.classifier import Classifier, Matrix, softmax, weighted
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.examples import Examples
from kiosk.dialogue.outcome import Judged
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.wording import features

FOLDS = 5
#: A feature that occurs in one or two sentences only says little about the next.
_LEAST_SENTENCES = 3
#: A run of syllables says less than one of characters: many words sound alike.
_SOUND_WEIGHT = 0.7
_EPOCHS = 12
_BATCH = 256
_RATE = 0.5
_LEFT_OUT = 0.5
_DECAY = 1e-5

Progress = Callable[[str], None]
Vector = tuple[NDArray[np.int32], Matrix]


def held_out(examples: Examples, pack: Pack, progress: Progress) -> list[Judged]:
    """Let every sentence be judged by an understanding of the others only, a fifth of them at a time."""
    judged: list[Judged] = []
    order = np.random.default_rng(1).permutation(len(examples.texts))
    for fold in range(FOLDS):
        progress(f"sentences that were held out, part {fold + 1} of {FOLDS}")
        out = order[fold::FOLDS]
        unknown = {examples.texts[at] for at in out}
        understanding = Understanding(
            _without(pack, unknown), train(examples.part(np.setdiff1d(order, out).tolist()))
        )
        judged += [({examples.labels[at]}, understanding.understand(examples.texts[at])) for at in out]
    return judged


def _without(pack: Pack, texts: Set[str]) -> Pack:
    """The pack as if it had never heard of these; a title is no secret, but is not found word for word either."""
    services = tuple(
        replace(
            service,
            samples=tuple(text for text in service.samples if text not in texts),
            title="" if service.title in texts else service.title,
        )
        for service in pack.service
    )
    return replace(pack, service=services)


def train(examples: Examples, fingerprint: str = "") -> Classifier:
    """The classifier of all the sentences; ``fingerprint`` is that of the content that they are of."""
    kinds = examples.kinds
    vocabulary, rarity, vectors = _looked_at(examples.texts)
    column = {kind: at for at, kind in enumerate(kinds)}
    truth = np.array([column[label] for label in examples.labels])
    weights, bias = _fit(vectors, truth, len(vocabulary), len(kinds))
    scale = np.abs(weights).max(axis=0) / 127
    return Classifier(
        fingerprint,
        kinds,
        vocabulary,
        rarity,
        np.round(weights / scale).astype(np.int8),
        scale.astype(np.float32),
        bias,
    )


def _looked_at(texts: Sequence[str]) -> tuple[dict[str, int], Matrix, list[Vector]]:
    """The vocabulary, the rarity of its features, and each sentence's vector."""
    numbers: dict[str, int] = {}  # in order of first occurrence
    sentences = []
    for text in texts:
        found_in = np.fromiter((numbers.setdefault(feature, len(numbers)) for feature in features(text)), np.int32)
        which, often = np.unique(found_in, return_counts=True)
        sentences.append((which, often.astype(np.int16)))  # small: there are millions of them
    found = np.bincount(np.concatenate([which for which, _ in sentences]), minlength=len(numbers))
    known = sorted(feature for feature, number in numbers.items() if found[number] >= _LEAST_SENTENCES)
    row_of = np.full(len(numbers), -1, np.int32)
    row_of[[numbers[feature] for feature in known]] = np.arange(len(known))
    in_sentences = found[[numbers[feature] for feature in known]]
    weight = np.array([_SOUND_WEIGHT if feature.startswith(" ") else 1 for feature in known])
    rarity = ((np.log((1 + len(texts)) / (1 + in_sentences)) + 1) * weight).astype(np.float32)
    vectors = []
    for which, counts in sentences:
        rows = row_of[which]
        vectors.append((rows[rows >= 0], weighted(rows[rows >= 0], counts[rows >= 0], rarity)))
    return {feature: row for row, feature in enumerate(known)}, rarity, vectors


def _fit(vectors: Sequence[Vector], truth: NDArray[np.intp], features: int, kinds: int) -> tuple[Matrix, Matrix]:
    """Weights, and the bias of each label; ``truth`` is the label of each sentence."""
    weights = np.zeros((features, kinds), np.float32)
    steepness = np.full_like(weights, 1e-2)  # AdaGrad's sums of squares
    bias = np.zeros(kinds, np.float32)
    chance = np.random.default_rng(0)
    batches = math.ceil(len(vectors) / _BATCH)
    for step in range(_EPOCHS * batches):
        if step % batches == 0:
            order = chance.permutation(len(vectors))
        batch = order[step % batches * _BATCH :][:_BATCH]
        rows, values, lines = _kept([vectors[at] for at in batch], chance)
        scores = np.tile(bias, (len(batch), 1))
        at, sums = _sums(lines, weights[rows] * values)
        scores[at] += sums
        wrong = softmax(scores)
        wrong[np.arange(len(batch)), truth[batch]] -= 1
        by_row = np.argsort(rows, kind="stable")
        at, slope = _sums(rows[by_row], (wrong[lines] * values)[by_row])
        slope += np.float32(_DECAY * len(batch)) * weights[at]
        steepness[at] += slope**2
        rate = _RATE * (1 - step / (_EPOCHS * batches))
        weights[at] -= np.float32(rate) * slope / np.sqrt(steepness[at])
        bias -= np.float32(0.01) * wrong.mean(axis=0)
    return weights, bias


def _kept(
    vectors: Sequence[Vector], chance: np.random.Generator
) -> tuple[NDArray[np.intp], Matrix, NDArray[np.intp]]:
    """What is not left out this time: row and value of each feature, and which of the sentences it is in."""
    rows = np.concatenate([rows for rows, _ in vectors])
    values = np.concatenate([values for _, values in vectors])[:, np.newaxis]
    lines = np.repeat(np.arange(len(vectors)), [len(rows) for rows, _ in vectors])
    kept = chance.random(len(rows), np.float32) > _LEFT_OUT
    return rows[kept], (values[kept] / (1 - _LEFT_OUT)).astype(np.float32), lines[kept]


def _sums(groups: NDArray[np.intp], terms: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """The groups there are, and the sum of the terms of each; ``groups`` are in order, one for each term."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    return groups[first], np.add.reduceat(terms, first)
