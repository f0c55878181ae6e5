"""A button with two poles on the modem lines of a serial port, without a microcontroller.

RTS gives the voltage: the normally-open contact leads it to CTS, the normally-closed one to DSR, and a wire that
may be left out leads it through the cable and back to DCD. DTR is the lamp. See docs/serial.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import struct
import termios
from collections.abc import Sequence
from typing import Any

from kiosk.button.contact import HELD_S
from kiosk.button.ports import PORT_ERRORS, PortFault, is_remote, open_lines
from kiosk.button.sampled import Device, SampledButton
from kiosk.button.wires import Wires

_ROOM = struct.pack("I", 0)


class LinesButton(SampledButton):
    """The button on ``port``, a device with modem lines or ``rfc2217://host:port``. It has no buzzer."""

    def __init__(self, port: str, *, held_s: Sequence[float] = HELD_S) -> None:
        super().__init__(Wires(port, "RTS to CTS", "RTS to DSR"), held_s=held_s)
        self._url = port

    def _open(self) -> Device:
        port = open_lines(self._url)
        device = _Remote(port) if is_remote(self._url) else _Local(port)
        try:
            device.read()
        except PORT_ERRORS as error:
            device.close()
            raise PortFault(
                "no-lines",
                f"{self._url} has no modem lines ({error}): a button without a board needs a port with RTS, CTS, "
                "DSR and DTR, or rfc2217://host:port. For a button board set button.driver to board.",
            ) from error
        return device


class _Local(Device):
    """A port of this machine: one system call reads all lines."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def read(self) -> tuple[bool, bool, bool]:
        (lines,) = struct.unpack("I", fcntl.ioctl(self._port.fileno(), termios.TIOCMGET, _ROOM))
        return bool(lines & termios.TIOCM_CTS), bool(lines & termios.TIOCM_DSR), bool(lines & termios.TIOCM_CD)

    def switch(self, lit: bool, sounds: bool) -> None:
        self._port.dtr = lit

    def close(self) -> None:
        with contextlib.suppress(*PORT_ERRORS):  # it may be unplugged
            self._port.dtr = False  # a killed program's lamp goes out too: then the kernel takes DTR away
        self._port.close()


class _Remote(Device):
    """A serial server, which tells of each change; reading is looking at what it told last.

    Each setting of the lamp has to be confirmed, so that a server that has gone away is noticed.
    """

    def __init__(self, port: Any) -> None:
        self._port = port

    def read(self) -> tuple[bool, bool, bool]:
        self._port.read(self._port.in_waiting or 1)  # nothing is awaited; it raises when the connection is gone
        return self._port.cts, self._port.dsr, self._port.cd

    def switch(self, lit: bool, sounds: bool) -> None:
        self._port.dtr = lit

    def close(self) -> None:
        self._port.close()
