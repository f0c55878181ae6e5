"""When somebody begins to speak and when they have finished. Pure: time is counted in frames.

Elderly people pause in the middle of a sentence. So silence alone does not end an utterance: what has been
understood so far has a say. A request that is already clear ends after ``clear_s`` of silence, anything else
after ``unclear_s``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from kiosk.voice.sound import frames_in


class Moment(Enum):
    """What a frame brought."""

    QUIET = "quiet"  # nobody speaks
    STARTED = "started"  # somebody has begun; the frames before this one belong to it too
    VOICE = "voice"
    PAUSE = "pause"  # silence within an utterance
    ENDED = "ended"
    BLIP = "blip"  # what had begun was too short to be speech


class Timing(Struct, frozen=True):
    """Seconds and shares (0 to 1); the defaults are those of ``[hearing]`` in kiosk.toml."""

    on: float = 0.5  # voice begins at this probability of speech
    off: float = 0.35  # and goes on above this one
    least_s: float = 0.1  # voice shorter than that is a click or a cough
    clear_s: float = 0.4
    unclear_s: float = 1.6
    most_s: float = 30.0


class Endpointer:
    """Asked frame by frame; ``clear`` says whether a text, as far as it has come, is a whole request."""

    def __init__(self, timing: Timing, clear: Callable[[str], bool]) -> None:
        self._timing = timing
        self._clear = clear
        self._clear_frames = frames_in(timing.clear_s)
        self._unclear_frames = frames_in(timing.unclear_s)
        self._least = frames_in(timing.least_s)
        self._most = frames_in(timing.most_s)
        self.reset()

    def reset(self) -> None:
        """Forget the utterance, as if nobody had spoken."""
        self._frames = 0  # since the start; 0: nobody speaks
        self._voiced = 0
        self._silent = 0

    @property
    def speaking(self) -> bool:
        return self._frames > 0

    @property
    def silent_frames(self) -> int:
        """How many frames of silence there were since the last voice."""
        return self._silent

    def feed(self, voice: float, text: Callable[[], str]) -> Moment:
        """One more frame, with its probability of speech; ``text`` is asked for only where it matters."""
        if not self._frames:
            if voice < self._timing.on:
                return Moment.QUIET
            self._frames = self._voiced = 1
            self._silent = 0
            return Moment.STARTED
        self._frames += 1
        if voice >= self._timing.off:
            self._voiced += 1
            self._silent = 0
            return self._end() if self._frames >= self._most else Moment.VOICE
        self._silent += 1
        if self._frames >= self._most or self._silent >= self._unclear_frames:
            return self._end()
        if self._silent >= self._clear_frames and (self._voiced < self._least or self._clear(text())):
            return self._end()
        return Moment.PAUSE

    def _end(self) -> Moment:
        enough = self._voiced >= self._least
        self.reset()
        return Moment.ENDED if enough else Moment.BLIP
