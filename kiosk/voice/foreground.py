"""Who speaks to the terminal, and who speaks somewhere behind: told by how loud they are. Pure; time is frames.

The customer stands in front of the microphone, so a voice that is much quieter than the one that was last heard
near it is the hall. Without this, the babble of a hall puts words before and after what the customer says, and an
utterance never ends.
"""

from __future__ import annotations

import math
from collections import deque

from msgspec import Struct

from kiosk.voice.sound import FRAME_S, frames_in

#: Loudness is judged over so much sound: about a syllable.
_SYLLABLE_S = 0.2
#: A rise counts against what was loudest until so long ago.
_AGO_S = 0.3


class Nearness(Struct, frozen=True):
    """In dB, and dB a second; 0 for ``behind_db`` lets every voice count."""

    behind_db: float = 12.0  # so much below the near voice it is somebody else
    louder_db: float = 7.0  # so much above what was said so far, that was somebody else
    forget_db: float = 2.0  # the near voice is forgotten at this pace, for a quieter one may be next


class Foreground:
    """Fed every frame's level and probability of voice."""

    def __init__(self, nearness: Nearness) -> None:
        self._nearness = nearness
        self._powers: deque[float] = deque(maxlen=frames_in(_SYLLABLE_S))
        self._near = -math.inf
        self._since: deque[float] = deque(maxlen=frames_in(_AGO_S))
        self._loudest = -math.inf

    def begin(self) -> None:
        """An utterance begins."""
        self._since.clear()
        self._loudest = -math.inf

    def feed(self, level_db: float, voice: float) -> float:
        """The probability that somebody near speaks in this frame."""
        self._powers.append(10 ** (level_db / 10))
        now = 10 * math.log10(sum(self._powers) / len(self._powers))
        self._near -= self._nearness.forget_db * FRAME_S
        if self._nearness.behind_db and now < self._near - self._nearness.behind_db:
            return 0.0
        if voice >= 0.5:
            self._near = max(self._near, now)
            if len(self._since) == self._since.maxlen:
                self._loudest = max(self._loudest, self._since[0])
            self._since.append(now)
        return voice

    def nearer(self) -> bool:
        """Whether a voice has just come up that is much louder than all of the utterance before it."""
        return bool(
            self._nearness.behind_db
            and self._loudest > -math.inf
            and self._since[-1] > self._loudest + self._nearness.louder_db
        )
