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

from kiosk import clock, config
from kiosk.attempts import Attempts
from kiosk.brokerfaults import BrokerError, NotConnected, explain
from kiosk.pahoclient import PahoClient

log = logging.getLogger(__name__)

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
        self._attempts = Attempts()
        self.connected = False
        self.fault = ""  # why there is no connection; empty also before the first try
        self.refused = ""  # a topic that the broker has not let us write, in this connection (MQTT 5)
        self.ends: float | None = None  # seconds since 1970: when the certificate ends that the broker last showed
        self.reconnects = 0

    # --- for the caller ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, stay connected, connect again; ends only by being cancelled."""
        while True:
            try:
                await self._session()
            except BrokerError as error:
                if str(error) != self.fault:
                    log.warning("%s", error)
                self.fault = str(error)
            # Not all at once: a broker that comes back has every terminal of the hall before its door.
            await asyncio.sleep(self._attempts.wait_s(clock.now()) * random.uniform(0.5, 1.0))

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
        mqtt5 = self._attempts.mqtt5
        client = PahoClient(self._settings, self._client_id, self._will, self._received, mqtt5=mqtt5)
        try:
            await client.connect()
            self.ends = client.certificate_ends() or self.ends
            await self._accepted(client)
            self._attempts.accepted(clock.now())
            self._client, self.connected, self.fault, self.refused = client, True, "", ""
            log.info(
                "connected to %s:%d, MQTT %s",
                self._settings.host,
                self._settings.port,
                "5" if mqtt5 else "3.1.1",
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
        await _first(answered, lost, limit_s=self._attempts.answer_s)
        if not answered.done():
            self._attempts.unanswered()
            if self._settings.tls and lost.done():
                raise BrokerError(client.refusal())
            why = lost.result() if lost.done() else "no answer to CONNECT"
            raise BrokerError(explain(self._settings, why))
        code = answered.result()
        if code.is_failure:
            if code.value in (1, 132):  # unacceptable protocol version, of 3.1.1 and of 5
                self._attempts.unknown_version()
            raise BrokerError(explain(self._settings, f"refused: {code}"))

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        self._on_message(Message(topic, payload, retained))


async def _first(*futures: asyncio.Future[Any], limit_s: float | None = None) -> None:
    await asyncio.wait(futures, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
