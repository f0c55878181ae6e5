"""Which signals of a video call pass the desk; tests/video/test_signals.py has them on their whole way."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from kiosk import config, messages
from kiosk.config import Escalation
from kiosk.desk.hall import Hall
from kiosk.desk.protocol import PageBye
from kiosk.desk.signalling import Signalling
from kiosk.messages import Agent, Answer, Bye, Call, Mode, SignalDown, State

LI = Agent("li", "李娜", "d1")
BY_VIDEO = Call("boot-1", State.ACCEPTED, age_ms=10_000, state_age_ms=9_000, agent=LI, mode=Mode.VIDEO)


class Line:
    """A page and a broker that keep what they are given."""

    def __init__(self, id_: str, name: str) -> None:
        self.person = SimpleNamespace(id=id_, name=name)
        self.sent: list[str] = []
        self.published: list[bytes] = []

    def may(self, _right: object) -> bool:
        return True

    def send(self, text: str) -> None:
        self.sent.append(text)

    def publish(self, _topic: str, payload: bytes, **_how: object) -> None:
        self.published.append(payload)


@pytest.mark.parametrize(
    ("holder", "passes"),
    [
        (LI, True),
        (replace(LI, name="李纳"), True),
        (replace(LI, desk="d2"), True),
        (replace(LI, id="wang"), False),
    ],
)
def test_the_agent_who_has_the_call_is_known_by_their_id(holder: Agent, passes: bool) -> None:
    hall = Hall(Escalation())
    hall.set_call("k1", replace(BY_VIDEO, agent=holder), 100.0)
    line = Line(LI.id, LI.name)
    signalling = Signalling(config.Desk("hall", "d1"), hall, cast(Any, {line}), cast(Any, line))
    signalling.down(cast(Any, line), PageBye("k1", "boot-1", 0, "s1"))
    signalling.up("k1", Answer("boot-1", 0, "s1", "v=0"))
    down = [messages.decode(payload, SignalDown) for payload in line.published]  # type: ignore[arg-type]
    assert down == ([Bye("boot-1", 0, LI, "s1")] if passes else [])
    assert len(line.sent) == int(passes)
    assert signalling.refused == int(not passes)
