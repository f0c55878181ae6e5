import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

import kiosk
from kiosk.link.causes import KEEP_CAUSES
from kiosk.link.journal import BATCH, Entry, Journal, JournalError, Saved
from kiosk.link.live import LiveCall
from kiosk.messages import (
    MAX_COUNT,
    MAX_ID,
    MAX_NAME,
    MAX_TEXT,
    MAX_VIEWERS,
    Agent,
    Cause,
    Event,
    EventBatch,
    Fact,
    Mode,
    State,
    Urgency,
    Viewer,
    encode,
)

CALL = LiveCall(
    id="boot-1",
    cause=Cause.TOUCH,
    state=State.ACCEPTED,
    opened=90.0,
    since=95.5,
    asked=90.0,
    urgency=Urgency.URGENT,
    level=3,
    round=2,
    presses=4,
    recent=(90.0, 91.0),
    said=("社保卡丢了",),
    rung_by=("d1",),
    agent=Agent("li", "李娜", "d1"),
    mode=Mode.VIDEO,
    passed=("王强",),
    missed=96.0,
    silenced=True,
    follows="boot-0",
)
SAVED = Saved(CALL, now=100.0, boot="a", wall_ms=1_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


def facts(*kinds: str) -> Entry:
    return Entry([Fact(kind=kind, call="boot-1") for kind in kinds], SAVED, at_ms=7)


def events_of(journal: Journal) -> list[tuple[int, str]]:
    _, events = journal.unacknowledged() or (0, [])
    return [(event.seq, event.kind) for event in events]


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        assert other.execute(statement).rowcount == 1


def in_a_process(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_call_comes_back_as_it_was(path: Path) -> None:
    first = Journal(path)
    first.write([Entry([], SAVED, ["boot-1", "boot-2"])])
    first.close()
    assert Journal(path).load() == (SAVED, ["boot-1", "boot-2"])


def test_no_call_comes_back_when_it_was_put_away(path: Path) -> None:
    journal = Journal(path)
    journal.write([Entry([], SAVED, ["boot-1"]), Entry([], None)])
    assert journal.load() == (None, ["boot-1"])


def test_its_clocks_go_on_after_a_restart_and_a_reboot() -> None:
    assert SAVED.resumed(now=150.0, boot="a", wall_ms=0) == CALL
    rebooted = SAVED.resumed(now=5.0, boot="b", wall_ms=1_060_000)  # 60 s later
    assert (5.0 - rebooted.opened, 5.0 - rebooted.since) == (70.0, 64.5)
    assert replace(rebooted, recent=(), missed=None, opened=0, since=0, asked=0) == replace(
        CALL, recent=(), missed=None, opened=0, since=0, asked=0
    )


def test_a_wall_clock_that_fell_back_makes_no_call_younger() -> None:
    assert 5.0 - SAVED.resumed(now=5.0, boot="b", wall_ms=0).opened == 10.0


def test_events_are_numbered_and_numbers_go_on_after_all_are_acknowledged(path: Path) -> None:
    journal = Journal(path)
    journal.write([facts("opened", "rung"), facts("accepted")])
    assert events_of(journal) == [(1, "opened"), (2, "rung"), (3, "accepted")]
    journal.acknowledge(2)
    assert journal.unacknowledged() == (
        3,
        [Event(seq=3, at_ms=7, kind="accepted", call="boot-1")],
    )
    journal.acknowledge(3)
    assert journal.unacknowledged() is None
    journal.close()
    again = Journal(path)
    again.write([facts("ended")])
    assert events_of(again) == [(4, "ended")]
    assert again.id == journal.id


def test_events_are_given_in_portions(path: Path) -> None:
    journal = Journal(path)
    journal.write([facts(*"abcde")])
    first, events = journal.unacknowledged(after=1, limit=2) or (0, [])
    assert (first, [event.kind for event in events]) == (1, ["b", "c"])


def test_causes_are_kept_once_and_the_oldest_are_forgotten(path: Path) -> None:
    journal = Journal(path)
    many = [f"c{number}" for number in range(KEEP_CAUSES + 3)]
    journal.write([Entry([], None, [*many, many[-1]])])
    assert journal.load()[1] == many[3:]


def test_a_cause_that_comes_again_does_not_wipe_out_the_others(path: Path) -> None:
    journal = Journal(path)
    journal.write([Entry([], None, ["a", "b"])])
    journal.write([Entry([Fact(kind="fault")] * (KEEP_CAUSES + 10), None)])  # events have larger numbers
    journal.write([Entry([], None, ["a"])])
    assert journal.load()[1] == ["a", "b"]


WRITE_AND_WAIT = """
import sys, time
from pathlib import Path
from kiosk.link.journal import *
from kiosk.link.live import LiveCall
from kiosk.messages import *
journal = Journal(Path(sys.argv[1]))
for number in range(20):
    call = LiveCall(f"boot-{number}", Cause.BUTTON, State.CALLING, 1.0, 1.0, 1.0)
    journal.write([Entry([Fact(kind="opened", call=call.id)], Saved(call, 1.0, "a", 0), [call.id])])
    print(number, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("after", [0, 7, 19])
def test_what_was_written_survives_a_kill(path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITE_AND_WAIT, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while int(process.stdout.readline()) < after:
            pass
        process.send_signal(signal.SIGKILL)
    saved, causes = (journal := Journal(path)).load()
    assert journal.replaced is None
    assert saved is not None
    assert causes[: after + 1] == [f"boot-{number}" for number in range(after + 1)]
    assert saved.call.id == causes[-1]
    assert events_of(journal) == [(number + 1, "opened") for number in range(len(causes))]


FILL_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from kiosk.link.journal import *
from kiosk.messages import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]))
journal.write([Entry([Fact(kind="before")], None, ["before"])])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    journal.write([Entry([Fact(kind="full", text="x" * 400)] * 1000, None, ["full"])])
except JournalError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print([event.kind for event in journal.unacknowledged()[1]], journal.load())
journal.write([Entry([Fact(kind="after")], None, ["after"])])
"""


def test_on_a_full_disk_nothing_is_half_written_and_it_goes_on_when_there_is_room(path: Path) -> None:
    done = in_a_process(FILL_THE_DISK, path)
    assert done.returncode == 0, done.stderr
    said, kept = done.stdout.splitlines()
    assert str(path) in said
    assert "free some disk space" in said
    assert kept == "['before'] (None, ['before'])"
    journal = Journal(path)
    assert events_of(journal) == [(1, "before"), (2, "after")]
    assert journal.load()[1] == ["before", "after"]


@pytest.mark.parametrize("damage", ["not a database at all", "all pages but the first", "one page"])
def test_a_damaged_file_is_put_aside_and_numbers_get_a_new_name(path: Path, damage: str) -> None:
    first = Journal(path)
    first.write([facts(*["opened"] * 500)])
    first.close()
    content = bytearray(path.read_bytes())
    match damage:
        case "one page":
            content[-3 * 4096 : -2 * 4096] = os.urandom(4096)
        case "all pages but the first":
            content[4096:] = os.urandom(len(content) - 4096)
        case _:
            content = bytearray(b"x" * 10_000)
    path.write_bytes(content)

    second = Journal(path)
    assert second.replaced is not None
    assert second.replaced.read_bytes() == content
    assert second.id != first.id
    assert second.load() == (None, [])
    second.write([facts("opened")])
    second.close()
    third = Journal(path)
    assert (third.replaced, third.id, events_of(third)) == (None, second.id, [(1, "opened")])


def test_a_call_of_another_version_leaves_the_way_open_for_the_brokers_copy(path: Path) -> None:
    journal = Journal(path)
    journal.write([Entry([], SAVED, ["boot-0", "boot-1"])])
    change(
        path, "UPDATE live SET saved = CAST(replace(CAST(saved AS TEXT), '\"accepted\"', '\"dancing\"') AS BLOB)"
    )
    saved, causes = journal.load()
    assert saved is None
    assert "boot-1" not in causes  # else the retained call would count as a ghost


def test_a_line_that_cannot_be_read_holds_up_no_other(path: Path) -> None:
    journal = Journal(path)
    journal.write([facts("opened", "rung", "accepted")])
    change(path, "UPDATE event SET body = CAST('{\"kind\": 5}' AS BLOB) WHERE seq = 2")
    assert events_of(journal) == [(1, "opened"), (2, "unreadable"), (3, "accepted")]


def test_a_path_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "directory").mkdir()
    for path in (tmp_path / "file" / "journal.db", tmp_path / "directory"):
        with pytest.raises(JournalError, match="directory belongs to the kiosk's user") as caught:
            Journal(path)
        assert str(path) in str(caught.value)


NO_PERMISSION = """
import os, sys
from pathlib import Path
from kiosk.link.journal import *
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    Journal(Path(sys.argv[1]))
except JournalError as error:
    print(error)
"""


def test_no_permission_says_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    done = in_a_process(NO_PERMISSION, tmp_path / "journal.db")
    assert "directory belongs to the kiosk's user" in done.stdout, done.stderr


def test_the_longest_batch_there_can_be_passes_the_broker() -> None:
    configuration = (Path(kiosk.__file__).parent / "certs" / "mosquitto.conf").read_text()
    limit = int(next(line.split()[1] for line in configuration.splitlines() if line.startswith("max_packet_size")))
    name, text = "\x01" * MAX_NAME, "\x01" * MAX_TEXT  # each is six characters in JSON
    an_id = "\x01" * MAX_ID
    agent = Agent(an_id, name, an_id)
    event = Event(
        seq=MAX_COUNT,
        at_ms=MAX_COUNT,
        kind=an_id,
        call=an_id,
        case=name,
        agent=agent,
        by=agent,
        desk=an_id,
        seen_by=(Viewer(an_id, name, MAX_COUNT),) * MAX_VIEWERS,
        why=text,
        text=text,
        service=an_id,
    )
    assert len(encode(EventBatch(an_id, MAX_COUNT, (event,) * BATCH))) < limit - 100_000
