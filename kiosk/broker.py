"""The MQTT connection (paho-mqtt) as asyncio: MQTT 5 where the broker has it, 3.1.1 otherwise.

Every connection is a new paho client, so that nothing a former one still had in flight can be sent after
newer state: **nothing is ever published while disconnected**, the caller's own store is the only queue.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from kiosk import config
from kiosk.brokerfaults import BrokerError, NotConnected, explain
from kiosk.pahoclient import CONNECT_TIMEOUT_S, PahoClient

log = logging.getLogger(__name__)

#: A broker that has not yet accepted our version may never answer it, so the other is tried soon.
FIRST_ANSWER_S = 1.5
BACKOFF_S = (0.1, 2.0)  # first and longest wait between attempts
NO_SUBSCRIBERS = 16  # MQTT 5 reason code of a PUBACK
_FAILURE = 128  # and of everything that was not done


class Message(NamedTuple):
    """A message that has arrived."""

    topic: str
    payload: bytes
    retained: bool


class Broker:
    """One client's connection, made again for ever by :meth:`run`.

    ``will``: topic and payload that the broker publishes (retained) when this client vanishes.
    ``on_message`` and ``on_lost`` are called in the event loop; ``on_connected`` is awaited after each connect,
    before which nothing is subscribed.
    """

    def __init__(
        self,
        settings: config.Broker,
        client_id: str,
        *,
        will: tuple[str, bytes] | None = None,
        on_connected: Callable[[], Awaitable[None]],
        on_message: Callable[[Message], None],
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._will = will
        self._on_connected = on_connected
        self._on_message = on_message
        self._on_lost = on_lost
        self._client: PahoClient | None = None
        self._proved = False  # a broker has accepted this version
        self.mqtt5 = True  # else 3.1.1: some brokers know no other
        self.connected = False
        self.fault = ""  # why there is no connection; empty also before the first try
        self.refused = ""  # a topic that the broker has not let us write, in this connection (MQTT 5)
        self.ends: float | None = None  # seconds since 1970: when the certificate ends that the broker last showed
        self.reconnects = 0

    # --- for the caller ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, stay connected, connect again; ends only by being cancelled."""
        wait = BACKOFF_S[0]
        while True:
            try:
                await self._session()
                wait = BACKOFF_S[0]
            except BrokerError as error:
                if str(error) != self.fault:
                    log.warning("%s", error)
                self.fault = str(error)
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(BACKOFF_S[1], wait * 2)

    async def subscribe(self, topics: Sequence[str]) -> None:
        """Subscribe with QoS 1 and wait for the broker's word. Raises :class:`BrokerError`."""
        code = await self._live().subscribe(topics)
        if code >= _FAILURE:
            raise BrokerError(f"the broker refuses the subscription to {', '.join(topics)}: check its ACL")

    async def unsubscribe(self, topic: str) -> None:
        """Raises :class:`BrokerError`."""
        await self._live().unsubscribe(topic)

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> asyncio.Future[int]:
        """Send with QoS 1; the future gives the PUBACK's reason code (0 with MQTT 3.1.1).

        ``expiry_s`` is only honoured by MQTT 5. Raises :class:`NotConnected`. The future raises it too when
        the connection breaks first.
        """
        future = self._live().publish(topic, payload, retain=retain, expiry_s=expiry_s)
        future.add_done_callback(partial(self._published, topic))
        return future

    def _published(self, topic: str, answer: asyncio.Future[int]) -> None:
        """A caller that does not wait for the answer has its own way to send again: its state."""
        if answer.cancelled() or answer.exception() is not None:
            return
        if answer.result() >= _FAILURE:
            if not self.refused:
                log.error("the broker does not let '%s' write %s; see its access list", self._client_id, topic)
            self.refused = topic
        elif topic == self.refused:
            self.refused = ""

    def _live(self) -> PahoClient:
        if self._client is None or not self.connected:
            raise NotConnected(f"no connection to the broker at {self._settings.host}:{self._settings.port}")
        return self._client

    # --- one connection ----------------------------------------------------------------------------

    async def _session(self) -> None:
        client = PahoClient(self._settings, self._client_id, self._will, self._received, mqtt5=self.mqtt5)
        try:
            await client.connect()
            self.ends = client.certificate_ends() or self.ends
            await self._accepted(client)
            self._client, self.connected, self.fault, self.refused = client, True, "", ""
            log.info(
                "connected to %s:%d, MQTT %s",
                self._settings.host,
                self._settings.port,
                "5" if self.mqtt5 else "3.1.1",
            )
            joining = asyncio.ensure_future(self._on_connected())
            try:
                await _first(joining, client.lost)
                if joining.done():
                    joining.result()
                while not client.lost.done():
                    client.keep_alive()
                    await asyncio.wait({client.lost}, timeout=1.0)
            finally:
                joining.cancel()
            raise BrokerError(explain(self._settings, client.lost.result()))
        finally:
            was_connected, self.connected, self._client = self.connected, False, None
            client.close()
            if was_connected:
                self.reconnects += 1
                self._on_lost()

    async def _accepted(self, client: PahoClient) -> None:
        """Wait for the broker to accept this connection. Raises :class:`BrokerError` when it does not."""
        answered, lost = client.answered, client.lost
        await _first(answered, lost, limit_s=CONNECT_TIMEOUT_S if self._proved else FIRST_ANSWER_S)
        if not answered.done():
            if not self._proved:  # some brokers just hang up on a version they do not know
                self.mqtt5 = not self.mqtt5
            if self._settings.tls and lost.done():
                raise BrokerError(client.refusal())
            why = lost.result() if lost.done() else "no answer to CONNECT"
            raise BrokerError(explain(self._settings, why))
        code = answered.result()
        if code.is_failure:
            if code.value in (1, 132):  # unacceptable protocol version, of 3.1.1 and of 5
                self.mqtt5 = not self.mqtt5
            raise BrokerError(explain(self._settings, f"refused: {code}"))

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        self._on_message(Message(topic, payload, retained))


async def _first(*futures: asyncio.Future[Any], limit_s: float | None = None) -> None:
    await asyncio.wait(futures, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
