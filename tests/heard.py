"""What a button has told, so that tests wait for what must happen, never for a time."""

import threading
import time
from collections.abc import Callable

from kiosk.button import ButtonEvent, Fault, Pressed, Recovered

PATIENCE_S = 10.0


class Heard:
    """The events a button has delivered, in order."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self.events: list[ButtonEvent] = []
        self._change = threading.Condition()

    def __call__(self, event: ButtonEvent) -> None:
        with self._change:
            self.events.append(event)
            self._change.notify_all()

    def wait(self, condition: Callable[[list[ButtonEvent]], bool]) -> None:
        with self._change:
            assert self._change.wait_for(lambda: condition(self.events), self._patience_s), self.events

    @property
    def causes(self) -> list[str]:
        return [event.cause for event in self.events if isinstance(event, Pressed)]

    @property
    def faults(self) -> list[str]:
        """Kinds of faults in order; those that are over with a minus sign."""
        marks = []
        for event in self.events:
            if isinstance(event, Fault):
                marks.append(event.kind)
            if isinstance(event, Recovered):
                marks.append("-" + event.kind)
        return marks

    def wait_presses(self, count: int) -> None:
        self.wait(lambda events: len(self.causes) >= count)

    def wait_fault(self, mark: str) -> None:
        self.wait(lambda events: mark in self.faults)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what no event announces."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
