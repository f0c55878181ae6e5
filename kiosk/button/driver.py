"""What every kind of button has in common: the interface, its errors, and the button that is not there."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from kiosk.button.events import ButtonEvent, Buzzer, Lamp

log = logging.getLogger(__name__)

Listener = Callable[[ButtonEvent], None]


class ButtonError(Exception):
    """The base of everything this package raises."""


class UnknownDriver(ButtonError, ValueError):
    """The settings name a button driver that does not exist."""


class WrongOrder(ButtonError, RuntimeError):
    """A button was started twice, or after it was closed."""


class Button(ABC):
    """A button with a lamp and a buzzer.

    A driver overrides the methods with an underscore. None of the public methods but :meth:`close` waits
    for the hardware, and none raises because of it: trouble arrives as a ``Fault`` event.
    """

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._closed = False
        self._listener_errors = 0

    def start(self, listener: Listener) -> None:
        """Begin; ``listener`` is called for each event from the driver's own thread, one at a time.

        Raises :class:`WrongOrder` when the button was started or closed before.
        """
        if self._listener is not None or self._closed:
            raise WrongOrder("a button can be started once only")
        self._listener = listener
        self._start()

    def show(self, lamp: Lamp, buzzer: Buzzer = Buzzer.OFF) -> None:
        """Set the lamp and the buzzer. The last setting wins and is said again after each reconnection."""
        self._show(Lamp(lamp), Buzzer(buzzer))

    def acknowledge(self, cause: str) -> None:
        """The press is safe on disk; the board may forget it. An unknown cause is ignored."""
        self._acknowledge(cause)

    def close(self) -> None:
        """Stop; after it the listener is not called again. Waits 2 s at most. May be called twice."""
        if not self._closed:
            self._closed = True
            self._close()

    @property
    def counters(self) -> Mapping[str, int]:
        """What happened since the start, by name; for the health message."""
        return {**self._counters(), "listener_errors": self._listener_errors}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _emit(self, event: ButtonEvent) -> None:
        """Call the listener; its failure is logged, because it must not end the driver's thread."""
        if self._listener is None or self._closed:
            return
        try:
            self._listener(event)
        except Exception:
            self._listener_errors += 1
            log.exception("the listener failed on %r", event)

    @abstractmethod
    def _start(self) -> None: ...

    @abstractmethod
    def _show(self, lamp: Lamp, buzzer: Buzzer) -> None: ...

    @abstractmethod
    def _acknowledge(self, cause: str) -> None: ...

    @abstractmethod
    def _close(self) -> None: ...

    @abstractmethod
    def _counters(self) -> Mapping[str, int]: ...


class NoButton(Button):
    """For kiosks with a screen only: nothing ever happens, and nothing is ever wrong."""

    def _start(self) -> None:
        pass

    def _show(self, lamp: Lamp, buzzer: Buzzer) -> None:
        pass

    def _acknowledge(self, cause: str) -> None:
        pass

    def _close(self) -> None:
        pass

    def _counters(self) -> Mapping[str, int]:
        return {}
