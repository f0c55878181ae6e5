"""What a visit makes of one decision after another, so that it never loops and never hides the exit. Pure.

Two misses in a visit call a human. The same question twice is usually poor hearing: it is answered slower and
larger, and a third time by a human. What was refused is never offered again.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from kiosk.dialogue.decision import Answer, Decision, HandOver, Offer, Reason, Unclear

MAX_MISSES = 2
MAX_ASKED = 3
COMPLAINT = "complaint"  # the service that opens the complaint instead of an answer


class Talk(Struct, frozen=True):
    """What has been going on in one visit; no words of the customer."""

    misses: int = 0
    asked: dict[str, int] = {}  # service -> how often it was asked for
    refused: tuple[str, ...] = ()


class Show(Struct, frozen=True):
    """Answer, for the ``times``-th time."""

    service: str
    times: int


class Choose(Struct, frozen=True):
    """Let the customer choose."""

    services: tuple[str, ...]


class AskAgain(Struct, frozen=True):
    """Say that it was not understood, once."""


class HearComplaint(Struct, frozen=True):
    """Take a complaint."""


class CallHuman(Struct, frozen=True):
    """A person must come."""

    urgent: bool = False


Reaction = Show | Choose | AskAgain | HearComplaint | CallHuman


def heard(talk: Talk, decision: Decision) -> tuple[Talk, Reaction]:
    """What to do about something that was said."""
    match decision:
        case HandOver(reason=reason):
            return talk, CallHuman(urgent=reason is Reason.URGENT)
        case Answer(service=service):
            if service == COMPLAINT:
                return talk, HearComplaint()
            if service in talk.refused:
                return missed(talk)
            times = talk.asked.get(service, 0) + 1
            talk = replace(talk, asked=talk.asked | {service: times})
            return talk, CallHuman() if times >= MAX_ASKED else Show(service, times)
        case Offer(services=services):
            left = tuple(service for service in services if service not in talk.refused)
            if len(left) == 1:
                return heard(talk, Answer(left[0]))
            return (talk, Choose(left)) if left else missed(talk)
        case Unclear():
            return missed(talk)


def refused(talk: Talk, services: tuple[str, ...]) -> tuple[Talk, Reaction]:
    """The customer said that it is none of these."""
    new = tuple(service for service in services if service not in talk.refused)
    return missed(replace(talk, refused=talk.refused + new))


def missed(talk: Talk) -> tuple[Talk, Reaction]:
    """Something was not understood, or answered beside the point."""
    talk = replace(talk, misses=talk.misses + 1)
    return talk, CallHuman() if talk.misses >= MAX_MISSES else AskAgain()
