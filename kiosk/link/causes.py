"""The causes that a kiosk has heard of, so that each counts once. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from kiosk.messages import MAX_ID

KEEP_CAUSES = 5000


def cause_id(kind: str, request: str) -> str:
    """A client's request as a cause, which may become a call's id and must fit one.

    Each kind has causes of its own: a client that numbers its requests badly must not lose a call to a complaint.
    """
    cause = f"{kind}-{request}"
    return cause if len(cause) <= MAX_ID else f"{kind}-{hashlib.sha256(request.encode()).hexdigest()}"


def call_back_cause(request: str) -> str:
    """An agent's wish to come back to a customer."""
    return cause_id("back", request)


class Causes:
    """The newest :data:`KEEP_CAUSES` presses and requests, whatever has become of them."""

    def __init__(self) -> None:
        self._opened: dict[str, bool] = {}

    def __contains__(self, cause: str) -> bool:
        return cause in self._opened

    def add(self, cause: str, *, opened: bool = False) -> None:
        """Heard of; ``opened``: it opened a call of its own."""
        self._opened[cause] = opened
        if len(self._opened) > KEEP_CAUSES:
            del self._opened[next(iter(self._opened))]

    def restore(self, causes: Iterable[str]) -> None:
        """What the journal holds. It does not say which of them opened a call: each may have."""
        self._opened.update(dict.fromkeys(causes, True))

    def opened(self, cause: str) -> bool:
        """Whether it opened a call of its own, or may have before a restart."""
        return self._opened.get(cause, False)
