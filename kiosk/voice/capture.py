"""The microphone: found by name, brought to 16 kHz, and found again after it was unplugged.

PortAudio's own thread puts blocks into a bounded ring. Everything else happens in the thread that iterates over
:meth:`Microphone.frames`, so a driver that hangs holds up nobody but the ears.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sounddevice
import soxr

from kiosk import clock
from kiosk.logs import about
from kiosk.voice import portaudio
from kiosk.voice.levels import SignalHealth
from kiosk.voice.microphones import REMEDIES, OnFault
from kiosk.voice.ring import Ring, Steady
from kiosk.voice.sound import FRAME_S, RATE, Framer, Samples, frames_in, to_int16

log = logging.getLogger(__name__)

#: In the order of preference; each is tried with one channel, then with two.
RATES = (16_000, 48_000, 44_100)
_RING_S = 4.0  # as long as a slow moment of the recogniser may last
_WAIT_S = 0.2
#: An open microphone that brings nothing in so many waits, one right after the other, stands still. Waits are
#: counted and not the time: on a busy computer the recogniser may take seconds, in which sound has come.
_STALL_WAITS = 15
#: Frames after which a stream has worked: one that stops is opened again at once, without a word of a fault.
_WORKED = frames_in(1.0)
_RETRY_S = 1.0
_OVERFLOW_S = 60.0  # how long a loss is told


@dataclass(frozen=True)
class _Setup:
    device: int
    rate: int
    channels: int


class Microphone:
    """A source of frames. ``on_fault`` gets the name of each fault that begins, and "" when all is well again.

    ``health`` may know one that stands since the microphone was open before.
    """

    def __init__(
        self,
        pattern: str = "",
        health: SignalHealth | None = None,
        on_fault: OnFault = lambda _fault: None,
    ) -> None:
        self._pattern = pattern
        self._health = health or SignalHealth()
        self._on_fault = on_fault
        self._fault = self._health.fault
        self._closed = threading.Event()
        self._seen = False
        self._lost_at = -_OVERFLOW_S
        #: When the first sample of the frame that was brought last was heard (:func:`kiosk.clock.now`).
        self.at = 0.0

    def close(self) -> None:
        self._closed.set()

    def frames(self) -> Iterator[Samples | None]:
        """Until closed: frames while the microphone is there, None now and then while it is not."""
        while not self._closed.is_set():
            brought = 0
            try:
                with portaudio.in_use():
                    setup = find(self._pattern)
                    if setup is not None:
                        for frame in self._stream(setup):
                            brought += 1
                            yield frame
                fault = "unplugged" if self._seen else "missing"
            except sounddevice.PortAudioError as error:
                log.debug("microphone: %s", error)
                fault = "unplugged" if self._seen else "busy"
            yield None
            if self._closed.is_set():
                break
            if brought > _WORKED:
                # A sound server that was started again, or a driver that stumbled, is no microphone that is gone.
                log.warning("microphone: no more sound came; it is opened again")
            else:
                self._tell(fault)
                if self._closed.wait(_RETRY_S):
                    break
            try:
                portaudio.refresh()
            except sounddevice.PortAudioError as error:
                log.warning("PortAudio cannot be initialised: %s", error)

    def _stream(self, setup: _Setup) -> Iterator[Samples]:
        """Frames until the sound stops or all is closed. Raises PortAudioError when it cannot be opened."""
        ring = Ring(round(_RING_S * setup.rate))
        steady = Steady(setup.rate)

        def take(block: Any, count: int, when: Any, status: Any) -> None:
            if status.input_overflow:
                self._lost_at = time.monotonic()
                steady.lost()
            # Some devices tell no times; then that of the last sample is now.
            ago = when.currentTime - when.inputBufferAdcTime
            steady.feed(clock.now() - (ago if 0 < ago < 1 else count / setup.rate), count)
            samples: Samples = np.frombuffer(block, np.int16).reshape(-1, setup.channels)[:, 0].copy()
            ring.put(samples)

        resampler = soxr.ResampleStream(setup.rate, RATE, 1, dtype="int16", quality="HQ")
        framer = Framer()
        with sounddevice.RawInputStream(
            samplerate=setup.rate,
            blocksize=round(setup.rate * 0.03),
            device=setup.device,
            channels=setup.channels,
            dtype="int16",
            latency="high",
            callback=take,
        ) as stream:
            log.info("microphone: open at %d Hz", setup.rate)
            in_vain = 0
            gone = 0.0  # seconds of sound that were brought or lost
            while not self._closed.is_set() and in_vain < _STALL_WAITS:
                block = ring.get(_WAIT_S)
                if block is None:
                    if not stream.active:  # the driver has given up
                        return
                    in_vain += 1
                    continue
                in_vain = 0
                self._seen = True
                if lost := ring.lost():
                    self._lost_at = time.monotonic()
                    gone += lost / setup.rate
                if setup.rate != RATE:
                    block = to_int16(resampler.resample_chunk(block))
                for frame in framer.feed(block):
                    self._judge(frame)
                    self.at = steady.at(gone * setup.rate)
                    gone += FRAME_S
                    yield frame

    def _judge(self, frame: Samples) -> None:
        fault = self._health.feed(frame)
        if not fault and time.monotonic() - self._lost_at < _OVERFLOW_S:
            fault = "overflow"
        self._tell(fault)

    def _tell(self, fault: str) -> None:
        if self._closed.is_set() or fault == self._fault:
            return
        self._fault = fault
        if fault:
            told = about(part="microphone", event=fault)
            log.error("microphone: %s: %s", fault, REMEDIES[fault], extra=told)
        else:
            log.info("microphone: recovered", extra=about(part="microphone", event="recovered"))
        self._on_fault(fault)


def find(pattern: str, rates: Sequence[int] = RATES) -> _Setup | None:
    """The first input whose name contains ``pattern``, whatever the case; the default one for "".

    None when there is none. Raises :class:`sounddevice.PortAudioError` when it takes none of our rates.
    """
    if pattern:
        wanted = pattern.casefold()
        found = (
            number
            for number, device in enumerate(sounddevice.query_devices())
            if device["max_input_channels"] > 0 and wanted in device["name"].casefold()
        )
        device = next(found, -1)
    else:
        device = sounddevice.default.device[0]
    if device < 0:
        return None
    refusal: sounddevice.PortAudioError | None = None
    for rate in rates:
        for channels in (1, 2):
            try:
                sounddevice.check_input_settings(device, channels, "int16", samplerate=rate)
            except sounddevice.PortAudioError as error:
                refusal = error
            else:
                return _Setup(device, rate, channels)
    assert refusal is not None
    raise refusal


def look_for(pattern: str) -> str:
    """Whether such a microphone is there, before anybody speaks into it: the name of the fault, or ""."""
    try:
        with portaudio.in_use():
            there = find(pattern) is not None
        if not there and portaudio.look_again():
            with portaudio.in_use():
                there = find(pattern) is not None
    except sounddevice.PortAudioError as error:
        log.debug("microphone: %s", error)
        return "busy"
    return "" if there else "missing"


def inputs() -> list[str]:
    """The names of all devices that can record."""
    return [device["name"] for device in sounddevice.query_devices() if device["max_input_channels"] > 0]
