"""Whether the other end of a local socket still answers. Pure: times are passed in, in seconds.

A process that hangs keeps its socket open, and what is shown would stay as it was. So whoever has been silent for
a moment is asked for a sign of life; without an answer it counts as gone. From the hang to the customer's screen
it takes at most ``SILENT_S`` and one look: less than the 5 s within which a fault of the button must show.
"""

from __future__ import annotations

from enum import Enum, auto

ASK_S = 1.0  # nothing has come for so long
SILENT_S = 3.5  # nothing, and no answer either
#: A longer time between two looks was our own sleep (a slow frame, a busy computer): what the other end has said
#: meanwhile is still to be read.
STEP_S = 1.0


class Beat(Enum):
    """What a look finds."""

    CALM = auto()
    ASK = auto()  # ask for a sign of life
    SILENT = auto()  # from now on it counts as gone; said once


class Pulse:
    """One connection. Call :meth:`look` twice a second."""

    def __init__(self, now: float) -> None:
        self._looked = now
        self._asked = False
        self.quiet_s = 0.0  # since something came last
        self.silent = False

    def heard(self) -> bool:
        """Something has come. Whether it had counted as gone."""
        was_silent, self.silent = self.silent, False
        self.quiet_s, self._asked = 0.0, False
        return was_silent

    def look(self, now: float) -> Beat:
        """Let time pass."""
        self.quiet_s += min(max(0.0, now - self._looked), STEP_S)
        self._looked = now
        if self.silent:
            return Beat.CALM
        if self.quiet_s >= SILENT_S:
            self.silent = True
            return Beat.SILENT
        if self.quiet_s >= ASK_S and not self._asked:
            self._asked = True
            return Beat.ASK
        return Beat.CALM
