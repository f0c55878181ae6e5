"""Looks for a sequence of presses, replies, timers, faults and restarts that breaks what must hold for a call.

The switchboard is driven as the link service drives it: each change is published (unless the broker is away)
and written to a real journal (unless the disk is full), and the board keeps each press until it is on disk.
The model beside it is only this: is a customer waiting for a human who has not ended it.
"""

from pathlib import Path

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from kiosk import messages
from kiosk.config import Escalation
from kiosk.link.call import Switchboard
from kiosk.link.causes import call_back_cause
from kiosk.link.escalation import Surroundings
from kiosk.link.freezing import freeze_cause
from kiosk.link.journal import Entry, Journal, Saved
from kiosk.link.live import LiveCall, describe
from kiosk.messages import (
    Accept,
    Agent,
    Arrived,
    Assign,
    Call,
    CallBack,
    Cause,
    End,
    Fact,
    FreezeReceipt,
    FreezeRefusal,
    FreezeState,
    HandOver,
    Mode,
    Opened,
    Outcome,
    Release,
    Rung,
    Skip,
)

URGENCIES, STATES, FREEZES = list(messages.Urgency), list(messages.State), list(messages.FreezeState)
AGENTS = [Agent(person, person.upper(), desk) for person in ("li", "wang") for desk in ("d1", "d2")]
agents = st.sampled_from(AGENTS)
everybody = Surroundings(
    online=True, desks=frozenset({"d1", "d2"}), agents=frozenset((agent.desk, agent.id) for agent in AGENTS)
)
surroundings = st.just(everybody) | st.builds(
    Surroundings,
    online=st.booleans(),
    deaf=st.booleans(),
    open=st.booleans(),
    hours_known=st.booleans(),
    webhook=st.booleans(),
    desks=st.frozensets(st.sampled_from(("d1", "d2"))),
    agents=st.frozensets(st.sampled_from([(agent.desk, agent.id) for agent in AGENTS])),
)


def is_open(call: LiveCall | None) -> bool:
    return call is not None and call.state is not messages.State.ENDED


class Kiosk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.journal = Journal(Path(":memory:"))
        self.board = Switchboard(Escalation())
        self.now, self.wall_ms, self.boot = 1000.0, 1_800_000_000_000, 1
        self.count = 0
        self.online = self.disk = True
        self.uncommitted: list[Entry] = []
        self.latched: dict[str, float] = {}  # presses the board has not been told are safe
        self.retained: Call | None = None
        self.sent: list[Call] = []
        self.heard: list[str] = []  # causes, for repeating them
        self.opened: set[str] = set()  # what this kiosk, or its journal, knows to have opened
        self.over: set[str] = set()  # what it knows to be over
        self.in_journal: tuple[set[str], set[str]] = (set(), set())
        self.wanted = False
        self.before: LiveCall | None = None
        self.age_ms = 0

    def teardown(self) -> None:
        self.journal.close()

    @initialize(urgent=st.booleans())
    def first_press(self, urgent: bool) -> None:
        self.press(0.0)
        if urgent:
            self.hold(4.0)

    # --- what the link service does after each step ------------------------------------------------

    @property
    def call(self) -> LiveCall | None:
        return self.board.call

    def did(self, facts: list[Fact] | None, *causes: str) -> list[str]:
        kinds = [fact.kind for fact in facts or []]
        self.check_step(kinds, facts or [])
        self.publish()
        saved = Saved(self.call, self.now, str(self.boot), self.wall_ms) if self.call else None
        self.uncommitted.append(Entry(facts or [], saved, causes, self.wall_ms))
        if self.disk:
            self.commit()
        return kinds

    def publish(self) -> None:
        if self.online:
            self.retained = describe(self.call, self.now) if self.call else None
            self.sent += [self.retained] if self.retained else []

    def commit(self) -> None:
        self.journal.write(self.uncommitted)
        if self.board.written([cause for entry in self.uncommitted for cause in entry.causes]):
            self.publish()
        for entry in self.uncommitted:
            for cause in entry.causes:
                self.latched.pop(cause, None)
        self.uncommitted.clear()
        self.in_journal = set(self.opened), set(self.over)

    def check_step(self, kinds: list[str], facts: list[Fact]) -> None:
        before, call = self.before, self.call
        for fact in facts:
            if fact.kind == "opened":
                assert fact.call not in self.opened, "a second call for one cause"
                self.opened.add(fact.call)
            if fact.kind == "ended":
                self.over.add(fact.call)
        if before is not None and call is not None and before.id == call.id:
            assert call.level >= before.level
            assert URGENCIES.index(call.urgency) >= URGENCIES.index(before.urgency)
            assert call.presses >= before.presses
            assert call.round >= before.round
            if before.agent is not None and call.agent != before.agent:
                assert {"released", "handed-over", "assigned", "adopted"} & set(kinds), (
                    "somebody else has the call"
                )
                # Known gap: with a full disk, an older state that the broker brings back forgets who had it.
                assert before.agent.name in call.passed or ("adopted" in kinds and not self.disk)
        self.before = call

    # --- the customer ------------------------------------------------------------------------------

    @rule(age=st.sampled_from((0.0, 0.0, 0.0, 5.0, 100.0)))
    def press(self, age: float) -> None:
        self.count += 1
        cause = f"boot-{self.count}"
        self.latched[cause] = self.now - age
        self.summon(cause, age=age)

    @rule(urgency=st.sampled_from(URGENCIES))
    def touch(self, urgency: messages.Urgency) -> None:
        self.count += 1
        self.summon(f"req-{self.count}", cause=Cause.TOUCH, urgency=urgency, said=("社保",))

    def summon(self, cause_id: str, **more: object) -> None:
        before = self.call
        facts = self.board.summon(cause_id, self.now, **more)  # type: ignore[arg-type]
        assert facts, "a new press was not heard"
        assert self.call is not None
        if is_open(before):
            assert before is not None
            assert (facts[0].kind, self.call.id, self.call.presses) == ("pressed", before.id, before.presses + 1)
        else:
            assert (facts[0].kind, self.call.id, self.call.presses) == ("opened", cause_id, 1)
        self.wanted = True
        self.heard.append(cause_id)
        self.did(facts, cause_id)

    @rule(which=st.integers(0, 100))
    def the_same_press_again(self, which: int) -> None:
        cause = self.heard[which % len(self.heard)] if self.heard else ""
        if cause and cause not in self.forgotten:
            before = self.call
            assert self.board.summon(cause, self.now) == []
            assert self.call == before
            self.did([], cause)

    forgotten: frozenset[str] = frozenset()  # what a lost journal or a crash has made the kiosk forget

    @rule(seconds=st.sampled_from((1.0, 3.0, 10.0)))
    def hold(self, seconds: float) -> None:
        self.did(self.board.held(self.heard[-1] if self.heard else "x", seconds, self.now))

    @precondition(lambda self: not is_open(self.call) or self.count % 4 == 0)
    @rule(done=st.sampled_from((True, False, False)), right=st.sampled_from((True, True, False)))
    def done_or_not(self, done: bool, right: bool) -> None:
        call_id = self.call.id if self.call and right else "boot-0"
        if done:
            self.did(self.board.satisfied(call_id, self.now))
            return
        self.count += 1
        cause, was_open = f"req-{self.count}", is_open(self.call)
        facts = self.board.again(cause, call_id, self.now)
        if facts is None:
            assert was_open or not right
        else:
            assert not was_open
            self.wanted = True
            self.heard.append(cause)
            self.did(facts, cause)

    @rule(retried=st.booleans())
    def ask_freeze(self, retried: bool) -> None:
        self.count += 1
        request, before = f"f{self.count}", self.call
        facts = self.board.ask_freeze(request, self.now, service="urgent_fraud")
        assert self.call is not None and self.call.freeze is not None, "a request is lost"
        if is_open(before):
            assert before is not None
            assert self.call.id == before.id, "it has taken the call's place"
            assert before.freeze is None or self.call.freeze == before.freeze, (
                "a second one has replaced the first"
            )
        self.wanted = True
        self.heard.append(freeze_cause(request))
        self.did(facts, freeze_cause(request))
        if retried:
            assert self.board.ask_freeze(request, self.now) == []
        if self.disk:
            assert not self.board.freeze_unwritten(request)

    @precondition(lambda self: self.call and self.call.freeze)
    @rule(refused=st.booleans(), who=st.none() | agents, another=st.booleans())
    def the_bank_answers(self, refused: bool, who: Agent | None, another: bool) -> None:
        assert self.call is not None and self.call.freeze is not None
        before = self.call
        request = "another" if another else self.call.freeze.request
        answer = FreezeRefusal("x", request, "no") if refused else FreezeReceipt("x", request, "F1", who)
        facts = self.board.reply(answer, self.now)
        assert self.call.freeze is not None and before.freeze is not None
        assert replace(self.call, freeze=before.freeze) == before, "it changes nothing else of the call"
        assert FREEZES.index(self.call.freeze.state) >= FREEZES.index(before.freeze.state)
        assert bool(facts) == (self.call != before)
        self.did(facts)

    # --- people ------------------------------------------------------------------------------------

    def ended(self, facts: list[Fact] | None) -> None:
        if facts:
            self.wanted = False
        self.did(facts)

    @precondition(lambda self: self.call and self.call.waiting)
    @rule()
    def silence(self) -> None:
        self.did(self.board.silence(self.now))

    @precondition(lambda self: is_open(self.call))
    @rule(who=st.sampled_from(("staff", "customer", "stranger")))
    def end_at_the_terminal(self, who: str) -> None:
        assert self.call is not None
        match who:
            case "staff":
                self.ended(self.board.staff_end(self.now))
            case "customer":
                self.ended(self.board.customer_end(self.call.id, self.now))
            case "stranger":
                self.ended(self.board.customer_end("boot-0", self.now))

    @precondition(lambda self: self.call and self.call.waiting)
    @rule(who=agents)
    def a_page_shows_it(self, who: Agent) -> None:
        self.reply(Rung, who)

    @precondition(lambda self: self.call and self.call.waiting)
    @rule(who=agents, other=agents, mode=st.sampled_from(Mode))
    def somebody_accepts_and_somebody_else_a_moment_later(self, who: Agent, other: Agent, mode: Mode) -> None:
        self.reply(Accept, who, mode=mode)
        assert self.call is not None
        assert (self.call.state, self.call.agent, self.call.mode) == (messages.State.ACCEPTED, who, mode)
        self.reply(Accept, other)
        comes_over = other.same(who)  # had it by video, and walks instead
        assert (self.call.agent, self.call.mode) == (who, Mode.WALK if comes_over else mode)

    @rule(who=agents, retried=st.booleans())
    def somebody_calls_back(self, who: Agent, retried: bool) -> None:
        self.count += 1
        asked, before = CallBack(f"b{self.count}", who, self.call.id if self.call else ""), self.call
        facts = self.board.reply(asked, self.now)
        if is_open(before) or not facts:  # or the terminal has been called back a moment ago
            assert (facts, self.call) == ([], before)
            return
        assert [fact.kind for fact in facts] == ["opened", "accepted"]
        assert self.call is not None
        assert (self.call.agent, self.call.mode) == (who, Mode.WALK)
        self.wanted = True
        cause = call_back_cause(asked.request)
        self.heard.append(cause)
        self.did(facts, cause)
        if retried:
            assert self.board.reply(asked, self.now) == []

    @precondition(lambda self: is_open(self.call))
    @rule(supervisor=agents, to=agents)
    def a_supervisor_gives_it_to_somebody(self, supervisor: Agent, to: Agent) -> None:
        before = self.call
        assert before is not None
        facts = self.board.reply(Assign(before.id, before.round, supervisor, to, "in a hurry"), self.now)
        assert self.call is not None
        assert self.call.agent is not None
        assert (self.call.agent.id, self.call.answered) == (to.id, True)
        assert bool(facts) == (not to.same(before.agent))
        self.did(facts)

    @precondition(lambda self: self.call and self.call.answered)
    @rule(kind=st.sampled_from((Arrived, Arrived, Release, HandOver, Opened, End)), to=agents)
    def the_holder_does(self, kind: type, to: Agent) -> None:
        assert self.call is not None
        assert self.call.agent is not None
        self.reply(kind, self.call.agent, to=to)

    @precondition(lambda self: self.call)
    @rule(
        kind=st.sampled_from((Rung, Skip, Accept, Release, Arrived, HandOver, Opened, End)),
        who=agents,
        late=st.sampled_from((0, 1, -1)),
        other_call=st.booleans(),
    )
    def a_reply_out_of_place(self, kind: type, who: Agent, late: int, other_call: bool) -> None:
        self.reply(kind, who, late=late, other_call=other_call)

    def reply(
        self,
        kind: type,
        who: Agent,
        *,
        to: Agent = AGENTS[0],
        mode: Mode = Mode.WALK,
        late: int = 0,
        other_call: bool = False,
    ) -> None:
        before = self.call
        assert before is not None
        more = {
            Rung: (who.desk, messages.Seen.DRAWN, (who,)),
            Skip: (who, "a later one"),
            Opened: (who,),
            Accept: (who, mode),
            Release: (who,),
            Arrived: (who,),
            HandOver: (who, to),
            End: (who, Outcome.RESOLVED),
        }[kind]
        round_ = max(0, before.round - late)
        call_id = self.heard[0] if other_call else before.id
        facts = self.board.reply(kind(call_id, round_, *more), self.now)
        placed = round_ == before.round and call_id == before.id and is_open(before)
        by_video = before.answered and who.same(before.agent) and before.mode is Mode.VIDEO
        theirs = before.agent is None if kind in (Rung, Skip, Accept) else who.same(before.agent)
        if placed and by_video and kind is Accept and mode is Mode.WALK:
            assert [fact.kind for fact in facts] == ["walks"]
            assert self.call is not None
            assert (self.call.agent, self.call.round, self.call.mode) == (before.agent, before.round, Mode.WALK)
        elif not placed or not theirs:
            assert facts == []
            assert self.call == before
        elif kind is End:
            assert [fact.kind for fact in facts] == ["ended"]
        if kind is End:
            self.ended(facts)
        else:
            self.did(facts)

    @precondition(lambda self: self.call and self.call.mode is Mode.VIDEO)
    @rule(running=st.sampled_from((True, True, False)))
    def media(self, running: bool) -> None:
        self.did(self.board.media(self.call.id if self.call else "x", running, self.now))

    # --- time and trouble --------------------------------------------------------------------------

    @rule(seconds=st.sampled_from((0.0, 0.2, 2.0, 11.0, 19.0, 61.0, 100_000.0)), around=surroundings)
    def time_passes(self, seconds: float, around: Surroundings) -> None:
        self.now += seconds
        self.wall_ms += round(seconds * 1000)
        kinds = self.did(self.board.tick(self.now, around))
        assert not {"ended", "opened"} & set(kinds)
        self.board.alarm(self.now, around)

    @precondition(lambda self: self.disk)
    @rule()
    def the_disk_fills(self) -> None:
        self.disk = False

    @precondition(lambda self: self.online)
    @rule()
    def broker_goes(self) -> None:
        self.online = False

    @rule(ghost=st.one_of(st.none(), st.integers(0, 100)))
    def broker_comes(self, ghost: int | None) -> None:
        """Sometimes with what had been cleared long ago."""
        ghosts = [call for call in self.sent if call.id in self.opened]
        if ghost is not None and ghosts:
            self.retained = ghosts[ghost % len(ghosts)]
        before = self.call
        # What a full disk and a crash have made the kiosk forget, the broker may still know.
        reminded = bool(self.forgotten) and before and self.retained and self.retained.id == before.id
        self.join()
        if (is_open(before) and not reminded) or not self.forgotten:
            if before is None:
                assert self.call is None
                return
            assert self.call is not None
            assert (self.call.id, self.call.state, self.call.agent) == (before.id, before.state, before.agent)

    def join(self) -> None:
        self.online = True
        if self.retained is not None:
            facts = self.board.adopt(self.retained, self.now)
            assert not (is_open(self.call) and self.call.id in self.over), "a ghost"  # type: ignore[union-attr]
            if facts:
                self.opened.add(self.retained.id)
                self.did(facts, self.retained.id)
                self.wanted = is_open(self.call)
        self.publish()

    @rule(reboot=st.booleans(), away=st.sampled_from((0.0, 1.0, 77.0)), clock_reset=st.booleans())
    def restart(self, reboot: bool, away: float, clock_reset: bool) -> None:
        """A clean one: all that happened is in the journal."""
        self.commit()
        self.disk = True
        before, now, boot = self.call, self.now, self.boot
        self.start_again(reboot, away, clock_reset)
        if before is None:
            assert self.call is None
        else:
            assert self.call is not None
            was, is_ = describe(before, now), describe(self.call, self.now)
            passed = 0 if clock_reset and boot != self.boot else away * 1000
            assert abs(is_.age_ms - was.age_ms - passed) <= 2
            freeze = is_.freeze
            if freeze and was.freeze:
                freeze = replace(freeze, age_ms=was.freeze.age_ms)
                if was.freeze.state is FreezeState.ASKED:  # adopted after a loss; from the disk it is on it
                    freeze = replace(freeze, state=FreezeState.ASKED)
            viewers = tuple(replace(one, shown_ms=0) for one in is_.seen_by)
            assert viewers == tuple(replace(one, shown_ms=0) for one in was.seen_by)
            ages = {"age_ms": was.age_ms, "state_age_ms": was.state_age_ms}
            assert replace(is_, **ages, freeze=freeze, seen_by=was.seen_by) == was

    def start_again(self, reboot: bool = False, away: float = 0.0, clock_reset: bool = False) -> None:
        self.wall_ms += round(away * 1000)
        self.now += away
        if reboot:
            self.boot, self.now = self.boot + 1, 5.0
            self.wall_ms = 0 if clock_reset else self.wall_ms
        saved, causes = self.journal.load()
        self.board, self.online = Switchboard(Escalation()), False
        call = saved.resumed(self.now, str(self.boot), self.wall_ms) if saved else None
        self.board.restore(call, causes)
        self.journal.write([Entry([], Saved(call, self.now, str(self.boot), self.wall_ms))] if call else [])
        self.before, self.age_ms = call, 0
        self.wanted = is_open(call)

    @precondition(lambda self: self.online)
    @rule()
    def the_journal_is_lost(self) -> None:
        before = self.call
        self.uncommitted.clear()
        self.journal.close()
        self.journal = Journal(Path(":memory:"))
        self.forget(set(), set())
        self.start_again()
        self.join()
        if is_open(before):
            assert before is not None
            self.is_still(before)
        self.deliver_latched()

    @precondition(lambda self: self.online and self.uncommitted)
    @rule(board_first=st.booleans())
    def crash_before_the_commit(self, board_first: bool) -> None:
        """The journal is older than what the broker and the board remember."""
        before = self.call
        self.uncommitted.clear()
        self.disk = True
        self.forget(*self.in_journal)
        self.start_again()
        if board_first:
            self.deliver_latched()
        self.join()
        if is_open(before):
            assert before is not None
            self.is_still(before)
        self.deliver_latched()

    def forget(self, opened: set[str], over: set[str]) -> None:
        self.forgotten = frozenset(self.heard)
        self.opened, self.over = set(opened), set(over)

    def deliver_latched(self) -> None:
        for cause, at in list(self.latched.items()):
            facts = self.board.summon(cause, self.now, age=max(0.0, self.now - at))
            self.wanted = True if facts else self.wanted
            self.did(facts, cause)

    def is_still(self, before: LiveCall) -> None:
        """After a crash the same call goes on; if another one does, then only one that rings."""
        call = self.call
        assert call is not None, "the call is lost"
        assert is_open(call), "the call is lost"
        if call.id != before.id:
            assert call.waiting, "the customer waits while another call counts as answered"
            return
        assert (call.round, STATES.index(call.state)) >= (before.round, STATES.index(before.state)) or (
            call.waiting and before.waiting
        )
        assert call.agent == before.agent
        if before.freeze is not None:
            assert call.freeze is not None, "the request to freeze is lost"
            assert call.freeze.request == before.freeze.request
        assert call.level >= before.level
        assert URGENCIES.index(call.urgency) >= URGENCIES.index(before.urgency)

    # --- always ------------------------------------------------------------------------------------

    @invariant()
    def who_wants_a_human_has_an_open_call(self) -> None:
        assert is_open(self.call) == self.wanted

    @invariant()
    def what_is_published_can_be_read_and_never_gets_younger(self) -> None:
        if self.call is None:
            self.age_ms = 0
            return
        said = describe(self.call, self.now, title="一号机", closed=True)
        assert messages.decode(messages.encode(said), Call) == said
        if self.before is not None and self.last_id == said.id:
            assert said.age_ms >= self.age_ms
        self.last_id, self.age_ms = said.id, said.age_ms

    last_id = ""


Kiosk.TestCase.settings = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestKiosk = Kiosk.TestCase
