"""What the terminal sends, as tracks of aiortc: the microphone in steady steps of 20 ms, the camera as it can."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Callable

import av
import numpy as np
from aiortc import MediaStreamTrack
from av.video.reformatter import VideoReformatter

from kiosk import clock
from kiosk.video.camera import Camera
from kiosk.video.microphone import BLOCK, RATE, Samples, Source
from kiosk.video.pace import Beat, Rate

_BLOCK_S = BLOCK / RATE
_SILENCE: Samples = np.zeros(BLOCK, np.int16)
_LATE_S = 0.2
_VIDEO_CLOCK = 90_000
_LOOK_S = 0.02

Gain = Callable[[float], float]


class MicrophoneTrack(MediaStreamTrack):
    """Silence where the microphone is not ours yet or brings nothing: the agent's page sees that we are there."""

    kind = "audio"

    def __init__(self, source: Source, gain: Gain) -> None:
        super().__init__()
        self._source = source
        self._gain = gain
        self._next = clock.now()
        self._count = 0

    async def recv(self) -> av.AudioFrame:
        self._next += _BLOCK_S
        now = clock.now()
        if now - self._next > _LATE_S:  # the machine was busy: what was missed is not made up for in a burst
            self._next = now
        await asyncio.sleep(max(0.0, self._next - now))
        block = self._source.block()
        gain = self._gain(clock.now())
        if block is None or gain == 0.0:
            block = _SILENCE
        elif gain != 1.0:
            block = (block * gain).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(block[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts, frame.time_base = self._count, fractions.Fraction(1, RATE)
        self._count += BLOCK
        return frame


class CameraTrack(MediaStreamTrack):
    """``on_sent`` gets each picture that goes out. Without a camera it waits for one, and sound goes on."""

    kind = "video"

    def __init__(self, camera: Camera, rate: Callable[[], Rate], on_sent: Callable[[av.VideoFrame], None]) -> None:
        super().__init__()
        self._camera = camera
        self._rate = rate
        self._on_sent = on_sent
        self._start = clock.now()
        self._beat = Beat(self._start)
        self._last: av.VideoFrame | None = None
        self._scaler = VideoReformatter()

    async def recv(self) -> av.VideoFrame:
        rate = self._rate()
        due = self._beat.next(rate.fps, clock.now())
        await asyncio.sleep(max(0.0, due - clock.now()))
        frame = await self._new_picture()
        due = self._beat.waited(rate.fps, clock.now())
        width, height = _fitted(frame, rate)
        sent = self._scaler.reformat(frame, width, height, "yuv420p")
        # When it was due, not when this process got its turn: the page evens out what comes late, but not what is
        # said to have been taken late, and of two pictures within one frame of its display it shows one.
        sent.pts = round((due - self._start) * _VIDEO_CLOCK)
        sent.time_base = fractions.Fraction(1, _VIDEO_CLOCK)
        self._on_sent(sent)
        return sent

    async def _new_picture(self) -> av.VideoFrame:
        while True:
            frame = self._camera.newest()
            if frame is not None and frame is not self._last:
                self._last = frame
                return frame
            await asyncio.sleep(_LOOK_S)


def _fitted(frame: av.VideoFrame, rate: Rate) -> tuple[int, int]:
    """The camera's shape, no larger than what is to be sent."""
    scale = min(1.0, rate.width / frame.width, rate.height / frame.height)
    return max(16, round(frame.width * scale / 2) * 2), max(16, round(frame.height * scale / 2) * 2)
