"""The units: systemd understands them, they start our commands, and their watchdogs have patience enough."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config import Hearing
from kiosk.screen.app import REPORT_S
from kiosk.voice.service import ALIVE_S

UNITS = sorted((Path(__file__).parents[1] / "systemd").glob("*.service"))


def unit(name):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(next(path for path in UNITS if path.stem == f"kiosk-{name}"))
    return parser


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_understands_the_unit(path, tmp_path):
    # Its program is not installed here, and it would complain of that alone.
    here = path.read_text(encoding="utf-8").replace("/opt/kiosk/.venv/bin/kiosk", sys.executable)
    (tmp_path / path.name).write_text(here, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if path.name in line]) == (0, [])


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


def test_the_voice_may_take_what_it_recycles_itself_at_and_the_voice_that_speaks():
    ceiling = int(unit("voice")["Service"]["MemoryMax"].removesuffix("M"))
    assert ceiling > Hearing().memory_mb + 150 + 285
