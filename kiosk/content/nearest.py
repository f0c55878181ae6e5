"""Which services a sentence that was not understood may have been meant for. Pure.

The hall's classifier knows best. Where it is missing, as on a desk that was not trained, the samples that are most
like the sentence say it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from kiosk.content.grouping import overlap, parts
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.wording import wording

if TYPE_CHECKING:
    from kiosk.dialogue.classifier import Classifier  # it loads numpy

BEST = 3
_LEAST = 0.01


class Near(Struct, frozen=True):
    """A service, and how likely or how like, 0 to 1."""

    service: str
    score: float


Nearest = Callable[[str], list[Near]]


def by_classifier(classifier: Classifier, pack: Pack) -> Nearest:
    """By likelihood; what is likely to be no wish leaves less for all of them."""
    known = {service.id for service in pack.service}

    def nearest(text: str) -> list[Near]:
        return _best({label: one for label, one in classifier.likelihoods(text).items() if label in known})

    return nearest


def by_samples(pack: Pack) -> Nearest:
    """By the sample of each service that is most like it."""
    samples = [(service.id, parts(wording(text))) for service in pack.service for text in service.samples]

    def nearest(text: str) -> list[Near]:
        own = parts(wording(text))
        scores: dict[str, float] = {}
        for service, sample in samples:
            scores[service] = max(scores.get(service, 0.0), overlap(own, sample))
        return _best(scores)

    return nearest


def _best(scores: dict[str, float]) -> list[Near]:
    ranked = sorted(scores, key=lambda service: (-scores[service], service))[:BEST]
    return [Near(service, round(scores[service], 3)) for service in ranked if scores[service] >= _LEAST]
