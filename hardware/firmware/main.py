"""The button board's program: the loop around firmware.py and antivalent.py. It runs when the Pico has power.

Copied onto the Pico with its neighbours by hardware/flash.py, which also tells how it is stopped for an update: a
Ctrl-C on USB ends it, and the watchdog is then fed from a timer for as long as an update may take.
"""

import time

import machine
from antivalent import Antivalent
from clock import Clock
from firmware import DEBOUNCE_MS, Board
from pins import Pins
from port import open_port

STEP_MS = 1
WATCHDOG_MS = 5000  # a loop that hangs for that long is started anew; the Pico's longest is 8388
UPDATE_S = 300  # a board that was stopped and then left alone goes back to its work after that


def serve(pins, watchdog):
    """Be a button board, forever."""
    clock = Clock(time.ticks_ms, time.ticks_diff)
    port = open_port()
    contacts = Antivalent(clock.now(), DEBOUNCE_MS)
    board = Board(pins.nonce(), clock.now())
    while True:
        now = clock.now()
        no, nc = pins.contacts()
        contacts.sample(no, nc, now)
        board.contact(contacts.closed, contacts.since)
        board.wired(contacts.wiring)
        board.receive(port.read(), now)
        port.write(board.poll(now))
        yellow, green = board.lamp_pins(now)
        pins.show(yellow, green, board.buzzer_on(now))
        watchdog.feed()
        time.sleep_ms(STEP_MS)


class Update:
    """Feeds the watchdog while files are copied, since nothing can stop a Pico's watchdog once it runs."""

    def __init__(self, watchdog):
        self._watchdog = watchdog
        self._left = UPDATE_S
        self._timer = machine.Timer(period=1000, mode=machine.Timer.PERIODIC, callback=self._tick)

    def _tick(self, timer):
        self._left -= 1
        if self._left > 0:
            self._watchdog.feed()


def main():
    pins = Pins()
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    try:
        serve(pins, watchdog)
    except KeyboardInterrupt:
        pins.show(False, False, False)
        return Update(watchdog)


update = main()  # kept, or its timer would be collected
