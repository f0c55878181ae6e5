"""The button behind a serial server, as plain TCP and as RFC 2217."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial
import serial.rfc2217

from kiosk.button import Lamp, Released
from kiosk.button.board import BoardButton
from kiosk.button.virtual import VirtualBoard

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # inside pyserial


class Lineless(serial.Serial):
    """A port on a pseudo-terminal, which has no modem lines."""

    cts = dsr = ri = cd = False

    def _update_dtr_state(self) -> None:
        pass

    _update_rts_state = _update_break_state = _update_dtr_state


class Server:
    """Offers a port over TCP to one client after another."""

    def __init__(self, port: str, scheme: str) -> None:
        self._port = Lineless(port, timeout=0.02)
        self._scheme = scheme
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.url = f"{scheme}://127.0.0.1:{self._socket.getsockname()[1]}"

    def write(self, data: bytes) -> None:
        """What serial.rfc2217.PortManager answers with."""
        assert self._client is not None
        self._client.sendall(data)

    def drop(self) -> None:
        if self._client is not None:
            self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self.drop()
        self._thread.join()
        self._socket.close()
        self._port.close()

    def _serve(self) -> None:
        while True:
            try:
                self._client, _ = self._socket.accept()
            except OSError:
                return  # closed
            with self._client:
                threading.Thread(target=self._upwards, args=(self._client,), daemon=True).start()
                self._downwards(self._client)
                self._client = None

    def _downwards(self, client: socket.socket) -> None:
        manager = serial.rfc2217.PortManager(self._port, self) if self._scheme == "rfc2217" else None
        try:
            while data := client.recv(1024):
                self._port.write(b"".join(manager.filter(data)) if manager else data)
        except ConnectionError:
            return

    def _upwards(self, client: socket.socket) -> None:
        try:
            while client.fileno() >= 0:
                client.sendall(self._port.read(1) + self._port.read(self._port.in_waiting))
        except OSError:
            return  # the client has gone


@pytest.fixture(params=["socket", "rfc2217"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, VirtualBoard]]:
    with VirtualBoard(tmp_path / "far") as board:
        server = Server(str(board.link), request.param)
        yield server, board
        server.close()


def test_a_press_comes_over_the_network_also_after_the_connection_broke(
    server: tuple[Server, VirtualBoard], heard: Any, until: Callable[[Callable[[], bool]], None]
) -> None:
    far, board = server
    with BoardButton(far.url) as button:
        button.start(heard)
        button.show(Lamp.READY)
        until(lambda: board.lamp is Lamp.READY)
        board.press()
        heard.wait_presses(1)
        button.acknowledge(heard.causes[0])
        heard.wait(lambda events: isinstance(events[-1], Released))
        until(lambda: board.pending == 0)

        far.drop()
        heard.wait_fault("unplugged")
        board.press(0.05)
        heard.wait_fault("-unplugged")
        heard.wait_presses(2)
        assert len(set(heard.causes)) == 2
        assert heard.faults == ["unplugged", "-unplugged"]
