"""The desk's webhooks: what is on record for other systems is sent until they have taken it, for 24 hours."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from prometheus_client import Counter

from kiosk import clock, config, webhook
from kiosk.desk import announcements
from kiosk.desk.webhook_record import Due, Standing, WebhookRecord
from kiosk.messages import Call

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 3600.0
AFTER_FAILURE_S = 1.0  # before the next message to the same address
TROUBLE_TRIES = 5  # who fails so often is more than busy
LOOK_S = 60.0  # at what is on record, when no message says that there is something new
DATABASE_AGAIN_S = 5.0
GONE = 410  # the other side wants it neither now nor ever


class Webhooks:
    """Raises :class:`kiosk.webhook.SecretError` or ValueError when a secret cannot be used.

    ``in_database`` runs a blocking method in the database's thread. ``active`` says whether this desk keeps the
    ledger now; another one sends nothing. ``posts`` counts by what came of a try.
    """

    def __init__(
        self,
        settings: config.Desk,
        record: WebhookRecord,
        in_database: Callable[..., Awaitable[Any]],
        *,
        active: Callable[[], bool],
        posts: Counter,
    ) -> None:
        self._hall = settings.hall
        self._promised_s = settings.promised_s
        self._hooks = settings.webhook
        self._keys = {hook.url: _key(hook) for hook in self._hooks}
        self._record = record
        self._in_database = in_database
        self._active = active
        self._posts = posts
        self._news = {hook.url: asyncio.Event() for hook in self._hooks}
        self._failing: dict[str, str] = {}  # address -> what is wrong with its last answer
        self._standing: dict[str, Standing] = {}
        record.subscribe(self._hooks)

    @property
    def waiting(self) -> int:
        """Messages that are not delivered yet, as of the last look."""
        return sum(known.waiting for known in self._standing.values())

    @property
    def dead(self) -> int:
        """Messages that were given up in the last 24 hours."""
        return sum(known.dead for known in self._standing.values())

    @property
    def trouble(self) -> tuple[str, str] | None:
        """Fault and remedy for the desk's pages; only the host is named: an address may have a secret in it."""
        for url, known in self._standing.items():
            if known.dead:
                return (
                    "given-up",
                    f"{known.dead} messages to {_host(url)} were given up in the last 24 hours ({known.why}): "
                    "mend what is there, or correct [[webhook]] in desk.toml",
                )
        for url, why in self._failing.items():
            return (
                "not-taken",
                f"{_host(url)} does not take its messages ({why}); they are sent again for 24 hours: mend what is "
                "there, or correct [[webhook]] in desk.toml",
            )
        return None

    def look(self) -> None:
        """Something new may be on record."""
        for news in self._news.values():
            news.set()

    async def promise_broken(self, kiosk: str, call: Call) -> None:
        """A call waits for longer than was promised. Raises ``sqlalchemy.exc.SQLAlchemyError``."""
        if self._hooks and self._active():
            now_ms = clock.wall_ms()
            what = announcements.of_promise(self._hall, kiosk, call, self._promised_s, now_ms)
            await self._in_database(self._record.add, self._hall, what, now_ms)
            self.look()

    async def run(self) -> None:
        """Send what is on record, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tidy())
            for hook in self._hooks:
                tasks.create_task(self._serve(hook))

    async def _serve(self, hook: config.Webhook) -> None:
        """One address: a message at a time, so that one that is slow holds up no other."""
        news = self._news[hook.url]
        while True:
            news.clear()
            try:
                wait_s = await self._next(hook)
            except sa.exc.SQLAlchemyError as error:
                log.error("webhooks cannot be kept: %s; check 'database' in desk.toml", str(error).splitlines()[0])
                wait_s = DATABASE_AGAIN_S
            if wait_s > 0:
                await _either(news, wait_s)

    async def _next(self, hook: config.Webhook) -> float:
        """Send what is due; gives the seconds until there is something to do."""
        if not self._active():
            return LOOK_S
        now_ms = clock.wall_ms()
        row: Due | None = await self._in_database(self._record.due, self._hall, hook.url, now_ms)
        if row is None:
            return LOOK_S
        if row.due_ms > now_ms:
            return min(LOOK_S, (row.due_ms - now_ms) / 1000)
        return await self._send(hook, row)

    async def _send(self, hook: config.Webhook, row: Due) -> float:
        body = row.body.encode()
        headers = webhook.signed(self._keys[hook.url], row.id, clock.wall_ms() // 1000, body)
        answer = await asyncio.to_thread(
            webhook.post, hook.url, body, headers, timeout_s=hook.timeout_s, ca=hook.ca
        )
        why = f"answered {answer.status}" if answer.status else "cannot be reached"
        if answer.ok:
            await self._in_database(self._record.taken, row)
            self._posts.labels("taken").inc()
            self._failing.pop(hook.url, None)
            return 0.0
        if answer.status == GONE:
            await self._in_database(self._record.dead, row, why, clock.wall_ms())
            self._posts.labels("dead").inc()
            return AFTER_FAILURE_S
        again_s = wait_before(row.tries + 1) * random.uniform(0.8, 1.2)
        await self._in_database(self._record.failed, row, why, clock.wall_ms() + round(again_s * 1000))
        self._posts.labels("failed").inc()
        if row.tries + 1 >= TROUBLE_TRIES and self._failing.get(hook.url) != why:
            log.warning("webhook %s %s; tried again for 24 hours. Check it, and desk.toml", _host(hook.url), why)
            self._failing[hook.url] = why
        return AFTER_FAILURE_S

    async def _tidy(self) -> None:
        """Look every minute at what is on record as a whole."""
        while True:
            try:
                if self._active():
                    urls = [hook.url for hook in self._hooks]
                    given_up = await self._in_database(self._record.tidy, self._hall, urls, clock.wall_ms())
                    self._posts.labels("dead").inc(given_up)
                self._standing = await self._in_database(self._record.standing, self._hall, clock.wall_ms())
            except sa.exc.SQLAlchemyError as error:
                log.error("webhooks cannot be kept: %s; check 'database' in desk.toml", str(error).splitlines()[0])
            await asyncio.sleep(LOOK_S)


def wait_before(tries: int) -> float:
    """Seconds before a message is sent again that was sent so often."""
    return float(min(FIRST_WAIT_S * 2 ** min(tries - 1, 20), LONGEST_WAIT_S))


def _key(hook: config.Webhook) -> bytes:
    if hook.secret:
        return webhook.signing_key(hook.secret)
    secret = webhook.read_secret(hook.secret_file, "desk.toml: webhook.secret_file")
    try:
        return webhook.signing_key(secret.decode())
    except ValueError as error:
        raise webhook.SecretError(f"desk.toml: webhook.secret_file {hook.secret_file}: {error}") from error


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


async def _either(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return
