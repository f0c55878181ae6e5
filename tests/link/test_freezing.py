"""The request to freeze as a part of the call: what is known is never taken back."""

import itertools

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from kiosk.config import Escalation
from kiosk.link.call import Switchboard
from kiosk.link.causes import cause_id
from kiosk.link.escalation import Surroundings
from kiosk.link.freezing import freeze_cause
from kiosk.link.live import describe, recalled
from kiosk.messages import (
    MAX_ID,
    Agent,
    Call,
    Cause,
    Fact,
    FreezeReceipt,
    FreezeRefusal,
    FreezeState,
    Outcome,
    State,
    Urgency,
    decode,
    encode,
)

LI = Agent("li", "李强", "desk1")


@pytest.fixture
def board() -> Switchboard:
    board = Switchboard(Escalation())
    board.summon("req-1", 10.0, cause=Cause.VOICE, urgency=Urgency.URGENT, service="urgent_fraud")
    return board


def kinds(facts: list[Fact] | None) -> list[str]:
    return [fact.kind for fact in facts or []]


def state(board: Switchboard) -> FreezeState | None:
    return board.call.freeze.state if board.call and board.call.freeze else None


def test_a_request_is_submitted_when_it_is_on_disk_and_not_before(board: Switchboard) -> None:
    (fact,) = board.ask_freeze("f1", 12.0, service="urgent_fraud")
    assert (fact.kind, fact.why, fact.call, fact.service) == ("freeze-asked", "f1", "req-1", "urgent_fraud")
    assert state(board) is FreezeState.ASKED and board.freeze_unwritten("f1")
    assert not board.written(["req-1", "something"])
    assert board.written(["x", freeze_cause("f1")])
    assert state(board) is FreezeState.SUBMITTED and not board.freeze_unwritten("f1")
    assert not board.written([freeze_cause("f1")]), "it is no news a second time"


def test_the_same_request_and_a_second_one_change_nothing(board: Switchboard) -> None:
    board.ask_freeze("f1", 12.0)
    before = board.call
    assert board.ask_freeze("f1", 13.0) == []
    assert board.ask_freeze("f2", 14.0) == []
    assert board.call == before


@pytest.mark.parametrize("over", [False, True], ids=["ended", "put away"])
def test_a_call_that_is_over_is_no_reason_to_forget_it(board: Switchboard, over: bool) -> None:
    board.staff_end(20.0)
    if over:
        board.tick(100.0, Surroundings())
        assert board.call is None
    assert kinds(board.ask_freeze("f1", 101.0, service="urgent_freeze")) == ["opened", "freeze-asked"]
    call = board.call
    assert call is not None and call.freeze is not None
    assert (call.urgency, call.level, call.service) == (Urgency.URGENT, 3, "urgent_freeze")


def test_the_bank_answers_whatever_round_the_call_is_in(board: Switchboard) -> None:
    board.ask_freeze("f1", 12.0)
    assert board.call is not None
    board.call = replace(board.call, round=4)
    (fact,) = board.reply(FreezeReceipt("an older call", "f1", "F1", LI), 20.0)
    assert (fact.kind, fact.text, fact.agent, fact.why) == ("freeze-received", "F1", LI, "f1")
    assert state(board) is FreezeState.RECEIVED
    assert board.reply(FreezeReceipt("req-1", "f1", "F2"), 21.0) == [], "the first receipt stays"
    assert board.reply(FreezeRefusal("req-1", "f1", "no"), 21.0) == []
    assert board.call.freeze is not None and board.call.freeze.receipt == "F1"


def test_an_answer_to_another_request_is_none(board: Switchboard) -> None:
    assert board.reply(FreezeReceipt("req-1", "f1", "F1"), 11.0) == []
    board.ask_freeze("f1", 12.0)
    assert board.reply(FreezeReceipt("req-1", "f0", "F1"), 13.0) == []
    assert board.reply(FreezeRefusal("req-1", "f0", "no"), 13.0) == []
    assert state(board) is FreezeState.ASKED


def test_after_a_refusal_an_agent_may_still_reach_the_bank(board: Switchboard) -> None:
    board.ask_freeze("f1", 12.0)
    assert kinds(board.reply(FreezeRefusal("req-1", "f1", "答复 422"), 13.0)) == ["freeze-refused"]
    assert board.reply(FreezeRefusal("req-1", "f1", "答复 422"), 14.0) == []
    assert kinds(board.reply(FreezeReceipt("req-1", "f1", "", LI), 15.0)) == ["freeze-received"]


answers = st.sampled_from(
    [
        FreezeReceipt("req-1", "f1", "F1"),
        FreezeReceipt("req-1", "f1", "F2", LI),
        FreezeRefusal("req-1", "f1", "no"),
        FreezeReceipt("req-1", "f9", "F9"),
        "written",
        "again",
    ]
)


@given(st.lists(answers, max_size=8))
def test_it_only_ever_goes_forward(steps) -> None:
    board = Switchboard(Escalation())
    board.summon("req-1", 1.0)
    board.ask_freeze("f1", 2.0)
    order, seen = list(FreezeState), [FreezeState.ASKED]
    for now, step in enumerate(steps):
        if step == "written":
            board.written([freeze_cause("f1")])
        elif step == "again":
            assert board.ask_freeze("f1", now) == []
        else:
            board.reply(step, now)
        now_at = state(board)
        assert now_at is not None
        seen.append(now_at)
    assert all(order.index(a) <= order.index(b) for a, b in itertools.pairwise(seen))


def test_it_comes_back_from_the_journal_as_submitted(board: Switchboard) -> None:
    board.ask_freeze("f1", 12.0)
    saved, causes = board.call, ["req-1", freeze_cause("f1")]
    again = Switchboard(Escalation())
    again.restore(saved, causes)
    assert state(again) is FreezeState.SUBMITTED
    assert again.ask_freeze("f1", 30.0) == []
    assert not again.freeze_unwritten("f1")


def test_one_that_was_published_and_never_written_is_adopted_and_asked_for_again(board: Switchboard) -> None:
    saved = board.call
    board.ask_freeze("f1", 12.0)
    assert board.call is not None
    published = decode(encode(describe(board.call, 13.0)), Call)
    again = Switchboard(Escalation())
    again.restore(saved, ["req-1"])
    again.adopt(published, 20.0)
    assert state(again) is FreezeState.ASKED
    assert kinds(again.ask_freeze("f1", 21.0)) == ["freeze-asked"], "the screen insists, and now it is written"
    assert again.written([freeze_cause("f1")])


def test_what_is_published_is_what_is_remembered(board: Switchboard) -> None:
    board.ask_freeze("f1", 12.0)
    board.reply(FreezeReceipt("req-1", "f1", "F1", LI), 14.0)
    assert board.call is not None
    seen = describe(board.call, 16.0)
    assert seen.freeze is not None and seen.freeze.age_ms == 4000
    assert recalled(seen, 16.0).freeze == board.call.freeze
    moved = board.call.moved(100.0)
    assert moved.freeze is not None and moved.freeze.asked == 112.0


def test_not_done_takes_it_along(board: Switchboard) -> None:
    board.ask_freeze("f1", 12.0)
    board.customer_end("req-1", 13.0)
    assert board.call is not None and board.call.outcome is Outcome.CUSTOMER
    board.again("req-2", "req-1", 14.0)
    assert board.call.id == "req-2" and board.call.state is State.CALLING
    assert board.call.service == "urgent_fraud" and state(board) is FreezeState.ASKED
    assert kinds(board.reply(FreezeReceipt("req-1", "f1", "F1"), 15.0)) == ["freeze-received"]


def test_the_latest_urgent_service_counts_and_a_press_takes_none_away(board: Switchboard) -> None:
    assert board.call is not None
    board.summon("req-2", 11.0, urgency=Urgency.URGENT, service="urgent_health")
    board.summon("btn-1", 12.0)
    assert board.call.service == "urgent_health"


def test_causes_of_two_kinds_are_two_and_fit_a_call() -> None:
    assert cause_id("req", "1") != cause_id("freeze", "1")
    long = "x" * MAX_ID
    assert len(cause_id("freeze", long)) <= MAX_ID
    assert cause_id("freeze", long) != cause_id("freeze", long[:-1] + "y")
