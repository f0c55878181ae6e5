"""What happened in a demo, and when."""

from __future__ import annotations

import time

from kiosk.button.events import Lamp
from kiosk.button.simulate import LOOKS

#: The steps of a call that went all the way, in their order.
STEPS = ("lamp calling", "ringing", "rung", "accepted", "lamp answered", "connected", "ended", "ledger")


class Timeline:
    """What happened when, in milliseconds since the press."""

    def __init__(self) -> None:
        self._start = 0.0
        self._rows: list[tuple[float, str, str]] = []

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
            if at >= self._start:
                print(f"{(at - self._start) * 1000:10.1f} ms  {text}")

    def lacking(self) -> list[str]:
        """Steps that did not happen, or not in their order."""
        found = {step: at for at, step, _ in sorted(self._rows, reverse=True) if at >= self._start}
        lack, last = [], self._start
        for step in STEPS:
            if step not in found:
                lack.append(step)
            elif found[step] + 0.001 < last and not step.startswith("lamp"):
                lack.append(f"{step} (too early)")
            elif not step.startswith("lamp"):
                last = found[step]
        return lack
