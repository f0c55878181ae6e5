"""The site's duty webhook: where an urgent call goes when nobody in the hall can be expected to come."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec

from kiosk import clock, config, webhook
from kiosk.link.call import Switchboard
from kiosk.link.escalation import Surroundings
from kiosk.link.live import LiveCall
from kiosk.link.parts import Parts
from kiosk.messages import Fact, Urgency
from kiosk.ownthread import in_own_thread

LOOK_S = 0.2
AGAIN_S = 5.0
TIMEOUT_S = 5.0


class DutyWebhook:
    """Posts each round of an urgent, unattended call once. ``error`` is empty while the other side takes it."""

    def __init__(self, settings: config.Duty) -> None:
        self.url = settings.webhook
        self._key = webhook.signing_key(settings.secret) if settings.secret else b""
        self.error = ""
        self._done: tuple[str, int] | None = None

    @property
    def usable(self) -> bool:
        """Whether calls can go there, as far as is known."""
        return bool(self.url) and not self.error

    def due(self, call: LiveCall | None, around: Surroundings) -> bool:
        """Whether this call has to be posted now."""
        return (
            bool(self.url)
            and call is not None
            and call.waiting
            and call.urgency is Urgency.URGENT
            and around.unattended
            and self._done != (call.id, call.round)
        )

    async def run(
        self,
        switchboard: Switchboard,
        parts: Parts,
        *,
        around: Callable[[], Surroundings],
        body: Callable[[], dict[str, Any]],
        changed: Callable[[Sequence[Fact]], None],
    ) -> None:
        """Post each call that is due, for ever; ends at once where the site has no webhook.

        ``body`` gives the call as the other side gets it; ``changed`` is told when the other side took it.
        """
        while self.url:
            await asyncio.sleep(LOOK_S)
            call = switchboard.call
            if call is None or not self.due(call, around()):
                continue
            if await self.post(call, body()):
                parts.well("duty")
                changed([Fact(kind="duty-called", call=call.id, why=self.url[:500])])
            else:
                remedy = f"{self.error}; correct duty.webhook. The local alarm sounds instead"
                parts.fault("duty", "webhook", remedy, clock.now())
                await asyncio.sleep(AGAIN_S)

    async def post(self, call: LiveCall, body: dict[str, Any]) -> bool:
        """POST the call as JSON; True when the other side took it (2xx)."""
        payload = msgspec.json.encode(body)
        headers = self._signed(call, payload) if self._key else {}
        posting = partial(webhook.post, self.url, payload, headers, timeout_s=TIMEOUT_S)
        try:
            # The whole of it, names and headers too: until it is an error, the alarm of a closed hall is quiet.
            async with asyncio.timeout(TIMEOUT_S):
                self.error = (await in_own_thread(posting)).error
        except TimeoutError:
            self.error = f"{self.url} does not answer in {TIMEOUT_S:.0f} s"
        if not self.error:
            self._done = (call.id, call.round)
        return not self.error

    def _signed(self, call: LiveCall, payload: bytes) -> dict[str, str]:
        """By this machine's clock; the same id for each try of one round."""
        about = hashlib.sha256(f"{call.id} {call.round}".encode()).hexdigest()[:32]
        return webhook.signed(self._key, f"duty_{about}", clock.wall_ms() // 1000, payload)
