"""How large a picture and how many a second the processor can send, and when each is due. Pure."""

from __future__ import annotations

from typing import NamedTuple

#: Above this share of one core for so long it is too much; below the other one there is room for more.
BUSY, BUSY_S = 0.85, 2.0
CALM, CALM_S = 0.40, 20.0
#: What is given up, step by step: parts of the sides, and of the pictures a second.
STEPS = ((1.0, 1.0), (1.0, 0.67), (0.75, 0.67), (0.5, 0.67), (0.5, 0.34))


#: So many pictures may be late and are still sent; those before are left out.
BEHIND = 2


class Rate(NamedTuple):
    """What the camera's track sends."""

    width: int
    height: int
    fps: int


class Pace:
    """Begins with what was wished and follows the load; a step up that proves too much is not tried again soon."""

    def __init__(self, wished: Rate) -> None:
        self._wished = wished
        self._step = 0
        self._since: float | None = None  # of the present temper, too busy or calm
        self._busy = False
        self._patience_s = CALM_S

    @property
    def rate(self) -> Rate:
        """What to send now; sides are even, as the codec wants them."""
        size, speed = STEPS[self._step]
        width, height, fps = self._wished
        return Rate(_even(width * size), _even(height * size), max(1, round(fps * speed)))

    def load(self, share: float, now: float) -> bool:
        """This much of a core was used lately; call it about once a second. True when the rate has changed."""
        if CALM <= share <= BUSY:
            self._since = None
            return False
        busy = share > BUSY
        if self._since is None or busy != self._busy:
            self._since, self._busy = now, busy
            return False
        if now - self._since < (BUSY_S if busy else self._patience_s):
            return False
        self._since = None
        step = min(len(STEPS) - 1, self._step + 1) if busy else max(0, self._step - 1)
        if busy and step != self._step:
            self._patience_s *= 2  # what was just given up is not taken back at once
        changed, self._step = step != self._step, step
        return changed


class Beat:
    """When pictures are due: at equal distances whatever happens in between, so being late does not add up."""

    def __init__(self, now: float) -> None:
        self.due = now

    def next(self, fps: int, now: float) -> float:
        """The moment of the next picture, which may have passed already."""
        self.due = max(self.due + 1 / fps, now - BEHIND / fps)
        return self.due

    def waited(self, fps: int, now: float) -> float:
        """The moment of a picture that had to be waited for until now: there was no camera."""
        self.due = max(self.due, now - BEHIND / fps)
        return self.due


def _even(pixels: float) -> int:
    return max(16, round(pixels / 2) * 2)
