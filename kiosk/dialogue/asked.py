"""A judgement as one row of JSON, for ``kiosk ask`` and whatever is built on it. Pure."""

from __future__ import annotations

from typing import Any

from kiosk.dialogue.decision import Answer, HandOver, Judgement, Offer, Reason


def asked(text: str, judgement: Judgement) -> dict[str, Any]:
    """What was said, and what is made of it.

    ``decision`` is answer, offer or handover; a sentence that is not understood is handed over too, without an
    intent (in a visit it is asked for once more first). ``urgency`` is that of the call which follows, or none.
    """
    row: dict[str, Any] = {"text": text, "decision": "handover", "intent": None, "choices": [], "urgency": "none"}
    match judgement.decision:
        case Answer(service=service):
            row |= {"decision": "answer", "intent": service}
        case Offer(services=services):
            row |= {"decision": "offer", "choices": list(services)}
        case HandOver(reason=reason, service=service):
            row |= {"intent": service or None, "urgency": "urgent" if reason is Reason.URGENT else "normal"}
        case _:
            row |= {"urgency": "normal"}
    return row | {"confidence": round(judgement.confidence, 3)}
