"""Plays one sentence at a time through the loudspeaker, and falls silent at once."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import numpy as np

from kiosk import clock
from kiosk.voice.speech.audio import Audio, Samples, resampled
from kiosk.voice.speech.played import Played
from kiosk.voice.speech.speaker import Output, SpeakerError

_STUCK_S = 5.0  # a device that is so late is not playing


class Player:
    """A device by part of its name; :attr:`played` gets every sample that goes out."""

    def __init__(self, pattern: str = "", played: Played | None = None) -> None:
        self.played = played or Played()
        #: 0 to 1; heard at once, also in the middle of a sentence.
        self.volume = 1.0
        self._pattern = pattern
        self._current: Playback | None = None

    @property
    def playing(self) -> bool:
        """Whether sound is coming out now."""
        return self._current is not None and self._current.active

    def open(self, rate: int) -> Playback:
        """Begin a sentence of sound at ``rate``. One at a time: the one before has to be closed.

        Raises :class:`~kiosk.voice.speech.speaker.SpeakerError`.
        """
        self._current = Playback(self, self._pattern, rate)
        return self._current

    def stop(self) -> None:
        """Silence, at once. May be called from any thread, and does not wait for the device."""
        if self._current is not None:
            self._current.stop()


class Playback:
    """One sentence on its way to the loudspeaker, fed piece by piece while it already plays.

    Whoever has opened it closes it; anybody may stop it.
    """

    def __init__(self, player: Player, pattern: str, rate: int) -> None:
        self._player = player
        self._waiting: deque[Samples] = deque()
        self._complete = False  # no more is coming
        self._stopped = False
        self._seconds = 0.0  # of all that was fed
        self._ended = threading.Event()
        self._output = Output(pattern, rate, self._fill, self._ended.set)

    @property
    def active(self) -> bool:
        return not self._ended.is_set()

    def feed(self, audio: Audio) -> None:
        """Play this next. Where it comes too late, there is silence until it does."""
        self._seconds += audio.seconds
        self._waiting.append(resampled(audio, self._output.rate).samples)

    def finish(self) -> None:
        """Nothing more is coming: over when all is played."""
        self._complete = True

    def stop(self) -> None:
        """Over now. Not a sample more is handed out; :meth:`close` drops what waits in the device."""
        self._stopped = True
        self._player.played.cut(clock.now())
        self._ended.set()

    def wait(self) -> bool:
        """Until it is over; True when it was played to its end.

        Raises :class:`~kiosk.voice.speech.speaker.SpeakerError` when the device takes no more sound.
        """
        if not self._ended.wait(self._seconds + _STUCK_S):
            raise SpeakerError(
                "stuck", "the loudspeaker plays no more: plug it in again, or restart the sound service"
            )
        return not self._stopped

    def close(self) -> None:
        """Give the device back; what is not played yet is dropped."""
        self._output.close()
        self._ended.set()

    def _fill(self, out: Any, frames: int, time: Any, status: Any) -> None:
        """Called by PortAudio's thread for the next few milliseconds."""
        block = np.zeros(frames, np.float32)
        if self._stopped:
            out[:] = 0
            raise self._output.abort
        filled = 0
        while filled < frames and self._waiting:
            piece = self._waiting.popleft()
            part = piece[: frames - filled]
            block[filled : filled + len(part)] = part
            filled += len(part)
            if len(part) < len(piece):
                self._waiting.appendleft(piece[len(part) :])
        block *= self._player.volume**2  # the ear hears levels, not amplitudes: so half sounds about half as loud
        out[:] = block[:, None]
        if filled:
            # Some devices tell no times; then the time of handing over has to do.
            ahead = min(max(time.outputBufferDacTime - time.currentTime, 0.0), 1.0)
            self._player.played.add(
                clock.now() + ahead, self._output.rate, block[:filled], dry=bool(status.output_underflow)
            )
        if self._complete and not self._waiting:
            raise self._output.over
