"""Why there is no connection to the broker, in the words of whoever has to mend it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from kiosk import config


class BrokerError(ConnectionError):
    """The broker cannot be reached or does not accept us; the text says what to do."""


class NotConnected(BrokerError):
    """Asked to send while there is no connection; the state is sent when there is one."""


#: Alerts of TLS by which a broker says what it thinks of our certificate.
_ALERTS = {
    "CERTIFICATE_REVOKED": "it was revoked. If this machine is the right one, `kiosk certs issue` makes a new one",
    "CERTIFICATE_EXPIRED": "it has expired by the broker's clock; `kiosk certs renew`, or set that clock",
    "UNKNOWN_CA": "it is of another authority; take that of this hall (`kiosk certs issue`)",
    "UNSUPPORTED_CERTIFICATE": "it is for another purpose; take that of the terminal or the desk",
}


def explain(settings: config.Broker, error: object) -> str:
    """Why there is no connection, for an exception or a sentence of paho's."""
    where = f"broker at {settings.host}:{settings.port}"
    match error:
        case socket.gaierror():
            return f"{where}: the host name is not known; check broker.url and DNS"
        case ssl.SSLCertVerificationError():
            return f"{where}: {_untrusted(settings, error)}"
        case ssl.SSLError():
            return explain_refusal(settings, [str(error)])
        case ConnectionRefusedError():
            return f"{where}: nobody listens there; check broker.url and that mosquitto runs"
        case TimeoutError() | OSError():
            return f"{where}: cannot be reached ({error}); check the network cable and broker.url"
    return f"{where}: {error}; check user, certificate and ACL if this goes on"


def explain_refusal(settings: config.Broker, errors: Sequence[str]) -> str:
    """The broker has ended TLS. Why, it may say in an alert, and that may be lost on the way."""
    where = f"broker at {settings.host}:{settings.port}"
    cert = settings.cert
    if not cert:
        return f"{where}: it wants a certificate; set broker.cert and broker.key (`kiosk certs issue`)"
    for mark, why in _ALERTS.items():
        if any(mark in error for error in errors):
            return f"{where}: it does not accept {cert}: {why}"
    detail = f" ({errors[0]})" if errors else ""
    return (
        f"{where}: it does not accept {cert}{detail}: revoked, expired, or of another hall; "
        "see `kiosk certs list` and the broker's log"
    )


def _untrusted(settings: config.Broker, error: ssl.SSLCertVerificationError) -> str:
    """Why we do not believe that it is the broker; the numbers are OpenSSL's (X509_V_ERR_...)."""
    match error.verify_code:
        case 10:
            return "its certificate has expired by this machine's clock: `kiosk certs renew broker`, or set it"
        case 9:
            return "its certificate is not valid yet by this machine's clock; set the clock"
        case 62 | 64:
            return f"its certificate is not for {settings.host}; `kiosk certs renew broker --host {settings.host}`"
        case 18 | 19 | 20 | 21:
            return f"its certificate is not of the authority in {settings.ca}; is broker.ca the hall's ca.crt?"
    return f"its certificate is not accepted ({error.verify_message}); see `kiosk certs`"
