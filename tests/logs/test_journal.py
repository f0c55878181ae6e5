"""The journal's own protocol, at a real socket, and a real journalctl where there is one."""

import logging
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.logs import about, message_id
from kiosk.logs.journal import JournalHandler, entry, writes_to_journal
from kiosk.logs.reading import readable

REMOTE = Path("/lib/systemd/systemd-journal-remote")


@pytest.fixture
def journald(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "journal"))
        listening.settimeout(10)
        yield listening


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def fields(datagram: bytes) -> dict[str, str]:
    found = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, is_short, value = line.partition(b"=")
        if not is_short:
            (length,) = struct.unpack("<Q", datagram[:8])
            value, datagram = datagram[8 : 8 + length], datagram[9 + length :]
        found[name.decode()] = value.decode()
    return found


def test_a_line_arrives_with_its_fields(journald: socket.socket, tmp_path: Path) -> None:
    log = logging.Logger("kiosk.test")
    log.addHandler(JournalHandler(Kept(), tmp_path / "journal"))
    log.error("button: %s", "cut\noff", extra=about(call="btn-1", part="button", event="cut"))
    said = fields(journald.recv(100_000))
    assert (said["MESSAGE"], said["PRIORITY"], said["KIOSK_CALL"]) == ("button: cut\noff", "3", "btn-1")
    assert said["MESSAGE_ID"] == message_id("button", "cut")
    assert said["CODE_FUNC"] == "test_a_line_arrives_with_its_fields"


def test_without_a_journal_the_line_is_not_lost(tmp_path: Path) -> None:
    otherwise = Kept()
    log = logging.Logger("kiosk.test")
    log.addHandler(JournalHandler(otherwise, tmp_path / "gone"))
    log.warning("the disk is full")
    assert otherwise.lines == ["the disk is full"]


def test_a_very_long_line_is_cut(journald: socket.socket, tmp_path: Path) -> None:
    log = logging.Logger("kiosk.test")
    log.addHandler(JournalHandler(Kept(), tmp_path / "journal"))
    log.error("x" * 1_000_000)
    assert 1000 < len(fields(journald.recv(1_000_000))["MESSAGE"]) < 100_000


def test_only_a_standard_error_that_is_the_journals_goes_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "stderr").open("wb") as file:
        there = os.fstat(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{there.st_dev}:{there.st_ino}")
        assert writes_to_journal(file.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{there.st_dev}:{there.st_ino + 1}")
        assert not writes_to_journal(file.fileno())
    monkeypatch.delenv("JOURNAL_STREAM")
    assert not writes_to_journal()


@pytest.mark.skipif(
    not REMOTE.exists() or not shutil.which("journalctl"), reason="apt install systemd-journal-remote"
)
def test_the_lines_of_one_call_are_found_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from kiosk.cli import main

    export = b""
    for n, call in enumerate(["btn-1", "btn-2", "btn-1"]):
        record = logging.LogRecord(
            "kiosk.link", logging.INFO, "service.py", 1, "call %s: step %d", (call, n), None
        )
        record.__dict__ |= about(call=call, part="call", event="opened") | {"kiosk": "xinhua/k1"}
        stamp = (
            f"__REALTIME_TIMESTAMP={1795298321679000 + n}\n__MONOTONIC_TIMESTAMP={n + 1}\n_BOOT_ID={'1' * 32}\n"
        )
        export += stamp.encode() + entry(record, record.getMessage()) + b"\n"
    journal = tmp_path / "system.journal"
    subprocess.run([REMOTE, "-o", journal, "-"], input=export, check=True, capture_output=True)
    with pytest.raises(SystemExit) as ended:
        main(["logs", "--call", "btn-1", "--directory", str(tmp_path)])
    told = capfd.readouterr().out.splitlines()
    assert (ended.value.code, [line.partition("xinhua/k1: ")[2] for line in told]) == (
        0,
        ["call btn-1: step 0", "call btn-1: step 2"],
    )


def test_a_line_is_readable() -> None:
    line = {
        "__REALTIME_TIMESTAMP": "1795298321679000",
        "PRIORITY": "3",
        "MESSAGE": [104, 105],
        "KIOSK_KIOSK": "x/k1",
    }
    assert readable(line | {"_SYSTEMD_UNIT": "kiosk-link.service"}).endswith("ERROR   x/k1 kiosk-link: hi")
