"""How good decisions are, against what a clerk would have taken the sentences for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from kiosk.dialogue.decision import HUMAN, Answer, Decision, HandOver, Offer, Reason, Unclear
from kiosk.dialogue.examples import NONE
from kiosk.dialogue.pack import Pack

Judged = tuple[Set[str], Decision]


def tally(judged: Iterable[Judged], *packs: Pack) -> dict[str, float]:
    """Shares, of sentences with what they may be taken for (services of the halls, or ``none``) and the decision.

    ``right_or_offered``, ``right``, ``wrong`` (another service was answered) and ``unclear`` are of the wishes;
    ``chatter_answered`` and ``chatter_offered`` of what is no wish; ``urgent_recall`` and ``human_recall`` of the
    sentences that are one, and their ``_false`` of those that are not. A share of nothing is left out.
    """
    urgent = {service.id for pack in packs for service in pack.service if service.urgent}
    wishes: list[Judged] = []
    chatter: list[Judged] = []
    for one in judged:
        (chatter if NONE in one[0] else wishes).append(one)
    everything = [*wishes, *chatter]
    danger = [one for one in wishes if one[0] <= urgent]
    calls = [one for one in wishes if one[0] == {HUMAN}]
    shares = {
        "right_or_offered": _share(wishes, lambda one: _right(one, urgent) or _offered(one)),
        "right": _share(wishes, lambda one: _right(one, urgent)),
        "wrong": _share(wishes, lambda one: isinstance(one[1], Answer) and one[1].service not in one[0]),
        "unclear": _share(wishes, lambda one: isinstance(one[1], Unclear)),
        "chatter_answered": _share(chatter, lambda one: isinstance(one[1], Answer)),
        "chatter_offered": _share(chatter, lambda one: isinstance(one[1], Offer)),
        "urgent_recall": _share(danger, lambda one: _handed(one[1], Reason.URGENT)),
        "urgent_false": _share(
            [one for one in everything if not one[0] & urgent], lambda one: _handed(one[1], Reason.URGENT)
        ),
        "human_recall": _share(calls, lambda one: isinstance(one[1], HandOver)),
        "human_false": _share(
            [one for one in everything if HUMAN not in one[0]], lambda one: _handed(one[1], Reason.ASKED)
        ),
    }
    return {key: value for key, value in shares.items() if value is not None}


def _right(one: Judged, urgent: Set[str]) -> bool:
    accepted, decision = one
    match decision:
        case Answer(service=service):
            return service in accepted
        case HandOver(reason=Reason.URGENT):
            return bool(accepted & urgent)
        case HandOver():
            return HUMAN in accepted
    return False


def _offered(one: Judged) -> bool:
    return isinstance(one[1], Offer) and bool(one[0] & set(one[1].services))


def _handed(decision: Decision, reason: Reason) -> bool:
    return isinstance(decision, HandOver) and decision.reason is reason


def _share(judged: list[Judged], holds: Callable[[Judged], bool]) -> float | None:
    return sum(holds(one) for one in judged) / len(judged) if judged else None
