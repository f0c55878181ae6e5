"""The button on a board at a serial port: threads around :class:`kiosk.button.protocol.BoardCore`.

One thread opens, reads and closes the port and calls the listener; a byte that arrives wakes it at once.
Another one writes, so that nobody else ever waits for the port.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any

from kiosk.button.contact import HELD_S
from kiosk.button.driver import Button
from kiosk.button.events import Buzzer, Lamp
from kiosk.button.ports import PORT_ERRORS, PortFault, is_remote, open_port, write
from kiosk.button.protocol import BoardCore, Output

REOPEN_S = 0.5
HANG_UP_S = 10.0  # a network connection silent for that long is made anew, its far end may be gone
UNSENT_MAX = 64  # messages waiting for a port that takes nothing; all of them would be said again anyway

log = logging.getLogger(__name__)


class BoardButton(Button):
    """A button board on ``port``, a device or a pyserial URL."""

    def __init__(self, port: str, *, held_s: Sequence[float] = HELD_S) -> None:
        super().__init__()
        self._url = port
        self._core = BoardCore(port, held_s)
        self._core_lock = threading.Lock()  # held for microseconds, never around I/O or the listener
        self._port: Any = None
        self._port_lock = threading.Lock()  # the port is not closed under the writer
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._unsent = 0
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read_forever, name="button-reader", daemon=True)
        self._writer = threading.Thread(target=self._write_forever, name="button-writer", daemon=True)

    def _start(self) -> None:
        self._writer.start()
        self._reader.start()

    def _show(self, lamp: Lamp, buzzer: Buzzer) -> None:
        self._do(partial(self._core.show, lamp, buzzer))

    def _acknowledge(self, cause: str) -> None:
        self._do(partial(self._core.acknowledge, cause))

    def _close(self) -> None:
        self._stop.set()
        self._outbox.put(None)
        for thread in (self._reader, self._writer):
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(timeout=1.0)

    def _counters(self) -> Mapping[str, int]:
        return {**self._core.counters, "unsent": self._unsent}

    def _do(self, step: Callable[[], Output]) -> None:
        with self._core_lock:
            events, data = step()
            # Queued under the lock, so that the board hears things in the order they were decided.
            if data and self._port is not None:
                if self._outbox.qsize() < UNSENT_MAX:
                    self._outbox.put(data)
                else:
                    self._unsent += 1
        for event in events:
            self._emit(event)

    def _read_forever(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
            except Exception:  # whatever it is, the button must come back
                log.exception("the button's port failed in an unknown way; it is opened again")
            self._stop.wait(REOPEN_S)

    def _session(self) -> None:
        try:
            port = open_port(self._url)
        except PortFault as fault:
            self._do(partial(self._core.failed, fault.kind, fault.remedy))
            return
        self._port = port
        try:
            self._read(port)
        except PORT_ERRORS as error:
            log.info("reading %s ended: %s", self._url, error)
            remedy = f"{self._url} was unplugged: plug it in again; nothing else is needed."
            self._do(partial(self._core.failed, "unplugged", remedy))
        finally:
            with self._port_lock:
                self._port = None
                port.close()

    def _read(self, port: Any) -> None:
        self._do(partial(self._core.opened, time.monotonic()))
        while not self._stop.is_set():
            data = port.read(1)
            if data:
                data += port.read(port.in_waiting)
            now = time.monotonic()
            self._do(partial(self._core.feed, data, now))
            self._do(partial(self._core.tick, now))
            if is_remote(self._url) and self._core.silent_s(now) >= HANG_UP_S:
                return

    def _write_forever(self) -> None:
        while (data := self._outbox.get()) is not None:
            with self._port_lock:
                if self._port is None:
                    continue  # everything is said again when the port is back
                try:
                    sent = write(self._port, data)
                except PORT_ERRORS as error:
                    sent = False  # the reader meets the same trouble, and it alone reports it
                    log.debug("writing to %s failed: %s", self._url, error)
            if not sent:
                self._unsent += 1
