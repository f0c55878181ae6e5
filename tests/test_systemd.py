"""The units: systemd understands them, they start our commands, and their watchdogs have patience enough."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.bench.video.resuming import RESTART_S
from kiosk.certs.broker import TO
from kiosk.config import Hearing
from kiosk.screen.reporting import REPORT_S
from kiosk.voice.service import ALIVE_S

SYSTEMD = Path(__file__).parents[1] / "systemd"
UNITS = sorted(SYSTEMD.glob("kiosk-*.service"))
#: dpkg exchanges the whole program from this one, so nothing is taken away from it, and it ends.
UPGRADE = SYSTEMD / "rengong-upgrade.service"


def unit(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(next(path for path in UNITS if path.stem == f"kiosk-{name}"))
    return parser


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("path", [*UNITS, UPGRADE], ids=lambda path: path.stem)
def test_systemd_understands_the_unit(path, tmp_path):
    # Its program is not installed here, and it would complain of that alone.
    here = path.read_text(encoding="utf-8").replace("/opt/kiosk/.venv/bin/kiosk", sys.executable)
    (tmp_path / path.name).write_text(here, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if path.name in line]) == (0, [])


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The root of a machine that has our units, with a program that exists."""
    root = tmp_path_factory.mktemp("root")
    there = root / "etc" / "systemd" / "system"
    shutil.copytree(SYSTEMD / "kiosk-.service.d", there / "kiosk-.service.d")
    for path in UNITS:
        here = path.read_text(encoding="utf-8").replace("/opt/kiosk/.venv/bin/kiosk", "/bin/true")
        (there / path.name).write_text(here, encoding="utf-8")
    return root


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("cage", [False, True], ids=["", "cage"])
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_rates_the_unit_as_well_protected(path, cage, tree):
    """0 is nothing to gain for an intruder, 10 everything."""
    drop_in = tree / "etc" / "systemd" / "system" / "kiosk-screen.service.d"
    shutil.rmtree(drop_in, ignore_errors=True)
    if cage:
        drop_in.mkdir()
        shutil.copy(SYSTEMD / "kiosk-screen-cage.conf", drop_in)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={tree}", path.name],
        capture_output=True,
        text=True,
    )
    rated = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout + done.stderr)
    assert rated and float(rated[1]) <= (4.0 if path.stem == "kiosk-screen" else 2.5)


#: The module that brings a kind of devices; the others every kernel of ours has built in.
DRIVERS = {"ttyACM": "cdc_acm", "ttyUSB": "usbserial", "alsa": "snd", "video4linux": "videodev", "drm": "drm"}
BUILT_IN = {"ttyS", "ttyAMA", "gpiochip", "input"}


def test_a_device_that_is_plugged_in_after_the_start_may_be_opened():
    """systemd looks a kind up when the unit starts; one that no driver has brought yet is left out for good."""
    text = "".join(path.read_text(encoding="utf-8") for path in UNITS)
    kinds = set(re.findall(r"^DeviceAllow=char-(\S+)", text, re.MULTILINE)) - BUILT_IN
    lines = (SYSTEMD / "modules-load.conf").read_text(encoding="utf-8").splitlines()
    assert {DRIVERS[kind] for kind in kinds} == {line for line in lines if not line.startswith("#")}
    build = (SYSTEMD.parent / "scripts" / "package" / "build-deb").read_text(encoding="utf-8")
    assert '"modules-load.conf", "usr/lib/modules-load.d/rengong.conf"' in build


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("name", ["voice", "desk"])
def test_a_service_may_step_back_behind_the_others(name, tree):
    """What the common file takes away is also taken from the unit's own list, which systemd reads first."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={tree}", f"kiosk-{name}.service"],
        capture_output=True,
        text=True,
    )
    assert "setpriority is allowed" in done.stdout


def test_no_unit_leaves_what_was_in_memory_on_the_disk():
    assert (
        "LimitCORE=0"
        in (SYSTEMD / "kiosk-.service.d" / "50-rengong.conf").read_text(encoding="utf-8").splitlines()
    )


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_the_unit_starts_its_command_and_starts_it_again(path):
    name = path.stem.removeprefix("kiosk-")
    service = unit(name)["Service"]
    assert service["ExecStart"].split()[:2] == ["/opt/kiosk/.venv/bin/kiosk", name]
    assert service["Restart"] == "always"
    assert unit(name)["Unit"]["StartLimitIntervalSec"] == "0", "however often it fails"


def test_a_watchdog_waits_longer_than_signs_of_life_take():
    assert float(unit("voice")["Service"]["WatchdogSec"].removesuffix("s")) > ALIVE_S
    assert float(unit("screen")["Service"]["WatchdogSec"].removesuffix("s")) > 2 * REPORT_S


def test_a_screen_without_a_desktop_can_start_and_cannot_be_left():
    """logind's session is another group of processes: what systemd waits for, it would never hear."""
    lines = (SYSTEMD / "kiosk-screen-cage.conf").read_text(encoding="utf-8").splitlines()
    assert {"Type=simple", "WatchdogSec=0", "BindReadOnlyPaths=", "SystemCallFilter=@setuid"} <= set(lines)
    (command,) = (line for line in lines if line.startswith("ExecStart=/"))
    assert "-s" not in command.split("--")[0].split(), "it would let keys change the console"


def test_a_screen_is_started_again_as_soon_as_the_bench_of_resumed_calls_has_it():
    assert unit("screen")["Service"]["RestartSec"] == f"{RESTART_S * 1000:.0f}ms"


def test_the_voice_may_take_what_it_recycles_itself_at_and_the_voice_that_speaks():
    ceiling = int(unit("voice")["Service"]["MemoryMax"].removesuffix("M"))
    assert ceiling > Hearing().memory_mb + 150 + 285


def test_mosquitto_is_started_with_what_kiosk_certs_broker_writes():
    drop_in = SYSTEMD / "mosquitto.service.d" / "rengong.conf"
    commands = [line for line in drop_in.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart=")]
    assert commands == ["ExecStart=", f"ExecStart=/usr/sbin/mosquitto -c {TO}/mosquitto.conf"]
