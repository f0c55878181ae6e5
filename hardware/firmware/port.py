"""The line to the computer: USB, or a UART behind an RS-232 transceiver. Neither ever waits for the computer."""

import select
import sys

import machine

UART = False  # True: GP0 sends (1), GP1 receives (2), through a transceiver for RS-232
BAUD = 115200
AT_ONCE = 128  # bytes taken in one turn of the loop, so that a flood does not stop it


def open_port():
    """The port that is set above."""
    return Serial(machine.UART(0, BAUD, txbuf=1024, rxbuf=512)) if UART else Usb()


class Serial:
    """A UART."""

    def __init__(self, uart):
        self._uart = uart

    def read(self):
        """What has come, perhaps nothing."""
        return self._uart.read(AT_ONCE) or b"" if self._uart.any() else b""

    def write(self, data):
        """Send, as far as there is room."""
        if data:
            self._uart.write(data)


class Usb:
    """The Pico's USB, which is MicroPython's console as well."""

    def __init__(self):
        self._in, self._out = sys.stdin.buffer, sys.stdout.buffer
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self._in, select.POLLIN)
        self._writable.register(self._out, select.POLLOUT)

    def read(self):
        """What has come, perhaps nothing."""
        data = bytearray()
        while len(data) < AT_ONCE and self._readable.poll(0):
            data += self._in.read(1)
        return data

    def write(self, data):
        """Send; to a computer that takes nothing nothing is sent, since all that matters is said again."""
        if data and self._writable.poll(0):
            self._out.write(data)
