"""Vosk, kept warm: free decoding and the hall's own small model side by side.

Facts that shape it (DESIGN.md, section 7): composing the decoding graph is four fifths of the cost and is cached
in the recogniser, so a recogniser is kept; that cache is also what grows, so one above a memory limit is replaced
between utterances, and warmed before it serves. Vosk's own endpointer is not asked: its answer is ignored, and
:meth:`Recogniser.finish` is called when ours says so. Not thread-safe: one thread at a time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import vosk

from kiosk.dialogue.person import asks_person
from kiosk.ops.memory import give_back, rss_mb
from kiosk.voice.clear import alike
from kiosk.voice.heard import MIXTURE, Heard, Reading, Word, combine
from kiosk.voice.models import find
from kiosk.voice.segment import segment
from kiosk.voice.sound import RATE, Samples

log = logging.getLogger(__name__)

MODEL = "vosk-model-small-cn-0.22"
ALTERNATIVES = 20
#: Hall sentences are taken up to this much (in log likelihood) below free decoding. Rendered hall sentences are
#: better than that in 96 of 100 cases, the recordings of other speech worse in 99 of 100.
HALL_MARGIN = 1.5
#: The same for a call for a person: nobody is to say it twice. Calls in noise that went unheard were 2 to 7 below,
#: and of 576 recordings and sentences without a call none was nearer than 7.
CALL_MARGIN = 5.0
#: A hall model that was asked for its readings goes on only when so much more sound has come (samples).
_MORE = RATE // 5
#: In utterances longer than this (samples) it is not asked: no hall sentence is so long, and to hear all of it
#: again after each pause would take too long.
_ASKED_MOST = 8 * RATE
#: New recognisers may grow at least so far before they are replaced in turn.
_GROWTH_MB = 40.0
_NONE = Reading((), 0.0)
#: Warming gives way to those who serve, in the middle of a visit too.
_WARMING_NICE = 15


class RecogniserError(ValueError):
    """The model cannot be used; the text says which and what to do."""


class _Pair:
    """Both recognisers, as they go through an utterance together."""

    def __init__(self, model: Any, grammar: Sequence[str]) -> None:
        self._free = vosk.KaldiRecognizer(model, RATE)
        words = json.dumps(grammar, ensure_ascii=False)
        self._hall = vosk.KaldiRecognizer(model, RATE, words) if grammar else None
        self._fed = 0  # samples of this utterance, and of all before it, whose time vosk counts too
        self._before = self._hall_before = 0
        self._sound: list[bytes] = []  # of this utterance
        self._given = 0  # samples of it that the hall model has got
        self._asked: list[Reading] | None = None  # what it made of them, where it was asked before the end
        self._so_far: dict[int, str] = {}  # partial texts since the last sound: asked for in each frame of a pause
        for one in filter(None, (self._free, self._hall)):
            one.SetMaxAlternatives(ALTERNATIVES)
            one.SetWords(True)

    def feed(self, sound: Samples) -> None:
        self._fed += len(sound)
        self._so_far.clear()
        content = sound.tobytes()
        self._free.AcceptWaveform(content)
        if not self._hall:
            return
        self._sound.append(content)
        if self._asked is None:
            self._hall.AcceptWaveform(content)
            self._given = self._fed
        elif self._fed - self._given >= _MORE:
            # The sentence goes on: vosk begins anew once it was asked, so it gets all of it again.
            self._asked = None
            self._hall.AcceptWaveform(b"".join(self._sound))
            self._given = self._fed

    @property
    def fed(self) -> int:
        """Samples of the utterance so far."""
        return self._fed

    def hall_readings(self) -> list[Reading]:
        """What the hall model makes of the utterance, if that was all; the likeliest first.

        Its partial text will not do: it does not know yet how the sentence ends, and has 能 or 门 for a last 了.
        Dear if more is said after all, as the model then hears the utterance again.
        """
        if not self._fed or not self._hall:
            return []
        if self._asked is None:
            self._asked = _readings(self._hall.FinalResult(), self._hall_before / RATE)
            self._hall_before += self._given
        return self._asked

    def partial(self) -> str:
        return self._text_of(self._free)

    def hall_partial(self) -> str:
        return self._text_of(self._hall) if self._asked is None else ""

    def _text_of(self, recogniser: Any) -> str:
        if not self._fed or recogniser is None:
            return ""
        key = id(recogniser)
        if key not in self._so_far:
            self._so_far[key] = str(json.loads(recogniser.PartialResult())["partial"]).replace(" ", "")
        return self._so_far[key]

    def finish(self) -> tuple[list[Reading], list[Reading]]:
        """The readings of free decoding and of the hall model, the likeliest first."""
        if not self._fed:
            return [], []
        hall = self.hall_readings()
        free = _readings(self._free.FinalResult(), self._before / RATE)
        self._before += self._fed
        self._fed = self._given = 0
        self._sound.clear()
        self._asked = None
        self._so_far.clear()
        return free, hall

    def warm(self, sounds: Iterable[Samples]) -> None:
        for sound in sounds:
            self.feed(sound)
            self.finish()


class Recogniser:
    """One utterance after the other: :meth:`feed`, :meth:`partial`, then :meth:`finish` or :meth:`drop`."""

    def __init__(
        self,
        model: Path,
        sentences: Iterable[str],
        memory_mb: float = 340,
        warm_with: Callable[[], Iterable[Samples]] = tuple,
    ) -> None:
        """Load the model in ``model``; raises :class:`RecogniserError` when that cannot be done.

        ``memory_mb``: of the whole process, above which :meth:`rest` makes new recognisers. ``warm_with`` gives
        the sounds that those hear before they serve; it is called in another thread.
        """
        vosk.SetLogLevel(-1)
        try:
            self.model = vosk.Model(str(model))
        except Exception as error:  # vosk raises nothing more special
            raise RecogniserError(f"{model}: vosk cannot load this model; run: kiosk models verify") from error
        sentences = tuple(sentences)
        self._whole = {text: CALL_MARGIN if asks_person(text) else HALL_MARGIN for text in sentences}
        cut = [segment(sentence, self._knows) for sentence in sentences]
        self.grammar = [" ".join(words) for words in cut if words]
        if lost := cut.count(None):
            log.warning("%d hall sentences have characters that the model does not know", lost)
        self._memory_mb = memory_mb
        self._warm_with = warm_with
        self._pair = _Pair(self.model, self.grammar)
        self._fresh: Future[_Pair] | None = None

    def _knows(self, word: str) -> bool:
        return int(self.model.vosk_model_find_word(word)) >= 0

    def renew(self) -> None:
        """Have new, warm recognisers made in a thread of their own; :meth:`rest` lets them take over."""
        if self._fresh is None:
            self._fresh = _in_thread(self._make)

    def feed(self, sound: Samples) -> None:
        """More of the utterance."""
        self._pair.feed(sound)

    def partial(self) -> str:
        """What it sounds like so far; only ever for captions and for the end of the utterance."""
        return self._pair.partial()

    def so_far(self) -> str:
        """What has been understood so far; steers the end of the utterance.

        The hall's sentence, where it is whole and free decoding heard something alike, otherwise :meth:`partial`:
        free decoding alone writes 叫员工 for 叫人工, and people would wait for want of a clear request.
        """
        free, hall = self._pair.partial(), self._pair.hall_partial()
        if hall not in self._whole and self._pair.fed <= _ASKED_MOST:
            hall = max(self._pair.hall_readings(), key=self._worth, default=_NONE).text
        return hall if hall in self._whole and alike(free, hall) else free

    def _worth(self, reading: Reading) -> float:
        return reading.score + self._whole.get(reading.text, -MIXTURE)

    def finish(self) -> Heard:
        """The utterance is whole: what was said."""
        free, hall = self._pair.finish()
        return combine(free, hall, self._whole.get)

    def drop(self) -> None:
        """Forget what was fed."""
        self._pair.finish()

    def rest(self) -> bool:
        """Nobody speaks: new recognisers are made if the process has grown too large, and take over once warm.

        Returns at once, and is to be called after each utterance and again and again while it is quiet; True when
        new ones have taken over just now.
        """
        if self._fresh is None:
            if rss_mb() > self._memory_mb:
                log.info("new recognisers are being warmed: the process has %.0f MB", rss_mb())
                self.renew()
            return False
        if not self._fresh.done():
            return False
        self._pair, self._fresh = self._fresh.result(), None
        give_back()
        # What the model and the rest of the process need cannot be helped: the limit is for what grows.
        self._memory_mb = max(self._memory_mb, rss_mb() + _GROWTH_MB)
        log.info("new recognisers serve: the process has %.0f MB", rss_mb())
        return True

    def _make(self) -> _Pair:
        with contextlib.suppress(OSError):  # as when the system forbids it: then it takes its share of the core
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _WARMING_NICE)
        pair = _Pair(self.model, self.grammar)
        pair.warm(self._warm_with())
        return pair


def _in_thread(make: Callable[[], _Pair]) -> Future[_Pair]:
    done: Future[_Pair] = Future()

    def work() -> None:
        try:
            done.set_result(make())
        except Exception as error:  # noqa: BLE001  whoever asks for the result gets it
            done.set_exception(error)

    threading.Thread(target=work, name="warming", daemon=True).start()
    return done


def open_recogniser(
    models_dir: Path,
    sentences: Iterable[str],
    memory_mb: float,
    warm_with: Callable[[], Iterable[Samples]] = tuple,
) -> Recogniser:
    """The recogniser with the Mandarin model. Raises ModelError when it is not there, or RecogniserError."""
    return Recogniser(find(MODEL, models_dir), sentences, memory_mb, warm_with=warm_with)


def _readings(result: str, since: float) -> list[Reading]:
    """Vosk's alternatives, the likeliest first, times from ``since`` on; those without a word are left out."""
    found: Sequence[dict[str, Any]] = json.loads(result)["alternatives"]
    return [
        Reading(
            tuple(
                Word(word["word"], round(word["start"] - since, 3), round(word["end"] - since, 3))
                for word in one.get("result", ())
                if word["word"] != "[unk]"
            ),
            one["confidence"],
        )
        for one in found
        if one["text"]
    ]
