"""The site's duty webhook: where an urgent call goes when nobody in the hall can be expected to come."""

from __future__ import annotations

import asyncio
import http.client
import urllib.error
import urllib.request
from typing import Any

import msgspec

from kiosk.link.escalation import Surroundings
from kiosk.link.live import LiveCall
from kiosk.messages import Urgency

TIMEOUT_S = 5.0


class DutyWebhook:
    """Posts each round of an urgent, unattended call once. ``error`` is empty while the other side takes it."""

    def __init__(self, url: str) -> None:
        self.url = url
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

    async def post(self, call: LiveCall, body: dict[str, Any]) -> bool:
        """POST the call as JSON; True when the other side took it (2xx)."""
        self.error = await asyncio.to_thread(_post, self.url, msgspec.json.encode(body))
        if not self.error:
            self._done = (call.id, call.round)
        return not self.error


def _post(url: str, body: bytes) -> str:
    try:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            return ""
    except urllib.error.HTTPError as error:
        return f"{url} answered {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"{url} cannot be reached ({error})"
