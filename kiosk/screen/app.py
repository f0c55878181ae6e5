"""The screen process: joins the visit, the window and the local services. The shell around the core."""

from __future__ import annotations

import asyncio
import gc
import logging
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk import clock, config, messages
from kiosk.messages import BadMessage, Loudness, Result, Signalled, Snapshot, Utterance, VoiceState
from kiosk.ops.notify import notify
from kiosk.screen.content import Content
from kiosk.screen.keeping import Keeping
from kiosk.screen.peer import Peer
from kiosk.screen.reporting import Reporting
from kiosk.screen.visit import Brightness, Effect, Louder, Mute, Restart, ToLink, ToVoice, Visit
from kiosk.screen.watchers import Watchers
from kiosk.screen.window import Frame, ScreenWindow
from kiosk.video.line import VideoLine
from kiosk.video.session import VideoView

log = logging.getLogger(__name__)

TICK_S = 0.25
UNDERSTAND_S = 2.0  # after the first frame; in the middle of a call nothing is asked, but the call waits

LinkMessage = Snapshot | Signalled | Result
EXIT_RESTART = 75  # asked for by a technician; whoever supervises this process starts it again


class ScreenService:
    """One kiosk's screen; :meth:`run` serves until it is cancelled and gives the exit status."""

    def __init__(self, settings: config.Kiosk) -> None:
        self._zone = ZoneInfo(settings.hours.timezone)
        self._keeping = Keeping(Path(settings.runtime_dir) / "screen.json")
        self._content = Content(settings.screen.pack)
        self._video = VideoLine(
            settings,
            self._content.pack,
            to_link=lambda command: self._link.send(messages.encode(command)),
            to_voice=lambda command: self._voice.send(messages.encode(command)),
            on_frame=lambda which, data, size: self._window.show_frame(which, data, size),
            on_view=self._video_changed,
        )
        kept = self._keeping.load()
        if kept is not None and kept.visit.open_call:
            self._video.warm_up()  # it is ready when the window is
        hello = messages.Hello("screen", video=self._video.possible)
        self._link = Peer(settings.link_socket, messages.encode(hello), self._from_link, self._link_gone)
        self._voice = Peer(settings.voice_socket, None, self._from_voice, self._voice_gone)
        self._link_knows = False
        self._bad_lines = 0
        self._restart, self._first_frame = asyncio.Event(), asyncio.Event()
        self._visit = Visit(
            settings,
            self._content.pack,
            self._content.understanding,
            new_id=lambda: f"screen-{uuid.uuid4().hex}",
        )
        self._window = ScreenWindow(
            settings.screen,
            Path(settings.state_dir) / "fonts",
            on_touch=self._touched,
            on_somebody=self._somebody,
            on_frame=self._drawn,
        )
        self._watchers = Watchers(settings, self._window)
        self._reporting = Reporting(self._window, self._link, self._content, self._video)

    async def run(self) -> int:
        """Serve. Raises :class:`kiosk.local.SocketBusy` when another screen serves this kiosk."""
        await self._watchers.local.start()
        try:
            kept = self._keeping.load()
            if kept is not None:
                self._visit.restore(kept.visit, kept.age_s, clock.now())
            self._show()
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(part)
                    for part in (
                        self._link.run(),
                        self._voice.run(),
                        self._video.run(),
                        self._understand(),
                        self._let_time_pass(),
                        self._reporting.run(),
                    )
                ]
                window = tasks.create_task(self._window.run())
                restart = tasks.create_task(self._restart.wait())
                await asyncio.wait({window, restart}, return_when=asyncio.FIRST_COMPLETED)
                for task in (*work, window, restart):
                    task.cancel()
        finally:
            notify("STOPPING=1")
            await self._watchers.local.stop()
        return EXIT_RESTART if self._restart.is_set() else 0

    # --- what comes in -----------------------------------------------------------------------------

    def _from_link(self, line: bytes) -> None:
        try:
            message: LinkMessage = messages.decode(line, LinkMessage)  # type: ignore[arg-type]
        except BadMessage as error:
            self._count_bad("link", error)
            return
        match message:
            case Snapshot():
                if not self._link_knows:
                    self._link_knows = True
                    self._reporting.at_once()
                self._do(self._visit.link(message, clock.now()))
                self._video.link(message.call)
            case Signalled(signal=signal):
                self._video.signal(signal)
            case Result():
                self._do(self._visit.result(message, clock.now()))

    def _link_gone(self, silent_s: float) -> None:
        self._link_knows = False
        self._video.link_gone()
        self._do(self._visit.link(None, clock.now(), silent_s=silent_s))

    def _from_voice(self, line: bytes) -> None:
        kinds = messages.VoiceMessage | Result
        try:
            message: messages.VoiceMessage | Result = messages.decode(line, kinds)  # type: ignore[arg-type]
        except BadMessage as error:
            self._count_bad("voice", error)
            return
        now = clock.now()
        match message:
            case VoiceState():
                self._do(self._visit.voice(message, now))
                self._video.voice(there=True)
            case Loudness(level=level):
                self._do(self._visit.loudness(level, now))
            case Utterance():
                self._do(self._visit.heard(message, now))
            case Result(ok=False, request=request, why=why):
                log.warning("voice refused %s: %s", request, why)

    def _voice_gone(self, _silent_s: float) -> None:
        self._video.voice(there=False)
        self._do(self._visit.voice(None, clock.now()))

    def _video_changed(self, view: VideoView) -> None:
        self._do(self._visit.video(view, clock.now()))

    def _touched(self, action: str) -> None:
        self._do(self._visit.touch(action, clock.now()))

    def _somebody(self) -> None:
        self._do(self._visit.somebody(clock.now()))

    def _count_bad(self, who: str, error: BadMessage) -> None:
        self._bad_lines += 1
        if self._bad_lines == 1 or self._bad_lines % 1000 == 0:
            log.warning("%s sent %s (%d so far)", who, error, self._bad_lines)

    # --- what goes out -----------------------------------------------------------------------------

    def _do(self, effects: list[Effect]) -> None:
        """Carry out what the visit wants, and show where it is now."""
        for effect in effects:
            match effect:
                case ToLink(command=command):
                    self._link.send(messages.encode(command))
                case ToVoice(command=command):
                    self._voice.send(messages.encode(command))
                case Brightness(level=level):
                    self._window.set_brightness(level)
                case Mute():
                    self._video.mute()
                case Louder(steps=steps):
                    self._video.louder(steps)
                case Restart():
                    self._restart.set()
        self._show()

    def _show(self) -> None:
        self._window.show(self._visit.scene(clock.now(), self._wall()))
        self._keeping.save(self._visit.keep())

    def _wall(self) -> datetime:
        return datetime.now(self._zone)

    # --- time --------------------------------------------------------------------------------------

    async def _understand(self) -> None:
        """Be ready to understand before anybody speaks, but not before there is a picture."""
        await self._first_frame.wait()
        await asyncio.sleep(UNDERSTAND_S)
        await asyncio.to_thread(self._content.understanding.open)
        gc.freeze()

    async def _let_time_pass(self) -> None:
        while True:
            self._do(self._visit.tick(clock.now(), self._wall()))
            await asyncio.sleep(TICK_S)

    def _drawn(self, frame: Frame) -> None:
        self._reporting.drawn()
        if frame.number == 1:
            # What is there now stays. Without this a collection would look through all of Kivy, and Python puts it
            # off until there is a quarter as much garbage.
            gc.freeze()
            self._first_frame.set()
            notify("READY=1")
        self._watchers.drawn()
