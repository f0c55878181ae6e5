"""The ears' thread: loads the recogniser once, and has a microphone open only while somebody wants it to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from kiosk import clock, config
from kiosk.dialogue.pack import PackError
from kiosk.messages import Last, Part
from kiosk.voice.activity import Activity
from kiosk.voice.clear import Clear
from kiosk.voice.ears import Ears
from kiosk.voice.echo import Canceller, Clean
from kiosk.voice.events import Event
from kiosk.voice.levels import SignalHealth
from kiosk.voice.microphones import REMEDIES, look, open_microphone
from kiosk.voice.models import ModelError
from kiosk.voice.recogniser import Recogniser, RecogniserError, open_recogniser
from kiosk.voice.sentences import EVERYWHERE, PERSON, hall_sentences
from kiosk.voice.sound import Samples, Source, Timed
from kiosk.voice.speech.played import Played
from kiosk.voice.warming import own_sentences

log = logging.getLogger(__name__)

#: How often a missing model or microphone is looked for while nobody wants to be heard.
LOOK_S = 5.0

TellPart = Callable[[str, Part], None]


class Listening:
    """``tell`` gets what is heard, ``tell_part`` how "microphone" and "model" are; both in the ears' thread."""

    def __init__(self, settings: config.Kiosk, tell: Callable[[Event], None], tell_part: TellPart) -> None:
        self._voice, self._hearing, self._pack = settings.voice, settings.hearing, settings.screen.pack
        self._spoken = Path(settings.state_dir) / "speech"
        self._tell, self._tell_part = tell, tell_part
        self._changed = threading.Condition()
        self._wanted = self._over = self._speaking = False
        self._text = ""
        self._canceller: Canceller | None = None  # kept from visit to visit: the room stays the same
        self._health = SignalHealth(self._hearing.silent_s)  # and so does a microphone that is muted
        self._ears: Ears | None = None
        self._recogniser: Recogniser | None = None
        self._clear: Clear | None = None
        self._alive_at = time.monotonic()
        self._heard_at: float | None = None  # when the last sound came from the microphone
        self._thread = threading.Thread(target=self._run, name="ears", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def want(self, on: bool) -> None:
        """Open or close the microphone."""
        with self._changed:
            self._wanted = on
            if not on and self._ears is not None:
                self._ears.close()
            self._changed.notify_all()

    def reference(self, played: Played) -> None:
        """What the terminal plays, so that its voice can be taken out of what it hears; before :meth:`start`."""
        if self._hearing.echo == "mute":
            log.info("hearing.echo is mute: nothing is heard while the terminal speaks")
        else:
            self._canceller = Canceller(played)

    def speaking(self, on: bool, text: str) -> None:
        """The terminal itself says this, and must not hear itself."""
        with self._changed:
            self._speaking, self._text = on, text
            if self._ears is not None:
                self._ears.speaking(on, text)

    def alive(self, within_s: float) -> bool:
        """Whether sound has come, or been waited for in vain, within so many seconds."""
        return self._thread.is_alive() and time.monotonic() - self._alive_at < within_s

    def last(self) -> Last:
        """When sound last came. Without a recogniser nobody listens, which is told as the model's fault."""
        off = not self._wanted or self._recogniser is None
        at = self._heard_at
        return Last(None if at is None else max(0, round((clock.now() - at) * 1000)), off)

    def close(self) -> None:
        """End the thread, and wait for it."""
        with self._changed:
            self._over = True
        self.want(False)
        self._thread.join()

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._over:
            self._alive_at = time.monotonic()
            ready = self._load()
            if ready:
                assert self._recogniser is not None
                self._recogniser.rest()
                self._fault(look(self._voice.microphone) or self._health.fault)
            with self._changed:
                if not (ready and self._wanted):
                    self._changed.wait(LOOK_S)
            if ready and self._wanted and not self._over:
                self._listen()

    def _load(self) -> bool:
        if self._recogniser is not None:
            return True
        try:
            sentences = hall_sentences(self._pack)
        except PackError as error:  # what the hall offers is the screen's fault to report; ears hear without it
            log.warning("%s: hearing without the hall's sentences", error)
            sentences = (*PERSON, *EVERYWHERE)
        try:
            recogniser = open_recogniser(
                Path(self._voice.models_dir),
                sentences,
                self._hearing.memory_mb,
                partial(own_sentences, self._spoken),
            )
        except ModelError as error:
            self._tell_part("model", Part(ok=False, fault="missing", remedy=str(error)[:500]))
            return False
        except RecogniserError as error:
            self._tell_part("model", Part(ok=False, fault="unusable", remedy=str(error)[:500]))
            return False
        self._clear = Clear(sentences)
        self._recogniser = recogniser
        recogniser.renew()  # the first ones serve at once, cold
        self._tell_part("model", Part(ok=True))
        return True

    def _listen(self) -> None:
        assert self._recogniser is not None and self._clear is not None
        source = open_microphone(self._voice.microphone, self._health, self._fault)
        cleans = None
        if self._canceller is not None and isinstance(source, Timed):
            cleans = partial(cleaned, self._canceller, source)
        watched = _Watched(source, self._came)
        ears = Ears(watched, self._recogniser, Activity(), self._hearing, self._clear, self._heard, cleans)
        with self._changed:
            if not self._wanted:
                return
            self._ears = ears
            ears.speaking(self._speaking, self._text)
        try:
            ears.run()
        finally:
            with self._changed:
                self._ears = None

    def _came(self, sound: bool) -> None:
        self._is_alive()
        if sound:
            self._heard_at = clock.now()

    def _is_alive(self) -> None:
        self._alive_at = time.monotonic()

    def _heard(self, event: Event) -> None:
        self._is_alive()
        self._tell(event)

    def _fault(self, fault: str) -> None:
        self._is_alive()
        self._tell_part("microphone", Part(False, fault, REMEDIES[fault]) if fault else Part(ok=True))


def cleaned(canceller: Canceller, microphone: Timed, frame: Samples | None) -> list[Clean]:
    """The frames that are ready once this one, or a gap, has come from the microphone."""
    return canceller.flush() if frame is None else canceller.feed(frame, microphone.at)


class _Watched:
    """A source whose every frame is a sign of life: while the terminal speaks, the ears tell nothing."""

    def __init__(self, source: Source, came: Callable[[bool], None]) -> None:
        """``came`` is told whether it was sound, or that there is none."""
        self._source = source
        self._came = came
        self.close = source.close

    def frames(self) -> Iterator[Samples | None]:
        for frame in self._source.frames():
            self._came(frame is not None)
            yield frame
