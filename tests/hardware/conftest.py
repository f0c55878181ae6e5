"""The board's own files, running on CPython and on MicroPython, with a stand-in for the Pico's pins."""

import os
import signal
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from heard import Heard, until

ROOT = Path(__file__).parents[2]
STANDIN = Path(__file__).parent / "standin"
NO, NC = 2, 3


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What hardware/flash.py puts on a Pico."""
    image = tmp_path_factory.mktemp("pico")
    command = [sys.executable, ROOT / "hardware" / "flash.py", "--build", image]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    return image


class Pico:
    """A board whose program runs in a process of its own. ``port``: where a computer finds it."""

    def __init__(self, command: list[str], image: Path, directory: Path) -> None:
        self._pins, self._deeds = directory / "pins", directory / "deeds"
        self._pins.write_bytes(b"1" * 32)
        self._deeds.touch()
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        path = f"{STANDIN}:{image}"
        self._command = command
        self._environment = {
            **os.environ,
            "PYTHONPATH": path,
            "MICROPYPATH": f"{path}:.frozen",
            "PINS": str(self._pins),
            "DEEDS": str(self._deeds),
        }
        self.release()
        self.power()

    def power(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdin=self.master, stdout=self.master, stderr=subprocess.PIPE, env=self._environment
        )

    def unplug(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def press(self) -> None:
        self._wire(NC, True)
        self._wire(NO, False)

    def release(self) -> None:
        self._wire(NO, True)
        self._wire(NC, False)

    def cut(self) -> None:
        self._wire(NC, True)

    def interrupt(self) -> str:
        """What a Ctrl-C on USB does; what the program had to say about it."""
        self._process.send_signal(signal.SIGINT)
        return self._process.communicate(timeout=20)[1].decode()

    def _wire(self, pin: int, high: bool) -> None:
        with self._pins.open("r+b") as pins:
            pins.seek(pin)
            pins.write(b"1" if high else b"0")

    @property
    def deeds(self) -> list[str]:
        return self._deeds.read_text().splitlines()

    def duty(self, pin: int) -> int:
        """What the output shows at this moment; 0 is off."""
        return int([deed.split()[2] for deed in self.deeds if deed.startswith(f"pwm {pin} ")][-1])

    def close(self) -> None:
        self.unplug()
        os.close(self.master)
        os.close(self._slave)


@pytest.fixture(params=["cpython", "micropython"])
def pico(request: pytest.FixtureRequest, image: Path, tmp_path: Path) -> Iterator[Pico]:
    if request.param == "cpython":
        command = [sys.executable, str(STANDIN / "cpython.py")]
    elif find_spec("micropython_unix"):
        command = [sys.executable, "-m", "micropython_unix", str(image / "main.py")]
    else:
        pytest.skip("no MicroPython for this machine: its package is for x86-64 alone")
    pico = Pico(command, image, tmp_path)
    yield pico
    pico.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture(name="until")
def until_() -> Callable[[Callable[[], bool]], None]:
    return until
