"""What the hall's broker needs of the authority, put where mosquitto reads it."""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

from kiosk.certs import rights
from kiosk.certs.authority import Authority, Issued
from kiosk.certs.files import CertificateError, make_directory, write
from kiosk.certs.roles import CLIENTS, Holder, Role

TO = Path("/etc/mosquitto/rengong")
DATA = "/var/lib/mosquitto/"
LISTENER = "listener 8883"
USER = "mosquitto"
CONFIGURATION = Path(__file__).with_name("mosquitto.conf")


def install(
    authority: Authority,
    now: datetime.datetime,
    *,
    to: Path = TO,
    data: str = DATA,
    listener: str = LISTENER,
    user: str = USER,
) -> list[str]:
    """Write configuration, access list, certificates and key to a directory; gives sentences on what to mind.

    Where root does it the files are given to ``user``. ``data``, ``listener``: other values for those lines of the
    configuration. Raises :class:`CertificateError`.
    """
    own = Holder(authority.hall, Role.BROKER, "broker")
    pair = authority.pair(own)
    now_valid = authority.current(now)
    clients = [one for one in now_valid if one.holder.role in CLIENTS]
    keepers = [one.holder for one in clients if one.ledger]
    text = CONFIGURATION.read_text(encoding="utf-8")
    for known, here in ((str(TO), str(to)), (DATA, data), (LISTENER, listener)):
        text = text.replace(known, here)
    files = {
        "mosquitto.conf": (text.encode(), 0o640),
        "acl": (rights.access_list(authority.hall, (one.holder for one in clients), keepers).encode(), 0o640),
        "ca.crt": (_content(authority.certificate, "kiosk certs init"), 0o640),
        "crl.pem": (_content(authority.revocations, "kiosk certs init"), 0o640),
        "broker.crt": (_content(pair.cert, "kiosk certs issue broker --host NAME"), 0o640),
        "broker.key": (_content(pair.key, "kiosk certs issue broker --host NAME"), 0o600),
    }
    make_directory(to, 0o750)
    for name, (content, mode) in files.items():
        write(to / name, content, mode)
    _give(to, user)
    return _mind(now_valid, own, keepers)


def _content(path: Path, command: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(
            f"{path} cannot be read ({error.strerror}): run `{command}`, or bring it here"
        ) from error


def _give(directory: Path, user: str) -> None:
    """mosquitto reads its files as its own user, also where root starts it."""
    if os.geteuid() != 0:
        return
    try:
        for path in (directory, *directory.iterdir()):
            shutil.chown(path, user, user)
    except (OSError, LookupError) as error:
        raise CertificateError(
            f"{directory} cannot be given to the user {user} ({error}): apt install mosquitto"
        ) from error


def _mind(now_valid: list[Issued], own: Holder, keepers: list[Holder]) -> list[str]:
    sentences = []
    if own not in {one.holder for one in now_valid}:
        sentences.append("the broker's certificate has ended: nobody can connect until `kiosk certs renew broker`")
    if not keepers:
        sentences.append(
            "no desk may keep the ledger, so nothing is put on record: "
            "`kiosk certs renew desk NAME --ledger` for the one that has ledger = true in desk.toml"
        )
    return sentences
