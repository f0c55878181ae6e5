"""One person's page, as the desk sees it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from kiosk.desk.person import Person
from kiosk.desk.roles import Right, may
from kiosk.desk.wording import Wording
from kiosk.messages import Seen

log = logging.getLogger(__name__)

MAX_BEHIND = 256  # messages a slow page may be behind


class Page:
    """One connected page of a person; what it is sent waits in ``queue``.

    ``session``: the key of the session it was opened with. ``abort`` cuts its connection at once.
    """

    def __init__(self, person: Person, session: str = "", abort: Callable[[], None] = lambda: None) -> None:
        self.person = person
        self.session = session
        self._abort = abort
        self.queue: asyncio.Queue[str | None] = asyncio.Queue(MAX_BEHIND)
        self.draw = False
        self.sound = False
        self.shown: dict[str, tuple[str, int, Seen]] = {}  # kiosk -> what it rings or has rung
        self.warned = False  # that its session ends soon
        self.bad = 0

    @property
    def attentive(self) -> bool:
        """On duty, and able to show or sound a call."""
        return self.person.duty and (self.draw or self.sound)

    def may(self, right: Right) -> bool:
        """Whether its person has the right."""
        return may(self.person.role, right)

    def tell(self, message: Any) -> None:
        """Send one message that is for this page alone, in the wording that its person may read."""
        self.tell_worded(Wording(message))

    def tell_worded(self, wording: Wording) -> None:
        """Send one message that several pages get."""
        self.send(wording.text(words=self.may(Right.WORDS)))

    def send(self, text: str) -> None:
        """Queue one message; a page that does not read is cut off and may come back."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            log.warning("the page of %s does not read; closed", self.person.id)
            self.close()
            self._abort()  # whatever is being sent to it would wait for ever

    def close(self) -> None:
        """Send nothing more, and end the connection."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)
