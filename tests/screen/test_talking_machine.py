"""Looks for a conversation that loops, insists, guesses what was refused, or keeps a person away.

Whatever an understanding may decide is said and everything on the screen is touched, in any order; the link is
well. As soon as a person is called the visit is over and another one begins. What was asked and refused is counted
here too, and not read from the visit.
"""

from collections import Counter

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from walking import customer

from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear
from kiosk.messages import Say, Summon, Urgency
from kiosk.screen import actions
from kiosk.screen.steps import Answered, Choices, Unclear as UnclearStep
from kiosk.screen.talking import larger

SERVICES = ("card_loss", "cash")
#: The scenes of a visit on which what is said is a question or an act; to a complaint it is not.
TALKING = {"welcome", "listening", "choices", "unclear", "answer"}
LEAVES = {"home", "done", "cancel"}


class Conversation(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.begin()

    def begin(self) -> None:
        """The next customer."""
        self.walker = customer()
        self.asked: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.misses = 0

    @property
    def step(self):
        return self.walker.visit._state.step

    def new(self, kind):
        """The commands of a kind that have come of this one thing."""
        return self.walker.commands(kind)[self.counts[kind] :]

    def do(self, what) -> None:
        self.counts = {kind: len(self.walker.commands(kind)) for kind in (Say, Summon)}
        self.before, self.size = self.walker.scene().name, self.walker.visit._state.size
        what()

    def say(self, decision) -> None:
        self.walker.foretold["这句话"] = decision
        self.do(lambda: self.walker.say("这句话"))

    def miss(self) -> None:
        self.misses += 1
        assert bool(self.new(Summon)) == (self.misses == 2), "at the second miss, and not before"

    def read_slowly(self) -> None:
        assert [one.slow for one in self.new(Say)] == [True]
        assert self.walker.visit._state.size is larger(self.size)

    def talking(self) -> bool:
        return self.walker.scene().name in TALKING

    # --- said -------------------------------------------------------------------------------------------

    @rule(service=st.sampled_from(SERVICES))
    @precondition(talking)
    def a_question(self, service) -> None:
        self.say(Answer(service))
        if service in self.refused:
            self.miss()
            assert not isinstance(self.step, Answered) or self.step.service != service
            return
        self.asked[service] += 1
        assert bool(self.new(Summon)) == (self.asked[service] == 3), "the third time by a person, not before"
        if self.asked[service] < 3:
            assert self.step == Answered(service, self.asked[service])
        if self.asked[service] == 2:
            self.read_slowly()

    @rule(services=st.lists(st.sampled_from((*SERVICES, "passbook")), min_size=2, max_size=3, unique=True))
    @precondition(talking)
    def a_question_that_is_several(self, services) -> None:
        left = [service for service in services if service not in self.refused]
        if len(left) == 1 and self.asked[left[0]]:
            return  # it is that question once more, or a choice of one
        shown = self.step.services if isinstance(self.step, Choices) and not self.step.topic else ()
        self.say(Offer(tuple(services)))
        if left and set(left) == set(shown):
            if not self.new(Summon):  # that it is at the third time is in test_aloud.py
                assert self.step.services == shown
                self.read_slowly()
            return
        match self.step:
            case Choices(services=offered, topic=""):
                assert list(offered) == left
            case Answered(service=service, times=1):
                assert [service] == left
                self.asked[service] = 1
            case _:
                assert not left
                self.miss()

    @rule()
    @precondition(talking)
    def something_that_is_not_understood(self) -> None:
        self.say(Unclear())
        self.miss()

    @rule(reason=st.sampled_from(list(Reason)))
    def something_that_needs_a_person_at_once(self, reason) -> None:
        if self.walker.scene().name in TALKING | {"complaint", "complaint_kept", "thanks"}:
            self.say(HandOver(reason))
            (summon,) = self.new(Summon)
            assert (summon.urgency is Urgency.URGENT) == (reason is Reason.URGENT)

    @rule()
    @precondition(talking)
    def say_it_again(self) -> None:
        answered = self.step.service if isinstance(self.step, Answered) else ""
        self.say(Answer("repeat"))
        if self.new(Summon):
            return  # that it is at the third time is in test_visit_acts.py
        assert self.walker.scene().name == self.before
        if answered:
            assert self.step.service == answered
            self.asked[answered] = self.walker.visit._state.talk.asked.get(answered, 0)
        self.read_slowly()

    @rule(again=st.integers(2, 3))
    @precondition(talking)
    def say_it_again_and_again(self, again) -> None:
        for _ in range(again):
            self.say(Answer("repeat"))
            if self.new(Summon):
                return
        raise AssertionError("a person is called at the second time at the latest")

    @rule()
    @precondition(talking)
    def go_back(self) -> None:
        self.say(Answer("back"))
        assert self.new(Summon) == []
        match self.step:
            case Answered(service=service):
                assert service not in self.refused
            case Choices(services=services, topic=""):
                assert services and not self.refused & set(services)
        assert self.walker.scene().name in {"welcome", "choices", "answer"}

    @rule()
    @precondition(talking)
    def back_is_finite(self) -> None:
        for _ in range(20):
            self.say(Answer("back"))
        assert self.walker.scene().name == "welcome"

    @rule()
    @precondition(talking)
    def goodbye(self) -> None:
        self.say(Answer("goodbye"))
        assert self.walker.scene().name == "thanks"
        self.begin()

    # --- touched ----------------------------------------------------------------------------------------

    @rule(data=st.data())
    def touch(self, data) -> None:
        # Practice calls nobody by voice, and in English nothing is read out.
        others = {"practice", "lang-en"}
        there = [one for one in actions.of_blocks(self.walker.scene().blocks) if one not in others]
        self.press(data.draw(st.sampled_from([*there, "nothing-there"])))

    @rule()
    def that_is_not_it(self) -> None:
        for action in {"not-this", "none"} & set(actions.of_blocks(self.walker.scene().blocks)):
            self.press(action)

    def press(self, action) -> None:
        step, name = self.step, self.walker.scene().name
        self.do(lambda: self.walker.touch(action))
        if self.walker.scene().name == "welcome" and name != "welcome":
            assert action in LEAVES, f"{action} on {name}"
        if isinstance(step, Answered) and action == "not-this":
            self.refused.add(step.service)
            self.miss()
        elif isinstance(step, Choices) and action == "none":
            self.refused.update(step.services)
            self.miss()
        elif isinstance(self.step, Answered) and self.step != step:
            self.asked[self.step.service] = max(1, self.asked[self.step.service])
        if self.walker.scene().name == "thanks":
            self.begin()

    @rule()
    def call_a_person(self) -> None:
        self.do(lambda: self.walker.touch("human"))
        assert self.new(Summon)

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def after_two_misses_a_person_has_been_called(self) -> None:
        calling = self.walker.visit._state.asking is not None
        assert calling or self.misses < 2
        assert calling or not isinstance(self.step, UnclearStep) or self.misses == 1
        if calling:
            self.begin()


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
