"""One desk: joins pages, broker and ledger. It dispatches nothing: the kiosks own their calls.

What the broker brings comes here; what is said there is :mod:`kiosk.desk.uplink`, what pages are told and ask for
:mod:`kiosk.desk.front`.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from kiosk import clock, config, messages, topics
from kiosk.broker import Broker, Message
from kiosk.desk import cases, freezes, protocol
from kiosk.desk.custody import Custody
from kiosk.desk.discovery import Discovery
from kiosk.desk.front import Front, log_failure
from kiosk.desk.hall import Hall, same_people
from kiosk.desk.keeper import LedgerKeeper
from kiosk.desk.ledger import Ledger
from kiosk.desk.metrics import Figures, Metrics
from kiosk.desk.page import Page
from kiosk.desk.people import People
from kiosk.desk.roster import Roster
from kiosk.desk.sessions import Sessions
from kiosk.desk.tally import Kind, Tally
from kiosk.desk.troubles import Troubles
from kiosk.desk.uplink import Uplink
from kiosk.desk.watch import SessionWatch
from kiosk.desk.webhooks import Webhooks
from kiosk.messages import BadMessage, Presence

log = logging.getLogger(__name__)

CHECK_S = 0.5
TICK_S = 4.0
PRESENCE_S = 5.0  # said again so often: what the broker remembers of a desk may be of one that is gone
LOG_BAD_EVERY_S = 60.0
RETAINED_S = 0.1  # what a broker has kept comes so soon after its word to a subscription


class DeskService:
    """The desk without its web server. :meth:`run` serves until it is cancelled."""

    def __init__(self, settings: config.Desk, people: People, ledger: Ledger) -> None:
        self.settings = settings
        self.people = people
        self.sessions = Sessions(people.engine)
        self.ledger = ledger
        self.hall = Hall(settings.escalation)
        self.broker = Broker(
            settings.broker,
            f"{settings.hall}/desk/{settings.name}",
            will=(topics.presence(settings.hall, settings.name), messages.encode(Presence(online=False))),
            on_connected=self._join,
            on_message=self.receive,
            on_lost=self._lost,
        )
        self._uplink = Uplink(settings, self.broker)
        self.metrics = Metrics(self._figures)
        self._tally = Tally(settings.promised_s)
        self.pages: set[Page] = set()
        self.roster = Roster(settings, self.hall, self.pages, lambda: not self._keeper.fault)
        self._keeper = LedgerKeeper(
            settings.hall, ledger, self.in_database, on_kept=self._kept, on_fault=self._say_presence
        )
        self._webhooks = Webhooks(
            settings,
            ledger.webhooks,
            self.in_database,
            active=self.roster.is_ledger,
            posts=self.metrics.webhooks,
        )
        self._custody = Custody(settings, ledger, self.in_database, self._uplink.say_head)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._hashing = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._said_at = 0.0
        self.bad_messages = 0
        self._bad_logged = -LOG_BAD_EVERY_S
        self._discovery = Discovery(settings, self.hall, self.broker, self.roster.is_ledger)
        self.front = Front(
            settings,
            people,
            ledger,
            self.hall,
            self.roster,
            self.pages,
            self.broker,
            in_database=self.in_database,
            say=self._uplink.say,
            presence=self._say_presence,
            troubles=lambda: self._troubles.lines,
        )
        self.watch = SessionWatch(
            self.sessions, self.pages, self.in_database, gone=self.front.end, changed=self.front.person_changed
        )
        self._troubles = Troubles(
            settings,
            self.broker,
            lambda: self._custody.trouble or self._keeper.trouble,
            lambda: self._webhooks.trouble,
            lambda: self.front.tell(protocol.Troubles(self._troubles.lines)),
        )

    async def run(self) -> None:
        """Serve the broker's side."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.broker.run())
                tasks.create_task(self._check())
                tasks.create_task(self._tick())
                tasks.create_task(self._keeper.run())
                tasks.create_task(self.front.freezes.run())
                if self.settings.ledger:
                    tasks.create_task(self.front.case_watch.run())
                    tasks.create_task(self._custody.run())
                tasks.create_task(self.watch.run())
                tasks.create_task(self._webhooks.run())
        finally:
            self._thread.shutdown()
            self._hashing.shutdown()

    @property
    def refused(self) -> int:
        """Commands of pages whose person may not."""
        return self.front.refused

    async def in_database(self, work: Any, *args: Any) -> Any:
        """Run a blocking method of people or ledger in the database's thread."""
        with self.metrics.database_s.time():
            return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args))

    async def alive(self) -> None:
        """Returns when the database's thread has done all that was asked of it: proof for the watchdog."""
        await self.in_database(lambda: None)

    async def with_passwords(self, work: Any, *args: Any) -> Any:
        """Run a blocking method of people that hashes: guessed passwords must not hold up the ledger."""
        return await asyncio.get_running_loop().run_in_executor(self._hashing, partial(work, *args))

    @property
    def troubles(self) -> list[protocol.Trouble]:
        """What is wrong with the desk itself now."""
        return self._troubles.lines

    def _figures(self) -> Figures:
        """What is so now, for the metrics."""
        now = clock.now()
        return Figures(
            kiosks=[self.hall.row(kiosk, now) for kiosk in self.hall.kiosks],
            agents=self.roster.on_duty(),
            pages=len(self.pages),
            broker=self.broker.connected,
            keeps_ledger=self.roster.is_ledger(),
            ledger_faulty=bool(self._keeper.fault),
            bad_messages=self.bad_messages + self._keeper.spoilt,
            replies_given_up=self._uplink.given_up,
            troubles=self._troubles.lines,
            webhooks_waiting=self._webhooks.waiting,
            webhooks_dead=self._webhooks.dead,
        )

    def _count(self, kiosk: str, call: messages.Call | None) -> None:
        """What has happened to a call, for the metrics and whoever wants to know of broken promises."""
        happenings = self._tally.see(kiosk, call)
        self.metrics.count(happenings)
        if call is not None and any(what.kind is Kind.BROKEN for what in happenings):
            task = asyncio.ensure_future(self._webhooks.promise_broken(kiosk, call))
            task.add_done_callback(log_failure)

    # --- presence and ledger -----------------------------------------------------------------------

    def _say_presence(self) -> None:
        news = self.roster.news()
        if news is None:
            return
        presence, of_people = news
        self._said_at = clock.now()
        if of_people:
            self.front.tell(self.roster.message())
        self._uplink.say_presence(presence)
        if of_people:
            for kiosk in self.hall.kiosks:
                self.front.rings.say(kiosk)

    def _kept(self, kiosk: str, batch: messages.EventBatch, ack: messages.LedgerAck) -> None:
        if any(event.kind in (freezes.ASKED, freezes.RECEIVED) for event in batch.events):
            self.front.freezes.look()
        if any(event.kind == cases.COMPLAINED for event in batch.events):
            self.front.case_watch.look()
        self._webhooks.look()
        self._uplink.acknowledge(kiosk, ack)

    # --- broker ------------------------------------------------------------------------------------

    async def _join(self) -> None:
        self.roster.forget()
        self.hall.hear_desks_anew(clock.now())
        await self._uplink.join()
        self._say_presence()
        self.front.tell(protocol.BrokerState(online=True))
        await self._uplink.join_beside()
        await self._discovery.join(clock.now())
        if self.settings.ledger and await self._uplink.join_head():
            await asyncio.sleep(RETAINED_S)  # the one it has kept of us is heard before the one of now is said
            await self._custody.say()

    def _lost(self) -> None:
        self.front.tell(protocol.BrokerState(online=False))

    def receive(self, message: Message) -> None:
        """What the broker brings, whatever it is; a bad message is counted and dropped."""
        if self._discovery.take(message):
            return
        address = topics.parse(message.topic)
        now = clock.now()
        try:
            if address is None or address.hall != self.settings.hall:
                raise BadMessage("a topic that was not subscribed to")
            kiosk = address.who
            match address.leaf:
                case "call":
                    before = self.hall.call_of(kiosk)
                    call = messages.decode(message.payload, messages.Call) if message.payload else None
                    if not self.hall.set_call(kiosk, call, now, remembered=message.retained):
                        log.info("%s: the broker remembers a call that is over; not shown", kiosk)
                        return
                    self._count(kiosk, call)
                    self.front.tell_row(kiosk)
                    self.front.rings.note_skips(kiosk, before)
                    self.front.rings.say(kiosk)
                    self.front.say_freeze(kiosk)
                    self._say_presence()
                case "health" if not message.payload:
                    self.hall.forget(kiosk)  # somebody has cleared it, because the terminal is gone for good
                    self.front.tell_everything()
                case "health":
                    if self.hall.set_health(kiosk, messages.decode(message.payload, messages.Health), now):
                        self.front.tell_row(kiosk)
                        self._say_presence()  # a call that the kiosk no longer says has left the queue
                case "signal/up":
                    self.front.signals.up(kiosk, messages.decode(message.payload, messages.SignalUp))  # type: ignore[arg-type]
                case "test":
                    test = messages.decode(message.payload, messages.SelfTest)
                    self._uplink.answer_test(kiosk, test, len(self.roster.presence().agents))
                case "presence":
                    known = self.hall.desks.get(kiosk)
                    presence = messages.decode(message.payload, Presence)
                    self.hall.set_desk(kiosk, presence, now)
                    if kiosk != self.settings.name and not same_people(known, presence):
                        self.front.tell(self.roster.message())
                        self._say_presence()
                case "ledger-head":
                    if kiosk == self.settings.name:
                        self._custody.heard(messages.decode(message.payload, messages.LedgerHead))
                case "events":
                    batch = messages.decode(message.payload, messages.EventBatch)
                    if self.roster.is_ledger():
                        self._keeper.take(kiosk, batch)
                case _:
                    raise BadMessage("a topic that was not subscribed to")
        except BadMessage as error:
            self._count_bad(message.topic, error)

    def _count_bad(self, topic: str, error: BadMessage) -> None:
        self.bad_messages += 1
        if clock.now() - self._bad_logged >= LOG_BAD_EVERY_S:
            self._bad_logged = clock.now()
            log.warning("dropped a message on %s: %s (%d so far)", topic, error, self.bad_messages)

    async def _check(self) -> None:
        """Say again what has not arrived; notice kiosks that have fallen silent, and escalate for them."""
        while True:
            await asyncio.sleep(CHECK_S)
            now = clock.now()
            self._discovery.look(now)
            if now - self._said_at >= PRESENCE_S:
                self._said_at = now
                self._uplink.say_presence(self.roster.presence())
            if self.broker.connected and (gone := self.hall.miss_desks(now)):
                log.warning("said nothing for long, taken for gone: desk %s", ", ".join(gone))
                self.front.tell(self.roster.message())
                self._say_presence()
            self._uplink.say_again(self.hall, now, {agent.id for agent in self.roster.presence().agents})
            for kiosk in self.hall.kiosks:
                row = self.hall.row(kiosk, now)
                self._count(kiosk, row.call)
                self.front.look_at_row(row)

    async def _tick(self) -> None:
        while True:
            await self._troubles.look()
            await asyncio.sleep(TICK_S)
            self.front.look_at_hours(clock.wall_ms())
            self.front.tell(protocol.Tick())
