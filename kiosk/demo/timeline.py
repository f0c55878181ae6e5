"""What happened in a demo, and when."""

from __future__ import annotations

import time

from kiosk.button.events import Lamp
from kiosk.button.simulate import LOOKS

#: The steps of a call that went all the way, in their order.
STEPS = ("lamp calling", "ringing", "rung", "accepted", "lamp answered", "connected", "ended", "ledger")
#: A desk that rings within milliseconds leaves the lamp no time to say that one is being called.
INSTEAD = {"lamp calling": "lamp rung"}
#: The steps before it, of a customer who speaks.
SPOKEN = ("says", "caption", "understood", "answer", "spoken")
#: Those of a call face to face.
FACED = ("sees", "hears", "face to face", "card", "said good-bye")


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

    def lacking(self, *, spoken: bool = False, faced: bool = False) -> list[str]:
        """Steps that did not happen, or not in their order.

        Those of a customer who speaks too if ``spoken``, and those of a call face to face if ``faced``.
        """
        found = {step: at for at, step, _ in sorted(self._rows, reverse=True) if at >= self._start}
        wanted = (*(SPOKEN if spoken else ()), *(FACED if faced else ()))
        lack = [step for step in wanted if all(step != row[1] for row in self._rows)]
        last = self._start
        for step in STEPS:
            if step not in found and INSTEAD.get(step) not in found:
                lack.append(step)
            elif step not in found:
                continue
            elif found[step] + 0.001 < last and not step.startswith("lamp"):
                lack.append(f"{step} (too early)")
            elif not step.startswith("lamp"):
                last = found[step]
        return lack
