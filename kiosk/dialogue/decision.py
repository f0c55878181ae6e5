"""What is made of a sentence: answer, offer, hand over, or say that it was not understood. Pure.

The classifier says how likely each service is; here it is decided what that is enough for. An answer beside the
point costs the customer more than a question does, and a question more than a person who comes for nothing. So an
answer must be nearly certain; two or three cards are offered where the wish is likely to be among them; danger and
the wish for a person need the least.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from kiosk.dialogue.examples import NONE
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.person import asks_person, only_asks, refuses_person
from kiosk.dialogue.wording import bare, wording

if TYPE_CHECKING:
    from kiosk.dialogue.classifier import Classifier  # it loads numpy

MAX_OFFER = 3


class Act(StrEnum):
    """Services whose words the program does something for, instead of showing an answer."""

    HUMAN = "human"
    REPEAT = "repeat"
    BACK = "back"
    GOODBYE = "goodbye"
    COMPLAINT = "complaint"


HUMAN = Act.HUMAN
#: Nobody chooses these from cards; 人工 is beside every choice anyway.
NO_CARDS = frozenset(Act) - {Act.COMPLAINT}

# Each chosen on sentences that had not been learnt then and are not those of the bench (docs/content.md).
_ANSWER = 0.7
_ACT = 0.6  # a wrong one is soon undone
_OFFER = 0.3  # that anything is wanted at all
_ON_A_CARD = 0.03
_CARDS = 0.15  # all of them together; fewer are beside the point
_URGENT = 0.47  # all kinds of danger together,
_CALM_TWINS = 2  # and so many times as much as any wish without danger
_URGENT_TOO = 0.6  # besides asking for a person
_SCRAP = 3  # characters; fewer say nothing
_PERSON = 0.35  # where no words ask for one
_PERSON_REFUSED = 0.8  # where some say that none is wanted
_PERSON_MEANT = 0.3  # where some do, in a sentence that says more than that
_AROUND = 6  # characters on each side of such words

#: So many further readings of a recogniser count, together with the rest of what its text counts.
_OTHERS, _TEXT_SHARE = 3, 0.6

#: A story is also judged by its parts: pieces so long, at every so many characters.
_PIECE, _STRIDE = 10, 3
_WHOLE_SHARE = 0.7


class Reason(StrEnum):
    """Why a sentence is handed over to a person."""

    ASKED = "asked"  # for a human
    URGENT = "urgent"  # money, account or body in danger


class Answer(Struct, frozen=True):
    """Surely this service."""

    service: str


class Offer(Struct, frozen=True):
    """One of these two or three, the likeliest first."""

    services: tuple[str, ...]


class HandOver(Struct, frozen=True):
    """A person is needed now."""

    reason: Reason
    service: str = ""  # which words led to it; empty: none of the pack's


class Unclear(Struct, frozen=True):
    """Not understood."""


Decision = Answer | Offer | HandOver | Unclear


class Judgement(Struct, frozen=True):
    """A decision, and how likely what it rests on is, 0 to 1."""

    decision: Decision
    confidence: float


class Understanding:
    """Judges sentences by a hall's classifier.

    Without one, it finds only what is written in the pack word for word; without a pack, it still knows who asks
    for a human.
    """

    def __init__(self, pack: Pack | None, classifier: Classifier | None = None) -> None:
        services = pack.service if pack is not None else ()
        self._classifier = classifier
        self._known = {service.id for service in services}
        self._urgent = {service.id for service in services if service.urgent}
        self._exact = {
            bare(text): service.id for service in services for text in (*service.samples, service.title)
        }

    def understand(self, text: str, others: Sequence[str] = ()) -> Decision:
        """Judge one sentence; ``others``: what else a recogniser may have heard, the likeliest first."""
        return self.judge(text, others).decision

    def judge(self, text: str, others: Sequence[str] = ()) -> Judgement:
        """Judge one sentence, and say how sure that is."""
        said = bare(text)
        asked = asks_person(said) if said not in self._exact else ""
        if asked and self._meant(said, asked):
            # A person comes anyway; to come running takes more than the scraps around 我要找人.
            rest = said.replace(asked, "")
            urgent = self._danger(self._likelihoods(rest), _URGENT_TOO) if len(rest) >= _SCRAP else None
            return urgent or Judgement(HandOver(Reason.ASKED, HUMAN if HUMAN in self._known else ""), 1.0)
        least = _PERSON_REFUSED if refuses_person(said) else _PERSON
        return self._decide(self._of_all(said, [bare(other) for other in others[:_OTHERS]]), least)

    def _of_all(self, said: str, others: Sequence[str]) -> dict[str, float]:
        """Likelihoods, where a recogniser was not sure of what was said."""
        likely = self._likelihoods(said)
        if not others or said in self._exact:
            return likely
        rest = [self._likelihoods(other) for other in others]
        return {
            service: _TEXT_SHARE * likely.get(service, 0.0)
            + (1 - _TEXT_SHARE) * sum(one.get(service, 0.0) for one in rest) / len(rest)
            for service in set(likely).union(*rest)
        }

    def _meant(self, said: str, asked: str) -> bool:
        """Whether words that ask for a person do so here, and are no part of a story or a complaint."""
        if self._classifier is None or only_asks(said, asked):
            return True
        at = said.index(asked)
        around = said[max(0, at - _AROUND) : at + len(asked) + _AROUND]
        likely = max(self._likelihoods(text).get(HUMAN, 0.0) for text in (said, around))
        return likely >= _PERSON_MEANT

    def _likelihoods(self, said: str) -> dict[str, float]:
        """Of the services only; what is left to 1 is likely to be no wish."""
        if exact := self._exact.get(said):
            return {exact: 1.0}
        if self._classifier is None or not said:
            return {}
        sentence = wording(said)
        whole = self._classifier.likelihoods(sentence)
        if len(said) > _PIECE + _STRIDE:
            pieces = [self._classifier.likelihoods(piece) for piece in sentence.pieces(_PIECE, _STRIDE)]
            telling = sorted(pieces, key=lambda piece: piece.get(NONE, 0.0))[:2]
            whole = {
                label: _WHOLE_SHARE * likely + (1 - _WHOLE_SHARE) * sum(piece[label] for piece in telling) / 2
                for label, likely in whole.items()
            }
        return {label: likely for label, likely in whole.items() if label in self._known}

    def _danger(self, likely: dict[str, float], least: float = _URGENT) -> Judgement | None:
        urgent = {service: likely[service] for service in self._urgent & likely.keys()}
        danger = sum(urgent.values())
        calm = max((value for service, value in likely.items() if service not in urgent), default=0.0)
        no_wish = 1 - sum(likely.values())
        if danger < max(least, _CALM_TWINS * calm, no_wish):
            return None
        return Judgement(HandOver(Reason.URGENT, max(sorted(urgent), key=urgent.__getitem__)), danger)

    def _decide(self, likely: dict[str, float], person: float) -> Judgement:
        if (urgent := self._danger(likely)) is not None:
            return urgent
        ranked = sorted(likely, key=lambda service: (-likely[service], service))
        if not ranked:
            return Judgement(Unclear(), 0.0)
        best, sure = ranked[0], likely[ranked[0]]
        if best == HUMAN and sure >= person:
            return Judgement(HandOver(Reason.ASKED, HUMAN), sure)
        if sure >= (_ACT if best in NO_CARDS else _ANSWER) and best != HUMAN and best not in self._urgent:
            return Judgement(Answer(best), sure)
        wanted = sum(likely.values())
        cards = [service for service in ranked if service not in NO_CARDS and likely[service] >= _ON_A_CARD]
        cards = cards[:MAX_OFFER]
        together = sum(likely[service] for service in cards)
        if wanted < _OFFER or together < _CARDS:
            return Judgement(Unclear(), 1 - wanted)
        return Judgement(Offer(tuple(cards)), together)
