"""What a visit makes of one decision after another, so that it never loops and never hides the exit. Pure.

Two misses in a visit call a human. The same question twice, or 再说一遍, is usually poor hearing: its answer or
cards are read slower and larger, and a third time a human is called. What was refused is never offered again.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from kiosk.dialogue.decision import Act, Answer, Decision, HandOver, Offer, Reason, Unclear

MAX_MISSES = 2
MAX_ASKED = 3


class Talk(Struct, frozen=True):
    """What has been going on in one visit; no words of the customer."""

    misses: int = 0
    asked: dict[str, int] = {}  # service -> how often it was asked for
    refused: tuple[str, ...] = ()
    told: str = ""  # the service that was answered last; empty: something was asked of the customer since
    repeats: int = 0  # how often what was asked of the customer had to be said again


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


class SayAgain(Struct, frozen=True):
    """Say what is on the screen once more."""


class StepBack(Struct, frozen=True):
    """Go one step back."""


class SayGoodbye(Struct, frozen=True):
    """The customer is done."""


class CallHuman(Struct, frozen=True):
    """A person must come."""

    urgent: bool = False
    service: str = ""  # what is urgent


Reaction = Show | Choose | AskAgain | HearComplaint | SayAgain | StepBack | SayGoodbye | CallHuman


def heard(talk: Talk, decision: Decision, offered: tuple[str, ...] = ()) -> tuple[Talk, Reaction]:
    """What to do about something that was said; ``offered``: the services it may have meant, shown already."""
    match decision:
        case HandOver(reason=Reason.URGENT, service=service):
            return talk, CallHuman(urgent=True, service=service)
        case HandOver() | Answer(service=Act.HUMAN):
            return talk, CallHuman()
        case Answer(service=Act.COMPLAINT):
            return moved_on(talk), HearComplaint()
        case Answer(service=Act.BACK):
            return moved_on(talk), StepBack()
        case Answer(service=Act.GOODBYE):
            return talk, SayGoodbye()
        case Answer(service=Act.REPEAT):
            return _again(talk)
        case Answer(service=service):
            if service in talk.refused:
                return missed(talk)
            return _answer(talk, service)
        case Offer(services=services):
            left = tuple(service for service in services if service not in talk.refused)
            if left and set(left) == set(offered):
                return _again(moved_on(talk) if talk.told else talk)
            # One card that is left is still a question: it was not sure enough to be the answer.
            return (moved_on(talk), Choose(left)) if left else missed(talk)
        case Unclear():
            return missed(talk)


def touched(talk: Talk, service: str) -> Talk:
    """That service's answer is shown because its card was touched, as often as the customer likes."""
    return _told(talk, service, max(1, talk.asked.get(service, 0)))


def moved_on(talk: Talk) -> Talk:
    """Something else is on the screen: what was answered before it is not what 再说一遍 means now."""
    return replace(talk, told="", repeats=0)


def refused(talk: Talk, services: tuple[str, ...]) -> tuple[Talk, Reaction]:
    """The customer said that it is none of these."""
    new = tuple(service for service in services if service not in talk.refused)
    return missed(replace(talk, refused=talk.refused + new))


def missed(talk: Talk) -> tuple[Talk, Reaction]:
    """Something was not understood, or answered beside the point."""
    talk = replace(moved_on(talk), misses=talk.misses + 1)
    return talk, CallHuman() if talk.misses >= MAX_MISSES else AskAgain()


def _answer(talk: Talk, service: str) -> tuple[Talk, Reaction]:
    times = talk.asked.get(service, 0) + 1
    return _told(talk, service, times), CallHuman() if times >= MAX_ASKED else Show(service, times)


def _told(talk: Talk, service: str, times: int) -> Talk:
    return replace(talk, asked=talk.asked | {service: times}, told=service, repeats=0)


def _again(talk: Talk) -> tuple[Talk, Reaction]:
    """再说一遍: of the last answer, or of what the customer was asked."""
    if talk.told:
        return _answer(talk, talk.told)
    # The first time it was said without being asked for.
    talk = replace(talk, repeats=talk.repeats + 1)
    return talk, CallHuman() if talk.repeats + 1 >= MAX_ASKED else SayAgain()
