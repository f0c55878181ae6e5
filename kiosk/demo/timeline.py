"""What happened in a demo, and when."""

from __future__ import annotations

import time

from kiosk.button.events import Lamp
from kiosk.button.simulate import LOOKS

#: The steps of a call that went all the way, in their order.
STEPS = ("lamp calling", "ringing", "rung", "accepted", "lamp answered", "connected", "ended", "ledger")
#: The steps before it, of a customer who speaks.
SPOKEN = ("says", "caption", "understood", "answer", "spoken")


class Timeline:
    """What happened when, in milliseconds since the press; what came before it has a minus."""

    def __init__(self) -> None:
        self._begun = self._start = 0.0
        self._rows: list[tuple[float, str, str]] = []

    def begin(self) -> None:
        """The customer is there; nothing before that is shown."""
        self._begun = time.monotonic()

    def press(self) -> None:
        self._start = time.monotonic()
        self.add("press", "the customer presses 人工")

    def add(self, step: str, text: str, at: float | None = None) -> None:
        self._rows.append((at or time.monotonic(), step, text))

    def lamp(self, at: float, lamp: Lamp) -> None:
        """Called by the board when the link commands its lamp."""
        self.add(f"lamp {lamp.lower()}", f"lamp {LOOKS[lamp]}", at)

    def show(self) -> None:
        for at, _, text in sorted(self._rows):
            if at >= (self._begun or self._start):
                print(f"{(at - self._start) * 1000:10.1f} ms  {text}")

    def lacking(self, *, spoken: bool = False) -> list[str]:
        """Steps that did not happen, or not in their order; those of a customer who speaks too if ``spoken``."""
        found = {step: at for at, step, _ in sorted(self._rows, reverse=True) if at >= self._start}
        lack = [step for step in SPOKEN if spoken and all(step != row[1] for row in self._rows)]
        last = self._start
        for step in STEPS:
            if step not in found:
                lack.append(step)
            elif found[step] + 0.001 < last and not step.startswith("lamp"):
                lack.append(f"{step} (too early)")
            elif not step.startswith("lamp"):
                last = found[step]
        return lack
