"""What journalctl -x says must be what the documents say, and cover every fault."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("log_catalogue", ROOT / "scripts" / "log-catalogue.py")
assert _spec and _spec.loader
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)


def test_the_catalogue_is_up_to_date() -> None:
    assert script.CATALOGUE.read_text(encoding="utf-8") == script.catalogue(), "run scripts/log-catalogue.py"


def test_every_fault_and_step_has_one_entry() -> None:
    text = script.catalogue()
    ids = re.findall(r"^-- ([0-9a-f]{32})$", text, re.MULTILINE)
    assert len(ids) == len(set(ids)) > 80
    for part, event in (
        ("button", "cut"),
        ("broker", "unreachable"),
        ("microphone", "silent"),
        ("call", "opened"),
    ):
        assert script.message_id(part, event) in ids


def test_a_command_is_written_as_it_is_typed() -> None:
    text = script.catalogue()
    assert "What to do: fuser -v PORT names it" in text and "What to do: Plug the board in" in text


@pytest.mark.skipif(not shutil.which("journalctl"), reason="systemd is not installed")
def test_systemd_takes_it(tmp_path: Path) -> None:
    there = tmp_path / "usr" / "lib" / "systemd" / "catalog"
    there.mkdir(parents=True)
    (tmp_path / "var" / "lib" / "systemd" / "catalog").mkdir(parents=True)
    shutil.copy(script.CATALOGUE, there)
    done = subprocess.run(
        ["journalctl", f"--root={tmp_path}", "--update-catalog"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    listed = subprocess.run(
        ["journalctl", f"--root={tmp_path}", "--list-catalog"], capture_output=True, text=True, check=True
    )
    assert "rengong-kiosk: button: cut" in listed.stdout
