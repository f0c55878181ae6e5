"""Whether what was understood so far is a whole request: the default where no dialogue says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from pypinyin import lazy_pinyin

from kiosk.dialogue.person import asks_person

#: What people put before and after a request.
_BEFORE = re.compile(
    r"^(?:嗯|呃|啊|哎|喂|你好|您好|那个|请问|麻烦|我要|我想|我想问问?|想|要|帮我|给我|请|我来|我的|我)+"
)
_AFTER = re.compile(r"(?:啊|呀|吧|呢|了|吗|嘛|怎么办|怎么弄|一下)+$")


class Clear:
    """Knows the hall's sentences by their sound, as a recogniser's mistakes are homophones."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self._sounds = {sound for sentence in sentences for sound in (_sound(sentence), _sound(_core(sentence)))}
        self._sounds.discard("")

    def __call__(self, text: str) -> bool:
        if not text:
            return False
        return bool(asks_person(text)) or _sound(text) in self._sounds or _sound(_core(text)) in self._sounds


def alike(one: str, other: str) -> bool:
    """Whether at least half of the syllables are the same, in the same order."""
    sounds, others = lazy_pinyin(one), lazy_pinyin(other)
    return SequenceMatcher(None, sounds, others, autojunk=False).ratio() >= 0.5 if sounds else False


def _core(text: str) -> str:
    core = _AFTER.sub("", _BEFORE.sub("", text))
    return core if len(core) > 1 else ""


def _sound(text: str) -> str:
    return " ".join(lazy_pinyin(text))
