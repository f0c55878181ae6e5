"""A bank's system for trials and tests: it checks signatures, answers as told, and freezes each request once."""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from kiosk.desk.bank import IDEMPOTENCY, SIGNATURE, signature
from kiosk.desk.simulated_receiver import Receiver, json_object


class Behaviour(StrEnum):
    """How it answers."""

    RECEIPT = "receipt"  # 200 with a receipt; the same one when it is asked again
    TAKE = "take"  # 202 without a receipt
    REFUSE = "refuse"  # 422 with a reason
    BUSY = "busy"  # 503: try again
    SILENT = "silent"  # reads the request and says nothing until it is closed or told otherwise


class Posted(Struct, frozen=True):
    """One request as it came in."""

    key: str
    body: dict[str, Any]
    raw: bytes
    signed: bool  # by the secret that was agreed


class SimulatedBank:
    """Serves on this machine; ``posted`` is everything that came in, ``receipts`` what was frozen, by key.

    Raises OSError when the port is taken.
    """

    def __init__(
        self,
        secret: bytes,
        *,
        port: int = 0,
        behaviour: Behaviour = Behaviour.RECEIPT,
        heard: Callable[[Posted], None] = lambda posted: None,
    ) -> None:
        self.behaviour = behaviour
        self.posted: list[Posted] = []
        self.receipts: dict[str, str] = {}
        self._secret = secret
        self._heard = heard
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._receiver = Receiver("/freeze", self._answer, port=port)
        self.url = self._receiver.url

    def close(self) -> None:
        """Stop serving; who still waits for an answer gets none."""
        self._closed.set()
        self._receiver.close()

    def _answer(self, headers: Mapping[str, str], raw: bytes) -> tuple[int, dict[str, str]]:
        key, signed = headers.get(IDEMPOTENCY.lower(), ""), headers.get(SIGNATURE.lower(), "")
        posted = Posted(key, json_object(raw), raw, self._is_signed(signed, raw))
        with self._lock:
            self.posted.append(posted)
        self._heard(posted)
        if not posted.signed:
            return 401, {"reason": "签名不对"}
        while self.behaviour is Behaviour.SILENT and not self._closed.wait(0.05):
            pass
        match self.behaviour:
            case Behaviour.TAKE:
                return 202, {}
            case Behaviour.REFUSE:
                return 422, {"reason": "网点没有开通"}
            case Behaviour.BUSY | Behaviour.SILENT:
                return 503, {}
        with self._lock:
            receipt = self.receipts.setdefault(key, f"F{len(self.receipts) + 1:06d}")
        return 200, {"receipt": receipt}

    def _is_signed(self, signed: str, raw: bytes) -> bool:
        at = re.match(r"t=(\d{1,12}),", signed)
        return at is not None and hmac.compare_digest(signed, signature(self._secret, int(at[1]), raw))


def run(port: int, secret: bytes, behaviour: Behaviour) -> None:
    """``kiosk sim bank``: print what comes in, until it is stopped."""

    def tell(posted: Posted) -> None:
        print(
            f"{posted.key}: {'signed' if posted.signed else 'WRONG SIGNATURE'} {posted.raw.decode()}", flush=True
        )

    bank = SimulatedBank(secret, port=port, behaviour=behaviour, heard=tell)
    print(f"the bank answers '{behaviour}' at {bank.url}", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        bank.close()
