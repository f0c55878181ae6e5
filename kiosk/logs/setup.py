"""Where the lines of a process go."""

from __future__ import annotations

import logging
import sys

from kiosk.logs.journal import JournalHandler, writes_to_journal
from kiosk.logs.rate import RateLimit

READABLE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start(*, verbose: bool = False) -> None:
    """Log to the journal when systemd started this process, else to standard error."""
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(READABLE))
    if writes_to_journal():
        handler = JournalHandler(handler)
    handler.addFilter(RateLimit())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])


class _Of(logging.Filter):
    def __init__(self, kiosk: str) -> None:
        super().__init__()
        self._kiosk = kiosk

    def filter(self, record: logging.LogRecord) -> bool:
        record.kiosk = self._kiosk
        return True


def belongs_to(hall: str, name: str) -> None:
    """From now on every line of this process is about that terminal or desk."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(_Of(f"{hall}/{name}"))
