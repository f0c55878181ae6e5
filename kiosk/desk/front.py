"""The desk towards its pages: what they are told, and what the people at them ask for."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from kiosk import clock, config, messages
from kiosk.broker import Broker
from kiosk.desk import protocol
from kiosk.desk.case_watch import CaseWatch
from kiosk.desk.freeze_requests import FreezeRequests
from kiosk.desk.hall import Hall, KioskRow
from kiosk.desk.ledger import Ledger
from kiosk.desk.opening import Opening
from kiosk.desk.outbox import Said, still_wanted
from kiosk.desk.page import Page
from kiosk.desk.people import People
from kiosk.desk.person import Person
from kiosk.desk.protocol import PageCommand
from kiosk.desk.replies import call_back, reply_to
from kiosk.desk.rings import Rings
from kiosk.desk.roles import Right
from kiosk.desk.roster import Roster
from kiosk.desk.signalling import Signalling
from kiosk.desk.wording import Wording
from kiosk.messages import Agent, BadMessage

log = logging.getLogger(__name__)


class Front:
    """``say`` sends a reply to a kiosk until its call shows it; ``presence`` says at the broker who is on duty, if
    that has changed; ``troubles`` are the desk's own; ``in_database`` runs a blocking method in the database's
    thread. ``refused``: commands of pages whose person may not.
    """

    def __init__(
        self,
        settings: config.Desk,
        people: People,
        ledger: Ledger,
        hall: Hall,
        roster: Roster,
        pages: set[Page],
        broker: Broker,
        *,
        in_database: Callable[..., Coroutine[Any, Any, Any]],
        say: Callable[[str, Said], None],
        presence: Callable[[], None],
        troubles: Callable[[], list[protocol.Trouble]],
    ) -> None:
        self._settings = settings
        self._people = people
        self._hall = hall
        self._roster = roster
        self.pages = pages
        self._broker = broker
        self._in_database = in_database
        self._say = say
        self._presence = presence
        self._troubles = troubles
        self.freezes = FreezeRequests(settings, ledger.freezes, in_database, changed=self._freeze_changed)
        self.case_watch = CaseWatch(settings.hall, ledger.cases, in_database, changed=self._tell_cases)
        self.signals = Signalling(settings, hall, pages, broker)
        self.rings = Rings(settings.name, hall, pages, say)
        self._opening = Opening(settings.hours)
        self._open = self._opening.is_open(clock.wall_ms())
        self._told: dict[str, tuple[bool, int]] = {}  # kiosk -> offline, ring level
        self.refused = 0

    def join(self, page: Page) -> None:
        """A page has connected: it is told everything."""
        self.pages.add(page)
        self._send_snapshot(page)
        self._presence()

    def end(self, page: Page) -> None:
        """Its session is over: it hears and says nothing more."""
        page.close()
        self.leave(page)

    def leave(self, page: Page) -> None:
        """A page is gone; its person is no longer on duty unless another page of theirs is there."""
        self.pages.discard(page)
        self._presence()

    # --- what a page asks for -----------------------------------------------------------------------

    def obey(self, page: Page, text: str) -> None:
        """Do what a page asks; a message it cannot mean is counted and dropped."""
        try:
            command: PageCommand = messages.decode(text.encode(), PageCommand)  # type: ignore[arg-type]
        except BadMessage as error:
            page.bad += 1
            log.warning("the page of %s sent %s", page.person.id, error)
            return
        if page not in self.pages:  # its session is over; what it still has to say is no longer this person's
            return
        if not page.may(right := protocol.right_of(command)):
            self.refused += 1
            log.warning("%s (%s) may not %s: %s", page.person.id, page.person.role, right, type(command).__name__)
            said = protocol.REFUSALS.get(right, protocol.REFUSED)
            page.tell(protocol.Notice("warn", said, getattr(command, "kiosk", "")))
            return
        match command:
            case protocol.Duty():
                self._set_duty(page.person, command)
            case protocol.Can(draw=draw, sound=sound):
                page.draw, page.sound = draw, sound
                self._presence()
            case protocol.PageRung(kiosk=kiosk, call=call, round=round_, seen=seen):
                if page.person.duty:
                    page.shown[kiosk] = (call, round_, seen)
                    self.rings.say(kiosk)
            case protocol.PageCallBack():
                self._call_back(page, command)
            case protocol.PageFreezeReceived():
                self._freeze_received(page, command)
            case protocol.PageOffer() | protocol.PageBye() | protocol.PageCard():
                self.signals.down(page, command)
            case _:
                self._act(page, command)

    def _set_duty(self, person: Person, said: protocol.Duty) -> None:
        on = said.on and not said.pause
        away_ms = clock.wall_ms() if said.pause else None
        _write(self._in_database(self._people.set_duty, person.id, on, away_ms))
        for page in self._roster.set_duty(person.id, on, away_ms):
            self._send_snapshot(page)
        self._presence()

    def person_changed(self, page: Page) -> None:
        """Its person has another role, or something else of theirs is new."""
        self._send_snapshot(page)
        self._presence()

    def _act(self, page: Page, command: Any) -> None:
        """Turn what the agent did into a reply to the kiosk."""
        kiosk, agent = command.kiosk, self._agent(page)
        reply = reply_to(command, self._hall.call_of(kiosk), agent, self._roster.colleagues())
        self._say_or_tell(page, kiosk, reply)

    def _call_back(self, page: Page, asked: protocol.PageCallBack) -> None:
        """An agent who left too early comes back."""
        kiosk, person = asked.kiosk, page.person
        offline = kiosk not in self._hall.kiosks or self._hall.offline(kiosk, clock.now())
        reply = call_back(
            secrets.token_hex(8),
            self._hall.call_of(kiosk),
            self._agent(page),
            offline=offline,
            duty=person.duty,
            follows=asked.follows or self._hall.last_call(kiosk),
        )
        self._say_or_tell(page, kiosk, reply)

    def _agent(self, page: Page) -> Agent:
        return Agent(page.person.id, page.person.name, self._settings.name)

    def _say_or_tell(self, page: Page, kiosk: str, reply: Said | str) -> None:
        """Send the reply to the kiosk, or tell the agent why not, and how things are."""
        if not isinstance(reply, str):
            self._say(kiosk, reply)
            return
        page.tell(protocol.Notice("warn", reply, kiosk))
        if kiosk in self._hall.kiosks:
            page.tell(self._hall.row(kiosk, clock.now()))

    # --- freezing a customer's money ----------------------------------------------------------------

    def _freeze_received(self, page: Page, said: protocol.PageFreezeReceived) -> None:
        """An agent has rung the bank. The customer is told at once, the record follows."""
        call = self._hall.call_of(said.kiosk)
        receipt = messages.FreezeReceipt(said.call, said.request, said.receipt.strip(), self._agent(page))
        if still_wanted(receipt, call):
            self._say(said.kiosk, receipt)
        elif not self.freezes.knows(said.kiosk, said.request):
            page.tell(protocol.Notice("warn", "没有这个冻结申请，或者银行已经收到"))
            return
        _write(self.freezes.receive(said.kiosk, receipt, call.freeze if call else None))

    def _freeze_changed(self, kiosk: str) -> None:
        self.tell(protocol.Freezes(self._freeze_lines()))
        self.say_freeze(kiosk)

    def say_freeze(self, kiosk: str) -> None:
        """Tell the kiosk what the bank has said, as long as its call does not show it."""
        answer = self.freezes.answer(kiosk, self._hall.call_of(kiosk))
        if answer is not None:
            self._say(kiosk, answer)

    def _freeze_lines(self) -> list[protocol.FreezeLine]:
        return [self.freezes.line(row) for row in self.freezes.open]

    # --- what pages are told ------------------------------------------------------------------------

    def tell(self, message: Any) -> None:
        """Tell every page, each in the wording that its person may read."""
        wording = Wording(message)
        for page in list(self.pages):
            page.tell_worded(wording)

    def tell_everything(self) -> None:
        """Something is gone for which there is no message of its own."""
        for page in list(self.pages):
            self._send_snapshot(page)

    def _send_snapshot(self, page: Page) -> None:
        now = clock.now()
        page.tell(
            protocol.PageSnapshot(
                me=protocol.me(page.person),
                desk=self._settings.name,
                hall=self._settings.hall,
                hall_title=self._settings.title or self._settings.hall,
                duty=page.person.duty,
                broker=self._broker.connected,
                ledger=self._roster.ledger_desk(),
                promised_s=self._settings.promised_s,
                kiosks=[self._hall.row(kiosk, now) for kiosk in self._hall.kiosks],
                colleagues=self._roster.colleagues(),
                freezes=self._freeze_lines(),
                troubles=self._troubles(),
                ice=self.signals.ice(),
                away_ms=page.person.away_ms,
                away=self._roster.away(),
                open=self._open,
                cases=self.case_watch.due if page.may(Right.CASES) else None,
            )
        )

    def tell_row(self, kiosk: str) -> None:
        """Something about a kiosk is new."""
        row = self._hall.row(kiosk, clock.now())
        self._told[kiosk] = row.offline, row.ring_level
        self.tell(row)

    def look_at_row(self, row: KioskRow) -> None:
        """Tell the pages of a kiosk that has fallen silent, or rings another level, by the desk's own clock."""
        if (row.offline, row.ring_level) != self._told.get(row.kiosk):
            self.tell_row(row.kiosk)

    def _tell_cases(self, due: protocol.CasesDue) -> None:
        for page in list(self.pages):
            if page.may(Right.CASES):
                page.tell(due)

    def look_at_hours(self, wall_ms: int) -> None:
        """Tell the pages when the hall opens or closes (milliseconds since 1970)."""
        before, self._open = self._open, self._opening.is_open(wall_ms)
        if self._open is not before:
            self.tell(protocol.HallOpen(self._open))

    def nobody(self) -> bool:
        """Whether somebody is missed at the pages now."""
        return self._roster.missed(open=self._opening.is_open(clock.wall_ms()))


def _write(work: Coroutine[Any, Any, object]) -> None:
    """Begin to write; nobody at a page waits for it."""
    asyncio.ensure_future(work).add_done_callback(log_failure)


def log_failure(task: asyncio.Future[Any]) -> None:
    """Say it, if what was written has failed."""
    if not task.cancelled() and (error := task.exception()):
        log.error("the database failed: %s", error)
