"""The kiosk's journal: the open call, the causes already heard, and every event until the ledger has it.

SQLite in WAL mode with ``synchronous=FULL``: what :meth:`Journal.write` has returned from survives a power
cut. All methods block and belong to one thread (the service gives them a thread of their own).
"""

from __future__ import annotations

import logging
import sqlite3
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kiosk.link.causes import KEEP_CAUSES
from kiosk.link.live import LiveCall
from kiosk.messages import MAX_TEXT, Event, Fact, know

log = logging.getLogger(__name__)

S = TypeVar("S", bound=msgspec.Struct)
BATCH = 80  # events in a message: the longest there can be, and the broker takes it

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live (id INTEGER PRIMARY KEY CHECK (id = 1), saved BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cause (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS event (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
"""


class JournalError(OSError):
    """The journal cannot be opened or written; the text says what to do."""


class Saved(msgspec.Struct, frozen=True):
    """A call with the clocks it was saved by, so that its waits go on after a restart or a reboot."""

    call: LiveCall
    now: float
    boot: str
    wall_ms: int

    def resumed(self, now: float, boot: str, wall_ms: int) -> LiveCall:
        """The call by the clocks of now."""
        if boot == self.boot:
            return self.call
        # Another boot, another zero. A wall clock that stands earlier than before tells nothing.
        away = max(0.0, (wall_ms - self.wall_ms) / 1000)
        return self.call.moved(now - away - self.now)


know(Saved)  # it is read in the journal's thread


class Entry(msgspec.Struct, frozen=True):
    """One change, written as a whole or not at all."""

    facts: Sequence[Fact]
    saved: Saved | None  # None: there is no call now
    causes: Sequence[str] = ()
    at_ms: int = 0


class Journal:
    """A journal file, made when it is missing. Raises :class:`JournalError`.

    A file that is no journal any more is put aside under another name, and ``replaced`` names it; events
    then get a new journal id, so that the ledger does not mistake their numbers.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.replaced: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._open()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise  # busy, full, not permitted: nothing is wrong with the content
                self.replaced = path.with_name(f"{path.name}.broken-{uuid.uuid4().hex[:8]}")
                log.error("journal %s is damaged (%s); kept as %s, starting a new one", path, error, self.replaced)
                path.rename(self.replaced)
                for leftover in ("-wal", "-shm"):
                    path.with_name(path.name + leftover).unlink(missing_ok=True)
                self._open()
        except (OSError, sqlite3.Error) as error:
            raise JournalError(
                f"journal {path} cannot be opened: {error}; check that the disk is not full and the "
                f"directory belongs to the kiosk's user"
            ) from error

    def _open(self) -> None:
        self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        if self._db.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("quick_check failed")
        self._db.executescript(_SCHEMA)
        self._db.execute("INSERT OR IGNORE INTO about VALUES ('id', ?)", (uuid.uuid4().hex[:12],))
        self.id: str = self._db.execute("SELECT value FROM about WHERE key = 'id'").fetchone()[0]

    def load(self) -> tuple[Saved | None, list[str]]:
        """The open call, and the known causes, oldest first. Raises :class:`JournalError`."""
        causes = [row[0] for row in self._read("SELECT id FROM cause ORDER BY number")]
        saved = [row[0] for row in self._read("SELECT saved FROM live")]
        try:
            return (msgspec.json.decode(saved[0], type=Saved) if saved else None), causes
        except msgspec.MsgspecError as error:
            # Written by another version: the broker's retained copy brings it back, if it is not known as over.
            log.error("journal %s: the open call cannot be read (%s)", self.path, error)
            return None, [cause for cause in causes if msgspec.json.encode(cause) not in saved[0]]

    def write(self, entries: Sequence[Entry]) -> None:
        """Commit the entries together. Raises :class:`JournalError`, and then nothing of them is written."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for entry in entries:
                    self._write(entry)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path} cannot be written: {error}; free some disk space") from error

    def _write(self, entry: Entry) -> None:
        for cause in entry.causes:
            self._db.execute("INSERT OR IGNORE INTO cause (id) VALUES (?)", (cause,))
            self._db.execute(
                "DELETE FROM cause WHERE number <= (SELECT max(number) FROM cause) - ?", (KEEP_CAUSES,)
            )
        for fact in entry.facts:
            cursor = self._db.execute("INSERT INTO event (body) VALUES (x'')")
            seq = cursor.lastrowid
            assert seq is not None
            event = Event(seq=seq, at_ms=entry.at_ms, **{f: getattr(fact, f) for f in Fact.__struct_fields__})
            self._db.execute("UPDATE event SET body = ? WHERE seq = ?", (msgspec.json.encode(event), seq))
        if entry.saved is None:
            self._db.execute("DELETE FROM live")
        else:
            self._db.execute("INSERT OR REPLACE INTO live VALUES (1, ?)", (msgspec.json.encode(entry.saved),))

    def unacknowledged(self, after: int = 0, limit: int = BATCH) -> tuple[int, list[Event]] | None:
        """The oldest number still held, and at most ``limit`` events after ``after``, in order; None for none.

        Raises :class:`JournalError`.
        """
        rows = self._read("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
        events = [_event(*row) for row in rows]
        if not events:
            return None
        return self._read("SELECT min(seq) FROM event")[0][0], events

    def acknowledge(self, upto: int) -> None:
        """The ledger has everything up to ``upto``; numbers go on from there. Raises :class:`JournalError`."""
        try:
            self._db.execute("DELETE FROM event WHERE seq <= ?", (upto,))
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path} cannot be written: {error}; free some disk space") from error

    def note(self, key: str, value: msgspec.Struct) -> None:
        """Keep something that is no event under a name. Raises :class:`JournalError`."""
        try:
            self._db.execute(
                "INSERT OR REPLACE INTO about VALUES (?, ?)", (key, msgspec.json.encode(value).decode())
            )
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path} cannot be written: {error}; free some disk space") from error

    def noted(self, key: str, kind: type[S]) -> S | None:
        """What was kept under that name, if it can still be read. Raises :class:`JournalError`."""
        values = [row[0] for row in self._read("SELECT value FROM about WHERE key = ?", key)]
        try:
            return msgspec.json.decode(values[0], type=kind) if values else None
        except msgspec.MsgspecError as error:
            log.warning("journal %s: what is noted as %s cannot be read (%s)", self.path, key, error)
            return None

    def close(self) -> None:
        self._db.close()

    def _read(self, query: str, *values: object) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"journal {self.path} cannot be read: {error}; check the disk") from error


def _event(seq: int, body: bytes) -> Event:
    try:
        return msgspec.json.decode(body, type=Event)
    except msgspec.MsgspecError as error:
        # A gap would hold up the ledger for ever.
        log.error("journal line %d cannot be read (%s)", seq, error)
        return Event(seq=seq, at_ms=0, kind="unreadable", text=str(error)[:MAX_TEXT])
