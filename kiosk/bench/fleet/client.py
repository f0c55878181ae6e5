"""A light MQTT client for thousands in one process: connects once, QoS 1, never again.

The terminals' own :class:`kiosk.broker.Broker` looks after itself each second, which ten thousand of them in one
process could not afford; here what is sent every five seconds keeps the connection alive.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

CONNECT_S = 60.0
KEEPALIVE_S = 30  # what is sent every 5 s counts as a sign of life


class FleetClient:
    """``on_message`` gets topic and payload. ``lost`` is true once the connection has broken."""

    def __init__(self, name: str, port: int, on_message: Callable[[str, bytes, bool], None]) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
        self._port = port
        self._on_message = on_message
        self._joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._receiving = False
        self.lost = False

    async def connect(self, topics: Sequence[str], will: tuple[str, bytes]) -> None:
        """Connect and subscribe. Raises OSError or TimeoutError."""
        client, loop = self._client, asyncio.get_running_loop()
        client.will_set(will[0], will[1], qos=1, retain=True)

        def on_connect(*_: object) -> None:
            client.subscribe([(topic, 1) for topic in topics])

        client.on_connect = on_connect
        client.on_subscribe = lambda *_: None if self._joined.done() else self._joined.set_result(None)
        client.on_message = self._receive
        client.on_disconnect = lambda *_: setattr(self, "lost", True)
        await loop.run_in_executor(None, client.connect, "127.0.0.1", self._port, KEEPALIVE_S)
        sock = client.socket()
        assert isinstance(sock, socket.socket)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = sock.fileno()
        client.on_socket_register_write = lambda *_: loop.add_writer(number, client.loop_write)

        def unregister(*_: object) -> None:
            loop.remove_writer(number)

        client.on_socket_unregister_write = unregister
        loop.add_reader(number, client.loop_read)
        client.loop_write()
        async with asyncio.timeout(CONNECT_S):
            await self._joined

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Send with QoS 1, at once."""
        self._client.publish(topic, payload, qos=1, retain=retain)
        if not self._receiving:  # paho allows no writing from its own callbacks
            self._client.loop_write()

    def close(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_write()

    def _receive(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._receiving = True
        try:
            self._on_message(message.topic, bytes(message.payload), message.retain)
        finally:
            self._receiving = False
