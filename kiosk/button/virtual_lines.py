"""A two-pole button on modem lines without hardware: pyserial's own RFC 2217 server with a simulated button.

It serves demonstrations, tests and benches. The program opens it as ``rfc2217://host:port``; a pseudo-terminal has
no modem lines. Each change of a line is told to the program at once.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import random
import select
import socket
import time
from collections.abc import Callable
from typing import Any

from serial.rfc2217 import PortManager

from kiosk.button.blink import LampReader
from kiosk.button.events import Lamp
from kiosk.button.simulated import Simulated
from kiosk.button.wiring import Wiring, WiringFault

NEVER = float("inf")
TICK_S = 0.1  # how often a lamp that does not change is looked at
REWIRE_S = 2.5  # exchanging two wires takes a while, with the plug off
FLAKES_S = (0.05, 0.4)  # how long a loose plug lets go, and holds
BOUNCE_S = 0.004

OnLamp = Callable[[float, Lamp], None]
OnLight = Callable[[float, bool], None]


class VirtualLines(Simulated):
    """A running adapter with button, cable and lamp, from construction until :meth:`close`.

    ``port`` 0 takes any that is free. ``on_lamp(time.monotonic(), lamp)`` is called when the lamp's light shows
    another state, which can be told after a few blinks; ``on_light`` at each change of the light; both from a
    thread of its own. Raises ``OSError`` when it cannot listen.
    """

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        loop: bool = False,
        on_lamp: OnLamp | None = None,
        on_light: OnLight | None = None,
    ) -> None:
        super().__init__("virtual lines")
        self._address = (host, port)
        self._on_lamp, self._on_light = on_lamp, on_light
        self._wiring = Wiring(loop=loop)
        self._lines = _Lines(self._wiring)
        self._lit = False
        self._reader = LampReader()
        self._seen = Lamp.OFF
        self._server: socket.socket | None = None
        self._client: socket.socket | None = None
        self._manager: Any = None
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._release_number = 0
        self._plug()
        self._start()

    # What somebody at the kiosk can do. None of these waits.

    def press(self, seconds: float = 0.2) -> None:
        """Press the button now and let it go after ``seconds``; pressed already, it only stays down longer."""
        self._order(lambda: self._press(seconds))

    def hold(self, seconds: float | None = None) -> None:
        """Press the button for ``seconds``, or until :meth:`release`."""
        self.press(NEVER if seconds is None else seconds)

    def release(self) -> None:
        """Let the button go now."""
        self._order(self._release)

    def bounce(self, seconds: float = 0.2, times: int = 5) -> None:
        """A press whose contacts chatter for some milliseconds at its beginning."""

        def chatter() -> None:
            for number in range(times):
                self._in(2 * number * BOUNCE_S, lambda: self._set_pressed(True))
                self._in((2 * number + 1) * BOUNCE_S, lambda: self._set_pressed(False))
            self._in(2 * times * BOUNCE_S, lambda: self._press(seconds))

        self._order(chatter)

    def break_(self, fault: WiringFault, seconds: float = NEVER) -> None:
        """Have a fault in the wiring from now on, until ``seconds`` have passed or :meth:`mend`.

        Under a running program wires are exchanged with the plug off, which takes 2.5 s more.
        """

        def begin() -> None:
            if fault is WiringFault.SWAP and self.opened:
                self._break(WiringFault.CUT)
                self._in(REWIRE_S, lambda: self._mend(WiringFault.CUT))
            self._break(fault)
            if seconds < NEVER:
                self._in(seconds, lambda: self._mend(fault))

        self._order(begin)

    def flaky(self, seconds: float) -> None:
        """A plug that is loose for so long: the cable comes and goes, each for 0.05 to 0.4 s."""

        def flake(until: float) -> None:
            if time.monotonic() < until:
                self._break(WiringFault.CUT)
                off, on = random.uniform(*FLAKES_S), random.uniform(*FLAKES_S)
                self._in(off, lambda: self._mend(WiringFault.CUT))
                self._in(off + on, lambda: flake(until))

        self._order(lambda: flake(time.monotonic() + seconds))

    def mend(self) -> None:
        """All wires are as they should be."""
        self._order(lambda: self._mend(*WiringFault))

    def unplug(self, seconds: float) -> None:
        """Unplug the adapter: the port vanishes, and comes back by itself after ``seconds``."""

        def vanish() -> None:
            self._unplug()
            self._in(seconds, self._plug)

        self._order(vanish)

    def plug_in(self) -> None:
        """Plug an unplugged adapter in before its time."""
        self._order(self._plug)

    def hang(self, seconds: float) -> None:
        """The adapter stops for so long, as a serial server does whose network is gone: nothing is told."""
        self._order(lambda: time.sleep(seconds))

    # What somebody at the kiosk can see.

    @property
    def url(self) -> str:
        """What belongs into ``button.port``."""
        return f"rfc2217://{self._address[0]}:{self._address[1]}"

    @property
    def lamp(self) -> Lamp:
        """The state that the lamp's light shows."""
        return self._seen

    @property
    def lit(self) -> bool:
        """Whether the lamp is lit at this moment."""
        return self._lit

    @property
    def opened(self) -> bool:
        """Whether a program has the port and gives the voltage."""
        return self._lines.rts

    # The thread of its own; everything below runs in it.

    def _go_on(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            heapq.heappop(self._later)[2]()
        self._look()

    def _wait(self) -> None:
        timeout = TICK_S if not self._later else min(TICK_S, self._later[0][0] - time.monotonic())
        ports = [port for port in (self._wake_r, self._server, self._client) if port is not None]
        ready, _, _ = select.select(ports, [], [], max(0.0, timeout))
        if self._client in ready and self._client is not None:
            try:
                data = self._client.recv(4096)
                for _ in self._manager.filter(data):
                    pass  # what is sent as data goes nowhere
            except OSError:
                data = b""
            if data:
                self._moved()  # RTS may have been set
            else:
                self._hang_up()
        if self._server in ready and self._server is not None:
            self._hang_up()  # as a port that is opened again: the newest program has it
            self._client, _ = self._server.accept()
            self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._manager = PortManager(self._lines, self)

    def write(self, data: bytes) -> None:
        """What serial.rfc2217.PortManager answers with."""
        if self._client is not None:
            with contextlib.suppress(OSError):  # the next reading finds that it has gone
                self._client.sendall(data)

    def _look(self) -> None:
        now = time.monotonic()
        lit = self._lines.dtr and WiringFault.CUT not in self._wiring.faults
        if lit is not self._lit:
            self._lit = lit
            self._reader.light(lit, now)
            if self._on_light:
                self._on_light(now, lit)
        lamp = self._reader.lamp(now)
        if lamp is not self._seen:
            self._seen = lamp
            if self._on_lamp:
                self._on_lamp(now, lamp)

    def _moved(self) -> None:
        """The lines may have changed: the program hears of it at once."""
        if self._manager is not None:
            self._manager.check_modem_lines()

    def _set_pressed(self, pressed: bool) -> None:
        self._wiring.pressed = pressed
        self._moved()

    def _press(self, seconds: float) -> None:
        self._set_pressed(True)
        self._release_number = number = next(self._number)

        def let_go() -> None:
            if self._release_number == number:
                self._release()

        if seconds < NEVER:
            self._in(seconds, let_go)

    def _release(self) -> None:
        self._release_number = next(self._number)
        self._set_pressed(False)

    def _break(self, fault: WiringFault) -> None:
        self._wiring.faults.add(fault)
        self._moved()

    def _mend(self, *faults: WiringFault) -> None:
        self._wiring.faults.difference_update(faults)
        self._moved()

    def _in(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._number), what))

    def _plug(self) -> None:
        if self._server is None:
            self._server = socket.create_server(self._address)
            self._address = self._server.getsockname()[:2]

    def _unplug(self) -> None:
        self._hang_up()
        if self._server is not None:
            self._server.close()
            self._server = None

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._manager = None
        self._lines.dtr = self._lines.rts = False  # as the kernel does when a port is closed


class _Lines:
    """The port as serial.rfc2217.PortManager wants to see one."""

    baudrate, bytesize, parity, stopbits = 9600, 8, "N", 1
    xonxoff = rtscts = break_condition = ri = rts = dtr = False

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    # RTS gives the voltage that the contacts lead back.

    @property
    def cts(self) -> bool:
        return self.rts and self._wiring.returns()[0]

    @property
    def dsr(self) -> bool:
        return self.rts and self._wiring.returns()[1]

    @property
    def cd(self) -> bool:
        return self.rts and self._wiring.returns()[2]

    def reset_input_buffer(self) -> None:
        """There are no data."""

    reset_output_buffer = reset_input_buffer
