"""The mouth of the voice service: says one sentence at a time, and stops at once when it is told.

Its own thread renders and plays; the service's event loop only tells it what, and is told when something changes.
In quiet moments the thread renders the terminal's own sentences ahead.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import queue
import threading
import zoneinfo
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kiosk import clock, config
from kiosk.logs import about
from kiosk.messages import Last, Part
from kiosk.voice.speech import speaker, voices
from kiosk.voice.speech.cache import Cache
from kiosk.voice.speech.engine import SpeechError
from kiosk.voice.speech.played import Played
from kiosk.voice.speech.player import Player
from kiosk.voice.speech.renderer import Renderer
from kiosk.voice.speech.volume import volume_at

log = logging.getLogger(__name__)

#: How often a loudspeaker or voice that is missing is looked for again.
_RETRY_S = 5.0
_TRIED_RATE = 48_000
_GREETING = "您好"  # what a voice says to itself to be ready


class _Sentence(NamedTuple):
    number: int
    request: str
    text: str
    speed: float


class Mouth:
    """Made and used in a running event loop, where ``on_change`` is called whenever a property has changed."""

    def __init__(self, settings: config.Kiosk, on_change: Callable[[], None]) -> None:
        self._settings = settings.voice
        self._zone = zoneinfo.ZoneInfo(settings.hours.timezone)
        self._models = Path(settings.voice.models_dir)
        self._cache = Cache(Path(settings.state_dir) / "speech", settings.voice.cache_mb << 20)
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._player = Player(settings.voice.speaker)
        self._chosen: float | None = None
        self._saying = ""
        self._part = Part(ok=True)
        self._number = 0  # of the newest sentence; an older one has nothing to say any more
        self._voices: voices.Voices | None = None
        self._renderer: Renderer | None = None
        self._to_do: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._to_prepare: deque[str] = deque()
        self._preparing: Iterator[bool] | None = None  # the clauses of one of these, on their way
        self._player.volume = self.volume
        #: Done when the mouth is closed; with an exception when its thread has met one that nobody foresaw. The
        #: service waits for it too, since a mouth without a thread is silent for ever.
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._main, name="mouth", daemon=True)
        self._thread.start()

    @property
    def saying(self) -> str:
        """The request of the sentence that is being said; empty: silent."""
        return self._saying

    @property
    def part(self) -> Part:
        """The health of loudspeaker and voice together."""
        return self._part

    @property
    def volume(self) -> float:
        """0 to 1: what was chosen, or else what the hour says."""
        if self._chosen is not None:
            return self._chosen
        return volume_at(self._settings, datetime.datetime.now(self._zone).time())

    @property
    def playing(self) -> bool:
        """Whether sound comes out of the loudspeaker at this moment."""
        return self._player.playing

    @property
    def played(self) -> Played:
        """What has come out lately, for the microphone, which hears it too."""
        return self._player.played

    def last(self) -> Last:
        """When sound last came out of the loudspeaker."""
        at, now = self._player.played.came_out(clock.now()), clock.now()
        return Last(None if at is None else max(0, round((now - at) * 1000)))

    def say(self, request: str, text: str, slow: bool = False) -> None:
        """Say this in place of what is being said."""
        self._number += 1
        self._player.stop()
        self._player.volume = self.volume
        speed = self._settings.slow_speed if slow else self._settings.speed
        self._saying = request
        self._to_do.put(partial(self._say, _Sentence(self._number, request, text, speed)))
        self._on_change()

    def hush(self) -> None:
        """Silence, at once."""
        self._number += 1
        self._player.stop()
        if self._saying:
            self._saying = ""
            self._on_change()

    def set_volume(self, share: float | None) -> None:
        """A customer's choice, 0 to 1, heard at once; None goes back to what the hour says."""
        self._chosen = share
        self._player.volume = self.volume
        self._on_change()

    def wake(self) -> None:
        """Somebody has come: have the voice loaded before the first sentence is needed."""
        self._to_do.put(self._wake)

    def prepare(self, sentences: Iterable[str]) -> None:
        """Render these ahead, in both paces, as soon as there is nothing else to do.

        Only for the terminal's own sentences: they are written to disk.
        """
        self._to_prepare.extend(sentences)

    async def close(self) -> None:
        """Be silent, and end the thread and the voice's process."""
        self._number += 1
        self._player.stop()
        self._to_prepare.clear()
        self._to_do.put(None)
        if self._voices is not None:
            self._voices.close()
        await asyncio.to_thread(self._thread.join)
        if self._voices is not None:  # it may have been loaded at the last moment
            self._voices.close()

    # --- in the thread ----------------------------------------------------------------------------

    def _main(self) -> None:
        try:
            self._run()
        except BaseException as error:
            self._loop.call_soon_threadsafe(self._end, error)
            raise
        self._loop.call_soon_threadsafe(self._end, None)

    def _end(self, error: BaseException | None) -> None:
        if self.ended.done():  # whoever waited for it was cancelled, which is how a service ends
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)

    def _run(self) -> None:
        self._look()
        while True:
            try:
                what = self._to_do.get(timeout=0 if self._to_prepare or self._preparing else _RETRY_S)
            except queue.Empty:
                self._in_a_quiet_moment()
                continue
            if what is None:
                return
            what()

    def _say(self, sentence: _Sentence) -> None:
        """Returns when it has been said, or is to be said no more."""
        if sentence.number != self._number:
            return
        playback = None
        try:
            for audio in self._ready().clauses(sentence.text, sentence.speed):
                if playback is None:
                    playback = self._player.open(audio.rate)
                if sentence.number != self._number:  # after the opening, which takes its time
                    return
                playback.feed(audio)
            if playback is not None:
                playback.finish()
                playback.wait()
            self._tell(Part(ok=True))
        except SpeechError as error:
            self._tell(Part(ok=False, fault="no-voice", remedy=str(error)[:500]))
        except speaker.SpeakerError as error:
            self._tell(Part(ok=False, fault=error.fault, remedy=str(error)[:500]))
        finally:
            if playback is not None:
                playback.close()
            self._loop.call_soon_threadsafe(self._said, sentence.number)

    def _in_a_quiet_moment(self) -> None:
        if self._to_prepare or self._preparing:
            self._prepare()
        elif not self._part.ok:
            self._look()

    def _prepare(self) -> None:
        """One clause of what is to be rendered ahead; somebody who has to be answered now waits for no more."""
        try:
            if self._preparing is None:
                paces = (self._settings.speed, self._settings.slow_speed)
                self._preparing = self._ready().preparing([self._to_prepare.popleft()], paces)
            if next(self._preparing, None) is None:
                self._preparing = None
        except SpeechError as error:
            self._give_up_preparing()  # none of the others would fare better
            self._tell(Part(ok=False, fault="no-voice", remedy=str(error)[:500]))
        except OSError as error:
            self._give_up_preparing()
            log.error("sentences cannot be rendered ahead (%s); they will come later than they could", error)

    def _give_up_preparing(self) -> None:
        self._to_prepare.clear()
        self._preparing = None

    def _look(self) -> None:
        """Whether there are a loudspeaker and a voice, before anybody needs them."""
        try:
            speaker.find(self._settings.speaker)
            if self._part.fault in ("busy", "stuck"):
                self._try()
            self._ready()
        except SpeechError as error:
            self._tell(Part(ok=False, fault="no-voice", remedy=str(error)[:500]))
        except speaker.SpeakerError as error:
            self._tell(Part(ok=False, fault=error.fault, remedy=str(error)[:500]))
        else:
            self._tell(Part(ok=True))

    def _try(self) -> None:
        """Play nothing: a loudspeaker that is there need not be one that can be opened and goes on."""
        playback = self._player.open(_TRIED_RATE)
        try:
            playback.finish()
            playback.wait()
        finally:
            playback.close()

    def _wake(self) -> None:
        try:
            self._ready()
            if self._voices is not None:
                self._voices.render(_GREETING, 1.0)
        except SpeechError as error:
            self._tell(Part(ok=False, fault="no-voice", remedy=str(error)[:500]))

    def _ready(self) -> Renderer:
        if self._renderer is None:
            self._voices = voices.open_voices(self._settings, self._models)
            self._renderer = Renderer(self._voices, self._cache)
        return self._renderer

    def _tell(self, part: Part) -> None:
        if part != self._part:
            if part.ok:
                log.info("speaker: recovered", extra=about(part="speaker", event="recovered"))
            else:
                told = about(part="speaker", event=part.fault)
                log.error("speaker: %s: %s", part.fault, part.remedy, extra=told)
            self._loop.call_soon_threadsafe(self._now_is, part)

    # --- back in the event loop -------------------------------------------------------------------

    def _now_is(self, part: Part) -> None:
        self._part = part
        self._on_change()

    def _said(self, number: int) -> None:
        if number == self._number and self._saying:
            self._saying = ""
            self._on_change()
