"""The kiosk's side of the MQTT topics: what it publishes, reads back and obeys.

State is sent, never queued: on each connect the kiosk first reads its own retained call (the broker may
remember what a lost journal does not), then publishes the present one, also when there is none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from kiosk import clock, config, messages, topics
from kiosk.broker import NO_SUBSCRIBERS, Broker, Message
from kiosk.brokerfaults import BrokerError, NotConnected
from kiosk.link.recorder import Recorder
from kiosk.messages import BadMessage, LedgerAck, Presence, Reply, SignalDown, SignalUp

log = logging.getLogger(__name__)

RETAINED_GRACE_S = 0.05  # for brokers that send retained messages after the next SUBACK
LOG_BAD_EVERY_S = 60.0
SIGNAL_EXPIRY_S = 10  # by then the page has offered anew
#: A desk says every 5 s that it is there. The presence of one that died with its broker is taken back by nobody.
DESK_SILENT_S = 16.0


class Uplink:
    """Publishes what the service tells it to, and hands over what desks say.

    ``own_call`` is called once per connection with the retained call found there (None: none), ``reply`` with
    each reply, ``signal`` with each signal of a video call (it may raise BadMessage), ``changed`` whenever the
    connection, somebody's duty or a desk's queue changes, ``ledger`` when a ledger has come.
    """

    def __init__(
        self,
        settings: config.Kiosk,
        recorder: Recorder,
        *,
        own_call: Callable[[messages.Call | None], None],
        reply: Callable[[Reply], None],
        signal: Callable[[SignalDown], None],
        changed: Callable[[], None],
        ledger: Callable[[], None],
    ) -> None:
        self._topic = {leaf: topics.kiosk(settings.hall, settings.name, leaf) for leaf in topics.KIOSK_LEAVES}
        self._hall = settings.hall
        self._recorder = recorder
        self._on_own_call = own_call
        self._on_reply = reply
        self._on_signal = signal
        self._on_changed = changed
        self._on_ledger = ledger
        self._presence: dict[str, Presence] = {}
        self._heard_at: dict[str, float] = {}  # desk -> when it last spoke, or the broker for it
        self._live: set[str] = set()  # desks that have spoken themselves since we joined
        self._own: messages.Call | None = None
        self._sent_upto = 0
        self._sending = asyncio.Lock()
        self._bad_logged = -LOG_BAD_EVERY_S
        self.joined = False
        self.joined_at = 0.0
        self.deaf = False
        self.bad_messages = 0
        self.broker = Broker(
            settings.broker,
            f"{settings.hall}/{settings.name}",
            will=(self._topic["health"], messages.encode(messages.Health(online=False))),
            on_connected=self._join,
            on_message=self.receive,
            on_lost=self._left,
        )

    @property
    def desks(self) -> dict[str, Presence]:
        """The desks that are there, by name; what the broker remembers of one is believed for a while."""
        since = clock.now() - DESK_SILENT_S
        return {
            name: presence
            for name, presence in self._presence.items()
            if presence.online and self._heard_at[name] >= since
        }

    @property
    def told(self) -> bool:
        """Whether a desk itself has lately said who is on duty."""
        return not self._live.isdisjoint(self.desks)

    def send_call(self, call: messages.Call | None, *, waiting: bool) -> None:
        """Publish the present state; nothing while disconnected. ``waiting``: somebody should be listening."""
        if not self.joined:
            return
        payload = b"" if call is None else messages.encode(call)
        try:
            acknowledged = self.broker.publish(self._topic["call"], payload, retain=True)
        except NotConnected:
            return  # sent when the connection is back
        if waiting:
            acknowledged.add_done_callback(self._heard)

    def send_health(self, health: messages.Health) -> None:
        """Publish the health; nothing while disconnected."""
        if self.joined:
            try:
                self.broker.publish(self._topic["health"], messages.encode(health), retain=True)
            except NotConnected:
                log.debug("health is sent when the connection is back")

    def send_signal(self, signal: SignalUp) -> None:
        """Publish a signal of a video call. Raises :class:`~kiosk.brokerfaults.NotConnected`."""
        self.broker.publish(self._topic["signal/up"], messages.encode(signal), expiry_s=SIGNAL_EXPIRY_S)

    def send_test(self, test: messages.SelfTest) -> None:
        """Publish a test call. Raises :class:`~kiosk.brokerfaults.NotConnected`."""
        self.broker.publish(self._topic["test"], messages.encode(test), expiry_s=SIGNAL_EXPIRY_S)

    async def send_events(self, *, again: bool = False) -> None:
        """Publish journal lines that have not been sent; with ``again`` all that are not acknowledged."""
        async with self._sending:
            if again:
                self._sent_upto = 0
            while self.joined and (unsent := await self._recorder.unacknowledged(self._sent_upto)):
                first, events = unsent
                batch = messages.EventBatch(self._recorder.journal_id, first, tuple(events))
                try:
                    self.broker.publish(self._topic["events"], messages.encode(batch))
                except NotConnected:
                    return
                self._sent_upto = events[-1].seq

    async def _join(self) -> None:
        self._presence.clear()
        self._heard_at.clear()
        self._live.clear()
        self._own = None
        try:
            await self.broker.subscribe([self._topic["call"]])
            await self.broker.subscribe(
                [self._topic["reply"], self._topic["ledger-ack"], topics.presence(self._hall, "+")]
            )
            await asyncio.sleep(RETAINED_GRACE_S)
            await self.broker.unsubscribe(self._topic["call"])
        except BrokerError as error:
            log.warning("%s", error)
            raise
        self.joined, self.joined_at, self.deaf = True, clock.now(), False
        self._on_own_call(self._own)
        self._on_changed()
        await self.send_events(again=True)
        try:
            await self.broker.subscribe([self._topic["signal/down"]])
        except NotConnected:
            raise
        except BrokerError as error:  # of a hall that has no video yet; everything else goes on
            log.warning("no video: %s", error)

    def _left(self) -> None:
        self.joined = False
        self._on_changed()

    def _heard(self, acknowledged: asyncio.Future[int]) -> None:
        if acknowledged.cancelled() or acknowledged.exception() is not None:
            return
        deaf = acknowledged.result() == NO_SUBSCRIBERS
        if deaf != self.deaf:
            self.deaf = deaf
            self._on_changed()

    def receive(self, message: Message) -> None:
        """What the broker brings, whatever it is; a bad message is counted and dropped."""
        address = topics.parse(message.topic)
        try:
            if address is None or address.hall != self._hall:
                raise BadMessage("a topic that was not subscribed to")
            if address.leaf == "presence":
                self._desk_is(address.who, messages.decode(message.payload, Presence), live=not message.retained)
            elif message.topic == self._topic["reply"]:
                self._on_reply(messages.decode(message.payload, Reply))  # type: ignore[arg-type]
            elif message.topic == self._topic["signal/down"]:
                self._on_signal(messages.decode(message.payload, SignalDown))  # type: ignore[arg-type]
            elif message.topic == self._topic["ledger-ack"]:
                self._acknowledged(messages.decode(message.payload, LedgerAck))
            elif message.topic == self._topic["call"]:
                if not self.joined and message.payload:
                    self._own = messages.decode(message.payload, messages.Call)
            else:
                raise BadMessage("a topic that was not subscribed to")
        except BadMessage as error:
            self._count_bad(message.topic, error)

    def _desk_is(self, desk: str, presence: Presence, *, live: bool) -> None:
        before, told = self.desks, self.told
        had_ledger = any(there.ledger for there in before.values())
        self._presence[desk], self._heard_at[desk] = presence, clock.now()
        # What the broker remembers may be of a desk that is not back yet, and has missed what was sent meanwhile.
        came = live and desk not in self._live and presence.online and presence.ledger
        if live:
            self._live.add(desk)
        if came or (not had_ledger and any(there.ledger for there in self.desks.values())):
            self._on_ledger()
        if (self.desks, self.told) != (before, told):
            self._on_changed()

    def _acknowledged(self, ack: LedgerAck) -> None:
        # Only what was really sent can be acknowledged, whatever a ledger says.
        if ack.journal == self._recorder.journal_id and ack.upto:
            task = asyncio.ensure_future(self._recorder.acknowledge(min(ack.upto, self._sent_upto)))
            task.add_done_callback(lambda done: done.exception())

    def _count_bad(self, topic: str, error: BadMessage) -> None:
        self.bad_messages += 1
        if clock.now() - self._bad_logged >= LOG_BAD_EVERY_S:
            self._bad_logged = clock.now()
            log.warning("dropped a message on %s: %s (%d so far)", topic, error, self.bad_messages)
