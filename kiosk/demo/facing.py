"""The agent's side of the demo's video call: by aiortc, with a drawn face and a tone, with eyes and ears."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from kiosk import clock
from kiosk.demo.portrait import Portrait
from kiosk.desk.client import DeskClient
from kiosk.desk.protocol import KioskSignal, PageBye, PageOffer
from kiosk.messages import Answer, Ready
from kiosk.video.microphone import SyntheticSource
from kiosk.video.pace import Rate
from kiosk.video.synthetic import TONE_HZ, read_clock
from kiosk.video.tracks import CameraTrack, MicrophoneTrack

SIZE = Rate(640, 480, 15)
AGENT_HZ = 660.0
HEARD_DB = -40.0


class Facing:
    """What has come of the customer: :meth:`seen` and :meth:`heard` wait for it."""

    def __init__(self) -> None:
        self._seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._heard: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._readers: set[asyncio.Task[None]] = set()

    async def seen(self) -> float:
        """Milliseconds from the terminal's camera to here, by the clock in its made-up picture."""
        return await self._seen

    async def heard(self) -> float:
        """The loudest frequency (Hz) of what the terminal's made-up microphone hears."""
        return await self._heard

    def follow(self, track: MediaStreamTrack) -> None:
        """Look at, or listen to, what comes until it ends."""
        task = asyncio.ensure_future(self._follow(track))
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    async def _follow(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame: Any = await track.recv()
                if track.kind == "video" and not self._seen.done():
                    ms = read_clock(frame.to_ndarray(format="rgb24"))
                    if ms is not None:
                        self._seen.set_result((round(clock.now() * 1000) - ms) % 2**32)
                elif track.kind == "audio" and not self._heard.done():
                    hz = _loudest(frame)
                    if abs(hz - TONE_HZ) < frame.sample_rate / frame.samples:
                        self._heard.set_result(hz)


@contextlib.asynccontextmanager
async def face_to_face(client: DeskClient, kiosk: str) -> AsyncIterator[Facing]:
    """Offer the terminal a connection for the call that this agent has by video, as the page does."""
    facing = Facing()
    connection = RTCPeerConnection()
    connection.on("track", facing.follow)
    camera, microphone = Portrait(SIZE.width, SIZE.height), SyntheticSource(AGENT_HZ)
    microphone.start()
    connection.addTrack(MicrophoneTrack(microphone, lambda _now: 1.0))
    connection.addTrack(CameraTrack(camera, lambda: SIZE, lambda _frame: None))
    session = uuid.uuid4().hex
    try:
        await connection.setLocalDescription(await connection.createOffer())
        await _signal(client, Ready)
        await client.act(PageOffer, kiosk, session=session, sdp=connection.localDescription.sdp)
        answer = await _signal(client, Answer)
        await connection.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        yield facing
    finally:
        with contextlib.suppress(LookupError, ConnectionError):
            await client.act(PageBye, kiosk, session=session)
        await connection.close()


async def _signal(client: DeskClient, kind: type[Any]) -> Any:
    """The next of this kind that the terminal says."""
    while True:
        update = await client.next()
        if isinstance(update, KioskSignal) and isinstance(update.signal, kind):
            return update.signal


def _loudest(frame: av.AudioFrame) -> float:
    """The frequency (Hz) that is the loudest; 0 for silence."""
    samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].astype(np.float64) / 32768
    if 20 * np.log10(max(1e-9, float(np.sqrt(np.mean(samples**2))))) < HEARD_DB:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * frame.sample_rate / len(samples))
