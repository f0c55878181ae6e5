"""One desk: joins broker, pages and ledger. It dispatches nothing: the kiosks own their calls."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from msgspec.structs import replace

from kiosk import clock, config, messages, topics
from kiosk.broker import Broker, Message, NotConnected
from kiosk.desk import protocol
from kiosk.desk.hall import WAITING, Hall, Outbox, same_people, still_wanted
from kiosk.desk.keeper import LedgerKeeper
from kiosk.desk.ledger import Ledger
from kiosk.desk.page import Page
from kiosk.desk.people import People, Person
from kiosk.desk.protocol import PageCommand
from kiosk.messages import Agent, BadMessage, OnDuty, Presence, Reply, Seen

log = logging.getLogger(__name__)

CHECK_S = 0.5
TICK_S = 4.0
REPLY_EXPIRY_S = 30
LOG_BAD_EVERY_S = 60.0


class DeskService:
    """The desk without its web server. :meth:`run` serves until it is cancelled."""

    def __init__(self, settings: config.Desk, people: People, ledger: Ledger) -> None:
        self.settings = settings
        self.people = people
        self.ledger = ledger
        self.hall = Hall(settings.escalation)
        self.pages: set[Page] = set()
        self._outbox = Outbox()
        self._offline: dict[str, bool] = {}
        self._ring_levels: dict[str, int] = {}
        self._keeper = LedgerKeeper(
            settings.hall, ledger, self.in_database, on_kept=self._acknowledge, on_fault=self._say_presence
        )
        self._own_presence: Presence | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self.bad_messages = 0
        self._bad_logged = -LOG_BAD_EVERY_S
        self._presence_topic = topics.presence(settings.hall, settings.name)
        self.broker = Broker(
            settings.broker,
            f"{settings.hall}/desk/{settings.name}",
            will=(self._presence_topic, messages.encode(Presence(online=False))),
            on_connected=self._join,
            on_message=self._receive,
            on_lost=self._lost,
        )

    async def run(self) -> None:
        """Serve the broker's side."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.broker.run())
                tasks.create_task(self._check())
                tasks.create_task(self._tick())
                tasks.create_task(self._keeper.run())
        finally:
            self._thread.shutdown()

    async def in_database(self, work: Any, *args: Any) -> Any:
        """Run a blocking method of people or ledger in the database's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args))

    # --- pages -------------------------------------------------------------------------------------

    def join_page(self, page: Page) -> None:
        """A page has connected: it is told everything."""
        self.pages.add(page)
        self._send_snapshot(page)
        self._say_presence()

    def leave_page(self, page: Page) -> None:
        """A page is gone; its person is no longer on duty unless another page of theirs is there."""
        self.pages.discard(page)
        self._say_presence()

    def obey(self, page: Page, text: str) -> None:
        """Do what a page asks; a message it cannot mean is counted and dropped."""
        try:
            command: PageCommand = messages.decode(text.encode(), PageCommand)  # type: ignore[arg-type]
        except BadMessage as error:
            page.bad += 1
            log.warning("the page of %s sent %s", page.person.id, error)
            return
        match command:
            case protocol.Duty(on=on):
                self._set_duty(page.person, on)
            case protocol.Can(draw=draw, sound=sound):
                page.draw, page.sound = draw, sound
                self._say_presence()
            case protocol.PageRung(kiosk=kiosk, call=call, round=round_, seen=seen):
                if page.person.duty:
                    page.shown[kiosk] = (call, round_, seen)
                    self._say_rung(kiosk)
            case _:
                self._act(page, command)

    def _set_duty(self, person: Person, on: bool) -> None:
        task = asyncio.ensure_future(self.in_database(self.people.set_duty, person.id, on))
        task.add_done_callback(_log_failure)
        for page in self.pages:
            if page.person.id == person.id:
                page.person = replace(page.person, duty=on)
                if not on:
                    page.shown.clear()
                self._send_snapshot(page)
        self._say_presence()

    def _act(self, page: Page, command: Any) -> None:
        """Turn what the agent did into a reply to the kiosk."""
        kiosk, person = command.kiosk, page.person
        call = self.hall.call_of(kiosk)
        agent = Agent(person.id, person.name, self.settings.name)
        about = {"call": command.call, "round": command.round, "agent": agent}
        reply: Reply
        match command:
            case protocol.PageAccept(mode=mode):
                reply = messages.Accept(**about, mode=mode)
            case protocol.PageRelease():
                reply = messages.Release(**about)
            case protocol.PageArrived():
                reply = messages.Arrived(**about)
            case protocol.PageEnd(outcome=outcome, note=note):
                reply = messages.End(**about, outcome=outcome, note=note)
            case protocol.PageHandOver(to=to):
                taker = next((c for c in self._colleagues() if c.id == to), None)
                if taker is None:
                    page.send(_json(protocol.Notice("warn", "这位同事已不在岗，没有转出")))
                    return
                reply = messages.HandOver(**about, to=Agent(taker.id, taker.name, taker.desk))
            case _:
                raise AssertionError(command)
        if not still_wanted(reply, call):
            page.send(_json(protocol.Notice("warn", _why_not(call, agent))))
            if kiosk in self.hall.kiosks:
                page.send(_json(self.hall.row(kiosk, clock.now())))
            return
        self._say(kiosk, reply)

    def _say(self, kiosk: str, reply: Reply) -> None:
        """Send a reply; the outbox repeats it until the call shows it, also when we are not connected."""
        self._outbox.add(kiosk, reply, clock.now())
        self._send_reply(kiosk, reply)

    def _send_reply(self, kiosk: str, reply: Reply) -> None:
        topic = topics.kiosk(self.settings.hall, kiosk, "reply")
        try:
            self.broker.publish(topic, messages.encode(reply), expiry_s=REPLY_EXPIRY_S)
        except NotConnected:
            log.warning("not connected: the reply to %s waits", kiosk)

    def _say_rung(self, kiosk: str) -> None:
        """Tell the kiosk that one of our pages has shown its call, if it does not know."""
        call = self.hall.call_of(kiosk)
        if call is None or call.state not in WAITING or self.settings.name in call.rung_by:
            return
        for page in self.pages:
            call_id, round_, seen = page.shown.get(kiosk, ("", 0, Seen.DRAWN))
            if (call_id, round_) == (call.id, call.round) and page.attentive:
                self._say(kiosk, messages.Rung(call.id, call.round, self.settings.name, seen))
                return

    # --- what pages are told -----------------------------------------------------------------------

    def _tell(self, message: Any) -> None:
        text = _json(message)
        for page in list(self.pages):
            page.send(text)

    def _send_snapshot(self, page: Page) -> None:
        now = clock.now()
        page.send(
            _json(
                protocol.PageSnapshot(
                    me=protocol.me(page.person),
                    desk=self.settings.name,
                    hall=self.settings.hall,
                    hall_title=self.settings.title or self.settings.hall,
                    duty=page.person.duty,
                    broker=self.broker.connected,
                    ledger=self._ledger_desk(),
                    promised_s=self.settings.promised_s,
                    kiosks=[self.hall.row(kiosk, now) for kiosk in self.hall.kiosks],
                    colleagues=self._colleagues(),
                )
            )
        )

    def _tell_row(self, kiosk: str) -> None:
        row = self.hall.row(kiosk, clock.now())
        self._offline[kiosk], self._ring_levels[kiosk] = row.offline, row.ring_level
        self._tell(row)

    def _colleagues(self) -> list[protocol.Colleague]:
        return [
            protocol.Colleague(agent.id, agent.name, agent.level, desk)
            for desk, there in sorted(self._desks().items())
            for agent in there.agents
        ]

    def _desks(self) -> dict[str, Presence]:
        """All desks that are there, ours as we know it."""
        others = {name: p for name, p in self.hall.desks.items() if p.online and name != self.settings.name}
        return others | {self.settings.name: self._presence()}

    # --- presence and ledger -----------------------------------------------------------------------

    def _is_ledger(self) -> bool:
        """Of several desks that are set to keep the ledger, the first by name does."""
        rivals = (n for n, p in self.hall.desks.items() if p.online and p.ledger and n < self.settings.name)
        return self.settings.ledger and next(rivals, None) is None

    def _ledger_desk(self) -> str | None:
        return next((name for name, there in sorted(self._desks().items()) if there.ledger), None)

    def _presence(self) -> Presence:
        people = {page.person.id: page.person for page in self.pages if page.attentive}
        agents = tuple(OnDuty(p.id, p.name, p.level) for p in sorted(people.values(), key=lambda p: p.id))
        # A ledger that cannot write says so, that another may take over; it goes on trying.
        ledger = self._is_ledger() and not self._keeper.fault
        return Presence(online=True, ledger=ledger, agents=agents, queue=self.hall.queue())

    def _say_presence(self) -> None:
        presence, before = self._presence(), self._own_presence
        if presence == before:
            return
        self._own_presence = presence
        if not same_people(before, presence):
            self._tell(protocol.Colleagues(self._colleagues(), self._ledger_desk()))
        try:
            self.broker.publish(self._presence_topic, messages.encode(presence), retain=True)
        except NotConnected:
            log.debug("presence is sent when the connection is back")
        if not same_people(before, presence):
            for kiosk in self.hall.kiosks:
                self._say_rung(kiosk)

    def _acknowledge(self, kiosk: str, ack: messages.LedgerAck) -> None:
        try:
            self.broker.publish(topics.kiosk(self.settings.hall, kiosk, "ledger-ack"), messages.encode(ack))
        except NotConnected:
            log.debug("acknowledged when the kiosk sends it again")

    # --- broker ------------------------------------------------------------------------------------

    async def _join(self) -> None:
        hall = self.settings.hall
        self._own_presence = None
        await self.broker.subscribe(
            [topics.kiosk(hall, "+", leaf) for leaf in ("call", "health", "events")] + [topics.presence(hall, "+")]
        )
        self._say_presence()
        self._tell(protocol.BrokerState(online=True))

    def _lost(self) -> None:
        self._tell(protocol.BrokerState(online=False))

    def _receive(self, message: Message) -> None:
        address = topics.parse(message.topic)
        now = clock.now()
        try:
            if address is None or address.hall != self.settings.hall:
                raise BadMessage("a topic that was not subscribed to")
            kiosk = address.who
            match address.leaf:
                case "call":
                    call = messages.decode(message.payload, messages.Call) if message.payload else None
                    self.hall.set_call(kiosk, call, now)
                    self._tell_row(kiosk)
                    self._say_rung(kiosk)
                    self._say_presence()
                case "health":
                    if self.hall.set_health(kiosk, messages.decode(message.payload, messages.Health), now):
                        self._tell_row(kiosk)
                        self._say_presence()  # a call that the kiosk no longer says has left the queue
                case "presence":
                    before = self.hall.desks.get(kiosk)
                    presence = self.hall.desks[kiosk] = messages.decode(message.payload, Presence)
                    if kiosk != self.settings.name and not same_people(before, presence):
                        self._tell(protocol.Colleagues(self._colleagues(), self._ledger_desk()))
                        self._say_presence()
                case "events":
                    batch = messages.decode(message.payload, messages.EventBatch)
                    if self._is_ledger():
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
            if self.broker.connected:
                for kiosk, reply in self._outbox.due(self.hall, now):
                    self._send_reply(kiosk, reply)
            for kiosk in self.hall.kiosks:
                row = self.hall.row(kiosk, now)
                if (row.offline, row.ring_level) != (self._offline.get(kiosk), self._ring_levels.get(kiosk)):
                    self._tell_row(kiosk)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._tell(protocol.Tick())


def _why_not(call: messages.Call | None, agent: Agent) -> str:
    if call is None or call.state is messages.State.ENDED:
        return "这个呼叫已经结束"
    if call.agent is not None and call.agent != agent:
        return f"已被 {call.agent.name} 接走"
    return "呼叫刚刚变了，请看最新状态"


def _json(message: Any) -> str:
    return messages.encode(message).decode()


def _log_failure(task: asyncio.Future[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("the database failed: %s", error)
