"""The keys of certificates: whether they are there, are theirs, and can be read by who lives on them."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kiosk import config
from kiosk.ops.doctor.line import Line, State

USER = "kiosk"  # of every unit


def lines(settings: config.Kiosk | config.Desk, user: str = USER) -> Iterator[Line]:
    """Each key that the settings name; ``user`` empty: whoever looks will do."""
    if settings.broker.tls and settings.broker.cert:
        yield key("our key for the broker", settings.broker.cert, settings.broker.key, user)
    if isinstance(settings, config.Desk) and settings.cert:
        yield key("our key for browsers", settings.cert, settings.key, user)


def key(what: str, certificate: str, path: str, user: str) -> Line:
    """One key."""
    try:
        found = load_pem_private_key(Path(path).read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        remedy = "bring it again, with its certificate; or run the doctor as root"
        return Line("key", State.BAD, f"{path} cannot be read: {error}", remedy)
    try:
        wanted = x509.load_pem_x509_certificate(Path(certificate).read_bytes()).public_key()
    except (OSError, ValueError):
        return Line("key", State.SKIP, f"{what}: its certificate cannot be read")
    if found.public_key() != wanted:
        return Line("key", State.BAD, f"{path} is not the key of {certificate}", "bring both again, as one pair")
    if user and not _may_read(path, user):
        remedy = f"chown {user}: {path}; chmod 600 {path}; its directory: chown root:{user}, chmod 750"
        return Line("key", State.BAD, f"{path} cannot be read by the user {user}", remedy)
    return Line("key", State.OK, what)


def _may_read(path: str, user: str) -> bool:
    """Whether a user may, by the system's own word; where it cannot be asked (not as root, no such user), yes."""
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return True
    if os.geteuid() != 0:
        return True
    groups = os.getgrouplist(user, entry.pw_gid)
    done = subprocess.run(["test", "-r", path], user=entry.pw_uid, group=entry.pw_gid, extra_groups=groups)
    return done.returncode == 0
