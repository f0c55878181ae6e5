"""MicroPython's module machine as far as the firmware uses it, for CPython and for MicroPython on a computer.

What the pins read is one byte for each GPIO number in the file ``PINS``; what is done to pins, watchdog and timer
is written to the file ``DEEDS``, a line each.
"""

import os

_pins = open(os.getenv("PINS"), "rb", 0)
_deeds = open(os.getenv("DEEDS"), "ab", 0)


def _did(*words):
    _deeds.write((" ".join(str(word) for word in words) + "\n").encode())


def unique_id():
    return b"\x01\x02\x03\x04\x05\x06\x07\x08"


class Pin:
    IN = 0
    PULL_UP = 1

    def __init__(self, number, mode=-1, pull=-1):
        self.number = number
        if mode == self.IN:
            _did("input", number, pull)

    def value(self):
        _pins.seek(self.number)
        return int(_pins.read(1))


class PWM:
    def __init__(self, pin, *, freq, duty_u16):
        self._pin = pin
        self.duty_u16(duty_u16)

    def duty_u16(self, duty):
        _did("pwm", self._pin.number, duty)


class WDT:
    def __init__(self, *, timeout):
        self._fed = 0
        _did("watchdog", timeout)

    def feed(self):
        self._fed += 1
        if self._fed in (1, 100):
            _did("fed", self._fed)


class Timer:
    PERIODIC = 1

    def __init__(self, *, period, mode, callback):
        _did("timer", period)
        for _ in range(200):
            callback(self)
