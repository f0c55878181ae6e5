"""Opening a serial port, and saying what is wrong with it in words a technician can act on."""

from __future__ import annotations

import errno
import select
import termios
from typing import Any

import serial

from kiosk.button.driver import ButtonError
from kiosk.button.faults import Kind

BAUD = 115200
READ_S = 0.1  # how long a read waits for the first byte
WRITE_S = 0.5  # how long a write waits for a port that takes nothing

# What an open port raises when it breaks: pyserial's own errors are OSError, the terminal layer's are not.
PORT_ERRORS = (OSError, termios.error)

_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
_DENIED = {errno.EACCES, errno.EPERM}


class PortFault(ButtonError, OSError):
    """The port cannot be opened: ``kind`` is the fault, such as ``port-missing``."""

    def __init__(self, kind: Kind, remedy: str) -> None:
        super().__init__(remedy)
        self.kind = kind
        self.remedy = remedy


def is_remote(port: str) -> bool:
    """Whether the port is a URL and not a device of this machine."""
    return "://" in port


def open_port(port: str) -> Any:
    """The open pyserial port, locked against others where it is a device. Raises :class:`PortFault`."""
    try:
        if is_remote(port):
            # rfc2217:// refuses a write timeout, and there is nothing to lock.
            return serial.serial_for_url(port, baudrate=BAUD, timeout=READ_S)
        return serial.Serial(port, BAUD, timeout=READ_S, write_timeout=WRITE_S, exclusive=True)
    except (*PORT_ERRORS, ValueError) as error:  # ValueError: a URL or a serial server pyserial does not like
        raise _fault(port, error) from error


def open_lines(port: str) -> Any:
    """The open pyserial port with RTS set, for the voltage, and DTR, the lamp, off from the first moment.

    (Linux sets both for the milliseconds of the opening itself.) Raises :class:`PortFault`.
    """
    try:
        line = serial.serial_for_url(port, do_not_open=True, timeout=0)
        if not is_remote(port):
            line.exclusive = True
        line.dtr, line.rts = False, True
        line.open()
    except (*PORT_ERRORS, ValueError) as error:
        raise _fault(port, error) from error
    return line


def write(port: Any, data: bytes) -> bool:
    """Write all of ``data``; false when the port took nothing for 0.5 s. Raises one of ``PORT_ERRORS``."""
    if not is_remote(port.port):
        # pyserial would spin on a full device buffer until its time-out, and starve the reader meanwhile.
        _, ready, _ = select.select([], [port.fileno()], [], WRITE_S)
        if not ready:
            return False
    try:
        port.write(data)
    except serial.SerialTimeoutException:
        return False
    return True


def _fault(port: str, error: BaseException) -> PortFault:
    number = getattr(error, "errno", None)
    if number in _DENIED:
        return PortFault(
            "port-denied",
            f"This user may not open {port}: add the user to the group that owns it (ls -lL {port} shows the "
            "group), then start this program again.",
        )
    if number in _BUSY:
        return PortFault(
            "port-busy",
            f"Another program uses {port}: stop it (fuser -v {port} names it; it is often a terminal program "
            "or ModemManager).",
        )
    if is_remote(port):
        return PortFault(
            "port-missing",
            f"Nothing answers at {port} ({error}): check the address, the network and the serial server.",
        )
    if number == errno.ENOENT:
        return PortFault(
            "port-missing",
            f"There is no {port}: plug in the button's board or adapter, or name the right port in the settings.",
        )
    return PortFault(
        "port-missing",
        f"{port} is no working serial port ({error}): plug the button in again, or name the right port "
        "in the settings.",
    )
