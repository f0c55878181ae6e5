"""One agent's page, as the desk sees it."""

from __future__ import annotations

import asyncio
import logging

from kiosk.desk.people import Person
from kiosk.messages import Seen

log = logging.getLogger(__name__)

MAX_BEHIND = 256  # messages a slow page may be behind


class Page:
    """One connected page of a person; what it is sent waits in ``queue``."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.queue: asyncio.Queue[str | None] = asyncio.Queue(MAX_BEHIND)
        self.draw = False
        self.sound = False
        self.shown: dict[str, tuple[str, int, Seen]] = {}  # kiosk -> what it rings or has rung
        self.bad = 0

    @property
    def attentive(self) -> bool:
        """On duty, and able to show or sound a call."""
        return self.person.duty and (self.draw or self.sound)

    def send(self, text: str) -> None:
        """Queue one message; a page that does not read is closed (None) and may come back."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            log.warning("the page of %s does not read; closed", self.person.id)
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)
