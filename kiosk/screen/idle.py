"""When a visit is over because nobody is there: never without 20 s of warning, never during a call. Pure."""

from __future__ import annotations

import math

from kiosk.messages import FreezeState
from kiosk.screen.scene import TextSize
from kiosk.screen.state import VisitState
from kiosk.screen.steps import Thanks, Welcome

WARNING_S = 20.0
THANKS_S = 8.0
PHONING_S = 60.0  # the numbers to ring stand there while somebody finds their glasses


def counts(state: VisitState, now: float) -> bool:
    """Whether there is something that idleness ends now."""
    if state.staff is not None:
        return True
    if state.call is not None or state.asking is not None or state.out_of_order(now):
        return False
    return state.visiting and not isinstance(state.step, Thanks)


def thanks_s(state: VisitState) -> float:
    """How long the good-bye stands."""
    over = state.frozen is None or state.frozen.state is FreezeState.RECEIVED
    return THANKS_S if over else PHONING_S


def somebody(state: VisitState, now: float) -> None:
    """Somebody touched or spoke: they stay."""
    state.warn_at = now + state.kiosk.screen.idle_s
    state.warned_at = None


def warning_left(state: VisitState, now: float) -> int | None:
    """Whole seconds until the end; None while no warning is shown."""
    if state.warned_at is None or not counts(state, now):
        return None
    return max(0, math.ceil(WARNING_S - (now - state.warned_at)))


def expired(state: VisitState, now: float) -> bool:
    """Let time pass; whether it is over. Only a warning that was shown for its whole time takes anything away."""
    if not counts(state, now):
        somebody(state, now)
        return False
    if state.warned_at is not None:
        return now - state.warned_at >= WARNING_S
    if now < state.warn_at:
        return False
    if _unnoticed(state):
        return True
    state.warned_at = now
    return False


def _unnoticed(state: VisitState) -> bool:
    """Whether the end would change nothing that can be seen: on the welcome, as every visit begins."""
    screen = state.kiosk.screen
    as_usual = state.size is TextSize(screen.text_size) and state.language == screen.language
    return state.staff is None and isinstance(state.step, Welcome) and as_usual
