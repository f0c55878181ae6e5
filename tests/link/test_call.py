"""The call: every rule as an example. test_call_machine.py looks for counter-examples."""

import pytest

from kiosk import messages
from kiosk.config import Escalation
from kiosk.link.call import CALL_BACK_S, Switchboard
from kiosk.link.escalation import Surroundings
from kiosk.link.live import describe
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
    HandOver,
    Mode,
    Opened,
    Outcome,
    Release,
    Reply,
    Rung,
    Seen,
    Skip,
    State,
    Urgency,
)

LI = Agent("li", "李娜", "d1")
WANG = Agent("wang", "王强", "d2")
THERE = Surroundings(
    online=True, desks=frozenset({"d1", "d2"}), agents=frozenset({("d1", "li"), ("d2", "wang"), ("d2", "li")})
)


class Story:
    """A switchboard and its clock; everything happens at ``at``, seconds after the first press."""

    def __init__(self, elderly: bool = False) -> None:
        self.board = Switchboard(Escalation(), elderly=elderly)
        self._count = 0

    @property
    def call(self) -> Call:
        assert self.board.call is not None
        return describe(self.board.call, 0.0)

    def press(self, at: float = 0.0, cause: str = "", **more: object) -> list[Fact]:
        self._count += 1
        return self.board.summon(cause or f"press-{self._count}", at, **more)  # type: ignore[arg-type]

    def reply(self, kind: type[Reply], at: float, *args: object, round: int | None = None) -> list[Fact]:
        return self.board.reply(kind(self.call.id, self.call.round if round is None else round, *args), at)

    def rung(self, at: float = 0.1, desk: str = "d1") -> list[Fact]:
        return self.reply(Rung, at, desk, Seen.DRAWN)

    def accept(self, at: float = 1.0, agent: Agent = LI, mode: Mode = Mode.WALK) -> list[Fact]:
        return self.reply(Accept, at, agent, mode)

    def tick(self, at: float, around: Surroundings = THERE) -> list[Fact]:
        return self.board.tick(at, around)

    def media(self, at: float, running: bool) -> list[Fact] | None:
        return self.board.media(self.call.id, running, at)

    def end(self, at: float, agent: Agent = LI) -> list[Fact]:
        return self.reply(End, at, agent, Outcome.RESOLVED, "")


def kinds(facts: list[Fact] | None) -> list[str]:
    return [fact.kind for fact in facts or []]


def calling() -> Story:
    story = Story()
    story.press()
    return story


def accepted(mode: Mode = Mode.WALK) -> Story:
    """Li has accepted at 1 s."""
    story = calling()
    story.rung()
    story.accept(mode=mode)
    return story


def connected(mode: Mode = Mode.WALK) -> Story:
    """Li has been there since 2 s."""
    story = accepted(mode)
    if mode is Mode.WALK:
        story.reply(Arrived, 2.0, LI)
    else:
        story.media(2.0, True)
    return story


def ended() -> Story:
    """Li has ended it at 30 s."""
    story = connected()
    story.end(30.0)
    return story


# --- pressing ---------------------------------------------------------------------------------------


def test_a_press_calls() -> None:
    story = Story()
    assert kinds(story.press(cause="boot-1")) == ["opened"]
    assert (story.call.id, story.call.state, story.call.level) == ("boot-1", State.CALLING, 1)


def test_a_press_that_is_delivered_twice_is_one_call_and_one_press() -> None:
    story = Story()
    story.press(cause="boot-1")
    assert story.press(5.0, cause="boot-1") == []
    assert story.call.presses == 1
    story.board.customer_end("boot-1", 6.0)
    assert story.press(7.0, cause="boot-1") == []
    assert story.call.state is State.ENDED


def test_pressing_again_is_counted_and_neither_cancels_nor_opens_a_second_call() -> None:
    story = accepted()
    before = story.call
    assert kinds(story.press(5.0)) == ["pressed"]
    assert (story.call.id, story.call.state, story.call.agent) == (before.id, State.ACCEPTED, LI)
    assert story.call.presses == 2


def test_three_presses_in_ten_seconds_raise_the_urgency_by_one_step() -> None:
    story = Story()
    for at in (0.0, 5.0, 10.0):
        assert story.call.urgency is Urgency.NORMAL if at else True
        story.press(at)
    assert story.call.urgency is Urgency.ELDERLY
    for at in (11.0, 12.0):
        story.press(at)
    assert story.call.urgency is Urgency.ELDERLY  # it takes three more, not one
    story.press(13.0)
    assert (story.call.urgency, story.call.level) == (Urgency.URGENT, 3)


def test_three_presses_in_more_than_ten_seconds_do_not() -> None:
    story = Story()
    for at in (0.0, 5.0, 10.1):
        story.press(at)
    assert story.call.urgency is Urgency.NORMAL


def test_presses_that_come_late_count_when_they_were_made() -> None:
    story = Story()
    for age in (120.0, 60.0, 0.0):  # kept by the board while link was down
        story.press(200.0, age=age)
    assert (story.call.presses, story.call.urgency) == (3, Urgency.NORMAL)
    story = Story()
    for age in (125.0, 122.0, 120.0):
        story.press(200.0, age=age)
    assert story.call.urgency is Urgency.ELDERLY


def test_a_press_that_comes_late_has_waited_all_the_time() -> None:
    story = Story()
    story.press(100.0, age=50.0)
    assert describe(story.board.call, 101.0).age_ms == 51_000  # type: ignore[arg-type]
    assert story.board.alarm(100.0, THERE)
    story.tick(100.0)
    assert story.call.level == 3


def test_holding_three_seconds_is_urgent_and_rings_every_level() -> None:
    story = Story()
    story.press(cause="boot-1")
    assert story.board.held("boot-1", 2.9, 2.9) == []
    assert kinds(story.board.held("boot-1", 3.0, 3.0)) == ["urgency"]
    assert (story.call.urgency, story.call.level) == (Urgency.URGENT, 3)
    assert story.board.held("boot-1", 10.0, 10.0) == []


def test_holding_something_that_was_never_pressed_changes_nothing() -> None:
    story = calling()
    assert story.board.held("who-knows", 5.0, 5.0) == []
    assert Story().board.held("who-knows", 5.0, 5.0) == []


def test_an_urgent_call_rings_every_level_from_the_start() -> None:
    story = Story()
    story.press(urgency=Urgency.URGENT)
    assert (story.call.urgency, story.call.level) == (Urgency.URGENT, 3)


def test_a_calmer_press_does_not_calm_an_urgent_call() -> None:
    story = Story()
    story.press(urgency=Urgency.URGENT)
    story.press(30.0, urgency=Urgency.ELDERLY)
    assert (story.call.urgency, story.call.level) == (Urgency.URGENT, 3)


def test_every_call_of_an_elderly_kiosk_ranks_as_such() -> None:
    story = Story(elderly=True)
    story.press()
    assert story.call.urgency is Urgency.ELDERLY


def test_what_was_said_travels_with_the_call() -> None:
    story = Story()
    story.press(cause="voice-1", said=("社保卡丢了",))
    assert story.press(3.0, said=("我要找人",))[0].text == "我要找人"
    assert story.call.said == ("社保卡丢了", "我要找人")


# --- ringing ----------------------------------------------------------------------------------------


def test_a_page_that_shows_it_makes_it_rung() -> None:
    story = calling()
    assert kinds(story.rung(desk="d1")) == ["rung"]
    assert story.call.state is State.RUNG
    assert kinds(story.rung(desk="d2")) == ["rung"]
    assert story.rung(desk="d2") == []
    assert story.call.rung_by == ("d1", "d2")


def test_unseen_for_two_seconds_rings_every_level_and_the_terminal() -> None:
    story = calling()
    assert story.tick(1.9) == []
    assert not story.board.alarm(1.9, THERE)
    assert kinds(story.tick(2.0)) == ["escalated"]
    assert story.call.level == 3
    assert story.board.alarm(2.0, THERE)


def test_seen_but_unanswered_escalates_and_is_never_dropped() -> None:
    story = calling()
    story.rung()
    levels = []
    for at in (14.9, 15.0, 44.9, 45.0, 86_400.0):
        story.tick(at)
        levels.append(story.call.level)
    assert levels == [1, 2, 2, 3, 3]
    assert story.call.state is State.RUNG
    assert story.board.alarm(86_400.0, THERE)


def attended(*desks: str) -> Surroundings:
    agents = frozenset((desk, "somebody") for desk in desks)
    return Surroundings(online=True, desks=frozenset(desks), agents=agents)


def test_when_every_desk_that_showed_it_vanishes_it_is_unseen_again() -> None:
    story = calling()
    story.rung(desk="d1")
    story.rung(desk="d2")
    assert story.tick(5.0, attended("d2")) == []
    gone = Surroundings(online=True)
    assert kinds(story.tick(6.0, gone)) == ["unrung"]
    assert (story.call.state, story.call.rung_by) == (State.CALLING, ())
    assert not story.board.alarm(7.9, gone)
    assert story.board.alarm(8.0, gone)


def test_a_desk_that_came_back_has_not_shown_it_until_it_says_so_again() -> None:
    story = calling()
    story.rung(desk="d1")
    story.rung(desk="d2")
    story.tick(5.0, attended("d2"))
    assert story.call.rung_by == ("d2",)
    assert kinds(story.tick(6.0, attended("d1"))) == ["unrung"]


def test_a_desk_whose_last_agent_has_gone_shows_it_to_nobody() -> None:
    story = calling()
    story.rung(desk="d1")
    assert kinds(story.tick(5.0, Surroundings(online=True, desks=frozenset({"d1"})))) == ["unrung"]


def test_while_the_broker_is_away_nobody_is_known_to_have_vanished() -> None:
    story = calling()
    story.rung()
    assert story.tick(5.0, Surroundings(online=False)) == []
    assert story.call.state is State.RUNG


# --- answering --------------------------------------------------------------------------------------


def test_the_first_accept_wins() -> None:
    story = calling()
    assert kinds(story.accept(1.0, LI)) == ["accepted"]  # also when no page has said rung
    assert story.accept(1.1, WANG, Mode.VIDEO) == []
    assert story.accept(1.2, LI, Mode.VIDEO) == []
    assert (story.call.agent, story.call.mode) == (LI, Mode.WALK)


@pytest.mark.parametrize("holder", [Agent("li", "李娜", "d2"), Agent("li", "李纳", "d1")])
def test_the_holder_is_the_same_person_at_another_desk_and_by_a_corrected_name(holder: Agent) -> None:
    story = accepted()
    assert kinds(story.reply(Assign, 4.0, WANG, holder, "离得近")) == []  # theirs already
    assert kinds(story.reply(Arrived, 5.0, holder)) == ["connected"]
    assert kinds(story.reply(End, 6.0, holder, Outcome.RESOLVED)) == ["ended"]
    by_video = accepted(Mode.VIDEO)
    assert kinds(by_video.accept(5.0, holder)) == ["walks"]


def test_who_is_on_duty_at_another_desk_is_not_gone() -> None:
    story = accepted()
    moved = Surroundings(online=True, desks=THERE.desks, agents=frozenset({("d2", "li")}))
    for at in (4.0, 20.0):
        assert story.tick(at, moved) == []


def test_arrived() -> None:
    story = accepted()
    assert kinds(story.reply(Arrived, 9.0, LI)) == ["connected"]
    assert story.call.state is State.CONNECTED
    assert story.reply(Arrived, 10.0, LI) == []


def test_nobody_arrives_by_video_without_media() -> None:
    story = accepted(Mode.VIDEO)
    assert story.reply(Arrived, 2.0, LI) == []
    assert kinds(story.media(3.0, True)) == ["connected"]


def back_from(story: Story) -> tuple[State, int, int, Agent | None, tuple[str, ...]]:
    call = story.call
    return call.state, call.level, call.round, call.agent, call.passed


BACK = (State.CALLING, 2, 1, None, ("李娜",))


def test_released_it_rings_one_level_up() -> None:
    story = accepted()
    assert [(fact.kind, fact.why) for fact in story.reply(Release, 5.0, LI)] == [("released", "released")]
    assert back_from(story) == BACK
    story.tick(5.1)
    story.rung(5.2, "d2")
    assert kinds(story.accept(6.0, WANG)) == ["accepted"]


def test_not_there_within_sixty_seconds() -> None:
    story = accepted()
    assert story.tick(60.9) == []
    assert [fact.why for fact in story.tick(61.0)] == ["not-arrived"]
    assert back_from(story) == BACK


def test_no_media_within_ten_seconds() -> None:
    story = accepted(Mode.VIDEO)
    assert story.tick(10.9) == []
    assert [fact.why for fact in story.tick(11.0)] == ["no-media"]
    assert back_from(story) == BACK


def test_media_lost_for_ten_seconds() -> None:
    story = connected(Mode.VIDEO)
    assert kinds(story.media(30.0, False)) == ["media-lost"]
    assert story.tick(30.0) == []
    assert story.tick(39.9) == []
    assert [fact.why for fact in story.tick(40.0)] == ["media-lost"]
    assert back_from(story) == BACK


@pytest.mark.parametrize("story_of", [accepted, connected])
def test_who_has_it_by_video_can_come_over_instead(story_of) -> None:
    story = story_of(Mode.VIDEO)
    assert story.accept(5.0, WANG, Mode.WALK) == []
    assert kinds(story.accept(5.0, LI, Mode.WALK)) == ["walks"]
    assert (story.call.state, story.call.mode, story.call.agent) == (State.ACCEPTED, Mode.WALK, LI)
    assert story.accept(6.0, LI, Mode.VIDEO) == []
    assert story.media(6.0, True) is None
    assert story.tick(20.0) == []  # the time that media may take is no matter any more
    assert kinds(story.reply(Arrived, 30.0, LI)) == ["connected"]


def test_who_comes_over_instead_and_does_not_come() -> None:
    story = accepted(Mode.VIDEO)
    story.accept(5.0, LI, Mode.WALK)
    assert [fact.why for fact in story.tick(65.0)] == ["not-arrived"]


def test_media_that_comes_back_in_time() -> None:
    story = connected(Mode.VIDEO)
    story.media(30.0, False)
    story.tick(30.0)
    story.media(38.0, True)
    assert story.tick(50.0) == []
    assert story.call.state is State.CONNECTED


@pytest.mark.parametrize("mode", Mode)
def test_the_agents_page_is_gone_for_ten_seconds(mode: Mode) -> None:
    story = accepted() if mode is Mode.WALK else connected(mode)
    gone = Surroundings(online=True, desks=THERE.desks, agents=frozenset({("d2", "wang")}))
    assert story.tick(4.0, gone) == []
    assert story.tick(13.9, gone) == []
    assert [fact.why for fact in story.tick(14.0, gone)] == ["agent-gone"]
    assert back_from(story) == BACK


def test_a_page_that_is_gone_for_a_moment_keeps_the_call() -> None:
    story = accepted()
    gone = Surroundings(online=True)
    story.tick(4.0, gone)
    story.tick(13.0, THERE)
    story.tick(14.0, gone)
    assert story.tick(23.9, gone) == []
    story.tick(24.0, Surroundings(online=False))  # and who is offline cannot know
    assert story.tick(40.0, Surroundings(online=False)) == []
    assert story.call.agent == LI


def test_an_agent_who_stands_there_needs_no_page_and_no_broker() -> None:
    story = connected()
    for at, around in ((20.0, Surroundings(online=True)), (90.0, Surroundings()), (9_000.0, THERE)):
        assert story.tick(at, around) == []
    assert (story.call.state, story.call.agent) == (State.CONNECTED, LI)


@pytest.mark.parametrize("story", [accepted, connected])
def test_pressed_again_after_twenty_seconds(story) -> None:
    story = story()
    since = 1.0 if story.call.state is State.ACCEPTED else 2.0
    assert kinds(story.press(since + 19.9)) == ["pressed"]
    assert [fact.why for fact in story.press(since + 20.0)] == ["press-3", "pressed-again"]
    assert back_from(story) == BACK


def test_a_press_from_before_the_accept_does_not_take_the_call_from_the_agent() -> None:
    story = accepted()
    assert kinds(story.press(40.0, age=39.5)) == ["pressed"]
    assert story.call.agent == LI


def test_going_back_unsilences_and_escalates_anew() -> None:
    story = calling()
    story.tick(100.0)
    assert kinds(story.board.silence(100.0)) == ["silenced"]
    assert story.board.silence(101.0) == []
    assert not story.board.alarm(100.0, THERE)
    story.accept(101.0)
    story.reply(Release, 102.0, LI)
    assert not story.board.alarm(103.9, THERE)
    assert story.board.alarm(104.0, THERE)
    assert story.call.level == 3  # never down within a call


def test_handing_over_keeps_both_names_and_the_taker_has_all_the_time() -> None:
    story = accepted()
    assert kinds(story.reply(HandOver, 50.0, LI, WANG)) == ["handed-over"]
    assert (story.call.state, story.call.agent, story.call.passed) == (State.ACCEPTED, WANG, ("李娜",))
    assert story.tick(109.0) == []
    assert story.end(109.0, LI) == []
    assert kinds(story.end(109.0, WANG)) == ["ended"]


def test_a_hand_over_that_is_repeated_late_does_not_hand_over_again() -> None:
    story = accepted()
    first_round = story.call.round
    story.reply(HandOver, 5.0, LI, WANG)
    story.reply(HandOver, 6.0, WANG, LI)
    assert story.call.agent == LI
    for kind, args in ((HandOver, (WANG,)), (Arrived, ()), (Release, ()), (End, (Outcome.RESOLVED, ""))):
        assert story.reply(kind, 7.0, LI, *args, round=first_round) == []
    assert (story.call.state, story.call.agent, story.call.passed) == (State.ACCEPTED, LI, ("李娜", "王强"))


def everything_of(agent: Agent, call: str, round: int) -> list[Reply]:
    return [
        Rung(call, round, agent.desk, Seen.AUDIBLE),
        Accept(call, round, agent, Mode.WALK),
        Arrived(call, round, agent),
        HandOver(call, round, agent, WANG),
        Release(call, round, agent),
        End(call, round, agent, Outcome.RESOLVED, "好了"),
    ]


def test_replies_of_another_round_or_call_change_nothing() -> None:
    story = accepted()
    story.reply(Release, 2.0, LI)
    story.accept(3.0, LI)
    before = story.board.call
    for call, round in ((story.call.id, 0), (story.call.id, 2), ("press-0", 1)):
        for reply in everything_of(LI, call, round):
            assert story.board.reply(reply, 4.0) == []
    assert story.board.call == before


@pytest.mark.parametrize("story", [accepted, connected, ended])
def test_replies_of_somebody_who_does_not_hold_the_call_change_nothing(story) -> None:
    story = story()
    before = story.board.call
    for reply in everything_of(Agent("he", "何", "d9"), story.call.id, story.call.round):
        assert story.board.reply(reply, 31.0) == []
    assert story.board.call == before


@pytest.mark.parametrize("story", [Story, calling])
def test_without_a_holder_only_ringing_and_accepting_count(story) -> None:
    story = story()
    for reply in everything_of(LI, "press-1", 0)[2:]:
        assert story.board.reply(reply, 1.0) == []


# --- ending -----------------------------------------------------------------------------------------


def test_the_agent_ends_it() -> None:
    story = connected()
    facts = story.reply(End, 30.0, LI, Outcome.REFERRED, "去三号窗口")
    assert [(fact.kind, fact.outcome, fact.text) for fact in facts] == [("ended", Outcome.REFERRED, "去三号窗口")]
    assert story.call.state is State.ENDED


@pytest.mark.parametrize("story", [calling, accepted, connected])
def test_the_customer_ends_it_by_its_id_only(story) -> None:
    story = story()
    assert story.board.customer_end("press-0", 5.0) is None
    assert story.call.state is not State.ENDED
    assert kinds(story.board.customer_end("press-1", 5.0)) == ["ended"]
    assert story.call.outcome is Outcome.CUSTOMER
    assert story.board.customer_end("press-1", 6.0) is None


@pytest.mark.parametrize("story", [calling, accepted, connected])
def test_staff_at_the_terminal_end_it(story) -> None:
    story = story()
    assert kinds(story.board.staff_end(5.0)) == ["ended"]
    assert story.call.outcome is Outcome.STAFF
    assert story.board.staff_end(6.0) is None
    assert Story().board.staff_end(0.0) is None


def test_a_press_after_the_end_is_a_new_call() -> None:
    story = ended()
    assert kinds(story.press(31.0)) == ["opened"]
    assert (story.call.id, story.call.state, story.call.level, story.call.follows) == (
        "press-2",
        State.CALLING,
        1,
        "",
    )


def test_an_ended_call_is_put_away_after_a_minute() -> None:
    story = ended()
    assert story.tick(89.9) == []
    assert kinds(story.tick(90.0)) == ["put-away"]
    assert story.board.call is None


def test_satisfied_puts_it_away_at_once() -> None:
    assert connected().board.satisfied("press-1", 3.0) is None
    story = ended()
    assert story.board.satisfied("press-0", 31.0) is None
    assert kinds(story.board.satisfied("press-1", 31.0)) == ["satisfied"]
    assert story.board.call is None


def test_not_done_calls_again_one_level_up_and_keeps_the_names() -> None:
    story = Story()
    story.press(urgency=Urgency.ELDERLY, said=("社保",))
    story.accept()
    story.reply(HandOver, 2.0, LI, WANG)
    story.end(3.0, WANG)
    assert kinds(story.board.again("req-1", "press-1", 4.0)) == ["opened"]
    call = story.call
    assert (call.id, call.cause, call.follows, call.state, call.level) == (
        "req-1",
        Cause.AGAIN,
        "press-1",
        State.CALLING,
        2,
    )
    assert (call.urgency, call.said, call.passed) == (Urgency.ELDERLY, ("社保",), ("李娜", "王强"))
    assert story.board.again("req-1", "press-1", 4.1) == []  # touched once, delivered twice
    assert story.call == call


def test_not_done_belongs_to_the_last_call_only() -> None:
    story = ended()
    assert story.board.again("req-1", "press-0", 31.0) is None
    story.press(32.0)
    assert story.board.again("req-1", "press-1", 33.0) is None
    assert story.call.id == "press-2"


def test_not_done_counts_also_when_the_call_has_just_been_put_away() -> None:
    story = ended()
    story.tick(90.0)
    assert kinds(story.board.again("req-1", "press-1", 90.1)) == ["opened"]
    assert (story.call.follows, story.call.level, story.call.cause) == ("press-1", 2, Cause.AGAIN)


# --- coming back ------------------------------------------------------------------------------------


def adopted_by(seen: Call, *, journal: Story | None = None, known: tuple[str, ...] = ()) -> Story:
    """A kiosk that starts again at 100 s with what its journal holds, and reads its own retained call."""
    story = Story()
    if journal is not None or known:
        story.board.restore(journal.board.call if journal else None, ["press-1", *known])
    story.board.adopt(seen, 100.0)
    return story


def test_a_lost_journal_is_made_good_by_the_retained_call() -> None:
    before = accepted()
    story = adopted_by(describe(before.board.call, 30.0))  # type: ignore[arg-type]
    assert describe(story.board.call, 100.0) == describe(before.board.call, 30.0)  # type: ignore[arg-type]
    assert kinds(story.end(101.0)) == ["ended"]


def test_a_call_that_was_rung_goes_on_waiting_where_it_was() -> None:
    before = calling()
    before.rung(1.0)
    story = adopted_by(describe(before.board.call, 14.0))  # type: ignore[arg-type]
    assert kinds(story.tick(101.0)) == [
        "ring-unanswered",
        "escalated",
    ]  # 15 s since the press, not since it was shown


def test_a_call_that_is_known_to_be_over_is_a_ghost() -> None:
    seen = calling().call
    assert adopted_by(seen, known=("press-1",)).board.call is None
    assert adopted_by(ended().call).board.call is None
    story = ended()
    assert story.board.adopt(seen, 31.0) == []
    assert story.call.state is State.ENDED


def test_a_later_state_of_the_same_call_wins_on_either_side() -> None:
    assert adopted_by(accepted().call, journal=calling()).call.state is State.ACCEPTED
    assert adopted_by(calling().call, journal=accepted()).call.state is State.ACCEPTED
    released = accepted()
    released.reply(Release, 5.0, LI)
    assert adopted_by(released.call, journal=connected()).call.passed == ("李娜",)
    assert adopted_by(connected().call, journal=released).call.passed == ("李娜",)


def test_a_hand_over_that_was_published_but_not_committed_is_not_taken_back() -> None:
    handed = connected()
    handed.reply(HandOver, 5.0, LI, WANG)
    assert adopted_by(handed.call, journal=connected()).call.agent == WANG


def test_urgency_that_was_published_but_not_committed_is_not_taken_back() -> None:
    urgent = calling()
    urgent.board.held("press-1", 3.0, 3.0)
    story = adopted_by(urgent.call, journal=calling())
    assert (story.call.urgency, story.call.level) == (Urgency.URGENT, 3)


def test_the_age_does_not_go_back_when_the_retained_copy_is_older() -> None:
    seen = describe(accepted().board.call, 30.0)  # type: ignore[arg-type]
    story = adopted_by(seen, journal=calling())
    assert describe(story.board.call, 100.0).age_ms == 100_000  # type: ignore[arg-type]


def test_reading_back_what_was_just_sent_is_no_news() -> None:
    story = accepted()
    seen = describe(story.board.call, 10.0004)  # type: ignore[arg-type]
    assert story.board.adopt(seen, 10.0004) == []
    assert story.board.adopt(seen, 15.0) == []


@pytest.mark.parametrize("old", [calling, accepted, connected])
def test_a_new_call_that_was_published_but_not_committed_is_not_lost(old) -> None:
    """The journal still has the former call open: its end and the new press were never committed."""
    fresh = Story()
    fresh.press(50.0, cause="press-2")
    assert adopted_by(fresh.call, journal=old()).call.id == "press-2"
    redelivered = Story()
    redelivered.board.restore(old().board.call, ["press-1"])
    redelivered.press(99.0, cause="press-2", age=49.0)  # the board says it again before the broker is there
    redelivered.board.adopt(fresh.call, 100.0)
    assert redelivered.call.id == "press-2"


def test_a_call_that_began_before_the_broker_was_there_keeps_ringing() -> None:
    story = Story()
    story.press(99.0, cause="press-9")
    assert story.board.adopt(connected().call, 100.0) == []  # the journal was lost, this is an older one
    assert (story.call.id, story.call.state) == ("press-9", State.CALLING)


def test_an_answered_call_that_names_nobody_rings_instead() -> None:
    story = adopted_by(Call("x", State.ACCEPTED, age_ms=5, state_age_ms=5))
    assert story.call.state is State.CALLING


def test_a_press_that_was_published_and_not_written_is_counted_once_when_the_board_says_it_again() -> None:
    published = calling()
    published.press(5.0, "press-again")
    story = adopted_by(published.call, journal=calling(), known=("press-1",))
    story.press(101.0, "press-again")
    assert story.call.presses == 2
    early = Story()
    early.board.restore(calling().board.call, ["press-1"])
    early.press(99.0, "press-again")  # it comes before the broker is there
    early.board.adopt(published.call, 100.0)
    assert early.call.presses == 2


def test_what_a_broker_remembers_of_a_waiting_call_names_no_agent() -> None:
    story = adopted_by(Call("x", State.CALLING, 5, 5, agent=LI, mode=Mode.WALK))
    assert (story.call.state, story.call.agent, story.call.mode) == (State.CALLING, None, None)


def test_a_call_with_impossible_counts_is_taken_over_and_can_still_be_read_by_every_desk() -> None:
    most = messages.MAX_COUNT
    story = adopted_by(Call("x", State.ACCEPTED, 5, 5, agent=LI, mode=Mode.WALK, round=most, presses=most))
    story.press(101.0)
    story.board.reply(Release("x", story.call.round, LI), 102.0)
    assert messages.decode(messages.encode(story.call), Call) == story.call


# --- who saw it, and did not take it ----------------------------------------------------------------

ZHAO = Agent("zhao", "赵主任", "d1")


def saw(fact: Fact) -> list[tuple[str, int]]:
    return [(viewer.name, viewer.shown_ms) for viewer in fact.seen_by]


def ringing(*agents: Agent) -> Story:
    """A call that these agents have had on their pages since the first second."""
    story = calling()
    story.reply(Rung, 0.0, "d1", Seen.DRAWN, agents)
    return story


def test_who_had_it_on_their_page_and_did_not_take_it_is_on_record() -> None:
    story = ringing(LI)
    (more,) = story.reply(Rung, 2.0, "d1", Seen.DRAWN, (LI, WANG))
    assert (more.kind, saw(more)) == ("rung", [("王强", 0)])  # only who is new
    assert story.reply(Rung, 3.0, "d1", Seen.DRAWN, (LI, WANG)) == []
    assert [(one.id, one.shown_ms) for one in story.call.seen_by] == [("li", 0), ("wang", 0)]
    (accepted,) = story.accept(5.0, WANG)
    assert saw(accepted) == [("李娜", 5000)]


def test_nobody_within_the_promised_time_is_on_record_once_a_round_and_also_for_urgent_calls() -> None:
    story = ringing(LI)
    story.board.held(story.call.id, 3.0, 1.0)  # urgent: every level rings already, nothing is left to escalate
    assert story.tick(14.9) == []
    (late,) = story.tick(15.0)
    assert (late.kind, saw(late)) == ("ring-unanswered", [("李娜", 15_000)])
    assert story.tick(20.0) == []
    story.accept(21.0)
    story.reply(Release, 22.0, LI)
    assert "ring-unanswered" in kinds(story.tick(37.0))


def test_a_ring_that_the_customer_ended_tells_who_had_it() -> None:
    story = ringing(LI)
    facts = story.board.customer_end(story.call.id, 9.0)
    assert facts is not None and saw(facts[0]) == [("李娜", 9000)]


def test_an_agent_who_is_not_on_duty_has_no_call_before_their_eyes() -> None:
    story = ringing(LI, WANG)
    without = Surroundings(online=True, desks=THERE.desks, agents=frozenset({("d2", "wang")}))
    story.tick(2.0, without)
    story.tick(5.0, THERE)
    (late,) = [fact for fact in story.tick(15.0) if fact.kind == "ring-unanswered"]
    assert saw(late) == [("李娜", 12_000), ("王强", 15_000)]


def test_whoever_takes_a_later_call_first_is_on_record_at_the_earlier_one() -> None:
    story = ringing(LI)
    (skipped,) = story.reply(Skip, 4.0, LI, "btn-2")
    assert (skipped.kind, skipped.agent, skipped.why, saw(skipped)) == ("skipped", LI, "btn-2", [("李娜", 4000)])
    assert story.call.seen_by[0].took == "btn-2"
    assert story.reply(Skip, 5.0, LI, "btn-2") == []  # said again
    assert story.reply(Skip, 5.0, WANG, "btn-2") == []  # never had it on his page
    assert story.call.state is State.RUNG


def test_a_desk_that_does_not_say_who_has_it_still_counts() -> None:
    story = calling()
    assert kinds(story.rung()) == ["rung"]
    assert (story.call.rung_by, story.call.seen_by) == (("d1",), ())


# --- given by somebody else -------------------------------------------------------------------------


def test_a_note_goes_with_the_call_and_the_colleague_has_to_open_it() -> None:
    story = connected()
    (given,) = story.reply(HandOver, 5.0, LI, WANG, "要复印件")
    assert (given.agent, given.why, given.text) == (WANG, "李娜", "要复印件")
    assert (story.call.note, story.call.given, story.call.round) == ("要复印件", True, 1)
    assert story.reply(Opened, 6.0, LI) == []
    assert kinds(story.reply(Opened, 7.0, WANG)) == ["opened-by"]
    assert not story.call.given
    assert story.reply(Opened, 8.0, WANG) == []


def test_whoever_does_something_with_a_call_has_opened_it() -> None:
    story = accepted()
    story.reply(HandOver, 5.0, LI, WANG)
    story.reply(Arrived, 6.0, WANG)
    assert not story.call.given


def test_a_supervisor_takes_a_call_over_and_all_names_and_the_reason_are_on_record() -> None:
    story = connected()
    (taken,) = story.reply(Assign, 5.0, ZHAO, ZHAO, "客户要投诉")
    assert (taken.kind, taken.agent, taken.by, taken.why, taken.text) == (
        "assigned",
        ZHAO,
        ZHAO,
        "李娜",
        "客户要投诉",
    )
    assert (story.call.state, story.call.passed, story.call.given) == (State.ACCEPTED, ("李娜",), False)
    assert story.end(6.0, LI) == []
    assert kinds(story.end(7.0, ZHAO)) == ["ended"]


def test_a_supervisor_gives_a_waiting_call_to_somebody() -> None:
    story = ringing(LI, WANG)
    (given,) = story.reply(Assign, 5.0, ZHAO, WANG, "离得近")
    assert (given.agent, given.by, given.why, saw(given)) == (WANG, ZHAO, "", [("李娜", 5000)])
    assert (story.call.state, story.call.mode, story.call.given) == (State.ACCEPTED, Mode.WALK, True)
    assert story.accept(6.0, LI) == []  # of the round before


# --- an agent who left too early --------------------------------------------------------------------


def test_an_agent_who_left_too_early_calls_back_and_nobody_has_to_say_it_again() -> None:
    story = Story()
    story.press(said=("社保卡",))
    story.accept()
    story.end(30.0)
    left = story.call.id
    opened, taken = story.board.reply(CallBack("r1", LI, left), 40.0)
    assert (opened.kind, opened.cause, opened.why, taken.kind) == ("opened", Cause.CALLBACK, left, "accepted")
    call = story.call
    assert (call.id, call.state, call.mode, call.agent) == ("back-r1", State.ACCEPTED, Mode.WALK, LI)
    assert (call.urgency, call.follows, call.said) == (Urgency.NORMAL, left, ("社保卡",))
    assert story.board.reply(CallBack("r1", LI, left), 41.0) == []
    assert kinds(story.board.customer_end("back-r1", 42.0)) == ["ended"]


def test_nobody_is_called_back_during_a_call_or_twice_in_a_moment() -> None:
    story = calling()
    assert story.board.reply(CallBack("r1", LI), 1.0) == []
    story.board.customer_end(story.call.id, 2.0)
    assert kinds(story.board.reply(CallBack("r2", LI), 3.0)) == ["opened", "accepted"]
    story.board.customer_end(story.call.id, 4.0)
    assert story.board.reply(CallBack("r3", LI), 2.9 + CALL_BACK_S) == []
    assert kinds(story.board.reply(CallBack("r4", LI), 3.0 + CALL_BACK_S)) == ["opened", "accepted"]


def test_an_agent_who_calls_back_and_does_not_come_is_rung_for_like_any_other() -> None:
    story = Story()
    story.board.reply(CallBack("r1", LI), 0.0)
    assert "released" in kinds(story.tick(60.0))
    assert (story.call.state, story.call.level, story.call.passed) == (State.CALLING, 2, ("李娜",))
