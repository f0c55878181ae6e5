"""The voice process: ears and mouth behind ``voice.sock``, and 人工 straight to the link, screen or no screen."""

from __future__ import annotations

import asyncio
import logging
import uuid

from kiosk import config, messages
from kiosk.dialogue.masking import masked
from kiosk.dialogue.pack import PackError, load_pack
from kiosk.local import LocalClient, LocalService
from kiosk.messages import (
    MAX_TEXT,
    Ears,
    Hush,
    Last,
    Lend,
    Listen,
    Loudness,
    Part,
    Ping,
    Result,
    Say,
    SetVolume,
    Utterance,
    VoiceCommand,
    VoiceState,
    Work,
)
from kiosk.ops.notify import notify, watchdog_interval
from kiosk.voice.events import Caption, Event, Interrupts, Level, Lost, Said, Started
from kiosk.voice.linkline import LinkLine
from kiosk.voice.listening import Listening
from kiosk.voice.speech.mouth import Mouth
from kiosk.voice.written import written

log = logging.getLogger(__name__)

ALIVE_S = 20.0  # a microphone that brings nothing for so long has told a fault by then, or the thread hangs


class VoiceService:
    """One kiosk's voice; :meth:`run` serves until it is cancelled."""

    def __init__(self, settings: config.Kiosk) -> None:
        self._settings = settings
        self._always = settings.hearing.always_open
        self._local = LocalService(settings.voice_socket, self._snapshot, self._command, self._left)
        self._link = LinkLine(settings.link_socket, lambda: self._parts, self._last)
        self._parts: dict[str, Part] = {"microphone": Part(ok=True), "speaker": Part(ok=True)}
        self._opener: LocalClient | None = None
        self._borrower: LocalClient | None = None  # has the microphone for a video call
        self._practice = False
        self._began_in_practice = False
        self._ears, self._caption = Ears.OFF, ""
        self._text = ""  # what the mouth says, or has said last

    async def run(self) -> None:
        """Serve. Raises :class:`kiosk.local.SocketBusy` when another voice serves this kiosk."""
        self._loop = asyncio.get_running_loop()
        self._mouth = Mouth(self._settings, self._mouth_changed)
        self._listening = Listening(self._settings, self._from_ears, self._part_from_ears)
        self._listening.reference(self._mouth.played)
        try:
            await self._local.start()
            self._listening.start()
            self._open_or_close()
            self._prepare()
            notify("READY=1")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._link.run())
                tasks.create_task(self._watchdog())
                await self._mouth.ended  # never, but for a fault in its thread: then all of voice starts anew
        finally:
            notify("STOPPING=1")
            await self._local.stop()
            await asyncio.to_thread(self._listening.close)
            await self._mouth.close()

    # --- the mouth ----------------------------------------------------------------------------------

    def _mouth_changed(self) -> None:
        self._parts["speaker"] = self._mouth.part
        self._listening.speaking(bool(self._mouth.saying), self._text)
        self._tell()

    def _prepare(self) -> None:
        """What the hall will often say is rendered before anybody asks."""
        try:
            pack = load_pack(self._settings.screen.pack)
        except PackError as error:
            log.warning("%s: no answers are rendered ahead", error)
            return
        self._mouth.prepare(filter(None, map(pack.aloud, pack.service)))

    # --- the ears, from their thread ------------------------------------------------------------------

    def _from_ears(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self._heard, event)

    def _part_from_ears(self, name: str, part: Part) -> None:
        self._loop.call_soon_threadsafe(self._part_is, name, part)

    def _part_is(self, name: str, part: Part) -> None:
        if self._parts.get(name) != part:
            self._parts[name] = part
            self._tell()

    def _heard(self, event: Event) -> None:
        match event:
            case Level(share=share):
                if self._ears is not Ears.OFF:
                    self._local.broadcast(messages.encode(Loudness(share)))
                return
            case Started(over=over):
                self._began_in_practice = self._practice
                if not over:
                    self._state_is(Ears.HEARING, "")
            case Interrupts():
                # Late, it would silence what was said since for somebody who has gone.
                if self._ears is not Ears.OFF:
                    self._mouth.hush()
            case Caption(text=text):
                self._state_is(Ears.HEARING, text)
            case Lost():
                self._state_is(Ears.OPEN, "")
            case Said():
                self._said(event)
                self._state_is(Ears.OPEN, "")

    def _said(self, said: Said) -> None:
        text, sentence = written(said.heard.text)[:MAX_TEXT], f"said-{uuid.uuid4().hex}"
        # Only what was practice from its beginning to its end is practice: in doubt, call.
        if said.person and not (self._practice and self._began_in_practice):
            log.info("somebody asks for a person")
            self._link.summon(masked(text), sentence)
        if self._ears is not Ears.OFF:
            others = tuple(other[:MAX_TEXT] for other in said.heard.alternatives)
            confidence = min(1.0, max(0.0, said.heard.confidence))
            self._local.broadcast(messages.encode(Utterance(sentence, text, confidence, others)))

    def _state_is(self, ears: Ears, caption: str) -> None:
        """What the ears tell after they were closed is late, and changes nothing that is shown."""
        if self._ears is not Ears.OFF:
            self._ears, self._caption = ears, caption
            self._tell()

    def _last(self) -> dict[Work, Last]:
        return {Work.HEARD: self._listening.last(), Work.PLAYED: self._mouth.last()}

    # --- clients ------------------------------------------------------------------------------------

    def _snapshot(self) -> bytes:
        state = VoiceState(self._ears, self._caption, self._mouth.saying, self._mouth.volume, self._parts)
        return messages.encode(state)

    def _tell(self) -> None:
        self._local.broadcast(self._snapshot())

    def _command(self, client: LocalClient, line: bytes) -> bytes:
        command: VoiceCommand = messages.decode(line, VoiceCommand)  # type: ignore[arg-type]
        match command:
            case Listen(on=True, practice=practice):
                self._opener, self._practice = client, practice
                self._open_or_close()
            case Listen():
                self._opener, self._practice = None, False
                self._open_or_close()
            case Say(request=request, text=text, slow=slow):
                self._text = text
                self._mouth.say(request, text, slow)
            case Hush():
                self._mouth.hush()
            case Lend(on=on):
                self._borrower = client if on else None
                self._open_or_close()
            case SetVolume(volume=volume):
                self._mouth.set_volume(volume)
            case Ping(state=state):
                if state:
                    client.send(self._snapshot())
        return messages.encode(Result(command.request, ok=True))

    def _left(self, client: LocalClient) -> None:
        # Nobody would close them, and practice must not outlive the one who asked for it.
        if client is self._opener:
            self._opener, self._practice = None, False
        if client is self._borrower:
            self._borrower = None
        self._open_or_close()

    def _open_or_close(self) -> None:
        wanted = self._borrower is None and (self._always or self._opener is not None)
        if wanted == (self._ears is not Ears.OFF):
            return
        self._ears, self._caption = Ears.OPEN if wanted else Ears.OFF, ""
        self._listening.want(wanted)
        if wanted:
            self._mouth.wake()  # somebody is there, and will soon be answered
        self._tell()
        self._link.report()

    async def _watchdog(self) -> None:
        """A sign of life only while the ears' thread gets sound, or waits for some and says so."""
        interval = watchdog_interval()
        while interval is not None:
            if self._listening.alive(ALIVE_S):
                notify("WATCHDOG=1")
            await asyncio.sleep(interval)
