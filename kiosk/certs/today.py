"""The moment that certificates are made by."""

from __future__ import annotations

import datetime

from kiosk import clock
from kiosk.certs.files import CertificateError

#: When this version was written: no clock that goes right says a day before.
RELEASED = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def today() -> datetime.datetime:
    """Now. Raises :class:`CertificateError` where the clock has lost the date.

    What is made on a day long ago has ended, all of it and at once, when the clock is set.
    """
    now = datetime.datetime.fromtimestamp(clock.wall_ms() / 1000, datetime.UTC)
    if now < RELEASED:
        raise CertificateError(
            f"this machine believes that it is {now:%Y-%m-%d}, and certificates would end by that: set the date "
            "first, timedatectl set-time '2026-11-30 09:00:00' (or date -s), with today's; then again"
        )
    return now
