"""The Pico's pins: two contacts, a lamp of two colours, a buzzer. The drawing is hardware/drawings/board.svg."""

import binascii
import hashlib
import os
import time

import machine

# GPIO numbers, with the places on the Pico's edge. Each contact lies between its pin and ground, pulled up.
NO = 2  # 4: closes when the button is pressed
NC = 3  # 5: opens when it is pressed
BUZZER = 13  # 17
YELLOW = 14  # 19
GREEN = 15  # 20

LAMP_HZ = 1000  # far above what an eye or a camera sees
YELLOW_DUTY = 65535  # of 65535; lower for a lamp that blinds
GREEN_DUTY = 65535
BUZZER_HZ = 1000  # older ears lose the high notes first
BUZZER_DUTY = 32768


class Pins:
    """Lamp and buzzer are off until :meth:`show` says otherwise."""

    def __init__(self):
        self._no = machine.Pin(NO, machine.Pin.IN, machine.Pin.PULL_UP)
        self._nc = machine.Pin(NC, machine.Pin.IN, machine.Pin.PULL_UP)
        self._outputs = (
            machine.PWM(machine.Pin(YELLOW), freq=LAMP_HZ, duty_u16=0),
            machine.PWM(machine.Pin(GREEN), freq=LAMP_HZ, duty_u16=0),
            machine.PWM(machine.Pin(BUZZER), freq=BUZZER_HZ, duty_u16=0),
        )
        self._duties = (YELLOW_DUTY, GREEN_DUTY, BUZZER_DUTY)
        self._shown = [False, False, False]

    def contacts(self):
        """Whether the normally-open contact and the normally-closed one are closed."""
        return self._no.value() == 0, self._nc.value() == 0

    def show(self, yellow, green, sounds):
        """Switch what has changed."""
        for number, on in enumerate((yellow, green, sounds)):
            if on != self._shown[number]:
                self._shown[number] = on
                self._outputs[number].duty_u16(self._duties[number] if on else 0)

    def nonce(self):
        """Eight hexadecimal digits, new at each boot: a press's name must never come twice.

        The Pico's own random source is not a good one, so the time the boot took and the chip's number go in too.
        """
        seed = os.urandom(32) + machine.unique_id() + str(time.ticks_us()).encode()
        return binascii.hexlify(hashlib.sha256(seed).digest()[:4]).decode()
