"""From sound to what was said: voice activity, the end of the utterance, the recogniser, and calls for a person.

Events are told in the thread that runs :meth:`Ears.run`; nothing is told twice, nothing is kept.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from kiosk.config import Hearing
from kiosk.voice.echo import Barging, Clean
from kiosk.voice.endpoint import Endpointer, Moment, Timing
from kiosk.voice.events import Caption, Event, Interrupts, Level, Lost, Said, Started
from kiosk.voice.foreground import Foreground, Nearness
from kiosk.voice.heard import Heard
from kiosk.voice.human import calls
from kiosk.voice.levels import AutoGain, level
from kiosk.voice.own import refused
from kiosk.voice.sound import Samples, Source, frames_in, seconds
from kiosk.voice.utterance import Utterance

#: The recogniser gets its sound in pieces of so many frames; it works in steps of 0.2 s itself.
_PIECE = 6
#: The gain of an utterance is set by so much of it.
_GAIN_FRAMES = frames_in(0.3)
#: Loudness for a meter: told every so many frames, 0 at the first level and 1 at the second (dB of full scale).
_METER, _METER_LOW, _METER_HIGH = 4, -60.0, -10.0
#: While nobody speaks the recogniser may look after itself, every so often.
_QUIET_S = 5.0
#: Over the terminal's voice a customer is noticed only after a syllable or two, so more is kept of before.
_NOTICED_S = 0.35
#: So much voice silences a terminal that is about to speak.
_VOICE_S = 0.25
#: So many frames, each of which is judged by a quarter of a second, make sure that it was a customer.
_SURE_FRAMES = 3
#: What was said before the sentence that is being said comes back no more after so long.
_RECENT_S = 1.0

#: Takes the terminal's own voice out of frames (:class:`kiosk.voice.echo.Canceller`); None: the source has a gap.
Cleans = Callable[[Samples | None], list[Clean]]


class Detects(Protocol):
    """What :class:`kiosk.voice.activity.Activity` does."""

    def feed(self, frame: Samples) -> float: ...


class Recognises(Protocol):
    """What :class:`kiosk.voice.recogniser.Recogniser` does."""

    def feed(self, sound: Samples) -> None: ...
    def partial(self) -> str: ...
    def so_far(self) -> str: ...
    def finish(self) -> Heard: ...
    def drop(self) -> None: ...
    def rest(self) -> bool: ...


class Ears:
    """Hears one source to its end."""

    def __init__(
        self,
        source: Source,
        recogniser: Recognises,
        activity: Detects,
        settings: Hearing,
        clear: Callable[[str], bool],
        tell: Callable[[Event], None],
        cleans: Cleans | None = None,
    ) -> None:
        """``clear(text)`` says whether the text so far is a whole request; it steers the endpointing.

        Without ``cleans`` the ears are deaf while the mouth speaks. With ``settings.echo`` at calls, nothing but a
        call for a person is heard over the mouth, and nothing else shows that anything was heard.
        """
        self._cleans = cleans
        self._only_calls = settings.echo == "calls"
        self._barging = Barging()
        self._source = source
        self._recogniser = recogniser
        self._activity = activity
        self._tell = tell
        timing = Timing(
            on=settings.voice_on,
            off=settings.voice_off,
            clear_s=settings.clear_silence_s,
            unclear_s=settings.unclear_silence_s,
            most_s=settings.longest_s,
        )
        self._endpointer = Endpointer(timing, clear)
        self._short = frames_in(settings.clear_silence_s) - 1
        self._gain = AutoGain(settings.speech_level_db, settings.most_gain_db)
        self._before_frames = frames_in(settings.before_s)
        self._before: deque[Samples] = deque(maxlen=self._before_frames + frames_in(_NOTICED_S))
        self._foreground = Foreground(Nearness())
        self._tail = frames_in(settings.after_s)
        self._mute_tail = frames_in(settings.mute_tail_s)
        self._speaking = threading.Event()
        self._spoken = ("", "")  # the mouth's last two sentences: an echo may come when the next one has begun
        self._muted = 0  # frames still to be dropped since the mouth fell silent
        self._frames = 0
        self._silent_at = 0
        self._quiet = 0
        self._now: Utterance | None = None

    def speaking(self, on: bool, text: str = "") -> None:
        """The mouth begins or stops speaking; its own voice is not to be heard. Any thread."""
        if on:
            if text != self._spoken[1]:
                recent = self._frames - self._silent_at < frames_in(_RECENT_S)
                self._spoken = (self._spoken[1] if recent or self._speaking.is_set() else "", text)
            self._speaking.set()
        else:
            self._silent_at = self._frames
            self._speaking.clear()

    def run(self) -> None:
        """Hear until the source ends; what is being said then counts as whole."""
        for frame in self._source.frames():
            for clean in self._cleans(frame) if self._cleans else [Clean(frame)] if frame is not None else []:
                self._hear(clean)
            if frame is None:
                self._finish()
        if self._cleans:
            for clean in self._cleans(None):
                self._hear(clean)
        self._finish()

    def close(self) -> None:
        """End :meth:`run` soon. Any thread."""
        self._source.close()

    def _hear(self, clean: Clean) -> None:
        frame = clean.frame
        self._frames += 1
        deaf = self._muted > 0
        if self._speaking.is_set() and self._cleans is None:
            deaf, self._muted = True, self._mute_tail
        elif deaf:
            self._muted -= 1
        if deaf:
            self._break_off()
            return
        if self._frames % _METER == 0:
            share = (level(frame) - _METER_LOW) / (_METER_HIGH - _METER_LOW)
            self._tell(Level(min(1.0, max(0.0, share))))
        voice = self._activity.feed(frame)
        theirs = self._barging.feed(clean, voice)
        voice = self._foreground.feed(level(frame), voice if theirs else 0.0)
        moment = self._endpointer.feed(voice, self._recogniser.so_far)
        if self._now is not None and self._foreground.nearer():
            self._start_again()
        match moment:
            case Moment.QUIET:
                self._quiet += 1
                if self._quiet % frames_in(_QUIET_S) == 0:
                    self._recogniser.rest()
            case Moment.STARTED:
                kept = list(self._before)[0 if clean.echo else -self._before_frames :]
                self._now = Utterance(self._frames, kept, frame)
                self._foreground.begin()
                self._now.over = clean.echo
                self._tell(Started(over=self._hidden(self._now)))
            case Moment.ENDED:
                self._finish()
            case Moment.BLIP:
                self._break_off()
            case Moment.VOICE | Moment.PAUSE:
                assert self._now is not None
                if moment is Moment.VOICE:
                    self._now.voice(frame, self._frames)
                elif self._endpointer.silent_frames <= self._tail:
                    self._now.pending.append(frame)
                else:
                    self._now.held.append(frame)
                # What was understood so far tells whether that was all: by then nothing may wait to be heard.
                asked = self._endpointer.silent_frames >= self._short
                self._give(self._now, 1 if asked else _PIECE)
        self._before.append(frame)
        if self._now is not None:
            self._weigh(self._now, clean, voice >= 0.5)

    def _weigh(self, now: Utterance, clean: Clean, voice: bool) -> None:
        """Is it said over the terminal's own voice, or is it that voice?"""
        now.over = now.over or clean.echo
        now.voiced += voice
        now.sure += voice and self._barging.sure
        # Voice that stands out of what fades when the mouth is silent is a customer's who answers.
        if voice and not (clean.echo and self._speaking.is_set()):
            hidden = self._hidden(now)
            now.after += 1
            if hidden and not self._hidden(now):
                self._tell(Started())
        if (
            self._speaking.is_set()
            and not self._only_calls
            and not now.interrupted
            and voice
            and (clean.echo or now.voiced >= frames_in(_VOICE_S))
        ):
            now.interrupted = True
            self._tell(Interrupts())

    def _hidden(self, now: Utterance) -> bool:
        """Whether this may still be an echo, in which only a call for a person is looked for."""
        return self._only_calls and now.over and now.after < frames_in(_VOICE_S)

    def _own(self, now: Utterance, text: str) -> bool:
        sure = now.sure >= _SURE_FRAMES
        return now.over and any(refused(text, spoken, sure=sure) for spoken in self._spoken)

    def _start_again(self) -> None:
        """What was heard so far was somebody behind the customer, who speaks only now."""
        self._recogniser.drop()
        before = list(self._before)[-self._before_frames :]
        after = self._now.after if self._now else 0  # who was let show once is not hidden again
        self._now = Utterance(self._frames - len(before) + 1, [], before[0])
        self._now.after = after
        self._now.voice_all(before[1:], self._frames)
        self._foreground.begin()

    def _give(self, now: Utterance, least: int) -> None:
        """Hand what is pending to the recogniser, once it is ``least`` frames and the gain can be known."""
        if now.opening is not None:
            if len(now.opening) < _GAIN_FRAMES and least > 1:
                return
            self._gain.begin(now.opening)
            now.opening = None
        if not now.pending or len(now.pending) < least:
            return
        self._recogniser.feed(np.concatenate([self._gain.apply(frame) for frame in now.pending]))
        now.pending.clear()
        text = self._recogniser.partial()
        if text != now.caption and not self._hidden(now):
            now.caption = text
            self._tell(Caption(text))

    def _finish(self) -> None:
        now, self._now = self._now, None
        if now is None:
            return
        self._give(now, 1)
        heard = _later(self._recogniser.finish(), seconds(now.first))
        self._forget()
        person = calls(heard)
        if heard.text and not self._own(now, heard.text) and (person or not self._hidden(now)):
            if person and self._only_calls and self._speaking.is_set():
                self._tell(Interrupts())
            self._tell(Said(heard, person, seconds(now.begun), seconds(now.ended)))
        else:
            self._tell(Lost())
        self._recogniser.rest()

    def _break_off(self) -> None:
        now, self._now = self._now, None
        if now is not None:
            self._recogniser.drop()
            self._tell(Lost())
        self._forget()

    def _forget(self) -> None:
        self._endpointer.reset()
        self._before.clear()
        self._quiet = 0


def _later(heard: Heard, by_s: float) -> Heard:
    """The same, with the words' times counted from earlier."""
    return replace(
        heard,
        words=tuple(replace(w, start=round(w.start + by_s, 3), end=round(w.end + by_s, 3)) for w in heard.words),
    )
