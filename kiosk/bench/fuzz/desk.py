"""The desk as a surface of ``kiosk bench fuzz``."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from kiosk import config, messages
from kiosk.bench.fuzz.inputs import Inputs
from kiosk.bench.fuzz.surface import HALL, KIOSKS, OF_LEAF, Insane, decodes, some_hint, some_topic
from kiosk.broker import Message
from kiosk.desk import protocol
from kiosk.desk.database import open_database
from kiosk.desk.hall import KioskRow
from kiosk.desk.ledger import Ledger
from kiosk.desk.page import Page
from kiosk.desk.people import People
from kiosk.desk.person import Person
from kiosk.desk.service import DeskService

TO_DESK = frozenset({"call", "health", "signal/up", "presence", "events", "test"})
TO_PAGE: Any = (
    protocol.PageSnapshot
    | KioskRow
    | protocol.KioskSignal
    | protocol.Colleagues
    | protocol.Freezes
    | protocol.CasesDue
    | protocol.BrokerState
    | protocol.HallOpen
    | protocol.Notice
    | protocol.Tick
)


class Desk:
    """A desk without its web server: topics, pages, and the ledger."""

    def __init__(self, chance: random.Random, directory: Path) -> None:
        url = f"sqlite:///{directory}/desk.db"
        engine = open_database(url)
        self._chance = chance
        self._inputs = Inputs(chance, self._hint)
        people = People(engine)
        people.add("li", "李娜", "long enough")
        told = (config.Webhook("http://localhost:9/", "whsec_" + 32 * "A"),)  # nobody is there; nothing is sent
        settings = config.Desk(HALL, "d1", database=url, ledger=True, webhook=told)
        self.service = DeskService(settings, people, Ledger(engine))
        self._page = Page(Person("li", "李娜", 1, duty=True))
        self.service.front.join(self._page)

    def mqtt(self) -> bool:
        """Something on a topic."""
        address, topic = some_topic(self._chance)
        kind = OF_LEAF.get(address.leaf if address else "", messages.Call)
        payload = self._inputs.any(kind)
        before = self.service.bad_messages
        self.service.receive(Message(topic, payload, self._chance.random() < 0.3))
        counted = self.service.bad_messages - before
        ours = address is not None and address.hall == HALL and address.leaf in TO_DESK
        cleared = address is not None and address.leaf in ("call", "health") and not payload
        bad = not ours or not (cleared or decodes(payload, kind))
        if counted != bad:
            raise Insane(
                f"{topic}: {payload[:80]!r} was counted {counted} times, and is {'bad' if bad else 'good'}"
            )
        self._look()
        return bad

    def page(self) -> bool:
        """Something from the page's WebSocket, which brings whole texts only."""
        text = self._inputs.any(protocol.PageCommand).decode("utf-8", "replace")
        before = self._page.bad
        self.service.front.obey(self._page, text)
        bad = not decodes(text.encode(), protocol.PageCommand)
        if self._page.bad - before != bad:
            raise Insane(f"{text[:80]!r} was counted {self._page.bad - before} times")
        self._look()
        return bad

    def events(self) -> bool:
        """Something for the ledger itself."""
        payload = self._inputs.any(messages.EventBatch)
        if not decodes(payload, messages.EventBatch):
            return True
        batch = messages.decode(payload, messages.EventBatch)
        if self.service.ledger.store(HALL, "k1", batch, 0) < 0:
            raise Insane("an acknowledgement below nothing")
        return False

    def _look(self) -> None:
        """What the page was told must be what its program can read."""
        while not self._page.queue.empty():
            text = self._page.queue.get_nowait()
            if text is None:
                raise Insane("the page was closed, although it reads")
            if not decodes(text.encode(), TO_PAGE):
                raise Insane(f"no page can read {text[:200]}")

    def _hint(self, field: str) -> Any:
        chance = self._chance
        if field == "kiosk":
            return chance.choice(KIOSKS)
        call = self.service.hall.call_of(chance.choice(KIOSKS))
        if call is not None and chance.random() < 0.6:
            match field:
                case "call":
                    return call.id
                case "round":
                    return call.round
        return some_hint(field, chance)
