"""``kiosk upgrade`` as a whole, from the copy that outlives the exchange; dpkg and link are the test's."""

from __future__ import annotations

import json
import os
import socketserver
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.ops.upgrade import command, database

#: A systemctl of a machine on which no unit starts.
SYSTEMCTL = '#!/bin/sh\n[ "$1" != try-restart ]\n'
PROGRAMS = Path(__file__).parent / "programs"


class Site:
    """A machine: what dpkg has installed, and a link that does as that version says."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.packages = directory / "packages"
        self.packages.mkdir()
        self.settings = directory / "kiosk.toml"
        self.settings.write_text(f'runtime_dir = "{directory}"\n')
        (directory / "installed").write_text("1.0")
        (directory / "link").write_text("well")
        self.call: object = None
        self.package("1.0", to=self.packages)
        command.write_copy(directory / "upgrade.pyz")

    def package(self, version: str, *, to: Path | None = None, **more: object) -> Path:
        fields = {"Package": "rengong-kiosk", "Version": version, "Architecture": "arm64", "link": "well"} | more
        path = (to or self.directory) / f"rengong-kiosk_{version}_arm64.deb"
        path.write_text(json.dumps(fields))
        return path

    def upgrade(self, *arguments: object) -> tuple[int, str]:
        run = [
            sys.executable,
            self.directory / "upgrade.pyz",
            "--settings",
            self.settings,
            "--packages",
            self.packages,
        ]
        environment = os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "FAKE_DPKG": str(self.directory)}
        environment.pop("PYTHONPATH", None)  # of the program it may use nothing
        done = subprocess.run(
            [str(word) for word in (*run, "--wait", 0, *arguments)],
            capture_output=True,
            text=True,
            timeout=30,
            env=environment,
        )
        return done.returncode, done.stdout + done.stderr

    @property
    def installed(self) -> str:
        return (self.directory / "installed").read_text()

    @property
    def kept(self) -> list[str]:
        return sorted(path.name.split("_")[1] for path in self.packages.glob("*.deb"))

    @property
    def log(self) -> str:
        return (self.directory / "log").read_text()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    machine = Site(tmp_path)

    class Link(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            how = (tmp_path / "link").read_text()
            if how == "dead":
                return
            state = {"type": "state", "call": machine.call, "self_test": {"number": 1, "fault": "", "text": ""}}
            self.wfile.write(json.dumps(state).encode() + b"\n")
            if b"run-self-test" in self.rfile.readline():
                fault = {"well": "", "failing": "no-answer"}[how]
                state["self_test"] = {"number": 2, "fault": fault, "text": "no desk has answered"}
                self.wfile.write(json.dumps(state).encode() + b"\n")

    server = socketserver.ThreadingUnixStreamServer(str(tmp_path / "link.sock"), Link)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield machine
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_version_that_works_stays(site: Site) -> None:
    code, told = site.upgrade(site.package("1.1"))
    assert (code, site.installed) == (0, "1.1"), told
    assert "1.1 runs, and the self-test passes" in told
    assert site.kept == ["1.1"]  # for the next time
    assert "restart --no-block kiosk-link" in site.log
    assert not (site.packages / "upgrade.json").exists()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"link": "dead"}, "does not answer"),
        ({"link": "failing"}, "no-answer: no desk has answered"),
        ({"refuses": True}, "libnew is not installed"),
    ],
)
def test_a_version_that_does_not_do_goes_back_by_itself(site: Site, fault: dict[str, object], why: str) -> None:
    code, told = site.upgrade(site.package("1.1", **fault))
    assert (code, site.installed, site.kept) == (1, "1.0", ["1.0"]), told
    assert why in told and "1.0 is back: it runs as before" in told


def test_what_did_not_pass_before_need_not_pass_afterwards(site: Site) -> None:
    (site.directory / "link").write_text("failing")
    code, told = site.upgrade(site.package("1.1", link="failing"))
    assert (code, site.installed) == (0, "1.1"), told


def test_a_power_cut_in_the_middle_is_finished_at_the_next_boot(site: Site) -> None:
    code, _ = site.upgrade(site.package("1.1", dies=1))
    assert (code, site.installed) == (-9, "")
    code, told = site.upgrade(site.package("1.2"))
    assert code == 2 and "--resume" in told
    code, told = site.upgrade("--resume")
    assert (code, site.installed, site.kept) == (0, "1.1", ["1.1"]), told
    assert site.upgrade("--resume") == (0, "kiosk upgrade: nothing was interrupted\n")


def test_a_version_that_brings_the_machine_down_each_time_goes_back(site: Site) -> None:
    site.upgrade(site.package("1.1", dies=9))
    assert site.upgrade("--resume")[0] == -9
    code, told = site.upgrade("--resume")
    assert (code, site.installed) == (1, "1.0"), told


def test_tables_that_the_newer_version_has_changed_are_as_before(site: Site) -> None:
    ledger = site.directory / "desk.db"
    (site.directory / "desk.toml").write_text(f'database = "sqlite:///{ledger}"\n')
    with closing(sqlite3.connect(ledger)) as tables, tables:
        tables.execute("CREATE TABLE alembic_version (version_num)")
        tables.execute("INSERT INTO alembic_version VALUES ('0002')")
    code, told = site.upgrade(site.package("1.1", link="dead", migrates=str(ledger)))
    assert (code, site.installed) == (1, "1.0") and "as before the upgrade" in told, told
    assert site.log.index("unpack 1.0") < site.log.index("stop kiosk-desk")
    for file, version in ((ledger, "0002"), (site.packages / "desk-after.db", "9999")):
        with closing(sqlite3.connect(file)) as tables:
            assert tables.execute("SELECT version_num FROM alembic_version").fetchone() == (version,)

    for kept in (site.packages, site.packages / "desk-after.db"):  # words of customers, hashes of passwords
        assert kept.stat().st_mode & 0o077 == 0
    code, told = site.upgrade(site.package("1.2"))
    assert code == 0 and "desk-after.db is of an upgrade that went back" in told


def test_a_database_stays_where_it_is_until_the_other_is_there_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, before = tmp_path / "desk.db", tmp_path / "before.db"
    for file in (ledger, before):
        with closing(sqlite3.connect(file)) as tables, tables:
            tables.execute("CREATE TABLE alembic_version (version_num)")
            tables.execute("INSERT INTO alembic_version VALUES (?)", (file.name,))

    def full(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(database.shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        database.put_back(ledger, before, tmp_path / "after.db")
    assert database.changed(ledger, before) and database._version(ledger)
    monkeypatch.undo()
    database.put_back(ledger, before, tmp_path / "after.db")
    assert not database.changed(ledger, before) and not list(tmp_path.glob("*.part"))


def test_a_disk_without_room_is_seen_before_anything_is_touched(site: Site) -> None:
    code, told = site.upgrade(site.package("1.1", **{"Installed-Size": 10**12}))
    assert code == 2 and "MB free" in told and "make room" in told
    assert (site.installed, site.kept) == ("1.0", ["1.0"])


def test_what_dpkg_had_no_room_for_has_never_been_away(site: Site) -> None:
    site.package("1.0", to=site.packages, full=True)
    code, told = site.upgrade(site.package("1.1", full=True))
    assert (code, site.installed) == (1, "1.0") and "No space left" in told and "it runs as before" in told
    assert not (site.packages / "upgrade.json").exists()


def test_a_unit_that_does_not_start_is_not_the_packages_fault(tmp_path: Path) -> None:
    """dpkg would leave it half configured, and neither the upgrade nor the way back would end."""
    for name in ("systemctl", "systemd-sysusers", "systemd-tmpfiles", "udevadm", "journalctl"):
        (tmp_path / name).write_text(SYSTEMCTL)
        (tmp_path / name).chmod(0o755)
    script = (Path(__file__).parents[3] / "scripts" / "package" / "postinst").read_text()
    script = script.replace("/run/systemd/system", str(tmp_path))
    done = subprocess.run(
        ["sh", "-c", script, "postinst", "configure", "1.0"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_it_is_not_begun_without_a_way_back_or_during_a_call(site: Site) -> None:
    new = site.package("1.1")
    site.call = {"id": "c1"}
    code, told = site.upgrade(new)
    assert code == 2 and "a customer is calling" in told
    site.call = None
    (old,) = site.packages.glob("*.deb")
    old.unlink()
    code, told = site.upgrade(new)
    assert code == 2 and "no way back" in told and "--old" in told
    for wrong, why in (({"Package": "vim"}, "is vim"), ({"Architecture": "amd64"}, "this machine is arm64")):
        code, told = site.upgrade(site.package("1.1", **wrong))
        assert code == 2 and why in told
    code, told = site.upgrade(__file__)
    assert code == 2 and "no package that can be read" in told
    assert site.installed == "1.0"
