"""The screen process: joins the visit, the window and the local services. The shell around the core."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import time
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk import clock, config, messages
from kiosk.dialogue.decision import Understanding
from kiosk.dialogue.pack import Pack, PackError, load_pack
from kiosk.local import LocalClient, LocalService
from kiosk.messages import (
    BadMessage,
    Last,
    Loudness,
    Part,
    Result,
    Shown,
    Signalled,
    Snapshot,
    Utterance,
    VoiceState,
    Work,
)
from kiosk.ops.memory import give_back
from kiosk.ops.notify import notify
from kiosk.screen.keeping import Keeping
from kiosk.screen.later import LaterUnderstanding
from kiosk.screen.peer import Peer
from kiosk.screen.visit import Brightness, Effect, Louder, Mute, Restart, ToLink, ToVoice, Visit
from kiosk.screen.window import Frame, ScreenWindow
from kiosk.video.line import VideoLine
from kiosk.video.session import VideoView

log = logging.getLogger(__name__)

TICK_S = 0.25
REPORT_S = 5.0
STANDS_S = 2.0  # a picture that stands for so long is drawn once more for the report, as proof that it can be
PROOF_S = 1.0  # so long a frame may take, above all on a busy computer
FROZEN_S = 9.0  # no sign of life for systemd when no frame was drawn for so long
UNDERSTAND_S = 2.0  # after the first frame; in the middle of a call nothing is asked, but the call waits
TRIM_FRAMES = 500  # after so many frames, memory that was freed goes back to the system

LinkMessage = Snapshot | Signalled | Result
EXIT_RESTART = 75  # asked for by a technician; whoever supervises this process starts it again


class ScreenService:
    """One kiosk's screen; :meth:`run` serves until it is cancelled and gives the exit status."""

    def __init__(self, settings: config.Kiosk) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.hours.timezone)
        self._pack_fault = self._classifier_fault = ""
        self._keeping = Keeping(Path(settings.runtime_dir) / "screen.json")
        pack = self._load_pack()
        self._video = VideoLine(
            settings,
            pack,
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
        self._watchers = LocalService(settings.screen_socket, self._shown, self._command)
        self._bad_lines = 0
        self._started_ns = time.monotonic_ns()
        self._restart, self._first_frame, self._frame = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._link_knows, self._report_due = False, asyncio.Event()
        self._understanding = LaterUnderstanding(lambda: self._understood(pack))
        self._visit = self._make_visit(pack)
        self._window = ScreenWindow(
            settings.screen,
            Path(settings.state_dir) / "fonts",
            on_touch=self._touched,
            on_frame=self._drawn,
        )

    def _load_pack(self) -> Pack | None:
        try:
            return load_pack(self._settings.screen.pack)
        except PackError as error:
            log.error("%s", error)
            self._pack_fault = str(error)
            return None

    def _make_visit(self, pack: Pack | None) -> Visit:
        return Visit(
            self._settings,
            pack,
            self._understanding,
            new_id=lambda: f"screen-{uuid.uuid4().hex}",
        )

    def _understood(self, pack: Pack | None) -> Understanding:
        from kiosk.dialogue.classifier import ClassifierError
        from kiosk.dialogue.trained import open_understanding

        if pack is None:
            return Understanding(None)
        try:
            return open_understanding(self._settings.screen.pack, pack)
        except (ClassifierError, PackError) as error:
            log.error("%s. Until then only sentences of the pack are understood, word for word.", error)
            self._classifier_fault = str(error)
            return Understanding(pack)

    async def run(self) -> int:
        """Serve. Raises :class:`kiosk.local.SocketBusy` when another screen serves this kiosk."""
        await self._watchers.start()
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
                        self._report(),
                    )
                ]
                window = tasks.create_task(self._window.run())
                restart = tasks.create_task(self._restart.wait())
                await asyncio.wait({window, restart}, return_when=asyncio.FIRST_COMPLETED)
                for task in (*work, window, restart):
                    task.cancel()
        finally:
            notify("STOPPING=1")
            await self._watchers.stop()
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
                if not self._link_knows:  # how the screen is, at once: what was never reported is never missed
                    self._link_knows = True
                    self._report_due.set()
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
        await asyncio.to_thread(self._understanding.open)
        gc.freeze()

    async def _let_time_pass(self) -> None:
        while True:
            self._do(self._visit.tick(clock.now(), self._wall()))
            await asyncio.sleep(TICK_S)

    async def _report(self) -> None:
        """Prove every few seconds that frames are drawn, to the link (for the kiosk's health) and to systemd."""
        number = trimmed_at = 0
        while True:
            self._report_due.clear()
            await self._prove()
            if self._window.frame.number >= trimmed_at + TRIM_FRAMES:
                trimmed_at = self._window.frame.number
                gc.collect()
                give_back()
            number += 1
            drawn = Last(round(self._age_s() * 1000)) if self._window.frame.number else Last()
            parts = {"screen": self._part(), **self._video.parts}
            report = messages.Report(f"report-{number}", parts, {Work.DRAWN: drawn})
            self._link.send(messages.encode(report))
            if self._window.frame.number and self._age_s() < FROZEN_S:
                notify("WATCHDOG=1")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPORT_S):
                    await self._report_due.wait()

    async def _prove(self) -> None:
        """Draw a frame, if there was none lately."""
        if self._age_s() < STANDS_S:
            return
        self._frame.clear()
        self._window.redraw()
        with contextlib.suppress(TimeoutError):  # then the age says it
            async with asyncio.timeout(PROOF_S):
                await self._frame.wait()

    def _age_s(self) -> float:
        """Of what is on the display; before the first frame, since the start."""
        return (time.monotonic_ns() - (self._window.frame.drawn_ns or self._started_ns)) / 1e9

    def _part(self) -> Part:
        if self._pack_fault:
            return Part(False, "no-content", self._pack_fault)
        if self._classifier_fault:
            return Part(False, "not-learnt", self._classifier_fault)
        return Part(True)

    def _drawn(self, frame: Frame) -> None:
        self._frame.set()
        if frame.number == 1:
            # What is there now stays. Without this a collection would look through all of Kivy, and Python puts it
            # off until there is a quarter as much garbage.
            gc.freeze()
            self._first_frame.set()
            notify("READY=1")
        if self._watchers.clients:
            self._watchers.broadcast(self._shown())

    # --- whoever looks from outside ----------------------------------------------------------------

    def _shown(self) -> bytes:
        frame = self._window.frame
        return messages.encode(
            Shown(
                frame.scene,
                frame.texts,
                frame.targets,
                frame.pressed,
                frame.number,
                frame.drawn_ns,
                frame.agent_frames,
            )
        )

    def _command(self, _client: LocalClient, line: bytes) -> bytes:
        command: messages.ScreenCommand = messages.decode(line, messages.ScreenCommand)  # type: ignore[arg-type]
        why = ""
        match command:
            case messages.Picture(path=path):
                try:
                    self._window.save(Path(path))
                except OSError as error:
                    why = f"{path}: {error.strerror or error}"
            case messages.Touch():
                if self._settings.screen.simulate_touch:
                    self._window.touch(command)
                else:
                    why = "touches are not simulated here: set screen.simulate_touch in kiosk.toml"
        return messages.encode(Result(command.request, ok=not why, why=why))
