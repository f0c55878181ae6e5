"""``kiosk setup`` with flags at a real broker and desk: what it finds, and a link that runs with what it wrote."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from parts import eventually

from kiosk import config
from kiosk.button.virtual import VirtualBoard
from kiosk.certs.roles import Role
from kiosk.reachable import serves
from kiosk.stack import HALL, Stack


@pytest.fixture(scope="module")
def hall():
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk(people={"wang": ("王芳", 1)})
        pair = stack.certs.issue(Role.KIOSK, "k7")
        stick = stack.directory / "stick"
        stick.mkdir()
        for file in (stack.ca, *pair):
            shutil.copy(file, stick)
        stack.start()
        eventually(lambda: "connected to" in stack.log("desk1"))
        yield stack


def setup(*flags: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "setup", *flags],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_terminal_from_a_stick(hall: Stack, tmp_path: Path) -> None:
    path = tmp_path / "etc" / "kiosk.toml"
    port = tmp_path / "button"
    flags = [
        "terminal",
        "--config",
        str(path),
        "--hall",
        HALL,
        "--name",
        "k7",
        "--voice",
        "no",
        "--screen",
        "none",
    ]
    flags += ["--broker", f"127.0.0.1:{hall.broker_port}", "--port", str(port), "--no-start"]

    code, told = setup(*flags[:5])
    assert code == 2 and "say --name" in told and not path.exists()

    wrong_stick = tmp_path / "empty"
    wrong_stick.mkdir()
    code, told = setup(*flags, "--certs", str(wrong_stick))
    assert code == 2 and "kiosk certs issue kiosk k7" in told and not path.exists()

    # The site's own settings, and everything wrong that a technician can do something about.
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'hall = "old"\nname = "old"\nstate_dir = "{tmp_path}/state"\nruntime_dir = "{tmp_path}/run" # ours\n'
    )
    code, told = setup(*flags, "--certs", str(hall.directory / "stick"))
    assert code == 2 and "--force" in told
    code, told = setup(*flags, "--certs", str(hall.directory / "stick"), "--force")
    assert code == 1 and "port-missing" in told and f"takes us as {HALL}/k7" in told, told
    assert 'runtime_dir = "' in (text := path.read_text()) and "# ours" in text
    settings = config.load(path, config.Kiosk)
    assert (settings.hall, settings.name, settings.button.hold_ends_call) == (HALL, "k7", True)
    assert path.stat().st_mode & 0o777 == 0o640
    assert Path(settings.broker.key).stat().st_mode & 0o777 == 0o600

    # The board is plugged in, the link runs with what was written, and it is asked again, from what is there now.
    with VirtualBoard(link=port):
        link = subprocess.Popen([sys.executable, "-m", "kiosk", "link", "--config", str(path)])
        try:
            eventually(lambda: settings.link_socket.exists() and serves(settings.link_socket))
            eventually(lambda: "a call reaches desk1" in setup(*flags[:-1], "--force")[1])
        finally:
            link.terminate()
            link.wait()


def test_a_desk_that_makes_the_certificates_of_the_hall(tmp_path: Path) -> None:
    path = tmp_path / "desk.toml"
    stick = tmp_path / "stick"
    flags = ("desk", "--config", str(path), "--no-start", "--hall", "xinhua")
    flags += ("--host", "desk.example,192.168.1.10", "--broker", "desk.example")
    code, told = setup(*flags, "--terminals", "k1,k2", "--stick", str(stick))
    assert code == 0, told
    settings = config.load(path, config.Desk)
    assert settings.ledger and Path(settings.cert).exists() and Path(settings.broker.key).exists()
    assert {file.name for file in stick.iterdir()} == {
        "ca.crt", "kiosk-k1.crt", "kiosk-k1.key", "kiosk-k2.crt", "kiosk-k2.key",
    }  # fmt: skip
    assert not (tmp_path / "certs" / "kiosk-k1.key").exists()
    assert all(file.stat().st_mode & 0o077 == 0 for file in stick.glob("*.key"))
    assert "first start" in told

    again = (*flags, "--terminals", "k1,k2", "--force", "--stick")
    assert setup(*again, str(stick))[0] == 0
    code, told = setup(*again, str(tmp_path / "another"))
    assert code == 1 and "lacks kiosk-k1.crt and kiosk-k1.key" in told and "kiosk certs renew kiosk k1" in told
    code, told = setup(*again, str(stick), "--today", "no")
    assert code == 2 and "timedatectl set-time" in told
