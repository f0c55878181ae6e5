"""Makes a hall's classifier of its sentences: softmax regression by stochastic gradient descent (AdaGrad). Pure.

Half of a sentence's features are left out each time it is looked at: a recogniser loses words too, and no single
word may decide alone. A few seconds a hall on a desktop's core; the same sentences give the same classifier.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence, Set

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kiosk.dialogue.classifier import Classifier, Matrix, softmax, vector
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.examples import Examples
from kiosk.dialogue.outcome import Judged
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.wording import features

FOLDS = 5
#: A feature that occurs in one sentence only says nothing about the next.
_LEAST_SENTENCES = 2
#: A run of syllables says less than one of characters: many words sound alike.
_SOUND_WEIGHT = 0.7
_EPOCHS = 12
_BATCH = 256
_RATE = 0.5
_LEFT_OUT = 0.5
_DECAY = 1e-5

Progress = Callable[[str], None]
Vector = tuple[NDArray[np.intp], Matrix]


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
    vocabulary, rarity = _vocabulary(examples)
    weights, bias = _fit(examples, kinds, vocabulary, rarity)
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


def _fit(
    examples: Examples, kinds: Sequence[str], vocabulary: dict[str, int], rarity: Matrix
) -> tuple[Matrix, Matrix]:
    """Weights, and the bias of each label."""
    vectors = [vector(features(text), vocabulary, rarity) for text in examples.texts]
    column = {kind: at for at, kind in enumerate(kinds)}
    truth = np.array([column[label] for label in examples.labels])
    weights = np.zeros((len(vocabulary), len(kinds)), np.float32)
    steepness = np.full_like(weights, 1e-2)  # AdaGrad's sums of squares
    bias = np.zeros(len(kinds), np.float32)
    chance = np.random.default_rng(0)
    batches = math.ceil(len(vectors) / _BATCH)
    for step in range(_EPOCHS * batches):
        if step % batches == 0:
            order = chance.permutation(len(vectors))
        batch = order[step % batches * _BATCH :][:_BATCH]
        rows, values = _dense([vectors[at] for at in batch])
        values *= (chance.random(values.shape, np.float32) > _LEFT_OUT) / np.float32(1 - _LEFT_OUT)
        wrong = softmax(values @ weights[rows] + bias)
        wrong[np.arange(len(batch)), truth[batch]] -= 1
        slope = values.T @ wrong + np.float32(_DECAY * len(batch)) * weights[rows]
        steepness[rows] += slope**2
        rate = _RATE * (1 - step / (_EPOCHS * batches))
        weights[rows] -= np.float32(rate) * slope / np.sqrt(steepness[rows])
        bias -= np.float32(0.01) * wrong.mean(axis=0)
    return weights, bias


def _vocabulary(examples: Examples) -> tuple[dict[str, int], Matrix]:
    sentences = len(examples.texts)
    found = Counter(feature for text in examples.texts for feature in set(features(text)))
    known = sorted(feature for feature, count in found.items() if count >= _LEAST_SENTENCES)
    rarity = [
        (math.log((1 + sentences) / (1 + found[feature])) + 1) * (_SOUND_WEIGHT if feature.startswith(" ") else 1)
        for feature in known
    ]
    return {feature: row for row, feature in enumerate(known)}, np.array(rarity, np.float32)


def _dense(vectors: Sequence[Vector]) -> tuple[NDArray[np.intp], Matrix]:
    """The rows that occur in any of the sentences, and each sentence's values for them."""
    rows, columns = np.unique(np.concatenate([rows for rows, _ in vectors]), return_inverse=True)
    dense = np.zeros((len(vectors), len(rows)), np.float32)
    lines = np.repeat(np.arange(len(vectors)), [len(rows) for rows, _ in vectors])
    dense[lines, columns] = np.concatenate([values for _, values in vectors])
    return rows, dense
