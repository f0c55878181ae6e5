"""A button whose contacts this program reads itself, many times a second: threads around a pure core.

One thread opens, reads and closes the device and calls the listener. Another one switches lamp and buzzer, so
that a slow device never delays a press. There is no microcontroller: what happens while nobody reads is lost.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from kiosk.button.blink import Blinker
from kiosk.button.contact import HELD_S
from kiosk.button.driver import Button
from kiosk.button.events import ButtonEvent, Buzzer, Lamp, Pressed
from kiosk.button.poles import TwoPole
from kiosk.button.ports import PORT_ERRORS, PortFault
from kiosk.button.wires import Wires

REOPEN_S = 0.5
IDLE_S = 0.01  # between two readings; a hand's press lasts ten times as long
HURRY_S = 0.002  # while the contacts are being debounced
AGAIN_S = 1.0  # lamp and buzzer are set again so often, which also shows whether the device still hears

log = logging.getLogger(__name__)


class Device(ABC):
    """Two contacts, a lamp and a buzzer; every method raises one of ``PORT_ERRORS`` when the device is gone."""

    @abstractmethod
    def read(self) -> tuple[bool, bool, bool]:
        """Whether the normally-open contact, the normally-closed one and the optional loop are closed."""

    @abstractmethod
    def switch(self, lit: bool, sounds: bool) -> None:
        """Set lamp and buzzer; may wait for the device."""

    @abstractmethod
    def close(self) -> None:
        """Leave lamp and buzzer off. Raises nothing."""


class SampledButton(Button):
    """A driver overrides :meth:`_open`; ``where`` and ``wires`` are for the faults' remedies."""

    def __init__(self, wires: Wires, *, held_s: Sequence[float] = HELD_S) -> None:
        super().__init__()
        self._wires = wires
        self._core = TwoPole(wires, secrets.token_hex(4), held_s)  # only the reading thread touches it
        self._blinker = Blinker()
        self._blinking = threading.Condition()
        self._told = 0  # how often lamp or buzzer were told something
        self._device: Device | None = None
        self._device_lock = threading.Lock()  # the device is not closed while it is being switched
        self._deaf: Exception | None = None  # why it could not be switched
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read_forever, name="button-reader", daemon=True)
        self._switcher = threading.Thread(target=self._switch_forever, name="button-lamp", daemon=True)

    @abstractmethod
    def _open(self) -> Device:
        """Open the device, lamp and buzzer off. Raises :class:`PortFault`."""

    def _start(self) -> None:
        self._switcher.start()
        self._reader.start()

    def _show(self, lamp: Lamp, buzzer: Buzzer) -> None:
        with self._blinking:
            self._blinker.show(lamp, buzzer, time.monotonic())
            self._wake()

    def _acknowledge(self, cause: str) -> None:
        """Nobody keeps the press but this program."""

    def _close(self) -> None:
        self._stop.set()
        with self._blinking:
            self._wake()
        for thread in (self._reader, self._switcher):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(timeout=1.0)

    def _counters(self) -> Mapping[str, int]:
        return self._core.counters

    def _tell(self, events: list[ButtonEvent]) -> None:
        if any(isinstance(event, Pressed) for event in events):
            with self._blinking:
                self._blinker.felt(time.monotonic())
                self._wake()
        for event in events:
            self._emit(event)

    def _read_forever(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
            except Exception:  # whatever it is, the button must come back
                log.exception("the button failed in an unknown way; it is opened again")
            self._stop.wait(REOPEN_S)

    def _session(self) -> None:
        try:
            device = self._open()
        except PortFault as fault:
            self._tell(self._core.failed(fault.kind, fault.remedy))
            return
        self._deaf = None
        self._device = device
        with self._blinking:
            self._wake()
        try:
            self._read(device)
        except PORT_ERRORS as error:
            log.info("reading the button on %s ended: %s", self._wires.where, error)
            remedy = f"{self._wires.where} was unplugged: plug it in again; nothing else is needed."
            self._tell(self._core.failed("unplugged", remedy))
        finally:
            with self._device_lock:
                self._device = None
                device.close()

    def _read(self, device: Device) -> None:
        self._tell(self._core.opened())
        while not self._stop.is_set():
            no, nc, loop = device.read()
            self._tell(self._core.sample(no, nc, time.monotonic(), loop=loop))
            if self._deaf is not None:
                raise OSError(f"it does not do as it is told ({self._deaf})")
            self._stop.wait(HURRY_S if self._core.settling else IDLE_S)

    def _wake(self) -> None:
        self._told += 1
        self._blinking.notify_all()

    def _switch_forever(self) -> None:
        said: tuple[Device | None, bool, bool] = (None, False, False)
        said_at = 0.0
        while not self._stop.is_set():
            now = time.monotonic()
            with self._blinking:
                told = self._told
                lit, sounds, seconds = self._blinker.at(now)
            if (self._device, lit, sounds) != said or now - said_at >= AGAIN_S:
                said, said_at = (self._device, lit, sounds), now
                self._switch(lit, sounds)
            until = min(now + seconds, said_at + AGAIN_S)
            with self._blinking:
                self._blinking.wait_for(lambda: self._told != told, max(0.0, until - time.monotonic()))  # noqa: B023

    def _switch(self, lit: bool, sounds: bool) -> None:
        with self._device_lock:
            if self._device is None or self._deaf is not None:
                return
            try:
                self._device.switch(lit, sounds)
            except PORT_ERRORS as error:
                self._deaf = error  # the reader ends the session, and it alone reports it
