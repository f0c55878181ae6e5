"""The agent's voice on its way to the customer: what the network brings, evened out, through the loudspeaker."""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import av
import numpy as np

from kiosk import clock
from kiosk.voice.speech.speaker import Output, SpeakerError

log = logging.getLogger(__name__)

RATE = 48_000
#: So much is kept ahead; less stutters, more is a slow conversation. Above the other, the oldest is dropped.
AHEAD_S, MOST_S = 0.06, 0.25
_AGAIN_S = 1.0


class Loudspeaker:
    """Opens its device at the start of a call, again and again where it is not there.

    ``on_played`` gets how loud (dB of full scale) each piece was, and when, in PortAudio's thread.
    """

    def __init__(
        self, pattern: str, on_played: Callable[[float, float], None], on_fault: Callable[[str], None]
    ) -> None:
        self._pattern = pattern
        self._on_played = on_played
        self._on_fault = on_fault
        #: 0 to 1, as the ear hears it.
        self.volume = 0.8
        self._blocks: deque[Any] = deque()
        self._held = 0
        self._flowing = False
        self._lock = threading.Lock()
        self._output: Output | None = None
        self._resampler: Any = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._open, args=(self._stop,), name="loudspeaker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Silence, and the device is given back."""
        self._stop.set()
        self._thread = None
        output, self._output = self._output, None
        if output is not None:
            output.close()
        self._clear()

    def feed(self, frame: av.AudioFrame) -> None:
        """Play this next; dropped while there is no device."""
        output, resampler = self._output, self._resampler
        if output is None or resampler is None:
            return
        for part in resampler.resample(frame):
            samples = part.to_ndarray()[0]
            with self._lock:
                self._blocks.append(samples)
                self._held += len(samples)
                while self._held > MOST_S * output.rate:
                    self._held -= len(self._blocks.popleft())

    def _open(self, stop: threading.Event) -> None:
        while not stop.is_set():
            ended = threading.Event()
            try:
                output = Output(self._pattern, RATE, self._fill, ended.set)
            except SpeakerError as error:
                self._on_fault(error.fault)
                stop.wait(_AGAIN_S)
                continue
            self._on_fault("")
            self._clear()
            self._resampler = av.AudioResampler(format="flt", layout="mono", rate=output.rate)
            self._output = output
            while not stop.is_set() and not ended.wait(0.2):
                pass
            self._output = None
            output.close()

    def _clear(self) -> None:
        with self._lock:
            self._blocks.clear()
            self._held, self._flowing = 0, False

    def _fill(self, out: Any, frames: int, _time: Any, _status: Any) -> None:
        """Called by PortAudio's thread for the next few milliseconds."""
        block = np.zeros(frames, np.float32)
        with self._lock:
            if self._held >= AHEAD_S * RATE:
                self._flowing = True
            filled = 0
            while self._flowing and filled < frames:
                if not self._blocks:
                    self._flowing = False  # it has run dry: gather a little before going on
                    break
                piece = self._blocks.popleft()
                part = piece[: frames - filled]
                block[filled : filled + len(part)] = part
                filled += len(part)
                self._held -= len(part)
                if len(part) < len(piece):
                    self._blocks.appendleft(piece[len(part) :])
        block *= self.volume**2  # the ear hears levels, not amplitudes
        out[:] = block[:, None]
        self._on_played(20 * math.log10(max(1e-9, float(np.sqrt(np.mean(block**2))))), clock.now())
