"""Looks for a sequence of touches, words, calls, crashes and time that breaks what must hold for a visit.

The link is played as it is: it opens a call for a summons, sends a result for each command, and may be gone at
any moment with whatever was on its way. Agents, the button and the clock do what they like.
"""

import itertools
from datetime import datetime

import msgspec
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from walking import customer, words

from kiosk.dialogue.decision import Answer, HandOver, Offer, Reason, Unclear
from kiosk.messages import (
    Agent,
    AskFreeze,
    Call,
    CustomerEnd,
    Ears,
    Freeze,
    FreezeState,
    Listen,
    Mode,
    Part,
    Resolved,
    Result,
    Staff,
    StaffAction,
    State,
    Summon,
    Trial,
    TryButton,
    Urgency,
)
from kiosk.screen import actions
from kiosk.screen.state import KEEP_TRAIL
from kiosk.screen.steps import Welcome
from kiosk.screen.visit import Kept, ToLink

OPEN = (State.CALLING, State.RUNG, State.ACCEPTED, State.CONNECTED)
SCENES = {
    State.CALLING: {"calling", "urgent", "confirm_end", "freeze_confirm"},
    State.RUNG: {"calling", "urgent", "confirm_end", "freeze_confirm"},
    State.ACCEPTED: {"accepted", "confirm_end", "freeze_confirm"},
    State.CONNECTED: {"connected", "confirm_end"},
}
AFTER = {"ended", "rating", "complaint_kept", "thanks"}
STAFF = {"pin", "technician", "parts"}
#: What is said, and what it is taken for: whatever an understanding may decide, right or wrong.
SENTENCES = {
    "我卡丢了": Answer("card_loss"),
    "我要取钱": Answer("cash"),
    "取钱和打存折": Offer(("cash", "passbook")),
    "卡还是钱还是存折": Offer(("card_loss", "cash", "passbook")),
    "哎呀这个那个": Unclear(),
    "投诉": Answer("complaint"),
    "再说一遍": Answer("repeat"),
    "返回": Answer("back"),
    "再见": Answer("goodbye"),
    "人工": Answer("human"),
    "密码123456忘了": Answer("pin_reset"),
} | {f"叫人来，{reason}": HandOver(reason, "urgent_fraud") for reason in Reason}
ENDS = (Answer("back"), Answer("goodbye"))
WALLS = [datetime(2026, 3, 16, 10, 0), datetime(2026, 3, 16, 23, 0)]


class Terminal(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.walker = customer(idle_s=30)
        self.walker.foretold |= SENTENCES
        self.there = True  # the link is connected
        self.slow = False  # and has not yet read what was sent
        self.summoned: set[str] = set()  # requests that opened or pressed a call
        self.calls = (f"call-{number}" for number in itertools.count(1))
        self.seen = 0  # effects that the link has had
        self.judged = 0  # effects that were looked at
        self.confirmed = False  # the touch was the second one
        self.frozen: set[str] = set()  # requests to freeze that a second touch has made
        self.warned_s = 0.0  # how long a warning has been shown without a sign of life
        self.bank_has = (
            False  # the bank has said of a request in this visit, or of the call before it, that it has it
        )
        self.before = "welcome"
        self.may_end = True  # whether going back to the welcome now is what the customer wanted

    # --- the link, as it is -----------------------------------------------------------------------------

    def deliver(self) -> None:
        """The link obeys what has reached it, and says so."""
        walker = self.walker
        while self.seen < len(walker.sent) and not self.slow:
            effect = walker.sent[self.seen]
            self.seen += 1
            if not isinstance(effect, ToLink):
                continue
            command = effect.command
            if not self.there:
                continue
            wants = isinstance(command, Summon) or (isinstance(command, Resolved) and not command.yes)
            if wants and command.request not in self.summoned:
                self.summoned.add(command.request)
                call = walker.snapshot.call
                if call is None or call.state is State.ENDED:
                    walker.link(call=Call(next(self.calls), State.CALLING, 0, 0, case="482913"))
            call = walker.snapshot.call
            if isinstance(command, AskFreeze) and call is not None and call.freeze is None:
                freeze = Freeze(command.request, FreezeState.SUBMITTED, 0)
                walker.link(call=msgspec.structs.replace(call, freeze=freeze))
            walker.sent += walker.visit.result(Result(command.request, ok=True, case="482913"), walker.now)

    def step(self, *, may_end: bool) -> None:
        self.may_end = may_end
        self.nothing_ends_without_the_second_touch()
        self.confirmed = False
        self.deliver()
        self.nothing_ends_without_the_second_touch()

    def nothing_ends_without_the_second_touch(self) -> None:
        for effect in self.walker.sent[self.judged :]:
            command = effect.command if isinstance(effect, ToLink) else None
            if isinstance(command, CustomerEnd):
                assert command.confirmed and self.confirmed
            if isinstance(command, Staff) and command.action is StaffAction.END:
                assert self.confirmed
            if isinstance(command, AskFreeze) and command.request not in self.frozen:
                assert self.confirmed, "nobody's money is frozen by one touch"
                self.frozen.add(command.request)
        self.judged = len(self.walker.sent)

    # --- the customer -----------------------------------------------------------------------------------

    @rule(data=st.data())
    def touch(self, data) -> None:
        scene = self.walker.scene()
        action = data.draw(st.sampled_from([*actions.of_scene(scene), "header", "nothing-there"]))
        self.confirmed = action in ("end-yes", "end-call-sure", "freeze-yes")
        self.warned_s = 0.0
        self.walker.touch(action)
        self.step(may_end=action in ("home", "done", "cancel", "leave", "human", "skip", "end-yes", "resolved-no"))

    @rule()
    def five_touches_of_the_top_line(self) -> None:
        self.walker.touch(*["header"] * 5)
        self.warned_s = 0.0
        self.step(may_end=False)

    @rule(text=st.sampled_from(sorted(SENTENCES)))
    def say(self, text) -> None:
        self.walker.say(text)
        self.warned_s = 0.0
        self.step(may_end=SENTENCES[text] in ENDS)

    @rule()
    def silence_changes_nothing(self) -> None:
        before = self.walker.scene()
        self.walker.say("")
        assert self.walker.scene() == before

    @rule()
    def touch_nothing(self) -> None:
        self.walker.touch_nothing()
        self.warned_s = 0.0
        assert self.walker.scene().warning is None
        self.step(may_end=False)

    @rule()
    def one_touch_summons(self) -> None:
        walker = self.walker
        before = len(walker.sent)
        walker.touch("human")
        new = [one.command for one in walker.sent[before:] if isinstance(one, ToLink)]
        assert any(isinstance(command, Summon) for command in new)
        summons = [command for command in new if isinstance(command, Summon)]
        if not self.there:
            assert summons[-1].request in {one.request for one in walker.visit.keep().pending}
        self.warned_s = 0.0
        self.step(may_end=True)
        if self.there and not self.slow:
            assert walker.snapshot.call is not None and walker.snapshot.call.state in OPEN

    # --- the world --------------------------------------------------------------------------------------

    @rule(
        state=st.sampled_from(list(State)),
        mode=st.sampled_from(list(Mode)),
        urgency=st.sampled_from(list(Urgency)),
        service=st.sampled_from(["", "urgent_fraud", "urgent_freeze", "urgent_health", "unknown"]),
    )
    @precondition(lambda self: self.there)
    def a_call_changes(self, state, mode, urgency, service) -> None:
        call = self.walker.snapshot.call
        if call is None or call.state is State.ENDED:
            call = Call(next(self.calls), State.CALLING, 0, 0, case="482913")
        agent = Agent("li", "李明", "desk-1") if state in (State.ACCEPTED, State.CONNECTED) else None
        self.walker.link(
            call=msgspec.structs.replace(
                call,
                state=state,
                agent=agent,
                mode=mode if agent else None,
                urgency=urgency,
                state_age_ms=0,
                service=service,
            )
        )
        self.step(may_end=True)

    @rule(state=st.sampled_from([State.CALLING, State.ACCEPTED]), frozen=st.booleans())
    @precondition(lambda self: self.there)
    def the_customers_money_is_in_danger(self, state, frozen) -> None:
        agent, mode = (Agent("li", "李明", "desk-1"), Mode.WALK) if state is State.ACCEPTED else (None, None)
        freeze = Freeze("of-another-screen", FreezeState.SUBMITTED, 0) if frozen else None
        call = Call(next(self.calls), state, 0, 0, case="482913", urgency=Urgency.URGENT, service="urgent_fraud")
        self.walker.link(call=msgspec.structs.replace(call, agent=agent, mode=mode, freeze=freeze))
        self.step(may_end=True)

    @rule(action=st.sampled_from(["freeze", "freeze-yes", "freeze-no"]))
    @precondition(lambda self: self.walker.scene().name in {"urgent", "accepted", "freeze_confirm"})
    def touch_what_is_there_about_freezing(self, action) -> None:
        self.confirmed = action == "freeze-yes"
        self.warned_s = 0.0
        self.walker.touch(action)
        self.step(may_end=False)

    @rule(state=st.sampled_from(list(FreezeState)), age_ms=st.sampled_from([0, 59_000, 61_000]))
    @precondition(lambda self: self.there and self.walker.snapshot.call is not None)
    def the_bank_answers(self, state, age_ms) -> None:
        call = self.walker.snapshot.call
        request = call.freeze.request if call.freeze is not None else "of-another-screen"
        self.bank_has = self.bank_has or state is FreezeState.RECEIVED
        self.walker.link(call=msgspec.structs.replace(call, freeze=Freeze(request, state, age_ms)))
        self.step(may_end=True)

    @rule()
    @precondition(lambda self: self.there and self.walker.snapshot.call is not None)
    def the_link_puts_a_call_away(self) -> None:
        self.walker.link(call=None)
        self.step(may_end=False)

    @rule(online=st.booleans(), alarm=st.booleans(), on_duty=st.integers(0, 3), is_open=st.booleans())
    @precondition(lambda self: self.there)
    def the_hall_changes(self, online, alarm, on_duty, is_open) -> None:
        self.walker.link(
            online=online, alarm=alarm, on_duty=on_duty, open=is_open, opens="" if is_open else "明天"
        )
        self.step(may_end=False)

    @rule(trial=st.sampled_from(list(Trial)))
    @precondition(lambda self: self.there)
    def practice_goes_on(self, trial) -> None:
        self.walker.link(trial=trial)
        self.step(may_end=False)

    @rule(slow=st.booleans())
    @precondition(lambda self: self.there)
    def the_link_is_slow(self, slow) -> None:
        self.slow = slow
        self.step(may_end=True)

    @rule()
    @precondition(lambda self: self.there)
    def the_link_goes(self) -> None:
        self.seen = len(self.walker.sent)  # what was on its way is lost
        self.there = self.slow = False
        self.walker.link_gone()
        self.step(may_end=False)

    @rule()
    @precondition(lambda self: not self.there)
    def the_link_comes_back(self) -> None:
        self.there = True
        self.walker.link()
        self.warned_s = 0.0
        self.step(may_end=False)

    @rule(well=st.booleans(), ears=st.sampled_from(list(Ears)))
    def the_voice_changes(self, well, ears) -> None:
        self.walker.voiced(parts={"microphone": Part(well)}, ears=ears)
        if ears is Ears.HEARING:
            self.warned_s = 0.0
        self.step(may_end=False)

    @rule()
    def the_voice_goes(self) -> None:
        self.walker.voice_gone()
        self.step(may_end=False)

    @rule(seconds=st.sampled_from([0.25, 1.0, 3.0, 9.0, 18.0]))
    def wait(self, seconds) -> None:
        for _ in range(int(seconds / 0.25)):
            warned = self.walker.scene().warning is not None
            self.before = self.walker.scene().name
            self.walker.wait(0.25)
            self.warned_s = self.warned_s + 0.25 if warned else 0.0
            waited_out = self.warned_s >= 19.0
            self.step(may_end=waited_out or self.before == "thanks" or self.quiet)
            self.goes_back_only_when_it_may()

    @property
    def quiet(self) -> bool:
        """Out of staff's or a call's hands the visit goes on where it was, which may be the welcome."""
        return self.before in STAFF | {"out_of_order", "calling"}

    @rule(wall=st.sampled_from(WALLS))
    def the_hour(self, wall) -> None:
        self.walker.wall = wall
        self.step(may_end=False)

    @rule()
    @precondition(lambda self: self.there and self.walker.scene().name not in STAFF)
    def the_screen_is_killed_and_comes_back(self) -> None:
        walker = self.walker
        before = walker.scene().name
        kept = msgspec.json.decode(msgspec.json.encode(walker.visit.keep()), type=Kept)
        walker.start(walker.visit._state.pack, kept, 5.0)
        assert walker.scene().name == before
        self.warned_s = 0.0
        self.step(may_end=False)

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def back_leads_to_no_lost_step(self) -> None:
        state = self.walker.visit._state
        assert len(state.trail) <= KEEP_TRAIL
        assert not (state.trail and isinstance(state.step, Welcome))

    @invariant()
    def a_human_and_the_sizes_are_always_there(self) -> None:
        scene = self.walker.scene()
        assert scene.human.text in ("人工", "Help")
        assert len(scene.sizes) == 3
        assert scene.speech
        found = actions.of_scene(scene)
        assert len(found) == len(set(found))

    @invariant()
    def an_open_call_comes_before_everything_of_the_visit(self) -> None:
        call, scene = self.walker.snapshot.call, self.walker.scene()
        if call is not None and call.state in OPEN and scene.name not in STAFF:
            assert scene.name in SCENES[call.state] | ({"out_of_order"} if not self.there else set())
            assert scene.human.calling or scene.human.answered

    @invariant()
    def only_what_the_customer_sees_as_practice_is_practice(self) -> None:
        scene, walker = self.walker.scene().name, self.walker
        told = [one.practice for one in walker.commands(Listen)]
        assert not (told and told[-1]) or scene == "practice" or walker.visit._state.voice is None
        armed = [one.on for one in walker.commands(TryButton)]
        if armed and armed[-1] and self.there:
            assert scene in {"practice", "technician"}

    @invariant()
    def the_bank_is_said_to_have_only_what_it_has(self) -> None:
        call, scene = self.walker.snapshot.call, self.walker.scene()
        received = call is not None and call.freeze is not None and call.freeze.state is FreezeState.RECEIVED
        told_after = self.bank_has and scene.name in AFTER
        assert received or told_after or "银行已收到" not in words(scene)
        assert not received or scene.name != "freeze_confirm"

    @invariant()
    def nobody_is_warned_away_while_somebody_is_called(self) -> None:
        call, scene = self.walker.snapshot.call, self.walker.scene()
        if call is not None and call.state in OPEN and scene.name not in STAFF:
            assert scene.warning is None

    @invariant()
    def goes_back_only_when_it_may(self) -> None:
        name = self.walker.scene().name
        if name == "welcome" and self.before != "welcome":
            assert self.may_end or self.quiet, f"from {self.before} to the welcome"
        self.before = name

    @invariant()
    def no_more_than_two_misses_without_a_human(self) -> None:
        if self.walker.visit._state.talk.misses >= 2:
            assert (
                self.walker.scene().name in {"calling", "urgent", "accepted", "connected", "out_of_order"} | STAFF
            )


TestTerminal = Terminal.TestCase
TestTerminal.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
