"""What becomes of the button's events: a call, practice, or a fault of the button. Times are passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk import button
from kiosk.button import ButtonEvent
from kiosk.link.call import STAFF_HOLD_S, URGENT_HOLD_S, Switchboard
from kiosk.link.parts import Parts
from kiosk.link.signals import Signals
from kiosk.messages import Cause, Fact, Urgency


class Presses:
    """``changed`` is told the facts and the causes of each event that has them, to show and to record.

    ``hold_ends_call``: staff without a screen end a call by holding the button.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        signals: Signals,
        parts: Parts,
        *,
        hold_ends_call: bool,
        changed: Callable[[Sequence[Fact], Sequence[str]], None],
    ) -> None:
        self._switchboard = switchboard
        self._signals = signals
        self._parts = parts
        self._hold_ends_call = hold_ends_call
        self._changed = changed
        self._faults: dict[str, str] = {}

    def hear(self, event: ButtonEvent, heard: float, now: float) -> None:
        """Act on an event that the driver told ``heard``, which may be a while ago when the link was busy."""
        match event:
            case button.Pressed(cause=cause, age_s=age):
                self._pressed(cause, heard - age, now)
            case button.Held(cause=cause, seconds=seconds):
                self._held(cause, seconds, now)
            case button.Released(seconds=seconds):
                # On release, and not after too long, so that a button that is stuck ends nothing.
                if self._hold_ends_call and STAFF_HOLD_S <= seconds < 3 * STAFF_HOLD_S:
                    self._changed(self._switchboard.staff_end(now) or [], [])
            case button.Fault(kind=kind, remedy=remedy):
                self._faults[kind] = remedy
                self._show_faults(now)
            case button.Recovered(kind=kind):
                self._faults.pop(kind, None)
                self._show_faults(now)

    def _pressed(self, cause: str, at: float, now: float) -> None:
        board, signals = self._switchboard, self._signals
        signals.lamp_test.stop()
        if board.call is None and cause not in board.causes and signals.trial.press(cause, at, now):
            board.causes.add(cause)
            self._changed([Fact(kind="tried", cause=Cause.BUTTON, why=cause)], [cause])
        else:
            # A press known from before is written and acknowledged again: its acknowledgement was lost.
            self._changed(board.summon(cause, now, age=now - at), [cause])

    def _held(self, cause: str, seconds: float, now: float) -> None:
        board = self._switchboard
        if self._signals.trial.is_practice(cause) and seconds >= URGENT_HOLD_S:
            # Nobody holds a button down for practice. The press is used up, so the call gets a cause of its own.
            held = f"{cause}-held"
            self._changed(board.summon(held, now, urgency=Urgency.URGENT, age=seconds), [held])
        else:
            self._changed(board.held(cause, seconds, now), [])

    def _show_faults(self, now: float) -> None:
        """The newest of the faults that stand together, such as stuck and unplugged."""
        if self._faults:
            kind, remedy = list(self._faults.items())[-1]
            self._parts.fault("button", kind, remedy, now)
        else:
            self._parts.well("button")
