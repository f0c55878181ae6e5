import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from waiting import until

from kiosk.link.journal import Entry, Journal, JournalError, Saved
from kiosk.link.live import LiveCall
from kiosk.link.recorder import Recorder
from kiosk.messages import Cause, Fact, State

HERE = Path(__file__).parent


class Recording:
    """A recorder and what it has said."""

    def __init__(self, path: Path) -> None:
        self.committed: list[str] = []
        self.faults: list[str | None] = []
        self.late: list[tuple[Saved | None, list[str]]] = []
        self.recorder = Recorder(
            path,
            on_committed=self.committed.extend,
            on_fault=lambda fault, remedy: self.faults.append(f"{fault}: {remedy}" if fault else None),
            on_late_open=lambda saved, causes: self.late.append((saved, causes)),
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> tuple[Saved | None, list[str]]:
        found = await self.recorder.open()
        self._task = asyncio.create_task(self.recorder.run())
        return found

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.recorder.close()


def entry(cause: str) -> Entry:
    call = LiveCall(cause, Cause.BUTTON, State.CALLING, 1.0, 1.0, 1.0)
    return Entry([Fact(kind="opened", call=cause)], Saved(call, 1.0, "a", 0), [cause])


def written(path: Path) -> list[str]:
    journal = Journal(path)
    _, causes = journal.load()
    assert [event.call for event in (journal.unacknowledged() or (0, []))[1]] == causes
    journal.close()
    return causes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.fixture
async def recording(path: Path) -> AsyncIterator[Recording]:
    recording = Recording(path)
    yield recording
    await recording.stop()


@contextlib.contextmanager
def locked(path: Path):
    """Another program holds the file's write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


async def test_entries_are_committed_in_order_and_said_so(recording: Recording, path: Path) -> None:
    assert await recording.start() == (None, [])
    for number in range(50):
        recording.recorder.write(entry(f"c{number}"))
    await until(lambda: len(recording.committed) == 50)
    assert recording.committed == [f"c{number}" for number in range(50)]
    assert written(path) == recording.committed
    assert recording.faults == []


async def test_what_waits_when_it_is_stopped_is_written(path: Path) -> None:
    recording = Recording(path)
    await recording.recorder.open()
    recording.recorder.write(entry("c1"))
    await recording.recorder.close()
    assert written(path) == ["c1"]


@pytest.mark.parametrize("busy_with", ["this entry", "an acknowledgement"])
async def test_an_entry_is_written_once_when_it_is_stopped_in_the_middle(path: Path, busy_with: str) -> None:
    recording = Recording(path)
    await recording.start()
    with locked(path):
        if busy_with == "an acknowledgement":
            acknowledging = asyncio.create_task(recording.recorder.acknowledge(1))
            await asyncio.sleep(0)
        recording.recorder.write(entry("c1"))
        await asyncio.sleep(0.05)  # time for the thread to run into the lock; nothing is lost if it does not
        stopping = asyncio.create_task(recording.stop())
        await asyncio.sleep(0.05)
    await stopping
    if busy_with == "an acknowledgement":
        await acknowledging
    assert written(path) == ["c1"]


FULL_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_recorder import Recording, entry
from waiting import until
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

async def main():
    recording = Recording(Path(sys.argv[1]))
    await recording.start()
    recording.recorder.write(entry("before"))
    await until(lambda: recording.committed == ["before"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    recording.recorder.write(entry("full-1"))
    await until(lambda: recording.faults)
    recording.recorder.write(entry("full-2"))
    assert recording.committed == ["before"], recording.committed
    assert "free some disk space" in recording.faults[0], recording.faults
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await until(lambda: recording.faults[-1] is None)
    await until(lambda: len(recording.committed) == 3)
    assert recording.committed == ["before", "full-1", "full-2"], recording.committed
    await recording.stop()

asyncio.run(main())
"""


def test_on_a_full_disk_entries_wait_and_are_written_when_there_is_room(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path), str(HERE), str(HERE.parent)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert written(path) == ["before", "full-1", "full-2"]


async def test_a_journal_that_can_be_opened_only_later_gives_what_it_holds_then(
    recording: Recording, path: Path
) -> None:
    before = Journal(path)
    before.write([entry("old")])
    before.close()
    hidden = path.parent.rename(path.parent.with_name("hidden"))
    path.parent.touch()  # a file where the directory should be
    assert await recording.start() == (None, [])
    assert recording.faults[0] is not None
    assert "cannot be opened" in recording.faults[0]
    assert recording.recorder.journal_id == ""
    assert await recording.recorder.unacknowledged(0) is None
    await recording.recorder.acknowledge(1)
    path.parent.unlink()
    hidden.rename(path.parent)

    recording.recorder.write(entry("new"))
    await until(lambda: recording.committed == ["new"])
    [(saved, causes)] = recording.late
    assert (saved and saved.call.id, causes) == ("old", ["old"])
    assert recording.faults[-1] is None
    await recording.recorder.alive()
    _, events = await recording.recorder.unacknowledged(0) or (0, [])
    assert [event.call for event in events] == ["old", "new"]


async def test_a_damaged_journal_is_a_fault_that_names_the_copy(recording: Recording, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"x" * 5000)
    assert await recording.start() == (None, [])
    [fault] = recording.faults
    [copy] = path.parent.glob("journal.db.broken-*")
    assert fault is not None
    assert str(copy) in fault


async def test_what_cannot_be_read_is_a_fault_and_ends_nothing(recording: Recording, path: Path) -> None:
    await recording.start()
    for number in range(300):
        recording.recorder.write(entry(f"p-{number}"))
    await until(lambda: len(recording.committed) == 300)
    journal = recording.recorder._journal
    assert journal is not None
    journal._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    journal._db.execute("PRAGMA shrink_memory")
    with path.open("r+b") as file:  # a card that gives back what it should not
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    assert await recording.recorder.unacknowledged(0) is None
    assert any("cannot be read" in str(fault) for fault in recording.faults)
    assert await recording.recorder.noted("self-test", Saved) is None


def test_the_error_is_one_that_callers_expect() -> None:
    assert issubclass(JournalError, OSError)
