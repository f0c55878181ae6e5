"""The ears in a bench: what they make of a recording, at once or at the pace of a microphone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kiosk.config import Hearing
from kiosk.voice.activity import Activity
from kiosk.voice.clear import Clear
from kiosk.voice.ears import Ears
from kiosk.voice.events import Caption, Event, Said
from kiosk.voice.heard import Heard
from kiosk.voice.recogniser import Recogniser, open_recogniser
from kiosk.voice.sound import RATE, Samples
from kiosk.voice.wavfile import Recording

#: Silence enough to end any utterance.
TAIL_S = 2.0


@dataclass
class Heards:
    """What was made of one recording."""

    said: list[Said] = field(default_factory=list)
    cpu_s: float = 0.0
    #: Wall seconds from the first sample to the first caption, and to each text.
    first_caption_s: float | None = None
    text_s: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(one.heard.text for one in self.said)

    @property
    def others(self) -> tuple[str, ...]:
        """What else it may have been, the likeliest first; only where it was heard as one utterance."""
        return self.said[0].heard.alternatives if len(self.said) == 1 else ()

    @property
    def person(self) -> str:
        return "".join(one.person for one in self.said)


class Tee:
    """A recogniser that also keeps the sound of each utterance, as the ears have cut it."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._now: list[Samples] = []
        self.pieces: list[Samples] = []

    def feed(self, sound: Samples) -> None:
        self._now.append(sound)
        self._recogniser.feed(sound)

    def partial(self) -> str:
        return self._recogniser.partial()

    def so_far(self) -> str:
        return self._recogniser.so_far()

    def finish(self) -> Heard:
        if self._now:
            self.pieces.append(np.concatenate(self._now))
        self._now.clear()
        return self._recogniser.finish()

    def drop(self) -> None:
        self._now.clear()
        self._recogniser.drop()

    def rest(self) -> bool:
        return self._recogniser.rest()


class Listener:
    """Ears with one recogniser, for one recording after the other."""

    def __init__(self, models: Path, sentences: Sequence[str], hearing: Hearing | None = None) -> None:
        """Raises ModelError when the model is not in ``models``."""
        self.hearing = hearing or Hearing()
        self.recogniser = open_recogniser(models, sentences, self.hearing.memory_mb)
        self.tee = Tee(self.recogniser)
        self.clear = Clear(sentences)

    def listen(self, sound: Samples, *, paced: bool = False) -> Heards:
        """What the ears say of it; ``paced``: at the speed of a microphone."""
        heards = Heards()
        begun = time.perf_counter()

        def tell(event: Event) -> None:
            now = time.perf_counter() - begun
            if isinstance(event, Caption) and event.text and heards.first_caption_s is None:
                heards.first_caption_s = now
            elif isinstance(event, Said):
                heards.said.append(event)
                heards.text_s.append(now)

        source = Recording(sound, paced=paced, tail_s=TAIL_S)
        ears = Ears(source, self.tee, Activity(), self.hearing, self.clear, tell)
        cpu = time.process_time()
        ears.run()
        heards.cpu_s = time.process_time() - cpu
        return heards


def room(seconds: float, level_db: float, seed: int = 1) -> Samples:
    """A quiet hall: white noise of this level (dB of full scale)."""
    amplitude = 32768 * 10 ** (level_db / 20)
    noise = np.random.default_rng(seed).normal(0, amplitude, round(seconds * RATE))
    return np.clip(np.rint(noise), -32768, 32767).astype(np.int16)
