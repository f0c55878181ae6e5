from pathlib import Path

import pytest

from kiosk.ops import machine
from kiosk.ops.doctor import computer
from kiosk.ops.doctor.line import State


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A Raspberry Pi that is well."""
    for path, text in {
        "proc/meminfo": "MemTotal: 2000000 kB\nMemAvailable: 1500000 kB\n",
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def faults(root: Path) -> dict[str, str]:
    return {one.part: one.fault for one in machine.readings(root, root) if one.part != "disk"}


def test_a_machine_that_is_well(root: Path) -> None:
    assert faults(root) == {"memory": "", "temperature": "", "power": ""}


@pytest.mark.parametrize(
    ("path", "text", "part", "fault"),
    [
        ("proc/meminfo", "MemAvailable: 50000 kB\n", "memory", "low"),
        ("sys/class/thermal/thermal_zone0/temp", "81000\n", "temperature", "hot"),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n", "power", "low"),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "4\n", "power", "throttled"),
        ("sys/devices/platform/soc/soc:firmware/get_throttled", "50000\n", "power", ""),
    ],
)
def test_what_is_wrong_is_named(root: Path, path: str, text: str, part: str, fault: str) -> None:
    (root / path).write_text(text)
    assert faults(root)[part] == fault
    [reading] = [one for one in machine.readings(root, root) if one.part == part]
    assert bool(reading.remedy) == bool(fault)


def test_what_a_machine_does_not_have_or_garbles_is_left_out(root: Path) -> None:
    (root / "proc/meminfo").write_text("nothing\n")
    (root / "sys/class/thermal/thermal_zone0/temp").write_text("warm\n")
    (root / "sys/devices/platform/soc/soc:firmware/get_throttled").unlink()
    assert faults(root) == {}


def test_a_directory_that_is_not_there_yet_is_on_the_disk_of_the_nearest_that_is(tmp_path: Path) -> None:
    there = machine.disk(tmp_path / "not" / "yet")
    assert there is not None and str(tmp_path) in there.text and not there.fault


def test_an_upgrade_that_was_interrupted_has_a_line(root: Path) -> None:
    note = root / "var/lib/kiosk-packages/upgrade.json"
    assert "upgrade" not in {line.what for line in computer.lines(root, root)}
    note.parent.mkdir(parents=True)
    note.write_text("{}")
    (line,) = (line for line in computer.lines(root, root) if line.what == "upgrade")
    assert line.state is State.BAD and "kiosk upgrade --resume" in line.remedy


def test_a_directory_that_may_not_be_looked_at_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    reading = machine.disk(tmp_path / "state")
    assert reading is not None
    assert (reading.part, reading.fault) == ("disk", "full")
    assert "Permission denied" in reading.text
