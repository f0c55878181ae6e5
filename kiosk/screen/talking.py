"""The dialogue of a visit, spoken and touched: topics, choices, answers, complaint, practice. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from kiosk.dialogue import policy
from kiosk.dialogue.decision import Act, Answer, Decision, HandOver, Reason, Understanding
from kiosk.dialogue.masking import masked
from kiosk.dialogue.person import asks_person, only_asks
from kiosk.dialogue.wording import bare
from kiosk.messages import Cause, Complain, Rate, TryButton, Urgency
from kiosk.screen.catalogue import catalogue
from kiosk.screen.misses import Misses
from kiosk.screen.outbox import Outbox
from kiosk.screen.presenters.help import pages
from kiosk.screen.scene import TextSize
from kiosk.screen.state import VisitState
from kiosk.screen.steps import (
    Answered,
    Choices,
    Complaining,
    ComplaintKept,
    Ended,
    Listening,
    Practice,
    Rating,
    Thanks,
    Unclear,
    Welcome,
)
from kiosk.screen.summoning import Summoning

_SIZES = list(TextSize)
MAX_SHOWN = 30  # characters of what was heard in practice
MAX_ACT = 8  # characters: who says more than 返回 or 再说一遍 while complaining, complains
_NO_COMPLAINT = re.compile(
    r"(?:嗯|呃|额|啊|哦|唉|哎|那个|这个|就是|等一下|等等|等会儿?|(?:让我|我)?想想|怎么说呢?)*"
    r"(?:(?:我|我们|俺)?(?:要|想|得|就要)?(?:去|来)?(?:投诉|告状|提(?:个|点)?意见|反映(?:个|点)?(?:事|问题)?)(?:你们|他们|一下|个人)?)?"
)


def larger(size: TextSize) -> TextSize:
    """The next size; the largest stays."""
    return _SIZES[min(_SIZES.index(size) + 1, len(_SIZES) - 1)]


class Talking:
    """Writes the state and the outbox that it is given."""

    def __init__(
        self, state: VisitState, outbox: Outbox, summoning: Summoning, understanding: Understanding
    ) -> None:
        self._state = state
        self._outbox = outbox
        self._summoning = summoning
        self._understanding = understanding
        self._misses = Misses(state, outbox)

    # --- spoken -------------------------------------------------------------------------------------

    def heard(self, sentence: str, text: str, now: float, others: Sequence[str] = ()) -> None:
        """Somebody has said something, whole; ``sentence`` is its id, ``others`` what else it may have been.

        A summons has the sentence's id: voice, which may call for the same words by itself, names it alike, and
        the link counts it once.
        """
        state, words = self._state, masked(text)
        if state.practising(now):
            state.practised = words[:MAX_SHOWN]
            return
        decision = self._understanding.understand(text, others)
        urgent = isinstance(decision, HandOver) and decision.reason is Reason.URGENT
        if state.call is not None or state.asking is not None:
            # The dialogue has stopped; only danger changes anything.
            service = decision.service if isinstance(decision, HandOver) else ""
            if urgent and not self._known_as_urgent(service):
                self._summoning.summon(
                    now, Cause.VOICE, Urgency.URGENT, (words,), request=sentence, service=service
                )
            return
        state.arrive(ears=True)
        state.tell(words)
        answering = not self._busy(now)
        if isinstance(state.step, Complaining) and not _leads_away(decision, words):
            answering = False
            if not _says_nothing(decision, words):
                self._complain(state.step, words, now, private=True)
            elif not isinstance(decision, HandOver):
                state.again += 1  # it is asked once more what is wrong
        if answering or isinstance(decision, HandOver):
            before = state.talk
            offered = state.step.services if isinstance(state.step, Choices) and not state.step.topic else ()
            talk, reaction = policy.heard(before, decision, offered)
            self._react(talk, reaction, now, Cause.VOICE, sentence)
            self._misses.heard(words, decision, before, reaction, now)

    def _known_as_urgent(self, service: str) -> bool:
        """Whether the call is urgent already, and about this."""
        call = self._state.call
        return call is not None and call.urgency is Urgency.URGENT and service in ("", call.service)

    def _busy(self, now: float) -> bool:
        """Whether the customer is being asked something that is no question of theirs."""
        asked = isinstance(self._state.step, Ended | Rating | ComplaintKept)
        return asked or self._state.staff is not None or self._state.out_of_order(now)

    def _react(
        self, talk: policy.Talk, reaction: policy.Reaction, now: float, cause: Cause, request: str = ""
    ) -> None:
        state = self._state
        state.talk = talk
        match reaction:
            case policy.Show(service=service, times=times):
                if times > 1:  # asking again is usually poor hearing, or small letters
                    state.size = larger(state.size)
                self._answer(service, times, now)
            case policy.Choose(services=services):
                state.go(Choices(services), now)
            case policy.AskAgain():
                state.go(Unclear(spoken=cause is Cause.VOICE), now)
            case policy.HearComplaint():
                state.go(Complaining(state.about), now)
            case policy.SayAgain():
                state.size = larger(state.size)
                state.again += 1
            case policy.StepBack() if isinstance(state.step, Complaining) and state.step.call:
                state.go(Rating(state.step.call), now)
            case policy.StepBack():
                state.go_back(now)
            case policy.SayGoodbye():
                state.go(Thanks(), now)
            case policy.CallHuman(urgent=urgent, service=service):
                urgency = Urgency.URGENT if urgent else Urgency.NORMAL
                self._summoning.summon(now, cause, urgency, request=request, service=service)

    # --- touched ------------------------------------------------------------------------------------

    def touch(self, action: str, now: float) -> None:
        """What is on the visit's scenes."""
        state = self._state
        kind, _, name = action.partition("-")
        match kind, state.step:
            case "lang", Welcome():
                state.language = name
                state.arrive(ears=False)
            case "topic", _:
                self._topic(name, now)
            case "service", _:
                self._service(name, now)
            case "rate", Rating(call=call):
                self._outbox.insist(Rate(self._outbox.new_id(), call, int(name)), now)
                state.go(Thanks(), now)
            case "reason", Complaining() as step:
                self._complain(step, catalogue("zh_CN")(f"complaint.{name}"), now, private=False)
            case _:
                self._button(action, now)

    def _button(self, action: str, now: float) -> None:
        state = self._state
        match action, state.step:
            case "speak", _:
                state.arrive(ears=True)
                state.go(Listening(), now)
            case "practice", Welcome():
                state.arrive(ears=False)
                state.practised = ""
                state.go(Practice(), now)
            case "practice-again", Practice():
                state.practised = ""
                self._outbox.send(TryButton(self._outbox.new_id(), on=True))
            case "more", Choices() as step:
                state.go(replace(step, page=(step.page + 1) % pages(len(step.services))), now)
            case "none", Choices(services=services):
                self._refuse(services, now)
            case "not-this", Answered(service=service):
                self._refuse((service,), now)
            case "again", Answered():
                state.again += 1
            case "larger", _:
                state.size = larger(state.size)
            case "done", Practice():
                state.go(Welcome(), now)
            case ("done", _) | ("skip", _):
                state.go(Thanks(), now)
            case "home", Thanks():
                state.leave(now)
            case "home", _:
                state.go(Welcome(), now)
            case "complain", Rating(call=call):
                state.ears = True
                state.go(Complaining(call), now)
            case "complain", ComplaintKept(failed=True):
                state.ears = True
                state.go(Complaining(state.about), now)
            case "cancel", Complaining(call=call):
                state.go(Rating(call) if call else Welcome(), now)

    def _refuse(self, services: tuple[str, ...], now: float) -> None:
        talk, reaction = policy.refused(self._state.talk, services)
        self._react(talk, reaction, now, Cause.TOUCH)
        self._misses.refused(services, reaction, now)

    def _topic(self, topic_id: str, now: float) -> None:
        topic = self._state.pack.find_topic(topic_id) if self._state.pack is not None else None
        if topic is None:
            return
        self._state.arrive(ears=True)
        self._state.tell(topic.title)
        self._state.sentence = ""
        if len(topic.services) == 1:
            self._show(topic.services[0], now)
        else:
            self._state.talk = policy.moved_on(self._state.talk)
            self._state.go(Choices(topic.services, topic.id), now)

    def _service(self, service_id: str, now: float) -> None:
        service = self._state.pack.find(service_id) if self._state.pack is not None else None
        if service is None:
            return
        self._show(service_id, now)

    def _show(self, service_id: str, now: float) -> None:
        """What follows from a card that was touched."""
        state = self._state
        service = state.pack.find(service_id) if state.pack is not None else None
        if service is not None and service_id in set(Act):
            state.tell(service.title)
            self._react(*policy.heard(state.talk, Answer(service_id)), now, Cause.TOUCH)
        elif service is not None and service.urgent:
            state.tell(service.title)
            self._summoning.summon(now, Cause.TOUCH, Urgency.URGENT, service=service_id)
        else:
            state.talk = policy.touched(state.talk, service_id)
            self._answer(service_id, 1, now)

    def _answer(self, service_id: str, times: int, now: float) -> None:
        """Show an answer, and remember it for the person who may be called."""
        state = self._state
        service = state.pack.find(service_id) if state.pack is not None else None
        if service is not None:
            state.tell(f"答：{service.title}")
        state.go(Answered(service_id, times), now)

    def _complain(self, step: Complaining, text: str, now: float, *, private: bool) -> None:
        request = self._outbox.new_id()
        self._outbox.insist(Complain(request, text, step.call), now, private=private)
        self._state.go(ComplaintKept(request), now)


def _says_nothing(decision: Decision, words: str) -> bool:
    """Whether it is no complaint yet: 我要投诉 alone, 人工 alone, or said while thinking."""
    said = bare(words)
    if isinstance(decision, HandOver):
        asked = asks_person(said)
        return bool(asked) and only_asks(said, asked)
    return _NO_COMPLAINT.fullmatch(said) is not None


def _leads_away(decision: Decision, words: str) -> bool:
    """Whether somebody who is to say a complaint says only 返回, 再说一遍 or 再见."""
    acts = (Act.REPEAT, Act.BACK, Act.GOODBYE)
    return isinstance(decision, Answer) and decision.service in acts and len(words) <= MAX_ACT
