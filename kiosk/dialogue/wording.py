"""What a sentence is made of for the classifier: runs of one to three characters or syllables, and pairs. Pure.

A pair is two characters with up to four others between them, whatever these are: 钱 and 没 in 钱一下子没了.

A recogniser's mistakes are homophones, and elderly speakers mix up n and l, zh and z, in and ing, f and h. So the
syllables are without tones, and those that are mixed up are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

#: Before and after a sentence, so that its beginning and end are features too.
_EDGE = "|"
_LONGEST = 3
_FARTHEST = 5  # characters from the first of a pair to the second
_BETWEEN = "…"
_SILENT = re.compile(r"[^\w]|_")
#: Said while thinking; it says nothing about the wish.
_FILLER = re.compile(r"嗯+|呃+|额(?=那|这|我)|那个那个|这个这个|就是说")
_INITIALS = (
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("n", "l"),
    ("f", "h"),
    ("hui", "hei"),
    ("hun", "hen"),
    ("hu", "h"),
)


def bare(text: str) -> str:
    """The characters without punctuation and spaces."""
    return _SILENT.sub("", text)


def syllables(text: str) -> list[str]:
    """How it sounds, without tones; a run of letters or digits is one."""
    # Its dictionary takes 0.2 s to load, which a screen that comes back into a call has no time for.
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text)


class Wording(Struct, frozen=True):
    """A sentence's characters, and how each sounds."""

    said: str
    sounds: tuple[str, ...]

    def features(self) -> list[str]:
        """Every run and pair in the sentence, as often as it occurs; runs of syllables begin with a blank."""
        return [*_runs(self.said, ""), *_pairs(self.said), *(" " + run for run in _runs(self.sounds, " "))]

    def pieces(self, length: int, stride: int) -> list[Wording]:
        """Parts of so many characters, beginning at every so many; the last may be shorter."""
        return [
            Wording(self.said[start : start + length], self.sounds[start : start + length])
            for start in range(0, len(self.said) - length + stride, stride)
        ]


def wording(text: str) -> Wording:
    """What counts of a sentence."""
    said = _FILLER.sub("", bare(text)) or bare(text)
    sounds = [_folded(sound) for sound in syllables(said)]
    # A run of letters or digits is one sound; then sounds and characters cannot be told off against each other.
    return Wording(said, tuple(sounds) if len(sounds) == len(said) else tuple(_folded(one) for one in _each(said)))


def features(text: str) -> list[str]:
    """Those of :func:`wording`."""
    return wording(text).features()


def _each(said: str) -> list[str]:
    return [sound for character in said for sound in syllables(character)]


def _runs(parts: Iterable[str], joint: str) -> Iterator[str]:
    marked = [_EDGE, *parts, _EDGE]
    for length in range(1, _LONGEST + 1):
        for at in range(len(marked) - length + 1):
            run = marked[at : at + length]
            if run != [_EDGE]:
                yield joint.join(run)


def _pairs(said: str) -> Iterator[str]:
    marked = [_EDGE, *said, _EDGE]
    for at, first in enumerate(marked):
        for second in marked[at + 2 : at + _FARTHEST + 1]:
            yield f"{first}{_BETWEEN}{second}"


@lru_cache(maxsize=4096)
def _folded(sound: str) -> str:
    """One spelling for what is heard alike: ``nin`` and ``ling`` are both ``lin``."""
    for initial, other in _INITIALS:
        if sound.startswith(initial):
            sound = other + sound.removeprefix(initial)
    return re.sub(r"([aei])ng$", r"\1n", sound)
