"""The words that the speech model knows: a sentence not made of them is never heard as it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kiosk.voice.segment import LONGEST, segment


def known_words(models_dir: Path) -> Callable[[str], bool]:
    """Whether the speech model has a word. Raises ModelError where there is no model, ImportError without vosk."""
    import vosk

    from kiosk.voice.models import find
    from kiosk.voice.recogniser import MODEL

    path = find(MODEL, models_dir)
    vosk.SetLogLevel(-1)
    model = vosk.Model(str(path))
    return lambda word: int(model.vosk_model_find_word(word)) >= 0


def unknown(sentence: str, knows: Callable[[str], bool]) -> str:
    """What of a sentence the model has no words for; empty: it can be heard."""
    if segment(sentence, knows) is not None:
        return ""
    ends = range(1, len(sentence) + 1)
    known = {
        at
        for end in ends
        for start in range(max(0, end - LONGEST), end)
        if knows(sentence[start:end])
        for at in range(start, end)
    }
    return "".join(one for at, one in enumerate(sentence) if at not in known) or sentence
