"""What simulated hardware has in common: a thread of its own that does, in order, what it is told from others."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from kiosk.button.driver import WrongOrder


class Simulated(ABC):
    """Runs from :meth:`_start` until :meth:`close`; also a context manager.

    When closed it raises :class:`WrongOrder` for anything it is told.
    """

    def __init__(self, name: str) -> None:
        self._orders: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._wake_r, self._wake_w = os.pipe()
        self._closed = False
        self._running = True
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def close(self) -> None:
        """Take it away for good. May be called twice."""
        if not self._closed:
            self._order(self._end)
            self._closed = True
            self._thread.join()
            os.close(self._wake_r)
            os.close(self._wake_w)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        """Once everything that the thread needs is there."""
        self._thread.start()

    def _order(self, order: Callable[[], None]) -> None:
        """Have the thread do it, soon; does not wait."""
        if self._closed:
            raise WrongOrder(f"the {self._thread.name} was closed")
        self._orders.put(order)
        os.write(self._wake_w, b"\0")

    # The thread; everything below runs in it.

    def _run(self) -> None:
        while self._running:
            self._wait()
            self._take_orders()
            self._go_on()

    @abstractmethod
    def _wait(self) -> None:
        """Until the world has changed: ``_wake_r`` among others becomes readable with each order."""

    @abstractmethod
    def _go_on(self) -> None:
        """Do what is due, and tell what has changed."""

    @abstractmethod
    def _unplug(self) -> None:
        """Take it away from the program."""

    def _end(self) -> None:
        self._unplug()
        self._running = False

    def _take_orders(self) -> None:
        while True:
            try:
                order = self._orders.get_nowait()
            except Empty:
                return
            os.read(self._wake_r, 1)  # one byte came with each order
            order()
