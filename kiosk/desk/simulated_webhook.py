"""Another system that is told of calls and faults, for trials and tests: ``kiosk sim webhook``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from kiosk import webhook
from kiosk.desk.simulated_receiver import Receiver, json_object


class Told(Struct, frozen=True):
    """One request as it came in."""

    id: str
    body: dict[str, Any]
    raw: bytes
    headers: dict[str, str]
    signed: bool  # by the secret that was agreed, and just now
    again: bool  # a message with this id was taken before


class SimulatedWebhook:
    """Answers ``status`` to what is signed and 401 to what is not; ``told`` is everything that came in."""

    def __init__(
        self, secret: str, *, port: int = 0, status: int = 204, heard: Callable[[Told], None] = lambda told: None
    ) -> None:
        self.status = status
        self.told: list[Told] = []
        self._key = webhook.signing_key(secret)
        self._heard = heard
        self._taken: set[str] = set()
        self._receiver = Receiver("/rengong", self._answer, port=port)
        self.url = self._receiver.url

    def close(self) -> None:
        self._receiver.close()

    def _answer(self, headers: Mapping[str, str], raw: bytes) -> tuple[int, dict[str, str]]:
        id = headers.get(webhook.ID, "")
        signed = webhook.is_signed(self._key, headers, raw, time.time())
        told = Told(id, json_object(raw), raw, dict(headers), signed, id in self._taken)
        self.told.append(told)
        self._heard(told)
        if not signed:
            return 401, {}
        if self.status < 300:
            self._taken.add(id)
        return self.status, {}


def run(port: int, secret: str, status: int) -> None:
    """Print what comes in, until it is stopped. Raises ValueError for a secret that is none."""

    def tell(told: Told) -> None:
        word = "signed" if told.signed else "WRONG SIGNATURE"
        print(
            f"{told.id}: {word}{', again' if told.again else ''} {told.raw.decode(errors='replace')}", flush=True
        )

    receiver = SimulatedWebhook(secret, port=port, status=status, heard=tell)
    print(f"answers {status} at {receiver.url}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        receiver.close()
