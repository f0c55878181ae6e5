"""Lines for systemd's journal, by its own protocol: one datagram of NAME=value lines.

https://systemd.io/JOURNAL_NATIVE_PROTOCOL has it. The libraries for it need a compiler on the terminal.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
from pathlib import Path

from kiosk.logs.fields import FIELDS, message_id

SOCKET = Path("/run/systemd/journal/socket")
#: A longer line is cut: the kernel takes some 200 kB at once, and nobody reads so much.
MAX_LINE = 32_000
_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class JournalHandler(logging.Handler):
    """Sends each record with its fields; what cannot be sent goes to standard error, as without a journal."""

    def __init__(self, otherwise: logging.Handler, path: Path = SOCKET) -> None:
        super().__init__()
        self._otherwise = otherwise
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by :mod:`logging`."""
        try:
            self._socket.sendto(entry(record, self.format(record)), str(self._path))
        except OSError:  # the journal is being restarted
            self._otherwise.handle(record)

    def close(self) -> None:
        self._socket.close()
        super().close()


def entry(record: logging.LogRecord, text: str) -> bytes:
    """One record as a datagram."""
    fields = {
        "MESSAGE": text[:MAX_LINE],
        "PRIORITY": str(_PRIORITY.get(record.levelno, 5)),
        "SYSLOG_IDENTIFIER": "kiosk",
        "LOGGER": record.name,
        "CODE_FILE": record.pathname,
        "CODE_LINE": str(record.lineno),
        "CODE_FUNC": record.funcName or "",
        "TID": str(record.thread or 0),
    }
    for name in FIELDS:
        if value := getattr(record, name, ""):
            fields[f"KIOSK_{name.upper()}"] = str(value)
    if "KIOSK_PART" in fields and "KIOSK_EVENT" in fields:
        fields["MESSAGE_ID"] = message_id(fields["KIOSK_PART"], fields["KIOSK_EVENT"])
    return b"".join(_field(name, value) for name, value in fields.items())


def _field(name: str, value: str) -> bytes:
    raw = value.encode("utf-8", "replace")
    if b"\n" not in raw:
        return name.encode() + b"=" + raw + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"


def writes_to_journal(descriptor: int = 2) -> bool:
    """Whether this process's standard error is the journal's, as systemd says it is."""
    device, _, inode = os.environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        there = os.fstat(descriptor)
    except OSError:
        return False
    return (device, inode) == (str(there.st_dev), str(there.st_ino))
