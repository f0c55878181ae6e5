"""The bank's system: how a request to freeze is signed and sent there, and what its answer means.

The body of one request is the same, byte for byte, each time it is sent, and so is its ``Idempotency-Key``: a bank
that has it already must not do it twice, and may refuse a key that comes with another body.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from msgspec import Struct

from kiosk import clock, config, webhook
from kiosk.desk.freezes import FreezeRow, Pursuit
from kiosk.messages import MAX_NAME, MAX_TEXT
from kiosk.webhook import Answer

SIGNATURE = "Rengong-Signature"
IDEMPOTENCY = "Idempotency-Key"
#: Of the 4xx these are not about the request: a wrong address or secret, a busy bank. They are tried again.
NOT_REFUSED = frozenset({401, 404, 407, 408, 409, 421, 425, 429})


class Verdict(Struct, frozen=True):
    """What the bank's system has made of a request, finally."""

    state: Pursuit
    receipt: str = ""
    why: str = ""


class _Receipt(Struct):
    """What may be in the body of an answer; everything else is the bank's own affair."""

    receipt: str | int = ""
    reason: str = ""


class Bank:
    """Where requests go. Raises :class:`kiosk.webhook.SecretError`."""

    def __init__(self, settings: config.FreezeWebhook, hall: str) -> None:
        self.url = settings.url
        self._settings = settings
        self._hall = hall
        self._secret = b""
        if self.url:
            self._secret = webhook.read_secret(settings.secret_file, "desk.toml: freeze_webhook.secret_file")

    def post(self, row: FreezeRow) -> Answer:
        """Send one request. Blocks for as long as the bank takes, at most ``timeout_s`` for each of its steps."""
        body = message(self._hall, row)
        headers = {
            SIGNATURE: signature(self._secret, clock.wall_ms() // 1000, body),
            IDEMPOTENCY: row.request,
        }
        settings = self._settings
        return webhook.post(self.url, body, headers, timeout_s=settings.timeout_s, ca=settings.ca)


def message(hall: str, row: FreezeRow) -> bytes:
    """The request as the bank gets it: no name and no number of the customer, whom the terminal does not know."""
    return msgspec.json.encode(
        {
            "request": row.request,
            "hall": hall,
            "kiosk": row.kiosk,
            "call": row.call,
            "case": row.case,
            "service": row.service,
            "asked_ms": row.asked_ms,
        }
    )


def signature(secret: bytes, at_s: int, body: bytes) -> str:
    """The header's value: the time, and HMAC-SHA256 over ``<time>.<body>`` in hexadecimal."""
    digest = hmac.new(secret, f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


def verdict(answer: Answer) -> Verdict | None:
    """What an answer means; None: nothing is known, so it has to be sent again."""
    if answer.ok:
        receipt = str(_told(answer.body).receipt).strip()[:MAX_NAME]
        return Verdict(Pursuit.RECEIVED, receipt=receipt) if receipt else Verdict(Pursuit.TAKEN)
    if 400 <= answer.status < 500 and answer.status not in NOT_REFUSED:
        reason = _told(answer.body).reason.strip()[: MAX_TEXT - 20]
        return Verdict(
            Pursuit.REFUSED, why=f"{reason}（答复 {answer.status}）" if reason else f"答复 {answer.status}"
        )
    return None


def _told(body: bytes) -> _Receipt:
    """Only what is certainly a receipt is one."""
    try:
        return msgspec.json.decode(body, type=_Receipt)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Receipt()
