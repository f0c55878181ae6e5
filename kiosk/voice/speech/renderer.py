"""From a sentence to sound: words, clauses with their pauses, and each clause from the cache or from a voice."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from kiosk.voice.speech.audio import Audio, joined, levelled, silence, trimmed
from kiosk.voice.speech.cache import Cache
from kiosk.voice.speech.engine import Engine
from kiosk.voice.speech.reading import PAUSES, reading

log = logging.getLogger(__name__)

#: Seconds of silence after a clause, at the pace of 1, by the mark that ends it.
_PAUSE = {"、": 0.12, "，": 0.22, "：": 0.28, "；": 0.3, "。": 0.4, "！": 0.4, "？": 0.4}
#: Sound of sentences that are not the terminal's own is kept in memory only, and only so much of it.
_MEMORY_S = 60.0
#: Part of every key: another way of levelling or of pausing makes another sound.
_WAY = "1"


class Renderer:
    """Renders with ``engine``; ``cache`` holds what was prepared."""

    def __init__(self, engine: Engine, cache: Cache | None = None) -> None:
        self._engine = engine
        self._cache = cache
        self._memory: OrderedDict[str, Audio] = OrderedDict()

    def clauses(self, text: str, speed: float) -> Iterator[Audio]:
        """A sentence clause by clause, each with the pause before the next, so that one can play while the next is
        rendered. Raises :class:`~kiosk.voice.speech.engine.SpeechError`.
        """
        for words, pause in split(text):
            yield self._clause(words, pause / speed, speed)

    def sentence(self, text: str, speed: float) -> Audio:
        """All of it at once; no samples for a text that has nothing to say."""
        return joined(list(self.clauses(text, speed)) or [silence(0, 16_000)])

    def prepare(self, sentences: Iterable[str], speeds: Iterable[float]) -> int:
        """All of :meth:`preparing` at once; the number of clauses that were new."""
        return sum(self.preparing(sentences, speeds))

    def preparing(self, sentences: Iterable[str], speeds: Iterable[float]) -> Iterator[bool]:
        """Render the terminal's own sentences into the cache, in each pace; after each clause, whether it was new.

        Clause by clause, so that somebody who has to be answered meanwhile does not wait for whole sentences.
        Raises :class:`~kiosk.voice.speech.engine.SpeechError`, and OSError for a disk that cannot be written.
        """
        if self._cache is None:
            return
        any_new = False
        paces = list(speeds)
        for sentence in sentences:
            for speed in paces:
                for words, pause in split(sentence):
                    new = self._cache.get(self._key(words, pause / speed, speed)) is None
                    if new:
                        audio = self._rendered(words, pause / speed, speed)
                        # Under the name of the voice that has rendered it: the best one may just have broken down.
                        self._cache.put(self._key(words, pause / speed, speed), audio)
                        any_new = True
                    yield new
        if any_new:
            self._cache.shrink()

    def _clause(self, words: str, pause: float, speed: float) -> Audio:
        key = self._key(words, pause, speed)
        if (audio := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
            return audio
        if self._cache is not None and (audio := self._cache.get(key)) is not None:
            return audio
        audio = self._rendered(words, pause, speed)
        self._memory[key] = audio
        while sum(kept.seconds for kept in self._memory.values()) > _MEMORY_S:
            self._memory.popitem(last=False)
        return audio

    def _rendered(self, words: str, pause: float, speed: float) -> Audio:
        spoken = levelled(trimmed(self._engine.render(words, speed)))
        return joined([spoken, silence(pause, spoken.rate)])

    def _key(self, words: str, pause: float, speed: float) -> str:
        return f"{_WAY}|{self._engine.identity}|{speed:.3f}|{pause:.3f}|{words}"


def split(text: str) -> list[tuple[str, float]]:
    """The clauses of a sentence in words, each with the seconds of silence after it at the pace of 1.

    After the last one there is none: whoever answers at once would be taken for somebody who talks over it.
    """
    found = re.findall(rf"([^{PAUSES}]+)([{PAUSES}]?)", reading(text))
    last = len(found) - 1
    return [(words, _PAUSE[mark] if mark and at < last else 0.0) for at, (words, mark) in enumerate(found)]
