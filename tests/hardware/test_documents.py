"""Drawings, udev rules and pages must say what the code does."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from kiosk.button.firmware import FIRMWARE, PROTOCOL
from kiosk.config import Button

HARDWARE = Path(__file__).parents[2] / "hardware"


@pytest.fixture(scope="module")
def draw() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", HARDWARE / "drawings" / "draw.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["board", "gpio", "lines"])
def test_the_drawings_are_as_the_code_draws_them(draw: ModuleType, name: str) -> None:
    """After a change of pins or drawings run hardware/drawings/draw.py."""
    drawn = getattr(draw, name)().get_imagedata("svg").decode()
    assert _parts(drawn) == _parts((HARDWARE / "drawings" / f"{name}.svg").read_text(encoding="utf-8"))


def _parts(svg: str) -> list[str]:
    """Lines, letters and where they are, to a tenth: another version of schemdraw may write the rest otherwise."""
    words = re.findall(r">([^<>]+)</tspan>", svg) + re.findall(r' d="([^"]+)"', svg)
    return [re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.1f}", word) for word in words]


def test_the_page_of_the_electrician_names_the_firmwares_pins(draw: ModuleType) -> None:
    page = (HARDWARE / "README.zh-CN.md").read_text(encoding="utf-8")
    pins = draw.firmware_pins()
    for name in ("NO", "NC", "YELLOW", "GREEN", "BUZZER"):
        assert f"| {draw.PICO_PLACES[pins[name]]} | GP{pins[name]} |" in page


def test_both_pages_name_the_firmware_that_is_here() -> None:
    for page in ("README.md", "README.zh-CN.md"):
        assert f"firmware {FIRMWARE}, protocol {PROTOCOL}" in (HARDWARE / page).read_text(encoding="utf-8")


def test_the_udev_rules_give_the_name_that_the_settings_expect() -> None:
    text = (HARDWARE / "99-kiosk-button.rules").read_text(encoding="utf-8")
    rules = [line.removeprefix("# ") for line in text.splitlines() if "SUBSYSTEM==" in line]
    assert len(rules) == 2
    for rule in rules:
        pairs = [
            re.fullmatch(r'([A-Z]+(?:\{\w+\})?)(==|\+=|=)"([^"]*)"', part.strip()) for part in rule.split(",")
        ]
        assert all(pairs), rule
        said = {pair[1]: pair[3] for pair in pairs if pair}
        assert f"/dev/{said['SYMLINK']}" == Button().port
        assert said["GROUP"] == "dialout"
        assert said["ENV{ID_MM_DEVICE_IGNORE}"] == "1"
