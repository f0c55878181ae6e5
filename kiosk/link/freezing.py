"""The customer's request to freeze their money, as a part of the call: from the touch to the bank's receipt. Pure.

What is known is never taken back: a receipt stays a receipt, whatever comes after it, in whatever order.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from kiosk import messages
from kiosk.link.causes import cause_id
from kiosk.messages import Agent, FreezeAnswer, FreezeReceipt, FreezeState

_PROGRESS = list(FreezeState)


class LiveFreeze(Struct, frozen=True):
    """One request; ``asked`` is a ``now`` value."""

    request: str
    asked: float
    state: FreezeState = FreezeState.ASKED
    receipt: str = ""
    why: str = ""
    agent: Agent | None = None


def freeze_cause(request: str) -> str:
    """The request as a cause: once it is on disk, the request is submitted."""
    return cause_id("freeze", request)


def submitted(freeze: LiveFreeze) -> LiveFreeze:
    """It is on disk."""
    return replace(freeze, state=FreezeState.SUBMITTED) if freeze.state is FreezeState.ASKED else freeze


def answered(freeze: LiveFreeze, answer: FreezeAnswer) -> LiveFreeze:
    """What the bank says, by its system or through an agent; the same freeze when that is no news."""
    if freeze.request != answer.request or freeze.state is FreezeState.RECEIVED:
        return freeze
    if isinstance(answer, FreezeReceipt):
        return replace(freeze, state=FreezeState.RECEIVED, receipt=answer.receipt, why="", agent=answer.agent)
    if freeze.state is FreezeState.REFUSED:
        return freeze
    return replace(freeze, state=FreezeState.REFUSED, why=answer.why)


def merged(mine: LiveFreeze | None, seen: LiveFreeze | None) -> LiveFreeze | None:
    """Two memories of one call's freeze: the one that has come further."""
    if mine is None or seen is None:
        return mine or seen
    return seen if _PROGRESS.index(seen.state) > _PROGRESS.index(mine.state) else mine


def recalled(seen: messages.Freeze | None, now: float) -> LiveFreeze | None:
    """As its published form tells it."""
    if seen is None:
        return None
    asked = now - seen.age_ms / 1000
    return LiveFreeze(seen.request, asked, seen.state, seen.receipt, seen.why, seen.agent)


def described(freeze: LiveFreeze | None, age_ms: int) -> messages.Freeze | None:
    """As it is published."""
    if freeze is None:
        return None
    return messages.Freeze(freeze.request, freeze.state, age_ms, freeze.receipt, freeze.why, freeze.agent)
