"""Parts of a real hall for the tests: mosquitto, desks and links are processes of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from hypothesis import settings
from parts import PEOPLE, Link

from kiosk import local
from kiosk.stack import Stack

# The searches for counter-examples try the same ones every time, so that a change is judged by what it changes.
# New ones: pytest --hypothesis-profile=default
settings.register_profile("the same", derandomize=True)
settings.load_profile("the same")

# The tests start hundreds of processes. Where a machine forbids bytecode, each would compile the whole program.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ConnectLink = Callable[..., Awaitable[Link]]


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A hall with mosquitto and a desk, both made and none started; what it wrote is shown on failure."""
    with Stack() as hall:
        hall.make_broker()
        hall.make_desk("desk1", people=PEOPLE)
        yield hall
        for log in sorted(hall.directory.glob("*.log")):
            print(f"----- {log.stem}\n{hall.log(log.stem)[-3000:]}")


@pytest.fixture
async def link_of() -> AsyncIterator[ConnectLink]:
    """Connects to a kiosk's link as a screen would."""
    opened: list[Link] = []

    async def connect(hall: Stack, kiosk: str = "k1") -> Link:
        opened.append(Link(await local.connect(hall.socket(kiosk))))
        return opened[-1]

    yield connect
    for link in opened:
        await link.close()
