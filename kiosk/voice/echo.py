"""The terminal's own voice in its microphone: taken out, and told from a customer's who speaks over it.

Pure: what was played comes from a ``window`` (that of :class:`kiosk.voice.speech.played.Played`), and every frame
has its time. While nothing was played lately, frames go through untouched and at once.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from kiosk.voice.adaptive import Lag, Path, history_s
from kiosk.voice.sound import FRAME_S, Samples, frames_in, to_int16

#: The reference is taken so much early: a device's times may be wrong, and an echo before its cause is beyond any
#: filter.
AHEAD_S = 0.06
#: So many frames wait, so that what is to be played in ``AHEAD_S`` has been handed to the device.
_WAIT = frames_in(AHEAD_S)
#: An echo is reckoned with until so long after the last sound.
_TAIL_S = 0.7
#: A customer speaks over the terminal when so much sound has on average
_WINDOW_S = 0.25
#: this probability of voice, and
_VOICE = 0.6
#: is so many dB above what the filter usually leaves of the echo, and above this in any case (dB to the echo).
_ABOVE_DB, _LEAST_DB = 10.0, -8.0
#: for most of it, in so many frames in a row.
_MOST, _CLAIMS = 0.6, 3
#: Where it is so much above that, there is no doubt.
_SURE_DB = 6.0
#: What is left of the echo is believed to be this at first, and is followed at this pace (dB a second).
_FIRST_DB, _FALL_DB, _RISE_DB = 15.0, 9.0, 4.0
#: Where an echo is too faint to tell how late it is, it need not be known after so long.
_NO_ECHO_S = 1.5
#: Nor at the beginning of the next sentences, unless one is louder than those by this (power: 6 dB).
_LOUDER = 4.0
#: A filter that has heard so much of the terminal's voice knows the way.
_LEARN_S = 2.0
#: What the filter is too short for fades as slowly as this in a hall (power, from frame to frame): 2 dB.
_FADE = 10**-0.2
#: Frames that follow each other are not further apart than this, unless sound was lost.
_JUMP_S = 0.005
#: Quieter than this there is no echo to speak of (power relative to full scale: -65 dB).
_SILENT = 10**-6.5
_FULL = 32768.0


class Reference(Protocol):
    """What :class:`kiosk.voice.speech.played.Played` does; times are of :func:`kiosk.clock.now`."""

    def window(self, start: float, seconds: float, rate: int = ...) -> NDArray[np.float32]: ...
    def last(self) -> float: ...
    @property
    def broke(self) -> float: ...


class Clean(Struct, frozen=True):
    """A frame without the echo. Powers are relative to full scale."""

    frame: Samples
    echo: bool = False  # the terminal speaks, or has just spoken
    settled: bool = False  # it has spoken long enough for the powers to tell something
    rest: float = 0.0  # the power of the frame
    taken: float = 0.0  # the power of the echo that was taken out of it


class Canceller:
    """One for the life of the process: what it learns of the room stays true from visit to visit."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._path = Path()
        self._lag = Lag()
        self._late = 0.0  # seconds by which the echo was found to be later than the devices' times say
        self._held: deque[tuple[Samples, float]] = deque()
        self._echoing = 0  # frames since the terminal began to speak
        self._since = 0  # frames since the loudspeaker or the microphone began anew
        self._broke = self._next = 0.0
        self._learnt = False  # the filter has heard a sentence
        self._loudest = 0.0  # that was played since the beginning, a frame's power
        self._unheard = 0.0  # the same of sentences that have brought no echo

    def feed(self, frame: Samples, at: float) -> list[Clean]:
        """A frame whose first sample was heard at ``at``; gives the frames that are ready, in their order."""
        if self._reference.last() < at - _TAIL_S:
            ready = [self._clean(*one) for one in self._held]
            self._held.clear()
            self._over()
            return [*ready, Clean(frame)]
        self._held.append((frame, at))
        if len(self._held) <= _WAIT:
            return []
        return [self._clean(*self._held.popleft())]

    def flush(self) -> list[Clean]:
        """What still waits; no frame follows at once."""
        ready = [self._clean(*one) for one in self._held]
        self._held.clear()
        self._over()
        return ready

    def _over(self) -> None:
        """Nothing is heard of the sentence any more."""
        self._learnt = self._learnt or self._echoing > frames_in(_LEARN_S)
        self._echoing = 0

    def _clean(self, frame: Samples, at: float) -> Clean:
        if not self._echoing:
            self._load(at)
        broke = self._reference.broke
        jumped = abs(at - self._next) > _JUMP_S
        self._next = at + FRAME_S
        if not self._echoing or jumped or (broke != self._broke and at > broke - FRAME_S):
            self._broke = broke
            self._since = 0
            self._loudest = 0.0
            self._lag.forget()
        self._echoing += 1
        self._since += 1
        start = at + AHEAD_S - self._late
        far = self._reference.window(start, FRAME_S).astype(np.float64)
        mic = frame / _FULL
        # Before the lag of this sentence is known, only a filter that knows nothing yet has something to learn.
        rest, echo = self._path.feed(mic, far, self._lag.known or not self._learnt)
        settled = self._settled(float(np.mean(far**2)))
        if late := self._lag.feed(mic, echo):
            self._late += late
            self._load(at + FRAME_S)
        return Clean(
            to_int16(rest * _FULL),
            echo=True,
            settled=settled,
            rest=float(np.mean(rest**2)),
            taken=float(np.mean(echo**2)),
        )

    def _settled(self, played: float) -> bool:
        self._loudest = max(self._loudest, played)
        if self._lag.known:
            self._unheard = 0.0
        elif self._since > frames_in(_NO_ECHO_S):
            self._unheard = max(self._unheard, self._loudest)
        else:
            return self._loudest < _LOUDER * self._unheard
        return True

    def _load(self, at: float) -> None:
        before = self._reference.window(at + AHEAD_S - self._late - history_s(), history_s())
        self._path.load(before.astype(np.float64))


class Barging:
    """Whether a customer speaks over the terminal, from what the canceller and the voice detector say."""

    def __init__(self) -> None:
        count = frames_in(_WINDOW_S)
        self._rest: deque[tuple[float, float]] = deque(maxlen=count)
        self._voice: deque[float] = deque(maxlen=count)
        self._usual = _FIRST_DB
        self._taken = 0.0
        self._claims = 0  # frames in a row
        self.above_db = 0.0  # how far what is heard is above what has to be exceeded

    def feed(self, clean: Clean, voice: float) -> bool:
        """Once for every frame, also for those without echo, where every voice is a customer's."""
        if not clean.echo:
            self._rest.clear()
            self._voice.clear()
            self._claims = 0
            self.above_db = _SURE_DB
            return True
        if not clean.settled:
            self.above_db = 0.0
            return False
        self._taken = max(clean.taken, _SILENT, self._taken * _FADE)
        self._rest.append((clean.rest, self._taken))
        self._voice.append(voice)
        rest = 10 * math.log10(sum(r for r, _ in self._rest) / sum(t for _, t in self._rest) + 1e-9)
        least_db = max(_LEAST_DB, self._usual + _ABOVE_DB)
        self.above_db = rest - least_db
        above = sum(r > t * 10 ** (least_db / 10) for r, t in self._rest)  # a click is loud, but not for long
        self._usual += min(_RISE_DB * FRAME_S, max(-_FALL_DB * FRAME_S, rest - self._usual))
        claimed = (
            len(self._voice) == self._voice.maxlen
            and self.above_db > 0
            and above >= _MOST * len(self._rest)
            and sum(self._voice) / len(self._voice) >= _VOICE
        )
        self._claims = self._claims + 1 if claimed else 0
        return self._claims >= _CLAIMS

    @property
    def sure(self) -> bool:
        return self.above_db >= _SURE_DB
