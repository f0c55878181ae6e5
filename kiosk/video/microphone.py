"""The customer's voice on its way to the agent: 48 kHz, one channel, blocks of 20 ms, as the codec wants them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk import clock
from kiosk.video.synthetic import TONE_HZ, tone
from kiosk.voice.ring import Ring

log = logging.getLogger(__name__)

RATE = 48_000
BLOCK = RATE // 50
SYNTHETIC = "synthetic"
_AGAIN_S = 0.3
_HELD = RATE // 10  # so much may wait; more would only make the conversation slow
Samples = NDArray[np.int16]
OnFault = Callable[[str], None]


class Source(Protocol):
    """``block`` gives the next 20 ms; None while there is none."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def block(self) -> Samples | None: ...


def open_source(name: str, on_fault: OnFault) -> Source:
    """A microphone by part of its device's name. What is wrong with it is told as a fault, never raised."""
    return SyntheticSource() if name == SYNTHETIC else MicrophoneSource(name, on_fault)


class SyntheticSource:
    """A tone."""

    def __init__(self, hz: float = TONE_HZ) -> None:
        self._hz = hz
        self._on = False
        self._count = 0

    def start(self) -> None:
        self._on = True

    def stop(self) -> None:
        self._on = False

    def block(self) -> Samples | None:
        now = round(clock.now() * RATE)
        if abs(now - self._count) > _HELD:  # it comes and goes by the clock, for whoever measures
            self._count = now
        self._count += BLOCK
        return tone(self._count - BLOCK, BLOCK, RATE, self._hz) if self._on else None


class MicrophoneSource:
    """A device that is opened when it is free: the voice may not have let go of it yet. Tried again for ever."""

    def __init__(self, pattern: str, on_fault: OnFault) -> None:
        self._pattern = pattern
        self._on_fault = on_fault
        self._fault = ""
        self._ring = Ring(_HELD)
        self._rest: Samples = np.zeros(0, np.int16)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(self._stop,), name="microphone", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Returns when the device is free for others."""
        thread, self._thread = self._thread, None
        self._stop.set()
        if thread is not None:
            thread.join()
        self._ring.clear()

    def block(self) -> Samples | None:
        while len(self._rest) < BLOCK:
            more = self._ring.get(0)
            if more is None:
                return None
            self._rest = np.concatenate([self._rest, more])
        block, self._rest = self._rest[:BLOCK], self._rest[BLOCK:]
        return block

    def _run(self, stop: threading.Event) -> None:
        try:
            import sounddevice

            from kiosk.voice import portaudio
            from kiosk.voice.capture import find
        except (ImportError, OSError) as error:  # OSError: the package is there, the library is not
            log.error("microphone: %s", error)
            self._tell("no-library")
            return
        while not stop.is_set():
            fault = "missing"
            try:
                with portaudio.in_use():
                    setup = find(self._pattern, (RATE, 16_000, 44_100))
                    if setup is not None:
                        self._record(sounddevice, setup, stop)
                        fault = "unplugged"
            except sounddevice.PortAudioError as error:
                log.debug("microphone: %s", error)
                fault = "busy"
            if stop.is_set():
                return
            self._tell(fault)
            stop.wait(_AGAIN_S)
            try:
                portaudio.refresh(wait_s=0)  # not while the loudspeaker is open
            except sounddevice.PortAudioError as error:
                log.warning("PortAudio cannot be initialised: %s", error)

    def _record(self, sounddevice: Any, setup: Any, stop: threading.Event) -> None:
        import soxr

        resampler = soxr.ResampleStream(setup.rate, RATE, 1, dtype="int16") if setup.rate != RATE else None
        came = threading.Event()

        def take(block: Any, _count: int, _when: Any, _status: Any) -> None:
            samples: Samples = np.frombuffer(block, np.int16).reshape(-1, setup.channels)[:, 0].copy()
            self._ring.put(resampler.resample_chunk(samples) if resampler is not None else samples)
            came.set()

        with sounddevice.RawInputStream(
            samplerate=setup.rate,
            blocksize=setup.rate // 50,
            device=setup.device,
            channels=setup.channels,
            dtype="int16",
            latency="low",
            callback=take,
        ) as stream:
            log.info("microphone: open for the call at %d Hz", setup.rate)
            while not stop.is_set() and stream.active:
                if came.wait(0.1):
                    came.clear()
                    self._tell("")

    def _tell(self, fault: str) -> None:
        if fault != self._fault:
            self._fault = fault
            self._on_fault(fault)
