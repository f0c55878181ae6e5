"""One connection to the broker: a paho client that the event loop reads and writes, from CONNECT until it is lost.

Each connection is a new one: a new client has nothing in flight.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, LogLevel
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kiosk import config
from kiosk.brokerfaults import BrokerError, NotConnected, explain, explain_refusal
from kiosk.ownthread import in_own_thread

log = logging.getLogger(__name__)

KEEPALIVE_S = 6  # one that is frozen is noticed after two of them, and 15 s are promised
CONNECT_TIMEOUT_S = 3.0


class PahoClient:
    """``answered`` gives the broker's answer to CONNECT, ``lost`` why the connection has ended.

    ``will``: topic and payload that the broker publishes when the connection breaks. Raises :class:`BrokerError`
    for credentials that cannot be used. After :meth:`close` it is of no use.
    """

    def __init__(
        self,
        settings: config.Broker,
        client_id: str,
        will: tuple[str, bytes] | None,
        on_message: Callable[[str, bytes, bool], None],
        *,
        mqtt5: bool,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[ReasonCode] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()
        self._settings = settings
        self._on_message = on_message
        self._mqtt5 = mqtt5
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._receiving = False
        self._errors: list[str] = []  # what paho logs while it reads; an alert of TLS is told nowhere else
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=paho.MQTTv5 if mqtt5 else paho.MQTTv311,
            clean_session=None if mqtt5 else True,
        )
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        self._present_credentials()
        if will is not None:
            self._client.will_set(will[0], will[1], qos=1, retain=True)
        self._listen()

    async def connect(self) -> None:
        """Open the socket and send CONNECT; the broker's answer comes later. Raises :class:`BrokerError`."""
        settings = self._settings
        connecting = partial(self._client.connect, settings.host, settings.port, KEEPALIVE_S)
        try:
            await in_own_thread(connecting)
        except (OSError, ValueError) as error:
            raise BrokerError(explain(settings, error)) from error
        self._attach()

    def certificate_ends(self) -> float | None:
        """When the broker's certificate ends, in seconds since 1970; None where it has shown none."""
        sock = self._client.socket()
        shown = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
        if shown and isinstance(end := shown.get("notAfter"), str):
            return ssl.cert_time_to_seconds(end)
        return None

    def refusal(self) -> str:
        """Why the broker has ended TLS, as far as it has said so."""
        return explain_refusal(self._settings, self._errors)

    def keep_alive(self) -> None:
        """Call it once a second."""
        self._client.loop_misc()

    async def subscribe(self, topics: Sequence[str]) -> int:
        """With QoS 1; gives the broker's reason code. Raises :class:`BrokerError`."""
        _, mid = self._client.subscribe([(topic, 1) for topic in topics])
        return await self._answer(mid)

    async def unsubscribe(self, topic: str) -> None:
        """Raises :class:`BrokerError`."""
        _, mid = self._client.unsubscribe(topic)
        await self._answer(mid)

    def publish(self, topic: str, payload: bytes, *, retain: bool, expiry_s: int | None) -> asyncio.Future[int]:
        """Send with QoS 1; the future gives the PUBACK's reason code, or raises :class:`NotConnected`."""
        properties = None
        if expiry_s is not None and self._mqtt5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        info = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if not self._receiving:  # paho allows no writing from its own callbacks
            self._client.loop_write()  # now, not after all that the caller still has to do
        return self._wait_for(info.mid)

    def close(self) -> None:
        """Without a DISCONNECT, so that the broker publishes the will."""
        client = self._client
        sock = client.socket()
        if sock is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(sock.fileno())
            loop.remove_writer(sock.fileno())
            # paho would call these when the client is collected, by then with a number that is another's.
            client.on_socket_close = None
            client.on_socket_register_write = None
            client.on_socket_unregister_write = None
            sock.close()
        del self._client  # its callbacks know us: without this it would stay until the next collection
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(NotConnected("the connection broke before the broker's answer"))

    def _present_credentials(self) -> None:
        settings = self._settings
        if settings.user:
            try:
                password = Path(settings.password_file).read_text().strip() if settings.password_file else None
            except OSError as error:
                raise BrokerError(f"broker.password_file {settings.password_file}: {error.strerror}") from error
            self._client.username_pw_set(settings.user, password)
        if settings.tls:
            try:
                self._client.tls_set(settings.ca, settings.cert or None, settings.key or None)
            except (OSError, ssl.SSLError, ValueError) as error:
                raise BrokerError(
                    f"broker.ca, broker.cert or broker.key cannot be used ({error}): are all there, readable, "
                    "and of one `kiosk certs issue`?"
                ) from error

    def _listen(self) -> None:
        def on_connect(_c: object, _u: object, _f: object, code: ReasonCode, _p: object) -> None:
            if not self.answered.done():
                self.answered.set_result(code)

        def on_disconnect(_c: object, _u: object, _f: object, code: ReasonCode, _p: object) -> None:
            if not self.lost.done():
                self.lost.set_result(f"connection lost: {code}")

        def on_message(_c: object, _u: object, message: paho.MQTTMessage) -> None:
            self._receiving = True
            try:
                self._on_message(message.topic, bytes(message.payload), message.retain)
            except UnicodeDecodeError:
                log.warning("a message whose topic is not UTF-8; dropped")
            finally:
                self._receiving = False

        def on_log(_c: object, _u: object, level: int, text: str) -> None:
            if level == LogLevel.MQTT_LOG_ERR:
                self._errors.append(text)

        client = self._client
        client.on_connect = on_connect
        client.on_disconnect = on_disconnect
        client.on_message = on_message
        client.on_log = on_log
        client.on_publish = lambda _c, _u, mid, code, _p: self._settle(mid, code.value)
        client.on_subscribe = lambda _c, _u, mid, codes, _p: self._settle(mid, max(c.value for c in codes))
        client.on_unsubscribe = lambda _c, _u, mid, _codes, _p: self._settle(mid, 0)

    def _attach(self) -> None:
        """Let the event loop do paho's reading and writing."""
        loop, client = asyncio.get_running_loop(), self._client
        sock = client.socket()
        if sock is None:
            why = self.refusal() if self._settings.tls else explain(self._settings, "connection lost")
            raise BrokerError(why)
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

    async def _answer(self, mid: int | None) -> int:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await self._wait_for(mid or 0)
        except TimeoutError as error:
            raise BrokerError("the broker does not answer") from error

    def _wait_for(self, mid: int) -> asyncio.Future[int]:
        self._waiting[mid] = future = asyncio.get_running_loop().create_future()
        return future

    def _settle(self, mid: int, code: int) -> None:
        future = self._waiting.pop(mid, None)
        if future is not None and not future.done():
            future.set_result(code)
