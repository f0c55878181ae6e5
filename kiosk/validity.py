"""The certificates that a process lives on: whether they can be read, whose they are, and when they end.

That of the broker is known as the broker has shown it; the others lie in files, which may be replaced at any time.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from kiosk import clock, config
from kiosk.certs.roles import LEDGER

#: So long before its end a certificate is a fault: time for a visit, also over the longest holidays.
SOON_S = 30 * 86_400.0
FAULTS = ("unreadable", "wrong-name", "no-ledger", "expired", "expires")
_AGAIN_S = 3600.0  # a file whose date has not changed is looked at again


class Trouble(NamedTuple):
    """A fault and what to do about it."""

    fault: str
    remedy: str


class File(NamedTuple):
    """A certificate in a file. ``renew``: behind ``kiosk certs``. ``holder``: the name that must be in it.

    ``ledger``: it must say that its desk may keep the ledger.
    """

    what: str
    path: str
    renew: str
    holder: str = ""
    ledger: bool = False


class Ending(NamedTuple):
    """A certificate and its end in seconds since 1970."""

    what: str
    ends: float
    renew: str


def of_client(settings: config.Broker, holder: str, renew: str, *, ledger: bool = False) -> list[File]:
    """The files that a client of the broker lives on; ``ledger``: of the desk that keeps it."""
    if not settings.tls:
        return []
    renewal = f"init --hall {holder.partition('/')[0]} --dir NEW"
    files = [File("the hall's authority", settings.ca, renewal)]
    if settings.cert:
        files.append(File("our certificate for the broker", settings.cert, renew, holder, ledger))
    return files


def judge(endings: Sequence[Ending], wall_s: float) -> Trouble | None:
    """What is wrong with the dates, by a wall clock in seconds since 1970; by one that is not set, nothing."""
    if not clock.is_set(wall_s):
        return None
    ended = [one for one in endings if one.ends <= wall_s]
    if ended:
        words = [f"{one.what} has expired on {_day(one.ends)}: `kiosk certs {one.renew}`" for one in ended]
        return Trouble("expired", f"{'; '.join(words)}. If it is not {_day(wall_s)} today, set the clock")
    near = [one for one in endings if one.ends - wall_s <= SOON_S]
    if near:
        words = [
            f"{one.what} expires on {_day(one.ends)}, in {int((one.ends - wall_s) // 86_400)} days: "
            f"`kiosk certs {one.renew}`"
            for one in near
        ]
        return Trouble("expires", "; ".join(words))
    return None


class Validity:
    """Looks after the files, and after what the broker has shown.

    ``broker_ends``: seconds since 1970, or None if it has not shown any.
    """

    def __init__(self, files: Sequence[File], broker_ends: Callable[[], float | None]) -> None:
        self._files = files
        self._broker_ends = broker_ends
        self._endings: list[Ending] = []
        self._trouble: Trouble | None = None
        self._seen: object = None
        self._seen_at = -_AGAIN_S

    async def look(self) -> None:
        """Read the files that may have changed."""
        seen, now = [_stamp(file.path) for file in self._files], clock.now()
        if seen != self._seen or now - self._seen_at >= _AGAIN_S:
            self._endings, self._trouble = await asyncio.to_thread(_read, self._files)
            self._seen, self._seen_at = seen, now

    def trouble(self, wall_s: float) -> Trouble | None:
        """What is wrong now, the worst first; None also where there is nothing to look after."""
        shown = self._broker_ends()
        endings = [*self._endings]
        if shown is not None:
            endings.append(Ending("the broker's certificate", shown, "renew broker"))
        return self._trouble or judge(endings, wall_s)


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        stat = Path(path).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _read(files: Sequence[File]) -> tuple[list[Ending], Trouble | None]:
    """What can be read, and the first trouble with what cannot."""
    if not files:
        return [], None
    try:
        from cryptography import x509  # takes 15 MB, which a terminal without certificates need not have
        from cryptography.x509.oid import NameOID
    except ImportError as error:  # nobody's call may fail for it
        return [], Trouble("unreadable", f"certificates cannot be looked at ({error}): pip install cryptography")
    endings: list[Ending] = []
    trouble = None
    for file in files:
        try:
            certificate = x509.load_pem_x509_certificate(Path(file.path).read_bytes())
        except (OSError, ValueError, x509.InvalidVersion) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no certificate"
            remedy = f"{file.what}, {file.path}: {why}. Bring it there, readable for the user kiosk"
            trouble = trouble or Trouble("unreadable", remedy)
            continue
        endings.append(Ending(file.what, certificate.not_valid_after_utc.timestamp(), file.renew))
        subject = certificate.subject
        names = [str(name.value) for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        marks = [str(mark.value) for mark in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
        if file.holder and names != [file.holder]:
            remedy = (
                f"{file.path} is the certificate of '{', '.join(names)}', and the settings say '{file.holder}': "
                f"the broker goes by the certificate. Correct hall and name, or take the one of {file.holder}"
            )
            trouble = trouble or Trouble("wrong-name", remedy)
        elif file.ledger and marks != [LEDGER]:
            remedy = (
                f"this desk is to keep the ledger, but by {file.path} it may not: `kiosk certs {file.renew} "
                "--ledger`, then `kiosk certs broker`. Until then nothing is put on record; calls go on"
            )
            trouble = trouble or Trouble("no-ledger", remedy)
    return endings, trouble


def _day(seconds: float) -> str:
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%d}"
