"""The MQTT connection (paho-mqtt) as asyncio: MQTT 5 where the broker has it, 3.1.1 otherwise.

Every connection is a new paho client, so that nothing a former one still had in flight can be sent after
newer state: **nothing is ever published while disconnected**, the caller's own store is the only queue.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, LogLevel
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kiosk import config
from kiosk.brokerfaults import explain, explain_refusal

log = logging.getLogger(__name__)

KEEPALIVE_S = 6  # one that is frozen is noticed after two of them, and 15 s are promised
CONNECT_TIMEOUT_S = 3.0
#: A broker that has not yet accepted our version may never answer it, so the other is tried soon.
FIRST_ANSWER_S = 1.5
BACKOFF_S = (0.1, 2.0)  # first and longest wait between attempts
NO_SUBSCRIBERS = 16  # MQTT 5 reason code of a PUBACK
_FAILURE = 128  # and of everything that was not done


class BrokerError(ConnectionError):
    """The broker cannot be reached or does not accept us; the text says what to do."""


class NotConnected(BrokerError):
    """Asked to send while there is no connection; the state is sent when there is one."""


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
        self._client: paho.Client | None = None
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._version = paho.MQTTv5
        self._receiving = False
        self._proved = False  # a broker has accepted this version
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
        _, mid = self._live().subscribe([(topic, 1) for topic in topics])
        code = await self._answer(mid)
        if code >= _FAILURE:
            raise BrokerError(f"the broker refuses the subscription to {', '.join(topics)}: check its ACL")

    async def unsubscribe(self, topic: str) -> None:
        """Raises :class:`BrokerError`."""
        _, mid = self._live().unsubscribe(topic)
        await self._answer(mid)

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None
    ) -> asyncio.Future[int]:
        """Send with QoS 1; the future gives the PUBACK's reason code (0 with MQTT 3.1.1).

        ``expiry_s`` is only honoured by MQTT 5. Raises :class:`NotConnected`. The future raises it too when
        the connection breaks first.
        """
        properties = None
        if expiry_s is not None and self._version == paho.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        client = self._live()
        info = client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if not self._receiving:  # paho allows no writing from its own callbacks
            client.loop_write()  # now, not after all that the caller still has to do
        future = asyncio.get_running_loop().create_future()
        future.add_done_callback(partial(self._published, topic))
        self._waiting[info.mid] = future
        return future

    @property
    def mqtt5(self) -> bool:
        return self._version == paho.MQTTv5

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

    def _live(self) -> paho.Client:
        if self._client is None or not self.connected:
            raise NotConnected(f"no connection to the broker at {self._settings.host}:{self._settings.port}")
        return self._client

    async def _answer(self, mid: int | None) -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[mid or 0] = future
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await future
        except TimeoutError as error:
            raise BrokerError("the broker does not answer") from error

    # --- one connection ----------------------------------------------------------------------------

    async def _session(self) -> None:
        loop = asyncio.get_running_loop()
        connack: asyncio.Future[ReasonCode] = loop.create_future()
        lost: asyncio.Future[str] = loop.create_future()
        read_errors: list[str] = []
        client = self._new_client(connack, lost)

        def on_log(_c: object, _u: object, level: int, text: str) -> None:
            if level == LogLevel.MQTT_LOG_ERR:
                read_errors.append(text)

        client.on_log = on_log
        try:
            try:
                await loop.run_in_executor(
                    None, partial(client.connect, self._settings.host, self._settings.port, KEEPALIVE_S)
                )
            except (OSError, ValueError) as error:
                raise BrokerError(explain(self._settings, error)) from error
            self._attach(client, read_errors)
            self._see(client)
            await _first(connack, lost, limit_s=CONNECT_TIMEOUT_S if self._proved else FIRST_ANSWER_S)
            if not connack.done():
                if not self._proved:  # some brokers just hang up on a version they do not know
                    self._other_version()
                if self._settings.tls and lost.done():
                    raise BrokerError(explain_refusal(self._settings, read_errors))
                why = lost.result() if lost.done() else "no answer to CONNECT"
                raise BrokerError(explain(self._settings, why))
            code = connack.result()
            if code.is_failure:
                if code.value in (1, 132):  # unacceptable protocol version, of 3.1.1 and of 5
                    self._other_version()
                raise BrokerError(explain(self._settings, f"refused: {code}"))
            self._client, self.connected, self.fault, self.refused = client, True, "", ""
            log.info(
                "connected to %s:%d, MQTT %s",
                self._settings.host,
                self._settings.port,
                "5" if self.mqtt5 else "3.1.1",
            )
            joining = asyncio.ensure_future(self._on_connected())
            try:
                await _first(joining, lost)
                if joining.done():
                    joining.result()
                while not lost.done():
                    client.loop_misc()
                    await asyncio.wait({lost}, timeout=1.0)
            finally:
                joining.cancel()
            raise BrokerError(explain(self._settings, lost.result()))
        finally:
            await self._discard(client)

    def _new_client(self, connack: asyncio.Future[ReasonCode], lost: asyncio.Future[str]) -> paho.Client:
        settings = self._settings
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=self._version,
            clean_session=True if self._version != paho.MQTTv5 else None,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if settings.user:
            try:
                password = Path(settings.password_file).read_text().strip() if settings.password_file else None
            except OSError as error:
                raise BrokerError(f"broker.password_file {settings.password_file}: {error.strerror}") from error
            client.username_pw_set(settings.user, password)
        if settings.tls:
            try:
                client.tls_set(settings.ca, settings.cert or None, settings.key or None)
            except (OSError, ssl.SSLError, ValueError) as error:
                raise BrokerError(
                    f"broker.ca, broker.cert or broker.key cannot be used ({error}): are all there, readable, "
                    "and of one `kiosk certs issue`?"
                ) from error
        if self._will is not None:
            client.will_set(self._will[0], self._will[1], qos=1, retain=True)

        def on_connect(_c: object, _u: object, _f: object, code: ReasonCode, _p: object) -> None:
            if not connack.done():
                connack.set_result(code)

        def on_disconnect(_c: object, _u: object, _f: object, code: ReasonCode, _p: object) -> None:
            if not lost.done():
                lost.set_result(f"connection lost: {code}")

        def on_message(_c: object, _u: object, message: paho.MQTTMessage) -> None:
            self._receiving = True
            try:
                self._on_message(Message(message.topic, bytes(message.payload), message.retain))
            except UnicodeDecodeError:
                log.warning("a message whose topic is not UTF-8; dropped")
            finally:
                self._receiving = False

        client.on_connect = on_connect
        client.on_disconnect = on_disconnect
        client.on_message = on_message
        client.on_publish = lambda _c, _u, mid, code, _p: self._settle(mid, code.value)
        client.on_subscribe = lambda _c, _u, mid, codes, _p: self._settle(mid, max(c.value for c in codes))
        client.on_unsubscribe = lambda _c, _u, mid, _codes, _p: self._settle(mid, 0)
        return client

    def _see(self, client: paho.Client) -> None:
        """Keep when the broker's certificate ends."""
        sock = client.socket()
        shown = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
        if shown and isinstance(end := shown.get("notAfter"), str):
            self.ends = ssl.cert_time_to_seconds(end)

    def _attach(self, client: paho.Client, errors: Sequence[str]) -> None:
        """Let the event loop do paho's reading and writing."""
        loop = asyncio.get_running_loop()
        sock = client.socket()
        if sock is None:
            if self._settings.tls:
                raise BrokerError(explain_refusal(self._settings, errors))
            raise BrokerError(explain(self._settings, "connection lost"))
        if isinstance(sock, socket.socket):
            # Small frames must not wait for the acknowledgement of the one before.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = sock.fileno()

        def read() -> None:
            # What TLS has already decrypted does not wake the selector again.
            while client.loop_read() == paho.MQTT_ERR_SUCCESS:
                if not (isinstance(sock, ssl.SSLSocket) and sock.fileno() >= 0 and sock.pending()):
                    return

        def close(*_args: object) -> None:
            loop.remove_reader(number)
            loop.remove_writer(number)

        def unregister_write(*_args: object) -> None:
            loop.remove_writer(number)

        client.on_socket_close = close
        client.on_socket_register_write = lambda *_args: loop.add_writer(number, client.loop_write)
        client.on_socket_unregister_write = unregister_write
        loop.add_reader(number, read)
        if client.want_write():
            loop.add_writer(number, client.loop_write)

    async def _discard(self, client: paho.Client) -> None:
        was_connected, self.connected, self._client = self.connected, False, None
        sock = client.socket()
        if sock is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(sock.fileno())
            loop.remove_writer(sock.fileno())
            # paho would call these when the old client is collected, by then with a number that is another's.
            client.on_socket_close = None
            client.on_socket_register_write = None
            client.on_socket_unregister_write = None
            # Closed without a DISCONNECT, so that the broker publishes the will.
            sock.close()
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(NotConnected("the connection broke before the broker's answer"))
        if was_connected:
            self.reconnects += 1
            self._on_lost()

    def _settle(self, mid: int, code: int) -> None:
        future = self._waiting.pop(mid, None)
        if future is not None and not future.done():
            future.set_result(code)

    def _other_version(self) -> None:
        self._version = paho.MQTTv311 if self._version == paho.MQTTv5 else paho.MQTTv5


async def _first(*futures: asyncio.Future[Any], limit_s: float | None = None) -> None:
    await asyncio.wait(futures, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
