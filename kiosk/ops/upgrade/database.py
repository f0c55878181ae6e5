"""The desk's database over an upgrade: a newer version may change its tables, which the older then refuses."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

DEFAULT = "sqlite:////var/lib/kiosk/desk.db"
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///(?P<path>/.*)")


def file(settings: Path) -> Path | None:
    """The file of this machine's desk; None: it has no desk, or its database is a server's."""
    try:
        url = str(tomllib.loads(settings.read_text(encoding="utf-8")).get("database", DEFAULT))
    except (OSError, ValueError):
        return None
    found = _SQLITE.fullmatch(url)
    return Path(found["path"]) if found and Path(found["path"]).exists() else None


def copy(database: Path, to: Path) -> None:
    """A copy of one moment for root alone, also while the desk writes. Raises OSError."""
    partial = to.with_suffix(".part")
    partial.unlink(missing_ok=True)
    partial.touch(0o600)
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(partial)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    except sqlite3.Error as error:
        raise OSError(f"{database} cannot be copied: {error}; check the disk, and `kiosk doctor`") from error
    _onto_disk(partial)
    partial.replace(to)
    _onto_disk(to.parent)


def changed(database: Path, before: Path) -> bool:
    """Whether its tables are another version's than those of the copy."""
    return _version(database) != _version(before)


def put_back(database: Path, before: Path, aside: Path) -> None:
    """The copy in the place of the database of a stopped desk; that is kept aside, with what came in meanwhile."""
    copy(database, aside)
    stat = database.stat()
    partial = Path(f"{database}.part")
    partial.unlink(missing_ok=True)
    partial.touch(0o600)
    shutil.copyfile(before, partial)
    shutil.chown(partial, stat.st_uid, stat.st_gid)
    partial.chmod(stat.st_mode & 0o777)
    _onto_disk(partial)
    for name in (Path(f"{database}-wal"), Path(f"{database}-shm")):  # they would be applied to what comes now
        name.unlink(missing_ok=True)
    partial.replace(database)
    _onto_disk(database.parent)


def _onto_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _version(database: Path) -> str:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchall())
    except sqlite3.Error:
        return ""  # older than versions of tables
