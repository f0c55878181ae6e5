"""The desk's page: whether it answers, by which names browsers know it, and what the desk says of itself."""

from __future__ import annotations

import http
import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from kiosk import config, messages
from kiosk.desk.web_doctor import Condition
from kiosk.messages import BadMessage
from kiosk.ops.doctor.line import Line, State

PATIENCE_S = 10.0
_EVERYWHERE = ("0.0.0.0", "::", "")


class Seen(NamedTuple):
    """Lines about the page, whether it answers at all, and what the desk says; None: it says nothing to us."""

    lines: list[Line]
    answers: bool
    condition: Condition | None


def look(settings: config.Desk) -> Seen:
    """Ask the desk of this machine, over HTTPS as a browser does."""
    host = "127.0.0.1" if settings.listen in _EVERYWHERE else settings.listen
    where = f"https://{host}:{settings.port}"
    connection = http.client.HTTPSConnection(host, settings.port, timeout=PATIENCE_S, context=_trusting())
    try:
        connection.connect()
        shown = _certificate(connection)
        own = _is_ours(shown, settings)
        # The token is for nobody but our own desk, which is known by its certificate.
        headers = {"Authorization": f"Bearer {settings.metrics_token}"} if settings.metrics_token and own else {}
        connection.request("GET", "/api/doctor", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        remedy = "systemctl status kiosk-desk; journalctl -u kiosk-desk -n 30. Without it no page rings"
        return Seen([Line("page", State.BAD, f"nothing answers at {where} ({error})", remedy)], False, None)
    finally:
        connection.close()
    lines = [Line("page", State.OK, f"answers at {where}; browsers may call it {', '.join(_names(shown))}")]
    if not own:
        how = f"shows another certificate than {settings.cert}"
        lines.append(
            Line("page", State.WARN, how, "systemctl restart kiosk-desk: open pages come back by themselves")
        )
    if answer.status != http.HTTPStatus.OK:
        how = f"the desk does not say how the hall is: it answers {answer.status}"
        remedy = "set metrics_token in desk.toml; systemctl restart kiosk-desk after that, and after an upgrade"
        return Seen([*lines, Line("hall", State.WARN, how, remedy)], True, None)
    try:
        return Seen(lines, True, messages.decode(body, Condition))
    except BadMessage as error:
        how = f"the desk does not say how the hall is: {error}"
        return Seen([*lines, Line("hall", State.WARN, how, "systemctl restart kiosk-desk")], True, None)


def _trusting() -> ssl.SSLContext:
    """For any certificate: how ours is, is looked at as a file, and a page that answers with a bad one answers."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _certificate(connection: http.client.HTTPSConnection) -> x509.Certificate:
    sock: ssl.SSLSocket = connection.sock
    return x509.load_der_x509_certificate(sock.getpeercert(binary_form=True) or b"")


def _is_ours(shown: x509.Certificate, settings: config.Desk) -> bool:
    try:
        own = x509.load_pem_x509_certificate(Path(settings.cert).read_bytes())
    except (OSError, ValueError):
        return False  # the file has a line of its own
    return own == shown


def _names(shown: x509.Certificate) -> Iterator[str]:
    try:
        known = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for name in known:
        yield str(name.value)
