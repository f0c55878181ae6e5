"""Tells Home Assistant of the hall's terminals, and takes away those that are gone."""

from __future__ import annotations

import logging
from collections.abc import Callable

from kiosk import config, messages, topics
from kiosk.broker import Broker, Message
from kiosk.brokerfaults import BrokerError, NotConnected
from kiosk.desk import home_assistant
from kiosk.desk.hall import Hall

log = logging.getLogger(__name__)

#: After a connection the retained healths have come by then; a terminal that has not is gone.
KNOWN_S = 10.0


class Discovery:
    """``active`` says whether this desk keeps the ledger now; another one says nothing to Home Assistant."""

    def __init__(self, settings: config.Desk, hall: Hall, broker: Broker, active: Callable[[], bool]) -> None:
        self._enabled = settings.home_assistant.enabled and settings.ledger
        self._name = settings.hall
        self._prefix = settings.home_assistant.prefix
        self._hall = hall
        self._broker = broker
        self._active = active
        self._said: dict[str, bytes] = {}  # kiosk -> what the broker has retained
        self._met: set[str] = set()  # kiosks that were there in this connection
        self._joined = 0.0

    async def join(self, now: float) -> None:
        """There is a new connection."""
        self._said.clear()
        self._met.clear()
        self._joined = now
        if not self._enabled:
            return
        try:
            await self._broker.subscribe([self._topic("+")])
        except NotConnected:
            raise
        except BrokerError as error:  # everything else goes on
            log.warning("no Home Assistant: %s", error)

    def take(self, message: Message) -> bool:
        """Remember what the broker has retained; False for a message that is about something else."""
        start, end = self._topic("+").split("+")
        kiosk = message.topic.removeprefix(start).removesuffix(end)
        if not self._enabled or message.topic != self._topic(kiosk) or not topics.SLUG.match(kiosk):
            return False
        if message.payload:
            self._said[kiosk] = message.payload
        else:
            self._said.pop(kiosk, None)
        return True

    def look(self, now: float) -> None:
        """Say what Home Assistant does not know yet."""
        if not (self._enabled and self._active() and self._broker.connected):
            return
        there = self._hall.kiosks
        for kiosk in there:
            if (health := self._hall.health_of(kiosk)) is not None:
                self._met.add(kiosk)
                self._say(kiosk, messages.encode(home_assistant.device(self._name, kiosk, health)))
        for kiosk in self._said.keys() - set(there):
            if kiosk in self._met or now - self._joined >= KNOWN_S:
                self._say(kiosk, b"")

    def _say(self, kiosk: str, payload: bytes) -> None:
        if self._said.get(kiosk, b"") == payload:
            return
        try:
            self._broker.publish(self._topic(kiosk), payload, retain=True)
        except NotConnected:
            return  # said again after the next connection
        if payload:
            self._said[kiosk] = payload
        else:
            del self._said[kiosk]
            log.info("%s was taken away from Home Assistant", kiosk)

    def _topic(self, kiosk: str) -> str:
        return topics.discovery(self._prefix, self._name, kiosk)
