"""Bare MQTT clients, which may try what ours never would."""

from __future__ import annotations

import queue
import ssl
from typing import Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from parts import LIMIT_S

from kiosk import config


class Refused(Exception):
    """The broker, or TLS, has not let the client in."""


class Client:
    """Connected when it is made; raises :class:`Refused` otherwise."""

    def __init__(
        self,
        settings: config.Broker,
        client_id: str = "",
        *,
        version: int = paho.MQTTv5,
        user: str = "",
        will: str = "",
        clean: bool = True,
    ) -> None:
        self._settings = settings
        known: dict[str, bool] = {} if version == paho.MQTTv5 else {"clean_session": clean}
        self._paho = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=version, **known)  # type: ignore[arg-type]
        self._answers: queue.Queue[tuple[str, int, int]] = queue.Queue()
        self._heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.ends: queue.Queue[str] = queue.Queue()
        client = self._paho
        if user:
            client.username_pw_set(user, "anything")
        if settings.tls:
            client.tls_set(settings.ca, settings.cert or None, settings.key or None)
        if will:
            client.will_set(will, b"will", qos=1)
        client.on_connect = lambda _c, _u, _f, code, _p: self._answers.put(("connect", 0, code.value))
        client.on_publish = lambda _c, _u, mid, code, _p: self._answers.put(("publish", mid, code.value))
        client.on_subscribe = lambda _c, _u, mid, codes, _p: self._answers.put(("subscribe", mid, codes[0].value))
        client.on_message = lambda _c, _u, message: self._heard.put((message.topic, message.payload))
        client.on_disconnect = lambda _c, _u, _f, code, _p: self._gone(str(code))
        options = {"clean_start": clean} if version == paho.MQTTv5 else {}
        try:
            client.connect(settings.host, settings.port, 8, **options)
        except (OSError, ssl.SSLError) as error:
            raise Refused(str(error)) from error
        client.loop_start()
        if (code := self._answer("connect", 0)) != 0:
            self.leave()
            raise Refused(f"CONNACK {code}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.leave()

    def leave(self) -> None:
        self._paho.disconnect()
        self._paho.loop_stop()

    def die(self) -> None:
        """Vanish without a word, so that the broker says the will."""
        self._paho.loop_stop()
        self._paho.socket().close()

    def write(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> int:
        """The broker's answer: below 128 it was done."""
        return self._answer("publish", self._paho.publish(topic, payload, qos=1, retain=retain).mid)

    def listen(self, *topics: str) -> None:
        for topic in topics:
            _, mid = self._paho.subscribe(topic, qos=1)
            assert mid is not None
            self._answer("subscribe", mid)

    def heard_until(self, last: str) -> dict[str, bytes]:
        """What has come, by topic, up to a message on one topic."""
        found: dict[str, bytes] = {}
        while last not in found:
            topic, payload = self._heard.get(timeout=LIMIT_S)
            found[topic] = payload
        return found

    def _gone(self, why: str) -> None:
        self.ends.put(why)
        self._answers.put(("gone", 0, 255))

    def _answer(self, kind: str, mid: int) -> int:
        while True:
            got = self._answers.get(timeout=LIMIT_S)
            if got[0] == "gone":
                self._paho.loop_stop()
                raise Refused(self.ends.get())
            if got[:2] == (kind, mid):
                return got[2]
