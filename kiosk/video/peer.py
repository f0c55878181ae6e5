"""One side of a WebRTC call by aiortc: answers the page's offers, one session at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import Any

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av.video.reformatter import VideoReformatter

from kiosk import clock
from kiosk.messages import Connect, IceServer, PeerAnswer, PeerMessage, PeerState, Setup, Wanted
from kiosk.video.camera import open_camera
from kiosk.video.ducking import Ducking
from kiosk.video.frames import FrameWriter, Which
from kiosk.video.loudspeaker import Loudspeaker
from kiosk.video.microphone import open_source
from kiosk.video.pace import Pace, Rate
from kiosk.video.tracks import CameraTrack, MicrophoneTrack

log = logging.getLogger(__name__)

#: Sound or picture that has not come for so long has stopped.
GONE_S = 1.5
_CHECK_S = 0.25
_LOAD_S = 1.0
_OWN_WIDTH, _OWN_FPS = 240, 8


class Peer:
    """The terminal's devices and the connection to the agent's page; ``tell`` gets answers and each new state.

    Pictures go to ``frames``. Used within one event loop; devices have threads of their own.
    """

    def __init__(self, setup: Setup, frames: FrameWriter, tell: Callable[[PeerMessage], None]) -> None:
        self._tell = tell
        self._frames = frames
        self._loop = asyncio.get_running_loop()
        self._ducking = Ducking() if setup.ducking else None
        self._pace = Pace(Rate(setup.width, setup.height, setup.fps))
        self._faults: dict[str, str] = {}
        self._camera = open_camera(setup.camera, setup.width, setup.height, setup.fps, self._fault_of("camera"))
        self._microphone = open_source(setup.microphone, self._fault_of("microphone"))
        self._speaker = Loudspeaker(setup.speaker, self._played, self._fault_of("speaker"))
        self._muted = False
        self._session = ""
        self._connection: RTCPeerConnection | None = None
        self._readers: set[asyncio.Task[None]] = set()
        self._came = {"audio": float("-inf"), "video": float("-inf")}
        self._own_at = 0.0
        self._own_scaler, self._scaler = VideoReformatter(), VideoReformatter()
        self._said: PeerState | None = None
        self._say()

    # --- what is wanted ----------------------------------------------------------------------------

    def want(self, wanted: Wanted) -> None:
        """Bring the devices to where they should be."""
        self._muted = wanted.muted
        self._speaker.volume = wanted.volume
        (self._camera.start if wanted.camera else self._camera.stop)()
        (self._microphone.start if wanted.microphone else self._microphone.stop)()

    async def connect(self, offer: Connect) -> None:
        """Answer an offer; a bad one is logged and has no answer, and the page offers again."""
        await self.hang()
        self._session = offer.session
        connection = self._connection = RTCPeerConnection(RTCConfiguration([_server(s) for s in offer.ice]))
        connection.on("track", self._on_track)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            for transceiver in connection.getTransceivers():
                connection.addTrack(self._track(transceiver.kind))
            await connection.setLocalDescription(await connection.createAnswer())
        except Exception as error:  # whatever a page may offer, only its own session is lost
            log.exception("an offer cannot be answered: %s", error)
            await self.hang()
            return
        if connection is self._connection:
            self._speaker.start()
            self._tell(PeerAnswer(offer.session, connection.localDescription.sdp))
            self._say()

    async def hang(self) -> None:
        """Close the session, if there is one."""
        connection, self._connection, self._session = self._connection, None, ""
        for reader in self._readers:
            reader.cancel()
        self._readers.clear()
        self._came = dict.fromkeys(self._came, float("-inf"))
        if connection is not None:
            self._speaker.stop()
            await connection.close()
        self._say()

    async def watch(self) -> None:
        """Until cancelled: say when sound or picture begins or stops, and follow the processor's load."""
        used, at = time.process_time(), clock.now()
        while True:
            await asyncio.sleep(_CHECK_S)
            self._say()
            now = clock.now()
            if now - at >= _LOAD_S:
                load = (time.process_time() - used) / (now - at)
                used, at = time.process_time(), now
                if self._connection is not None and self._pace.load(load, now):
                    log.info("%.0f %% of a core: sends %dx%d at %d", 100 * load, *self._pace.rate)

    def close(self) -> None:
        """Give the devices back."""
        self._camera.stop()
        self._microphone.stop()
        self._speaker.stop()

    # --- sending -----------------------------------------------------------------------------------

    def _track(self, kind: str) -> MediaStreamTrack:
        if kind == "audio":
            return MicrophoneTrack(self._microphone, self._gain)
        return CameraTrack(self._camera, lambda: self._pace.rate, self._sent)

    def _gain(self, now: float) -> float:
        if self._muted:
            return 0.0
        return 1.0 if self._ducking is None else self._ducking.gain(now)

    def _played(self, level_db: float, now: float) -> None:
        if self._ducking is not None:
            self._ducking.played(level_db, now)

    def _sent(self, frame: av.VideoFrame) -> None:
        """The customer sees a small picture of what the agent sees, the way a mirror shows it."""
        now = clock.now()
        if now - self._own_at < 1 / _OWN_FPS:
            return
        self._own_at = now
        width = min(_OWN_WIDTH, frame.width)
        height = round(frame.height * width / frame.width)
        pixels = self._own_scaler.reformat(frame, width, height, "rgb24").to_ndarray()
        self._frames.put(Which.OWN, width, height, np.ascontiguousarray(pixels[:, ::-1]).tobytes())

    # --- receiving ---------------------------------------------------------------------------------

    def _on_track(self, track: MediaStreamTrack) -> None:
        reader = self._read_audio if track.kind == "audio" else self._read_video
        task = asyncio.ensure_future(reader(track))
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)

    async def _read_audio(self, track: MediaStreamTrack) -> None:
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                self._arrived("audio")
                assert isinstance(frame, av.AudioFrame)
                self._speaker.feed(frame)

    async def _read_video(self, track: MediaStreamTrack) -> None:
        newest: asyncio.Queue[Any] = asyncio.Queue(1)
        drawing = asyncio.ensure_future(self._show(newest))
        try:
            with contextlib.suppress(MediaStreamError):
                while True:
                    frame = await track.recv()
                    self._arrived("video")
                    if newest.full():
                        newest.get_nowait()
                    newest.put_nowait(frame)
        finally:
            drawing.cancel()

    async def _show(self, newest: asyncio.Queue[Any]) -> None:
        while True:
            frame = await newest.get()
            await asyncio.to_thread(self._put, frame)

    def _put(self, frame: av.VideoFrame) -> None:
        rgb = self._scaler.reformat(frame, format="rgb24").to_ndarray()
        self._frames.put(Which.AGENT, frame.width, frame.height, rgb.tobytes())

    def _arrived(self, kind: str) -> None:
        first = clock.now() - self._came[kind] > GONE_S
        self._came[kind] = clock.now()
        if first:
            self._say()

    # --- telling -----------------------------------------------------------------------------------

    def _fault_of(self, part: str) -> Callable[[str], None]:
        def tell(fault: str) -> None:
            self._loop.call_soon_threadsafe(self._fault_is, part, fault)

        return tell

    def _fault_is(self, part: str, fault: str) -> None:
        if fault:
            self._faults[part] = fault
        else:
            self._faults.pop(part, None)
        self._say()

    def _say(self) -> None:
        now = clock.now()
        audio, video = (now - self._came[kind] < GONE_S for kind in ("audio", "video"))
        state = PeerState(self._session, audio, video, dict(self._faults))
        if state != self._said:
            self._said = state
            self._tell(state)


def _server(server: IceServer) -> RTCIceServer:
    return RTCIceServer(list(server.urls), server.username or None, server.credential or None)
