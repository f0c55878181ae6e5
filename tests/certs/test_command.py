"""``kiosk certs`` as a technician uses it, from the authority to a broker that runs by what it has written."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from parts import LIMIT_S

from kiosk.certs.authority import Authority
from kiosk.certs.roles import Role

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def certs(tmp_path: Path):
    """Runs a command in a directory of its own; gives exit status, what it said, and what it complained of."""

    def run(*words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "kiosk", "certs", *words, "--dir", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


def test_a_hall_is_set_up_and_a_terminal_taken_out_again(certs, tmp_path: Path) -> None:
    assert certs("init", "--hall", "xinhua")[0] == 0
    assert certs("issue", "broker", "--host", "desk.xinhua.lan")[0] == 0
    assert certs("issue", "desk", "desk1", "--ledger")[0] == 0
    status, said, _ = certs("issue", "kiosk", "k1")
    table = dict(re.findall(r'^(ca|cert|key) = "(.*)"$', said, re.MULTILINE))
    assert status == 0 and all(Path(path).exists() for path in table.values()) and len(table) == 3
    status, said, _ = certs("revoke", "kiosk", "k1")
    assert status == 0 and "systemctl restart mosquitto" in said
    status, said, _ = certs("list")
    words = [line.split() for line in said.splitlines()]
    assert words[3][:2] == ["kiosk", "k1"] and words[3][-1] == "revoked"
    assert (words[1][0], words[1][-1], words[2][-1]) == ("broker", "desk.xinhua.lan", "ledger")


def test_the_brokers_files_are_whole_and_nobody_elses(certs, tmp_path: Path) -> None:
    to = tmp_path / "broker"
    certs("init", "--hall", "xinhua")
    status, _, complaint = certs("broker", "--to", str(to))
    assert status == 2 and "kiosk certs issue broker --host" in complaint and not to.exists()
    certs("issue", "broker", "--host", "localhost")
    certs("issue", "desk", "desk1")
    certs("issue", "kiosk", "k1")
    status, said, _ = certs("broker", "--to", str(to))
    if status == 2:
        pytest.skip("there is no user mosquitto")
    assert "no desk may keep the ledger" in said
    written = {path.name: path for path in to.iterdir()}
    assert written.keys() == {"mosquitto.conf", "acl", "ca.crt", "crl.pem", "broker.crt", "broker.key"}
    assert written["broker.key"].stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o007 for path in written.values()} == {0}
    if os.geteuid() == 0:
        assert {path.owner() for path in written.values()} == {"mosquitto"}
    rules = written["acl"].read_text()
    assert (
        "user xinhua/k1\n" in rules
        and "ledger-ack" not in rules.split("user xinhua/desk/desk1\n")[1].split("user ")[0]
    )
    named = re.findall(rf"{re.escape(str(to))}/[\w.]+", written["mosquitto.conf"].read_text())
    assert {Path(path).name for path in named} <= written.keys()
    certs("renew", "desk", "desk1", "--ledger")
    assert "ledger" not in certs("broker", "--to", str(to))[1]
    assert "topic write rengong/v1/xinhua/+/ledger-ack" in written["acl"].read_text()


def test_the_list_says_what_ends_soon(certs, tmp_path: Path) -> None:
    certs("init", "--hall", "xinhua")
    authority = Authority(tmp_path)
    for name, days_ago in (("old", 400), ("soon", 380), ("new", 0)):
        authority.issue(Role.KIOSK, name, NOW - datetime.timedelta(days=days_ago))
    lines = {line.split()[1]: line for line in certs("list")[1].splitlines()[1:]}
    assert "EXPIRED" in lines["old"] and "EXPIRES in 16 days" in lines["soon"] and "396 days" in lines["new"]


def test_a_new_key_in_the_place_of_the_units_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kiosk.cli import certs as command, main
    from kiosk.ops.setup import placing

    given: list[tuple[str, str]] = []
    monkeypatch.setattr(command, "DIRECTORY", tmp_path)
    monkeypatch.setattr(placing, "own", lambda path, *, user: given.append((path.name, user)))
    for words in (["init", "--hall", "xinhua"], ["issue", "kiosk", "k1"], ["renew", "kiosk", "k1"]):
        with pytest.raises(SystemExit, match="0"):
            main(["certs", *words])
    expected = [("kiosk-k1.key", "kiosk")] * 2 if os.geteuid() == 0 else []
    assert given == expected


@pytest.mark.parametrize(
    "words", [["init", "--hall", "xinhua"], ["issue", "kiosk", "k2"], ["renew", "kiosk", "k1"]]
)
def test_nothing_is_made_by_a_clock_that_has_lost_the_date(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would have ended when the clock is set."""
    from kiosk import clock
    from kiosk.cli import main

    if words[0] != "init":
        authority = Authority(tmp_path)
        authority.make("xinhua", NOW)
        authority.issue(Role.KIOSK, "k1", NOW)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(clock, "wall_ms", lambda: 1_710_000_000_000)
    with pytest.raises(SystemExit, match="2"):
        main(["certs", *words, "--dir", str(tmp_path)])
    told = capsys.readouterr().err
    assert "2024-03-09" in told and "timedatectl set-time" in told
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_mistakes_are_one_line_that_says_what_to_do(certs) -> None:
    for words, expected in (
        (("issue", "kiosk", "k1"), "kiosk certs init"),
        (("list",), "kiosk certs init"),
        (("init", "--hall", "Xinhua Road"), "is no hall's name"),
    ):
        status, _, complaint = certs(*words)
        assert status == 2 and expected in complaint and len(complaint.splitlines()) == 1
    certs("init", "--hall", "xinhua")
    assert "is no name for a kiosk" in certs("issue", "kiosk")[2]
    assert "invalid" in certs("issue", "kiosks", "k1")[2]
