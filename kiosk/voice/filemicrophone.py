"""A WAV file in the microphone's place, for trials: ``voice.microphone = "file:/path/to.wav"``.

It is played at real pace whenever the microphone is opened, and then there is silence. A file that is put in its
place meanwhile (with ``mv``, so that it is whole) is played too: so a script can speak when it is time to.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kiosk.voice.microphones import OnFault
from kiosk.voice.sound import FRAME, FRAME_S, Framer, Samples
from kiosk.voice.wavfile import WavError, read_wav

log = logging.getLogger(__name__)

_SILENCE: Samples = np.zeros(FRAME, np.int16)
#: Whoever takes the frames later than this is not given them all at once, as with a real microphone.
_LATE_S = 4.0

_Stamp = tuple[int, int, int]  # tells one file under the path from the next


class FileMicrophone:
    """A source of frames; the file is only read."""

    def __init__(self, path: Path, on_fault: OnFault = lambda _fault: None) -> None:
        self._path = path
        self._on_fault = on_fault
        self._fault = ""
        self._closed = threading.Event()

    def close(self) -> None:
        self._closed.set()

    def frames(self) -> Iterator[Samples | None]:
        """Until closed."""
        played: _Stamp | None = None
        sound: Iterator[Samples] = iter(())
        due = time.monotonic()
        while not self._closed.is_set():
            there = self._there()
            if there != played:
                played, sound = there, self._read()
            due = max(due + FRAME_S, time.monotonic() - _LATE_S)
            if self._closed.wait(max(0.0, due - time.monotonic())):
                return
            yield next(sound, _SILENCE)

    def _there(self) -> _Stamp | None:
        try:
            stat = self._path.stat()
        except OSError:
            self._tell("missing")
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _read(self) -> Iterator[Samples]:
        framer = Framer()
        try:
            samples = read_wav(self._path)
        except (WavError, OSError) as error:
            log.error("microphone: %s", error)
            self._tell("missing")
            return iter(())
        self._tell("")
        return iter([*framer.feed(samples), *framer.flush()])

    def _tell(self, fault: str) -> None:
        if not self._closed.is_set() and fault != self._fault:
            self._fault = fault
            self._on_fault(fault)
