"""What the terminal does for the video of its call, without a link, a peer or a page."""

from __future__ import annotations

import itertools
from typing import Any, TypeVar

import pytest

from kiosk.messages import (
    Agent,
    Answer,
    Bye,
    Call,
    Connect,
    Hang,
    Lend,
    Media,
    Mode,
    Offer,
    PeerAnswer,
    PeerState,
    Ready,
    ShowCard,
    Signal,
    State,
    Title,
    Wanted,
)
from kiosk.video.session import Session

WANG, LI = Agent("wang", "王芳", "desk1"), Agent("li", "李强", "desk1")
E = TypeVar("E")


class Terminal:
    """A session, a made-up clock, and everything that the session has wanted."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[Any] = []
        ids = (f"id-{number}" for number in itertools.count(1))
        self.session = Session(lambda: next(ids), tuple, services=(Title("card", "银行卡"),), volume=0.5)

    def call(self, state: State | None, *, mode: Mode | None = None, agent: Agent = WANG, round_: int = 0) -> None:
        call = None
        if state is not None:
            answered = agent if mode is not None else None
            call = Call("c1", state, 0, 0, agent=answered, mode=mode, round=round_)
        self.sent += self.session.link(call, self.now)

    def accepted(self, *, agent: Agent = WANG, round_: int = 0) -> None:
        self.call(State.ACCEPTED, mode=Mode.VIDEO, agent=agent, round_=round_)

    def connected(self) -> None:
        self.call(State.CONNECTED, mode=Mode.VIDEO)

    def signal(self, signal: Any) -> None:
        self.sent += self.session.signal(signal, self.now)

    def offer(self, session: str = "s1") -> None:
        self.signal(Offer("c1", 0, WANG, session, "v=0 offer"))

    def peer_starts(self, **faults: str) -> None:
        self.sent += self.session.peer_started(self.now)
        self.peer(PeerState(faults=faults))

    def peer(self, message: Any) -> None:
        self.sent += self.session.peer(message, self.now)

    def media(self, session: str = "s1", *, audio: bool = True, video: bool = True) -> None:
        self.peer(PeerState(session, audio, video))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.sent += self.session.tick(self.now)

    def all(self, kind: type[E]) -> list[E]:
        flat = [effect.signal if isinstance(effect, Signal) else effect for effect in self.sent]
        return [effect for effect in flat if isinstance(effect, kind)]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def talking(terminal) -> Terminal:
    """王芳 and the customer see and hear each other."""
    terminal.call(State.RUNG)
    terminal.peer_starts()
    terminal.sent += terminal.session.voice(True, terminal.now)
    terminal.accepted()
    terminal.offer()
    terminal.media()
    terminal.connected()
    return terminal


def test_a_peer_is_warm_while_somebody_is_called_and_gone_when_an_agent_walks(terminal):
    assert not terminal.session.peer_wanted
    terminal.call(State.CALLING)
    assert terminal.session.peer_wanted
    terminal.call(State.ACCEPTED, mode=Mode.WALK)
    assert not terminal.session.peer_wanted
    terminal.accepted()
    assert terminal.session.peer_wanted
    terminal.call(State.ENDED, mode=Mode.VIDEO)
    assert not terminal.session.peer_wanted


def test_no_camera_and_no_microphone_before_an_agent_has_answered_by_video(terminal):
    terminal.call(State.RUNG)
    terminal.peer_starts()
    assert not any(wanted.camera or wanted.microphone for wanted in terminal.all(Wanted))
    terminal.accepted()
    assert (terminal.all(Wanted)[-1].camera, terminal.all(Wanted)[-1].microphone) == (True, False)
    terminal.connected()
    assert terminal.all(Wanted)[-1].microphone


def test_an_offer_that_comes_before_the_peer_is_answered_when_it_is_there(terminal):
    terminal.accepted()
    terminal.offer()
    assert not terminal.all(Connect)
    terminal.peer_starts()
    assert [connect.session for connect in terminal.all(Connect)] == ["s1"]
    terminal.peer(PeerAnswer("s1", "v=0 answer"))
    assert terminal.all(Answer) == [Answer("c1", 0, "s1", "v=0 answer")]


def test_the_answer_to_an_offer_that_was_replaced_is_not_sent(terminal):
    terminal.accepted()
    terminal.peer_starts()
    terminal.offer("s1")
    terminal.offer("s2")
    terminal.peer(PeerAnswer("s1", "late"))
    assert not terminal.all(Answer)


def test_the_link_hears_of_media_once_and_again_when_it_has_forgotten(talking):
    assert [media.running for media in talking.all(Media)] == [True]
    talking.session.link_gone()
    talking.connected()
    assert [media.running for media in talking.all(Media)] == [True, True]
    talking.media(audio=False, video=False)
    talking.media(audio=True, video=False)
    assert [media.running for media in talking.all(Media)] == [True, True, False, True]


def test_media_that_the_link_does_not_take_is_said_again(terminal):
    terminal.accepted()
    terminal.peer_starts()
    terminal.offer()
    terminal.media()
    terminal.wait(0.3)
    assert len(terminal.all(Media)) == 1
    terminal.wait(1.0)
    assert len(terminal.all(Media)) == 2
    terminal.connected()
    terminal.wait(5.0)
    assert len(terminal.all(Media)) == 2


def test_nothing_of_one_agent_is_left_for_the_next(talking):
    talking.signal(ShowCard("c1", 0, WANG, text="请到3号窗口"))
    talking.sent += talking.session.mute(talking.now)
    assert talking.session.view.text and talking.session.view.muted
    before = len(talking.all(Media))
    talking.accepted(agent=LI, round_=1)
    assert talking.all(Hang)
    view = talking.session.view
    assert not (view.text or view.muted or view.running or view.picture)
    talking.media("s1")  # what 王芳's page still sends
    assert len(talking.all(Media)) == before
    assert not talking.session.view.running


def test_signals_about_another_round_change_nothing(terminal):
    terminal.accepted(round_=1)
    terminal.peer_starts()
    terminal.offer()
    terminal.signal(ShowCard("c1", 0, WANG, text="迟到"))
    assert not terminal.all(Connect)
    assert not terminal.session.view.text


def test_the_microphone_is_lent_while_connected_and_asked_for_back(talking):
    assert [lend.on for lend in talking.all(Lend)] == [False, True]
    talking.call(State.ENDED, mode=Mode.VIDEO)
    assert [lend.on for lend in talking.all(Lend)] == [False, True, False]


def test_a_voice_that_was_started_again_is_told_again(talking):
    talking.sent += talking.session.voice(False, talking.now)
    talking.sent += talking.session.voice(True, talking.now)
    assert [lend.on for lend in talking.all(Lend)] == [False, True, True]


def test_a_voice_that_hung_while_the_call_ended_gets_its_microphone_back(talking):
    talking.sent += talking.session.voice(False, talking.now)
    talking.call(State.ENDED, mode=Mode.VIDEO)
    assert talking.all(Lend)[-1].on, "nothing can be told to a voice that hangs"
    talking.sent += talking.session.voice(True, talking.now)
    assert not talking.all(Lend)[-1].on
    told = len(talking.all(Lend))
    talking.wait(5.0)
    assert len(talking.all(Lend)) == told, "it is told once"


def test_the_page_is_told_who_is_there_and_what_is_missing(terminal):
    terminal.accepted()
    terminal.peer_starts(camera="missing")
    (ready,) = terminal.all(Ready)
    assert (ready.faults, ready.services) == ({"camera": "missing"}, (Title("card", "银行卡"),))
    terminal.wait(1.5)
    assert len(terminal.all(Ready)) == 2, "said again while nothing comes of it"
    terminal.offer()
    terminal.media()
    count = len(terminal.all(Ready))
    terminal.wait(10.0)
    assert len(terminal.all(Ready)) == count


def test_a_page_that_was_loaded_again_is_told_again_who_is_there(talking):
    count = len(talking.all(Ready))
    talking.offer("s2")
    assert len(talking.all(Ready)) == count + 1


def test_after_a_crash_the_page_hears_of_another_peer(talking):
    first = talking.all(Ready)[-1].peer
    talking.sent += talking.session.peer_gone(talking.now)
    assert talking.session.view.lost
    assert talking.session.peer_wanted
    talking.peer_starts()
    assert talking.all(Ready)[-1].peer not in ("", first)
    talking.offer("s2")
    assert talking.all(Connect)[-1].session == "s2"
    talking.media("s2")
    assert not talking.session.view.lost
    assert talking.all(Media)[-1].running


def test_a_page_that_says_good_bye_is_lost_at_once(talking):
    talking.signal(Bye("c1", 0, WANG, "an older session"))
    assert talking.session.view.running
    talking.signal(Bye("c1", 0, WANG, "s1"))
    assert talking.session.view.lost
    assert talking.all(Hang)
    assert not talking.all(Media)[-1].running


def test_volume_and_mute_reach_the_peer(talking):
    talking.sent += talking.session.louder(1, talking.now)
    talking.sent += talking.session.mute(talking.now)
    assert talking.all(Wanted)[-1] == Wanted(True, True, True, 0.65)
    for _ in range(20):
        talking.sent += talking.session.louder(-1, talking.now)
    assert talking.all(Wanted)[-1].volume == 0.15, "never so quiet that nobody is heard"
