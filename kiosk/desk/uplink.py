"""The desk's side of the MQTT topics: what it subscribes to, and what it says.

While there is no connection replies wait in the outbox; everything else is said anew on the next one, or asked for
again.
"""

from __future__ import annotations

import logging
from collections.abc import Set

from kiosk import clock, config, messages, topics
from kiosk.broker import Broker
from kiosk.brokerfaults import BrokerError, NotConnected
from kiosk.desk.hall import Hall
from kiosk.desk.outbox import Outbox, Said
from kiosk.messages import Presence, Reply

log = logging.getLogger(__name__)

REPLY_EXPIRY_S = 30


class Uplink:
    """What comes back on these topics is :meth:`kiosk.desk.service.DeskService.receive`'s."""

    def __init__(self, settings: config.Desk, broker: Broker) -> None:
        self._settings = settings
        self._broker = broker
        self._outbox = Outbox()

    # --- what it subscribes to ---------------------------------------------------------------------

    async def join(self) -> None:
        """The topics without which there is no desk. Raises :class:`~kiosk.brokerfaults.BrokerError`."""
        hall = self._settings.hall
        leaves = ("call", "health", *(("events",) if self._settings.ledger else ()))
        await self._broker.subscribe(
            [*(topics.kiosk(hall, "+", leaf) for leaf in leaves), topics.presence(hall, "+")]
        )

    async def join_beside(self) -> None:
        """Topics that an access list older than this program does not know."""
        for leaf, what in (("signal/up", "video"), ("test", "self-tests")):
            await self._subscribe(topics.kiosk(self._settings.hall, "+", leaf), f"no {what}")

    async def join_head(self) -> bool:
        """The head that the broker has kept of us; false where we may not have it."""
        return await self._subscribe(self._head_topic, "the ledger's head is not published")

    async def _subscribe(self, topic: str, otherwise: str) -> bool:
        try:
            await self._broker.subscribe([topic])
        except NotConnected:
            raise
        except BrokerError as error:  # its access list is older than this program; everything else goes on
            log.warning("%s: %s; run `kiosk certs broker` again", otherwise, error)
            return False
        return True

    # --- what it says ------------------------------------------------------------------------------

    def say(self, kiosk: str, reply: Said) -> None:
        """Send a reply; the outbox repeats it until the call shows it, also when we are not connected."""
        self._outbox.add(kiosk, reply, clock.now())
        self._send(kiosk, reply)

    def say_again(self, hall: Hall, now: float, here: Set[str]) -> None:
        """Replies that have not arrived; ``here``: ids of who is on duty at this desk."""
        if self._broker.connected:
            for kiosk, reply in self._outbox.due(hall, now, here):
                self._send(kiosk, reply)

    @property
    def given_up(self) -> int:
        """Replies that no call has ever shown."""
        return self._outbox.given_up

    def answer_test(self, kiosk: str, test: messages.SelfTest, agents: int) -> None:
        """A test call has come the whole way; nobody is rung, and it is not said again."""
        self._send(kiosk, messages.Tested(test.id, self._settings.name, agents))

    def say_presence(self, presence: Presence) -> None:
        topic = topics.presence(self._settings.hall, self._settings.name)
        try:
            self._broker.publish(topic, messages.encode(presence), retain=True)
        except NotConnected:
            log.debug("presence is sent when the connection is back")

    def acknowledge(self, kiosk: str, ack: messages.LedgerAck) -> None:
        """The ledger has stored a kiosk's events."""
        try:
            self._broker.publish(topics.kiosk(self._settings.hall, kiosk, "ledger-ack"), messages.encode(ack))
        except NotConnected:
            log.debug("acknowledged when the kiosk sends it again")

    def say_head(self, head: messages.LedgerHead) -> None:
        try:
            self._broker.publish(self._head_topic, messages.encode(head), retain=True)
        except NotConnected:
            log.debug("the ledger's head is said when the connection is back")

    def _send(self, kiosk: str, reply: Reply) -> None:
        topic = topics.kiosk(self._settings.hall, kiosk, "reply")
        try:
            self._broker.publish(topic, messages.encode(reply), expiry_s=REPLY_EXPIRY_S)
        except NotConnected:
            log.warning("not connected: the reply to %s waits", kiosk)

    @property
    def _head_topic(self) -> str:
        return topics.ledger_head(self._settings.hall, self._settings.name)
