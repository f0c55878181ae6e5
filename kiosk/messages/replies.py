"""What desks answer to a kiosk, on its ``reply`` topic."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import MAX_ID, MAX_TEXT, Count, Id, Name, Text
from kiosk.messages.hall import MAX_VIEWERS, Agent, Mode, Outcome, Seen


class _Reply(Struct, frozen=True, tag_field="do"):
    """To one round of a call; an answer to an older round is void."""

    call: Id
    round: Count


class _AgentsReply(_Reply, frozen=True):
    agent: Agent


class Rung(_Reply, frozen=True, tag="rung", omit_defaults=True):
    """A desk page has shown or sounded the call; said again when more of the desk's agents have it."""

    desk: Id
    seen: Seen
    agents: Annotated[tuple[Agent, ...], Meta(max_length=MAX_VIEWERS)] = ()  # on whose pages


class Accept(_AgentsReply, frozen=True, tag="accept"):
    """An agent takes the call; the first one the kiosk sees wins."""

    mode: Mode


class Release(_AgentsReply, frozen=True, tag="release"):
    """The agent puts the call back."""


class Arrived(_AgentsReply, frozen=True, tag="arrived"):
    """The agent stands beside the customer."""


class Skip(_AgentsReply, frozen=True, tag="skip"):
    """The agent, who has this call on their page, has taken one that came after it."""

    took: Id


class HandOver(_AgentsReply, frozen=True, tag="hand-over", omit_defaults=True):
    """The agent passes the call to a colleague; both names stay on record."""

    to: Agent
    note: Text = ""


class Assign(_AgentsReply, frozen=True, tag="assign"):
    """A supervisor gives the call, whoever has it, to somebody on duty, themselves included."""

    to: Agent
    why: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]


class Opened(_AgentsReply, frozen=True, tag="opened"):
    """The agent to whom the call was given has opened it."""


class CallBack(Struct, frozen=True, tag_field="do", tag="call-back", omit_defaults=True):
    """The agent left too early and comes back: a new call, already theirs, on foot.

    Never by video: no desk may open a terminal's microphone when nobody there has asked for anybody.
    """

    request: Id
    agent: Agent
    follows: Annotated[str, Meta(max_length=MAX_ID)] = ""


class End(_AgentsReply, frozen=True, tag="end"):
    """The agent ends the call."""

    outcome: Outcome
    note: Text = ""


class _FreezeAnswer(Struct, frozen=True, tag_field="do"):
    """To a request to freeze, of whatever round, and also when its call has been followed by another."""

    call: Id
    request: Id


class FreezeReceipt(_FreezeAnswer, frozen=True, tag="freeze-receipt"):
    """The bank has the request: its own system says so, or an agent who has rung the bank."""

    receipt: Name = ""
    agent: Agent | None = None


class FreezeRefusal(_FreezeAnswer, frozen=True, tag="freeze-refusal"):
    """The bank's system does not take the request, and will not take it if it is asked again."""

    why: Text = ""


class Tested(Struct, frozen=True, tag_field="do", tag="tested"):
    """A desk has got a test call."""

    test: Id
    desk: Id
    agents: Count  # on duty there


FreezeAnswer = FreezeReceipt | FreezeRefusal
#: About the call that the kiosk has; the other replies open one, or are about the terminal itself.
CallReply = (
    Rung | Skip | Accept | Release | Arrived | HandOver | Assign | Opened | End | FreezeReceipt | FreezeRefusal
)
Reply = CallReply | CallBack | Tested
