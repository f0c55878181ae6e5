"""What screen, voice and staff may ask for over ``link.sock``."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kiosk import clock, messages
from kiosk.link.call import Switchboard
from kiosk.link.live import case_number
from kiosk.link.reports import Reports
from kiosk.link.signals import Signals
from kiosk.local import LocalClient
from kiosk.messages import MAX_ID, Fact, StaffAction

PIN_TRIES, PIN_LOCK_S = 5, 60.0


class Done(NamedTuple):
    """What a command did: facts and causes to record, what was wrong (empty: nothing), a complaint's number."""

    facts: Sequence[Fact] = ()
    causes: Sequence[str] = ()
    why: str = ""
    case: str = ""


class Commands:
    """Obeys one command at a time; ``pin`` empty means that staff actions are off.

    ``restart`` is told which client waits for an answer before the link may end.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        pin: str,
        signals: Signals,
        reports: Reports,
        *,
        restart: Callable[[LocalClient], None],
    ) -> None:
        self._switchboard = switchboard
        self._pin = pin
        self._signals = signals
        self._reports = reports
        self._restart = restart
        self._wrong_pins = 0
        self._locked_until = 0.0

    def obey(self, client: LocalClient, command: messages.Command) -> Done:
        """Do it. Never raises; what cannot be done is said in the answer."""
        board, now = self._switchboard, clock.now()
        match command:
            case messages.Hello(name=name, video=video):
                client.name, client.video = name, video
                return Done()
            case messages.Summon(request=request, cause=cause, urgency=urgency, said=said):
                cause_id = _cause("req", request)
                return Done(board.summon(cause_id, now, cause=cause, urgency=urgency, said=said), [cause_id])
            case messages.CustomerEnd(call=call, confirmed=confirmed):
                if not confirmed:
                    return Done(why="not confirmed: ask the customer once more before a call is ended")
                return _or_wrong(board.customer_end(call, now), "no such call")
            case messages.Resolved(request=request, call=call, yes=yes):
                if yes:
                    return _or_wrong(board.satisfied(call, now), "that call has not just ended")
                cause_id = _cause("req", request)
                return _or_wrong(board.again(cause_id, call, now), "that call has not just ended", cause_id)
            case messages.Rate(call=call, score=score):
                return Done([Fact(kind="rated", call=call, score=score)])
            case messages.Media(call=call, running=running):
                return _or_wrong(board.media(call, running, now), "no such video call")
            case messages.Staff(pin=pin, action=action):
                return self._staff(client, pin, action, now)
            case messages.Complain(request=request, text=text, call=call):
                return self._complain(_cause("complaint", request), text, call)
            case messages.TryButton(on=on):
                return self._try_button(client, on, now)
            case messages.Report(parts=parts):
                return Done(why=self._reports.take(client.name, parts, now))

    def _complain(self, cause_id: str, text: str, call: str) -> Done:
        # A cause of its own kind: a screen that numbers its requests badly must not lose a call to a complaint.
        case = case_number(call or cause_id)
        if cause_id in self._switchboard.causes:
            return Done(case=case)
        self._switchboard.causes.add(cause_id)
        return Done([Fact(kind="complained", call=call, case=case, text=text)], [cause_id], case=case)

    def _try_button(self, client: LocalClient, on: bool, now: float) -> Done:
        if not on:
            self._signals.trial.stop()
        elif self._switchboard.call is not None:
            return Done(why="there is a call: every press is real")
        else:
            self._signals.trial.arm(client, now)
        return Done()

    def _staff(self, client: LocalClient, pin: str, action: StaffAction, now: float) -> Done:
        if not self._pin:
            return Done(why="staff actions are off: set staff.pin in kiosk.toml")
        if now < self._locked_until:
            return Done(why=f"too many wrong PINs; wait {self._locked_until - now:.0f} s")
        if not hmac.compare_digest(pin.encode(), self._pin.encode()):
            self._wrong_pins += 1
            if self._wrong_pins >= PIN_TRIES:
                self._wrong_pins, self._locked_until = 0, now + PIN_LOCK_S
            return Done([Fact(kind="wrong-pin")], why="wrong PIN")
        self._wrong_pins = 0
        match action:
            case StaffAction.CHECK:
                return Done()
            case StaffAction.SILENCE:
                return Done(self._switchboard.silence(now))
            case StaffAction.END:
                return _or_wrong(self._switchboard.staff_end(now), "there is no call")
            case StaffAction.LAMP_TEST:
                call = self._switchboard.call
                if call is not None and call.open:
                    return Done(why="there is a call: the lamp is the customer's")
                self._signals.lamp_test.start(now)
                return Done()
            case StaffAction.RESTART:
                self._restart(client)
                return Done([Fact(kind="restarted")])


def _cause(kind: str, request: str) -> str:
    """A request as a cause, which may become a call's id and must fit one."""
    cause = f"{kind}-{request}"
    return cause if len(cause) <= MAX_ID else f"{kind}-{hashlib.sha256(request.encode()).hexdigest()}"


def _or_wrong(facts: list[Fact] | None, why: str, *causes: str) -> Done:
    return Done(why=why) if facts is None else Done(facts, list(causes))
