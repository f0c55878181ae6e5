"""Buttons under test: all three drivers on their simulators, or a real one.

``pytest tests/hil --driver lines --port /dev/ttyUSB0`` runs everything with a real button and says what to press;
``--driver gpio`` needs no port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from heard import Heard
from hil.rigs import BoardRig, GpioRig, LinesRig, RealRig, Rig

from kiosk.button import Button

pytestmark = pytest.mark.hil
SIMULATED = ("board", "lines", "gpio")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--port", help="a real button's port, such as /dev/ttyUSB0")
    parser.addoption("--driver", choices=SIMULATED, help="its driver")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "rig" in metafunc.fixturenames:
        drivers = [_real(metafunc.config)] if _real(metafunc.config) else list(SIMULATED)
        if metafunc.definition.get_closest_marker("two_poles"):
            drivers = [driver for driver in drivers if driver != "board"]
        metafunc.parametrize("rig", drivers, indirect=True)


def _real(settings: pytest.Config) -> str:
    """The driver of a real button; empty for the simulated ones."""
    driver, port = settings.getoption("--driver", None), settings.getoption("--port", None)
    return driver or ("board" if port else "")


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    if _real(request.config):
        capture = request.config.pluginmanager.getplugin("capturemanager")
        port = request.config.getoption("--port", None) or ""

        def ask(text: str) -> str:
            capture.suspend(in_=True)
            try:
                return input(f"\n  {text} ")
            finally:
                capture.resume()

        def say(text: str) -> None:
            with capture.global_and_fixture_disabled():
                print(f"\n  {text}", flush=True)

        made: Rig = RealRig(request.param, port, say, ask)
    elif request.param == "board":
        made = BoardRig(tmp_path)
    else:
        made = LinesRig() if request.param == "lines" else GpioRig()
    yield made
    made.close()


@pytest.fixture
def started(rig: Rig) -> Iterator[Callable[[], tuple[Button, Heard]]]:
    """Starts the driver, as a program does that begins; gives it and what it tells."""
    buttons: list[Button] = []

    def start() -> tuple[Button, Heard]:
        button, heard = rig.button(), rig.heard()
        buttons.append(button)
        button.start(heard)
        return button, heard

    yield start
    for button in buttons:
        button.close()
