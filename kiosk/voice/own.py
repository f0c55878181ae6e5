"""Whether what was heard is what the terminal itself was saying: by its sound. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from pypinyin import lazy_pinyin

#: Of the syllables heard, so many (as a share) are the sentence's, and stand together there at least two by two.
_SAME, _RUN = 0.75, 2
#: Nobody says so many syllables of the terminal's sentence back to it.
_LONG = 6


def echoes(heard: str, spoken: str) -> bool:
    """Whether the words heard are nearly all words of the sentence that was being spoken, in its order."""
    sounds, others = _sounds(heard), _sounds(spoken)
    if not sounds or not others:
        return False
    matching = SequenceMatcher(None, sounds, others, autojunk=False).get_matching_blocks()
    least = min(_RUN, len(sounds))
    return sum(block.size for block in matching if block.size >= least) >= _SAME * len(sounds)


def refused(heard: str, spoken: str, *, sure: bool) -> bool:
    """Whether an utterance that came while the terminal spoke is its own voice come back.

    ``sure``: it was far louder than any echo, or went on when there was none any more. Then a short one is a
    customer's, though the sentence has the same words: 人工 is in many of them, and saying it once is enough.
    """
    return echoes(heard, spoken) and not (sure and 1 < len(_sounds(heard)) < _LONG)


def _sounds(text: str) -> list[str]:
    return lazy_pinyin(re.sub(r"[^\w]|_", "", text))
