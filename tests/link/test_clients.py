"""Clients at a real ``link.sock``: what they ask, who carries video, and what is told when one leaves."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from waiting import until

from kiosk import local, messages
from kiosk.brokerfaults import NotConnected
from kiosk.link.clients import Clients
from kiosk.link.commands import Done
from kiosk.messages import Agent, Answer, BadMessage, Fact, Hello, Ping, Rate, Result, ShowCard, Signal, Signalled

CARD = ShowCard("btn-1", 0, Agent("li", "李娜", "d1"), text="请到3号窗口")
ANSWER = Answer("btn-1", 0, "s1", "v=0")


class Terminal:
    """Clients of a link that does nothing else than what the test wants."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[str] = []
        self.sent: list[messages.SignalUp] = []
        self.refuse_down, self.refuse_up, self.online = False, "", True
        one: Any = SimpleNamespace(
            obey=self._obey,
            left=lambda client, present: [Fact(kind=f"{client.name}-left", score=len(present))],
            down=self._down,
            up=lambda _signal: self.refuse_up,
            send_signal=self._send,
            snapshot=lambda: b'{"state": "whole"}',
            changed=lambda facts, causes=(): self.told.extend(fact.kind for fact in facts),
            send_call=lambda: self.told.append("call"),
            refresh=lambda: self.told.append("all"),
            refresh_signals=lambda: None,
        )
        self.clients = Clients(path, one, one, one, view=one, telling=one)

    def _obey(self, client: local.LocalClient, command: messages.LinkCommand) -> Done:
        if isinstance(command, Hello):
            client.name, client.video = command.name, command.video
            return Done()
        return Done([Fact(kind="rated")], why="too late")

    def _down(self, _signal: messages.SignalDown) -> None:
        if self.refuse_down:
            raise BadMessage("refused")

    def _send(self, signal: messages.SignalUp) -> None:
        if not self.online:
            raise NotConnected("no connection to the broker")
        self.sent.append(signal)

    @contextlib.asynccontextmanager
    async def client(self, name: str, *, video: bool) -> AsyncIterator[local.LocalConnection]:
        connection = await local.connect(self.path)
        await connection.receive()  # the whole state
        assert await asked(connection, Hello(name, video=video)) == ""
        yield connection
        await connection.close()


async def asked(connection: local.LocalConnection, command: messages.Command) -> str:
    """What was wrong with it."""
    await connection.send(messages.encode(command))
    return messages.decode(await connection.receive(), Result).why


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    terminal = Terminal(tmp_path / "link.sock")
    await terminal.clients.local.start()
    yield terminal
    await terminal.clients.local.stop()


async def test_what_a_command_does_is_told_and_its_answer_says_what_was_wrong(terminal: Terminal) -> None:
    async with terminal.client("screen", video=False) as screen:
        assert terminal.told == ["call"], "with who is there, whether video is possible may change"
        assert await asked(screen, Rate("r1", "btn-1", 5)) == "too late"
        assert terminal.told == ["call", "rated"]


async def test_a_ping_that_asks_for_it_gets_the_whole_state(terminal: Terminal) -> None:
    async with terminal.client("screen", video=False) as screen:
        assert await asked(screen, Ping("p1")) == ""
        await screen.send(messages.encode(Ping("p2", state=True)))
        assert await screen.receive() == b'{"state": "whole"}\n'
        assert messages.decode(await screen.receive(), Result).request == "p2"


async def test_a_signal_goes_to_who_carries_video_and_to_nobody_else(terminal: Terminal) -> None:
    async with terminal.client("voice", video=False) as voice:
        assert not terminal.clients.video
        async with terminal.client("screen", video=True) as screen:
            assert terminal.clients.video
            terminal.clients.signal(CARD)
            assert messages.decode(await screen.receive(), Signalled).signal == CARD
            terminal.refuse_down = True
            with pytest.raises(BadMessage):
                terminal.clients.signal(CARD)
            for connection in (screen, voice):  # nothing else has come to either
                assert await asked(connection, Ping("p1")) == ""


async def test_a_signal_to_the_page_is_sent_or_said_to_be_not(terminal: Terminal) -> None:
    async with terminal.client("screen", video=True) as screen:
        assert await asked(screen, Signal("s1", ANSWER)) == ""
        assert terminal.sent == [ANSWER]
        terminal.refuse_up = "no such video call"
        assert await asked(screen, Signal("s2", ANSWER)) == "no such video call"
        terminal.refuse_up, terminal.online = "", False
        assert await asked(screen, Signal("s3", ANSWER)) == "no connection to the broker"
        assert terminal.sent == [ANSWER]


@pytest.mark.parametrize(
    ("video", "told"), [(True, ["screen-left", "call", "all"]), (False, ["screen-left", "all"])]
)
async def test_everybody_is_told_of_who_has_left(terminal: Terminal, video: bool, told: list[str]) -> None:
    async with terminal.client("screen", video=video):
        terminal.told.clear()
    await until(lambda: terminal.told)
    assert terminal.told == told
    assert not terminal.clients.local.clients
