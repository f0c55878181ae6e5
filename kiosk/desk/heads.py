"""Heads that were published, as lines of text: the file that a desk keeps, what an auditor wrote down."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from kiosk import config
from kiosk.messages import MAX_COUNT

#: A head as it is printed, wherever in a line: hash@position.
_HEAD = re.compile(r"(?<![0-9a-f])([0-9a-f]{64})@([0-9]{1,16})(?![0-9])")


class HeadError(ValueError):
    """What should name a head does not; the text says where."""


def parse(text: str) -> tuple[int, bytes]:
    """Position and hash of the head in a line. Raises :class:`HeadError`."""
    found = _HEAD.search(text)
    if found is None or int(found[2]) > MAX_COUNT:
        raise HeadError(f"'{text.strip()[:100]}' has no head in it: 64 of 0-9 and a-f, then @ and the position")
    return int(found[2]), bytes.fromhex(found[1])


def line(day: str, hall: str, position: int, digest: str, events: int) -> str:
    """A head for a file or a sheet of paper, without a line end."""
    return f"{day} {hall} {digest}@{position} events={events}"


def path_of(settings: config.Desk) -> Path:
    """Where a desk keeps the heads that it has published."""
    if settings.heads:
        return Path(settings.heads)
    url = sa.make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database).with_suffix(".heads")
    return Path(f"/var/lib/kiosk/{settings.hall}-{settings.name}.heads")


def read(path: Path) -> list[tuple[int, bytes]]:
    """Position and hash of every head in a file; none where there is no file.

    Raises :class:`HeadError`, with the line, and ``OSError``.
    """
    return list(_read(path)) if path.exists() else []


def last(path: Path) -> tuple[str, int] | None:
    """Day and position of the head that was written down last; None: there is none.

    Raises :class:`HeadError`, and ``OSError``.
    """
    found = None
    if path.exists():
        for day, position, _ in _days(path):
            found = day, position
    return found


def add(path: Path, text: str) -> None:
    """Append a line and have it on the disk. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        # A line that a power cut has torn is left alone, and not carried on.
        torn = file.tell() and _last_byte(file.name) != b"\n"
        file.write(b"\n" * bool(torn) + text.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> Iterator[tuple[int, bytes]]:
    return ((position, digest) for _, position, digest in _days(path))


def _days(path: Path) -> Iterator[tuple[str, int, bytes]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, text in enumerate(file, 1):
            if not text.strip() or not text.endswith("\n"):
                continue
            try:
                yield text.split(maxsplit=1)[0], *parse(text)
            except HeadError as error:
                raise HeadError(f"{path}:{number}: {error}") from error


def _last_byte(name: str) -> bytes:
    with Path(name).open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
