"""Where the customer was, kept in memory-backed storage, so that a screen that was killed comes back there.

No word of the customer is in it. The age is counted by the machine's monotonic clock: a file of an earlier
boot is worth nothing.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import clock
from kiosk.screen.visit import Kept

log = logging.getLogger(__name__)


class _File(Struct, frozen=True):
    boot: str
    at_s: float
    visit: Kept


class Recalled(Struct, frozen=True):
    """What was kept, and how many seconds ago."""

    visit: Kept
    age_s: float


class Keeping:
    """One small file, written only when the visit has moved on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: Kept | None = None

    def save(self, visit: Kept) -> None:
        """A file that cannot be written costs only the comfort of coming back; it is logged."""
        if visit == self._last:
            return
        self._last = visit
        new = self._path.with_suffix(".new")
        try:
            new.write_bytes(msgspec.json.encode(_File(clock.boot_id(), clock.now(), visit)))
            new.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written (%s): a restart begins at the welcome", self._path, error)

    def load(self) -> Recalled | None:
        """What the process before has kept; None when there is nothing to go on with."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s cannot be read (%s): beginning at the welcome", self._path, error)
            return None
        age = clock.now() - kept.at_s
        if kept.boot != clock.boot_id() or age < 0:
            return None
        return Recalled(kept.visit, age)
