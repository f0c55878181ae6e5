"""Plain vosk, as its own example uses it: the floor that the ears are measured against."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import vosk

from kiosk.voice.sound import RATE, Samples

_PIECE = RATE // 5


@dataclass(frozen=True)
class PlainResult:
    """The text, and what it took: CPU seconds of this thread, and wall seconds from the last sound to the text."""

    text: str
    cpu_s: float
    final_s: float


def plain_vosk(model: Any, sound: Samples, kept: Any = None) -> PlainResult:
    """One recording through a new recogniser, cut where vosk's own endpointer says.

    A ``kept`` recogniser gives the same text at a quarter of the cost: ``FinalResult`` makes it forget all but its
    cache. Only the CPU seconds are not those of vosk's example then.
    """
    begun = time.thread_time()
    recogniser = kept or vosk.KaldiRecognizer(model, RATE)
    parts = []
    for at in range(0, len(sound), _PIECE):
        if recogniser.AcceptWaveform(sound[at : at + _PIECE].tobytes()):
            parts.append(recogniser.Result())
    ended = time.perf_counter()
    parts.append(recogniser.FinalResult())
    final_s = time.perf_counter() - ended
    text = "".join(json.loads(part)["text"] for part in parts)
    return PlainResult(text.replace(" ", ""), time.thread_time() - begun, final_s)


def kept_cost(model: Any, pieces: list[Samples], grammar: list[str] | None = None) -> float:
    """CPU seconds that one kept recogniser needs for these utterances, when it has heard them before.

    With a ``grammar`` it is the hall model, else free decoding.
    """
    arguments = [json.dumps(grammar, ensure_ascii=False)] if grammar else []
    recogniser = vosk.KaldiRecognizer(model, RATE, *arguments)
    spent = 0.0
    for _ in range(2):
        begun = time.thread_time()
        for piece in pieces:
            for at in range(0, len(piece), _PIECE):
                recogniser.AcceptWaveform(piece[at : at + _PIECE].tobytes())
            recogniser.FinalResult()
        spent = time.thread_time() - begun
    return spent
