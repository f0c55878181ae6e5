import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ops.notify import notify, watchdog_interval
from kiosk.stack import Stack


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A service manager's socket."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@kiosk-test-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listening


def test_the_manager_is_told(manager: socket.socket) -> None:
    assert notify("READY=1")
    assert manager.recv(100) == b"READY=1"


def test_without_a_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")


def test_a_manager_that_is_gone_is_no_disaster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify("READY=1")


def test_a_desk_says_that_it_serves_and_that_its_database_works(manager: socket.socket) -> None:
    with Stack() as hall:
        hall.make_desk(people={})
        environment = os.environ | {"WATCHDOG_USEC": "400000"}
        hall.set_environment("desk1", environment)
        hall.start()
        assert [manager.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


@pytest.mark.parametrize(
    ("value", "interval"), [("20000000", 10.0), ("1", 5e-7), ("0", None), ("", None), ("soon", None), ("-5", None)]
)
def test_a_sign_of_life_comes_twice_as_often_as_it_must(
    value: str, interval: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    assert watchdog_interval() == interval
