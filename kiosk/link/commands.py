"""What screen, voice and staff may ask for over ``link.sock``."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from kiosk import clock, messages
from kiosk.link.call import Switchboard
from kiosk.link.causes import cause_id
from kiosk.link.freezing import freeze_cause
from kiosk.link.live import case_number
from kiosk.link.reports import Reports
from kiosk.link.signals import Signals
from kiosk.local import LocalClient
from kiosk.messages import Fact, StaffAction

PIN_TRIES, PIN_LOCK_S = 5, 60.0


class Done(NamedTuple):
    """What a command did: facts and causes to record, what was wrong (empty: nothing), a complaint's number."""

    facts: Sequence[Fact] = ()
    causes: Sequence[str] = ()
    why: str = ""
    case: str = ""


class Commands:
    """Obeys one command at a time; ``pin`` empty means that staff actions are off.

    ``restart`` is told which client waits for an answer before the link may end; ``test`` begins a self-test.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        pin: str,
        signals: Signals,
        reports: Reports,
        *,
        restart: Callable[[LocalClient], None],
        test: Callable[[], None],
    ) -> None:
        self._switchboard = switchboard
        self._pin = pin
        self._signals = signals
        self._reports = reports
        self._restart = restart
        self._test = test
        self._wrong_pins = 0
        self._locked_until = 0.0

    def obey(self, client: LocalClient, command: messages.LinkCommand) -> Done:
        """Do it. Never raises; what cannot be done is said in the answer."""
        board, now = self._switchboard, clock.now()
        match command:
            case messages.Hello(name=name, video=video):
                client.name, client.video = name, video
                return Done()
            case messages.Summon(request=request, cause=cause, urgency=urgency, said=said, service=service):
                asked = cause_id("req", request)
                facts = board.summon(asked, now, cause=cause, urgency=urgency, said=said, service=service)
                return Done(facts, [asked])
            case messages.AskFreeze(request=request, service=service):
                return self._ask_freeze(request, service, now)
            case messages.CustomerEnd(call=call, confirmed=confirmed):
                if not confirmed:
                    return Done(why="not confirmed: ask the customer once more before a call is ended")
                return _or_wrong(board.customer_end(call, now), "no such call")
            case messages.Resolved(request=request, call=call, yes=yes):
                if yes:
                    return _or_wrong(board.satisfied(call, now), "that call has not just ended")
                asked = cause_id("req", request)
                return _or_wrong(board.again(asked, call, now), "that call has not just ended", asked)
            case messages.Rate(call=call, score=score):
                return Done([Fact(kind="rated", call=call, score=score)])
            case messages.Media(call=call, running=running):
                return _or_wrong(board.media(call, running, now), "no such video call")
            case messages.Staff(pin=pin, action=action):
                return self._staff(client, pin, action, now)
            case messages.Complain(request=request, text=text, call=call):
                return self._complain(cause_id("complaint", request), text, call)
            case messages.Missed(request=request):
                return self._missed(cause_id("missed", request), command)
            case messages.TryButton(on=on):
                return self._try_button(client, on, now)
            case messages.RunSelfTest():
                self._test()
                return Done()
            case messages.Report(parts=parts, last=last):
                return Done(why=self._reports.take(client.name, parts, now, last))

    def left(self, client: LocalClient, present: Collection[LocalClient]) -> Sequence[Fact]:
        """A client is gone, and with it what it reported, armed or carried; ``present`` are those still there."""
        board, now = self._switchboard, clock.now()
        self._reports.left({other.name for other in present}, now)
        self._signals.trial.left(client)
        if board.call is not None and client.video and not any(other.video for other in present):
            # Whoever carried the picture is gone, and cannot say so itself.
            return board.media(board.call.id, False, now) or ()
        return ()

    def _ask_freeze(self, request: str, service: str, now: float) -> Done:
        board, cause = self._switchboard, freeze_cause(request)
        facts = board.ask_freeze(request, now, service=service)
        why = "not on disk yet: say it again" if board.freeze_unwritten(request) else ""
        return Done(facts, [cause] if facts else [], why=why)

    def _complain(self, cause: str, text: str, call: str) -> Done:
        case = case_number(call or cause)
        if cause in self._switchboard.causes:
            return Done(case=case)
        self._switchboard.causes.add(cause)
        return Done([Fact(kind="complained", call=call, case=case, text=text)], [cause], case=case)

    def _missed(self, cause: str, missed: messages.Missed) -> Done:
        if cause in self._switchboard.causes:
            return Done()
        self._switchboard.causes.add(cause)
        fact = Fact(kind="missed", text=missed.text, pack=missed.pack, did=missed.did, refused=missed.refused)
        return Done([fact], [cause])

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


def _or_wrong(facts: list[Fact] | None, why: str, *causes: str) -> Done:
    return Done(why=why) if facts is None else Done(facts, list(causes))
