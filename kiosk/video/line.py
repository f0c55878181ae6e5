"""The screen's end of a video call: keeps the peer process that a session wants, and carries what it says."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable

from kiosk import clock, config, messages
from kiosk.dialogue.pack import Pack
from kiosk.ice import ice_servers
from kiosk.messages import (
    BadMessage,
    Call,
    Command,
    Connect,
    Hang,
    Lend,
    Part,
    PeerCommand,
    PeerMessage,
    Setup,
    SignalDown,
    Title,
    VoiceCommand,
    Wanted,
)
from kiosk.video.devices import camera_part
from kiosk.video.frames import FRAMES_FD, FrameReader, Which
from kiosk.video.session import Effect, Session, VideoView

log = logging.getLogger(__name__)

_MAX_LINE = 256 * 1024
_MAX_SERVICES = 100
#: A peer that ends by itself is started again after so long; it may have been a device or a codec that hung.
_AGAIN_S = 0.3
_END_S = 1.0
_TICK_S = 0.25
_WANTED_S = 5.0

OnFrame = Callable[[Which, bytes, tuple[int, int]], None]


def can_video(settings: config.Video) -> bool:
    """Whether this terminal can carry a video call; aiortc is looked for and not loaded."""
    return settings.enabled and bool(settings.backend or importlib.util.find_spec("aiortc"))


class VideoLine:
    """``to_link``, ``to_voice`` send a command; ``on_frame`` gets pictures in a thread of its own; ``on_view`` is
    told when what may be shown has changed. :meth:`run` works until cancelled.
    """

    def __init__(
        self,
        settings: config.Kiosk,
        pack: Pack | None,
        *,
        to_link: Callable[[Command], None],
        to_voice: Callable[[VoiceCommand], None],
        on_frame: OnFrame,
        on_view: Callable[[VideoView], None],
    ) -> None:
        self._settings = settings
        self.possible = can_video(settings.video)
        self._to_link, self._to_voice, self._on_view = to_link, to_voice, on_view
        self._on_frame = on_frame
        services = tuple(Title(one.id, one.title[: messages.MAX_NAME]) for one in pack.service) if pack else ()
        self._session = Session(
            lambda: f"video-{uuid.uuid4().hex}",
            lambda: ice_servers(settings.ice, time.time()),
            services=services[:_MAX_SERVICES],
            volume=settings.voice.volume,
        )
        self._view = self._session.view
        self._process: PeerProcess | None = None
        self._early: PeerProcess | None = None  # started and not spoken to yet
        self._changed = asyncio.Event()

    @property
    def parts(self) -> dict[str, Part]:
        """The camera, where the terminal is said to have one."""
        faults = self._session.faults
        fault = faults.get("camera", "") if faults is not None else None
        camera = camera_part(self._settings.video.camera, fault) if self.possible else None
        return {"camera": camera} if camera is not None else {}

    # --- what comes in ------------------------------------------------------------------------------

    def link(self, call: Call | None) -> None:
        """The link says how the call is."""
        self._do(self._session.link(call, clock.now()))

    def link_gone(self) -> None:
        self._session.link_gone()

    def voice(self, *, there: bool) -> None:
        """Voice has come or gone."""
        self._do(self._session.voice(there, clock.now()))

    def signal(self, signal: SignalDown) -> None:
        """From the agent's page, by way of the link."""
        self._do(self._session.signal(signal, clock.now()))

    def mute(self) -> None:
        self._do(self._session.mute(clock.now()))

    def louder(self, steps: int) -> None:
        self._do(self._session.louder(steps, clock.now()))

    # --- what goes out ------------------------------------------------------------------------------

    def _do(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Wanted | Connect | Hang | Setup):
                if self._process is not None:
                    self._process.send(effect)
            elif isinstance(effect, Lend):
                self._to_voice(effect)
            else:
                self._to_link(effect)  # type: ignore[arg-type]
        if self._session.view != self._view:
            self._view = self._session.view
            self._on_view(self._view)
        self._changed.set()

    # --- the peer -----------------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Start a peer before anything else: there was a call when the process before this one ended."""
        if self.possible:
            self._early = self._started()

    async def run(self) -> None:
        """Have a peer process while one is wanted."""
        if not self.possible:
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._let_time_pass())
            tasks.create_task(self._end_early())
            while True:
                await self._until(lambda: self._session.peer_wanted)
                await self._serve()
                await asyncio.sleep(_AGAIN_S)

    async def _end_early(self) -> None:
        """One that was started before anybody knew whether there is still a call, and that nobody wants."""
        await asyncio.sleep(_WANTED_S)
        process, self._early = self._early, None
        if process is not None:
            await process.end()

    async def _let_time_pass(self) -> None:
        while True:
            await self._until(lambda: self._session.peer_wanted)
            self._do(self._session.tick(clock.now()))
            await asyncio.sleep(_TICK_S)

    async def _serve(self) -> None:
        """One peer process, from its start until it ends or is not wanted any more."""
        process, self._early = self._early or self._started(), None
        if process is None:
            return
        await process.open()
        self._process = process
        process.send(self._setup())
        try:
            self._do(self._session.peer_started(clock.now()))
            reading = asyncio.ensure_future(self._read(process))
            unwanted = asyncio.ensure_future(self._until(lambda: not self._session.peer_wanted))
            try:
                await asyncio.wait({reading, unwanted}, return_when=asyncio.FIRST_COMPLETED)
                if not unwanted.done():
                    log.error("the video peer has ended by itself; another one is started")
            finally:
                reading.cancel()
                unwanted.cancel()
        finally:
            self._process = None
            await process.end()
            self._do(self._session.peer_gone(clock.now()))

    def _started(self) -> PeerProcess | None:
        try:
            return PeerProcess(self._command(), self._on_frame)
        except OSError as error:
            log.error("the video peer cannot be started: %s", error)
            return None

    async def _read(self, process: PeerProcess) -> None:
        while line := await process.receive():
            try:
                message: PeerMessage = messages.decode(line, PeerMessage)  # type: ignore[arg-type]
            except BadMessage as error:
                log.warning("the video peer said %s", error)
                continue
            self._do(self._session.peer(message, clock.now()))

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._changed.clear()
            await self._changed.wait()

    def _command(self) -> tuple[str, ...]:
        return self._settings.video.backend or (sys.executable, "-m", "kiosk.video.worker")

    def _setup(self) -> Setup:
        video, voice = self._settings.video, self._settings.voice
        width, _, height = video.size.partition("x")
        microphone = video.microphone or voice.microphone
        return Setup(
            camera=video.camera,
            microphone=microphone,
            speaker=voice.speaker,
            width=int(width),
            height=int(height),
            fps=video.fps,
            ducking=video.echo == "duck",
        )


class PeerProcess:
    """A running peer. Raises OSError when there is no such program; :meth:`open` it before it is spoken to."""

    def __init__(self, command: tuple[str, ...], on_frame: OnFrame) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, FRAMES_FD: str(theirs.fileno())},
                )
            except OSError:
                ours.close()
                raise
        self._frames = FrameReader(ours, on_frame)
        self._reader: asyncio.StreamReader | None = None
        self._input: asyncio.WriteTransport | None = None

    async def open(self) -> None:
        """Let this event loop carry what is said."""
        loop = asyncio.get_running_loop()
        reader = self._reader = asyncio.StreamReader(limit=_MAX_LINE)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), self._process.stdout)
        self._input, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, self._process.stdin)

    def send(self, command: PeerCommand) -> None:
        """Never waits; to one that has ended it is lost."""
        if self._input is not None and not self._input.is_closing():
            self._input.write(messages.encode(command) + b"\n")

    async def receive(self) -> bytes:
        """The next line; empty when the process has ended, or says what is no line."""
        assert self._reader is not None
        try:
            return await self._reader.readline()
        except ValueError:
            return b""

    async def end(self) -> None:
        """It closes what it has by itself, and is killed where it does not."""
        if self._input is not None:
            self._input.close()
        elif self._process.stdin is not None:
            self._process.stdin.close()
        await asyncio.to_thread(self._wait)

    def _wait(self) -> None:
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._frames.close()
