"""Voice's line to the link: how its parts are, and the customer's wish for a person, said until it is taken."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk import local, messages
from kiosk.local import LocalConnection
from kiosk.messages import MAX_TEXT, BadMessage, Cause, Hello, Last, Part, Report, Result, Snapshot, Summon, Work

log = logging.getLogger(__name__)

NAME = "voice"
REPORT_S = 5.0
AGAIN_S = 0.5


class LinkLine:
    """``parts`` says how the parts of voice are now, ``last`` when they last did what they are for.

    :meth:`run` keeps the line up for ever.
    """

    def __init__(
        self, path: Path, parts: Callable[[], Mapping[str, Part]], last: Callable[[], Mapping[Work, Last]]
    ) -> None:
        self._path = path
        self._parts, self._last = parts, last
        self._wanted: dict[str, Summon] = {}  # not taken by the link yet, by request
        self._news = asyncio.Event()

    def summon(self, said: str, request: str) -> None:
        """The customer has asked for a person. Never waits; a link that is away is told when it is back.

        ``request`` is the utterance's id: a screen that calls for the same words names it alike: one call.
        """
        self._wanted[request] = Summon(request, Cause.VOICE, said=(said[:MAX_TEXT],))
        self._news.set()

    def report(self) -> None:
        """Report now: from the moment on that the microphone is open, sound is expected."""
        self._news.set()

    async def run(self) -> None:
        """Connect, report and summon, again and again."""
        reached = True
        while True:
            try:
                connection = await local.connect(self._path)
            except OSError as error:
                if reached:
                    log.warning("the link cannot be reached at %s (%s); tried again", self._path, error.strerror)
                reached = False
            else:
                reached = True
                await self._use(connection)
            await asyncio.sleep(AGAIN_S)

    async def _use(self, connection: LocalConnection) -> None:
        # Not a TaskGroup: one whose task fails at the same moment forgets that it was cancelled, as when the whole
        # terminal is stopped, and voice would never end.
        tasks = [asyncio.create_task(self._read(connection)), asyncio.create_task(self._write(connection))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        except ConnectionError as error:
            log.warning("the link has gone: %s", error)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await connection.close()

    async def _read(self, connection: LocalConnection) -> None:
        while True:
            line = await connection.receive()
            try:
                answer: Result | Snapshot = messages.decode(line, Result | Snapshot)  # type: ignore[arg-type]
            except BadMessage as error:
                log.warning("the link said %s", error)
                continue
            if isinstance(answer, Result):
                self._wanted.pop(answer.request, None)
                if not answer.ok:
                    log.warning("the link refuses %s: %s", answer.request, answer.why)

    async def _write(self, connection: LocalConnection) -> None:
        await connection.send(messages.encode(Hello(NAME)))
        while True:
            self._news.clear()
            for summon in list(self._wanted.values()):
                await connection.send(messages.encode(summon))
            report = Report("report", dict(self._parts()), dict(self._last()))
            await connection.send(messages.encode(report))
            try:
                async with asyncio.timeout(REPORT_S):
                    await self._news.wait()
            except TimeoutError:
                continue
