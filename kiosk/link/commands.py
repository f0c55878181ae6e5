"""What screen, voice and staff may ask for over ``link.sock``."""

from __future__ import annotations

import hashlib
import hmac

from kiosk import clock, messages
from kiosk.link.call import Switchboard
from kiosk.local import LocalClient
from kiosk.messages import MAX_ID, Fact, StaffAction

PIN_TRIES, PIN_LOCK_S = 5, 60.0

#: What a command did: the facts and the causes to record, and what was wrong (empty: nothing).
Done = tuple[list[Fact], list[str], str]


class Commands:
    """Obeys one command at a time; ``pin`` empty means that staff actions are off."""

    def __init__(self, switchboard: Switchboard, pin: str) -> None:
        self._switchboard = switchboard
        self._pin = pin
        self._wrong_pins = 0
        self._locked_until = 0.0

    def obey(self, client: LocalClient, command: messages.Command) -> Done:
        """Do it. Never raises; what cannot be done is said in the answer."""
        board, now = self._switchboard, clock.now()
        match command:
            case messages.Hello(name=name, video=video):
                client.name, client.video = name, video
                return [], [], ""
            case messages.Summon(request=request, cause=cause, urgency=urgency, said=said):
                cause_id = _cause(request)
                return board.summon(cause_id, now, cause=cause, urgency=urgency, said=said), [cause_id], ""
            case messages.CustomerEnd(call=call, confirmed=confirmed):
                if not confirmed:
                    return [], [], "not confirmed: ask the customer once more before a call is ended"
                return _or_wrong(board.customer_end(call, now), "no such call")
            case messages.Resolved(request=request, call=call, yes=yes):
                if yes:
                    return _or_wrong(board.satisfied(call, now), "that call has not just ended")
                cause_id = _cause(request)
                return _or_wrong(board.again(cause_id, call, now), "that call has not just ended", cause_id)
            case messages.Rate(call=call, score=score):
                return [Fact(kind="rated", call=call, score=score)], [], ""
            case messages.Media(call=call, running=running):
                return _or_wrong(board.media(call, running, now), "no such video call")
            case messages.Staff(pin=pin, action=action):
                return self._staff(pin, action, now)

    def _staff(self, pin: str, action: StaffAction, now: float) -> Done:
        if not self._pin:
            return [], [], "staff actions are off: set staff.pin in kiosk.toml"
        if now < self._locked_until:
            return [], [], f"too many wrong PINs; wait {self._locked_until - now:.0f} s"
        if not hmac.compare_digest(pin.encode(), self._pin.encode()):
            self._wrong_pins += 1
            if self._wrong_pins >= PIN_TRIES:
                self._wrong_pins, self._locked_until = 0, now + PIN_LOCK_S
            return [Fact(kind="wrong-pin")], [], "wrong PIN"
        self._wrong_pins = 0
        if action is StaffAction.SILENCE:
            return self._switchboard.silence(now), [], ""
        return _or_wrong(self._switchboard.staff_end(now), "there is no call")


def _cause(request: str) -> str:
    """A request as a cause, which may become a call's id and must fit one."""
    cause = f"req-{request}"
    return cause if len(cause) <= MAX_ID else f"req-{hashlib.sha256(request.encode()).hexdigest()}"


def _or_wrong(facts: list[Fact] | None, why: str, *causes: str) -> Done:
    return ([], [], why) if facts is None else (facts, list(causes), "")
