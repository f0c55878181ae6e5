"""How likely each service is for a sentence: a linear classifier over :mod:`kiosk.dialogue.wording`, kept as data.

It is trained from a hall's content by :mod:`kiosk.dialogue.training`; here it is only used, and kept in a file.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kiosk.dialogue.wording import Wording, wording

#: Counts up when what is in the file, or what it means, changes.
_FORMAT = 2


Matrix = NDArray[np.float32]


class ClassifierError(ValueError):
    """A classifier's file cannot be used; the text says which, and what to do."""


@dataclass(frozen=True)
class Classifier:
    """``weights`` are whole numbers of ``scale``, one row a feature, one column a label."""

    fingerprint: str  # of the content it was trained from
    labels: tuple[str, ...]
    vocabulary: dict[str, int]  # feature -> row
    rarity: Matrix  # of each feature
    weights: NDArray[np.int8]
    scale: Matrix  # of each label
    bias: Matrix  # of each label

    def likelihoods(self, said: str | Wording) -> dict[str, float]:
        """How likely each label is, all of them together 1."""
        known = (said if isinstance(said, Wording) else wording(said)).features()
        rows, values = vector(known, self.vocabulary, self.rarity)
        scores = (values @ self.weights[rows]) * self.scale + self.bias
        return dict(zip(self.labels, softmax(scores[np.newaxis])[0].tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write it. Raises OSError."""
        words = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.array(_FORMAT),
                fingerprint=np.array(self.fingerprint),
                labels=np.array(self.labels),
                words=np.frombuffer("\n".join(words).encode(), np.uint8),
                rarity=self.rarity,
                weights=self.weights,
                scale=self.scale,
                bias=self.bias,
            )


def load_classifier(path: Path) -> Classifier:
    """Read one. Raises :class:`ClassifierError` for a file that is none, OSError for one that cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if int(kept["format"]) != _FORMAT:
                raise ClassifierError(f"{path} is of another version; run: kiosk content train")
            words = kept["words"].tobytes().decode().split("\n")
            return Classifier(
                fingerprint=str(kept["fingerprint"]),
                labels=tuple(str(label) for label in kept["labels"]),
                vocabulary={word: row for row, word in enumerate(words)},
                rarity=kept["rarity"],
                weights=kept["weights"],
                scale=kept["scale"],
                bias=kept["bias"],
            )
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, ClassifierError):
            raise
        raise ClassifierError(f"{path} is damaged ({error}); run: kiosk content train") from error


def vector(features: Iterable[str], vocabulary: dict[str, int], rarity: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """The rows of a sentence's known features, and their values."""
    counts = Counter(row for feature in features if (row := vocabulary.get(feature)) is not None)
    rows = np.fromiter(counts, np.intp, len(counts))
    return rows, weighted(rows, np.fromiter(counts.values(), np.intp, len(counts)), rarity)


def weighted(rows: NDArray[np.integer[Any]], often: NDArray[np.integer[Any]], rarity: Matrix) -> Matrix:
    """The values of a sentence's features, which occur so often in it; together their length is 1."""
    values: Matrix = ((1 + np.log(often)) * rarity[rows]).astype(np.float32)
    length = np.linalg.norm(values)
    return values / length if length else values


def softmax(scores: Matrix) -> Matrix:
    """Likelihoods of rows of scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    likelihoods: Matrix = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return likelihoods
