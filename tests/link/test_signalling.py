"""Signals of a video call go through for the agent who has the call, and for nobody else."""

from __future__ import annotations

import pytest

from kiosk.config import Escalation
from kiosk.link.call import Switchboard
from kiosk.link.signalling import Signalling
from kiosk.messages import Accept, Agent, Answer, BadMessage, Bye, End, HandOver, Mode, Offer, Outcome, ShowCard

WANG, LI = Agent("wang", "王芳", "desk1"), Agent("li", "李强", "desk1")
KINDS = [
    lambda call, round_, agent: Offer(call, round_, agent, "s1", "v=0"),
    lambda call, round_, agent: Bye(call, round_, agent, "s1"),
    lambda call, round_, agent: ShowCard(call, round_, agent, text="请到3号窗口"),
]


@pytest.fixture
def board() -> Switchboard:
    made = Switchboard(Escalation())
    made.summon("btn-1", 0.0)
    return made


@pytest.fixture
def signalling(board) -> Signalling:
    return Signalling(board)


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def accept(board: Switchboard, agent: Agent = WANG, mode: Mode = Mode.VIDEO) -> None:
    assert board.call is not None
    board.reply(Accept("btn-1", board.call.round, agent, mode), 1.0)


@pytest.mark.parametrize("who", [WANG, Agent("wang", "王芳", "desk2"), Agent("wang", "王方", "desk1")])
def test_the_agent_who_has_the_call_by_video_is_let_through(board, signalling, kind, who):
    accept(board)
    signalling.down(kind("btn-1", 0, who))
    assert signalling.up(Answer("btn-1", 0, "s1", "v=0")) == ""
    assert signalling.refused == 0


@pytest.mark.parametrize(
    ("call", "round_", "agent"),
    [
        ("btn-1", 0, LI),
        ("btn-1", 0, Agent("wang-2", "王芳", "desk1")),
        ("btn-1", 1, WANG),
        ("btn-2", 0, WANG),
    ],
)
def test_anybody_else_and_any_other_round_are_refused_and_counted(board, signalling, kind, call, round_, agent):
    accept(board)
    with pytest.raises(BadMessage, match="refused"):
        signalling.down(kind(call, round_, agent))
    assert signalling.refused == 1


def test_nobody_is_let_through_before_the_accept_on_foot_or_after_the_end(board, signalling, kind):
    with pytest.raises(BadMessage):
        signalling.down(kind("btn-1", 0, WANG))
    accept(board, mode=Mode.WALK)
    with pytest.raises(BadMessage):
        signalling.down(kind("btn-1", 0, WANG))
    assert signalling.up(Answer("btn-1", 0, "s1", "v=0"))
    board.reply(End("btn-1", 0, WANG, Outcome.RESOLVED), 2.0)
    with pytest.raises(BadMessage):
        signalling.down(kind("btn-1", 0, WANG))


def test_who_has_handed_the_call_over_is_heard_no_more(board, signalling, kind):
    accept(board)
    board.reply(HandOver("btn-1", 0, WANG, LI), 2.0)
    with pytest.raises(BadMessage):
        signalling.down(kind("btn-1", 0, WANG))
    with pytest.raises(BadMessage):
        signalling.down(kind("btn-1", 1, WANG))
    signalling.down(kind("btn-1", 1, LI))


def test_who_comes_over_instead_has_no_video_any_more(board, signalling, kind):
    accept(board)
    accept(board, mode=Mode.WALK)
    with pytest.raises(BadMessage):
        signalling.down(kind("btn-1", 0, WANG))
