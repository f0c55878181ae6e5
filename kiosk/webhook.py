"""POST to another system: the duty webhook of a terminal, the freeze webhook and the webhooks of a desk.

What is signed is signed as Standard Webhooks has it (standardwebhooks.com), but for the freeze webhook, which is
older (:mod:`kiosk.desk.bank`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import IO, NamedTuple

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE_S = 300  # a request whose time is further away is somebody's copy of an old one
SECRET_PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
MAX_ANSWER = 64 * 1024  # bytes of an answer that are read


class SecretError(OSError):
    """A secret cannot be used; the text names the setting and says what to do."""


class Answer(NamedTuple):
    """What came back. ``status`` 0: no answer. ``error``: empty for a 2xx, else a sentence that says why."""

    status: int
    body: bytes
    error: str

    @property
    def ok(self) -> bool:
        return not self.error


def read_secret(path: str, setting: str) -> bytes:
    """What is in a file that holds nothing but a secret, without space around it. Raises :class:`SecretError`."""
    try:
        secret = Path(path).read_bytes().strip()
    except OSError as error:
        raise SecretError(
            f"{setting} {path} cannot be read ({error.strerror}); put the secret that the other side has into it"
        ) from error
    if not secret:
        raise SecretError(f"{setting} {path} is empty; put the secret that the other side has into it")
    return secret


def signing_key(secret: str) -> bytes:
    """The key in a secret such as ``whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw``. Raises ValueError."""
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
        raise ValueError(
            "must be whsec_ and then 24 to 64 random bytes in base64: echo whsec_$(openssl rand -base64 32)"
        )
    return key


def signed(key: bytes, id: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers of one try. ``id``: the same for each try of one message, and without a full stop."""
    digest = hmac.new(key, f"{id}.{at_s}.".encode() + body, hashlib.sha256).digest()
    return {ID: id, TIMESTAMP: str(at_s), SIGNATURE: f"v1,{base64.b64encode(digest).decode()}"}


def is_signed(key: bytes, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
    """Whether a request comes from who has the key, and was made now. ``headers`` by names in lower case."""
    id, at = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not id or not (at.isascii() and at.isdigit()) or abs(now_s - int(at)) > TOLERANCE_S:
        return False
    wanted = signed(key, id, int(at), body)[SIGNATURE].encode()
    return any(hmac.compare_digest(wanted, one.encode()) for one in headers.get(SIGNATURE, "").split(" "))


def post(
    url: str, body: bytes, headers: Mapping[str, str] | None = None, *, timeout_s: float = 5.0, ca: str = ""
) -> Answer:
    """POST JSON. Blocks, and never raises. ``ca``: the authority of the other side's certificate.

    ``timeout_s``: for each wait for the other side.
    A redirect is not followed: urllib would ask the new place by GET, and take its answer for that of a POST.
    """
    try:
        context = ssl.create_default_context(cafile=ca or None)
        opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))
        everything = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(url, body, everything, method="POST")
        until = time.monotonic() + timeout_s
        with opener.open(request, timeout=timeout_s) as response:
            return Answer(response.status, _read(response, until), "")
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _read_refusal(error, until), f"{url} answered {error.code}")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Answer(0, b"", f"{url} cannot be reached ({error})")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def _read(response: http.client.HTTPResponse, until: float) -> bytes:
    """As much as is looked at; a side that sends it drop by drop is no better than one that says nothing."""
    body = b""
    while len(body) < MAX_ANSWER and (part := response.read1(MAX_ANSWER - len(body))):
        if time.monotonic() > until:
            raise TimeoutError("its answer takes too long")
        body += part
    return body


def _read_refusal(error: urllib.error.HTTPError, until: float) -> bytes:
    """The status says enough where the rest does not come."""
    try:
        return _read(error.fp, until)  # type: ignore[arg-type]
    except (OSError, ValueError, http.client.HTTPException, AttributeError):
        return b""
