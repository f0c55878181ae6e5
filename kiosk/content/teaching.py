"""Further samples for a hall's services: do they go together with the others, and the file they travel in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from kiosk.content.check import broken
from kiosk.content.findings import WARNINGS, Rule
from kiosk.content.likeness import Sentence, pairs
from kiosk.dialogue.masking import MASK
from kiosk.dialogue.pack import Pack
from kiosk.dialogue.wording import bare


class Objection(Struct, frozen=True):
    """A sentence that should not be taught, or is worth a look, and the one that it is too much like."""

    sentence: Sentence
    rule: Rule
    other: Sentence

    @property
    def warning(self) -> bool:
        """Whether it may be taught all the same."""
        return self.rule in WARNINGS


def sample(heard: str) -> str:
    """What of a sentence can be taught: without the stars of numbers and the mark of a cut; may be empty."""
    text = "".join(one for one in heard.replace(MASK, "").removesuffix("…") if one.isprintable()).strip()
    return text if bare(text) else ""


def objections(pack: Pack, taught: Iterable[Sentence], new: Sequence[Sentence]) -> Iterator[Objection]:
    """What ``kiosk content check`` would say of the new ones, in a pack with those that were taught before."""
    known = [Sentence(text, service.id) for service in pack.service for text in service.samples]
    known += [Sentence(never.text, "") for never in pack.never]
    known += taught
    everything = [*known, *new]
    for pair in pairs(everything):
        if pair.later >= len(known):
            later, earlier = everything[pair.later], everything[pair.earlier]
            yield Objection(later, broken(pair.likeness, later, earlier), earlier)


def patch(name: str, taught: Iterable[Sentence]) -> str:
    """The file ``NAME.taught.toml``: each sentence once, by service."""
    by_service: dict[str, dict[str, str]] = {}
    for sentence in taught:
        by_service.setdefault(sentence.service, {}).setdefault(bare(sentence.text), sentence.text)
    lines = [
        f"# What the hall has taught. It belongs at /etc/kiosk/halls/{name}.taught.toml on each terminal; then:",
        f"# kiosk content check {name}; kiosk content train {name}; and start screen and voice again.",
        "[samples]",
    ]
    for service, texts in sorted(by_service.items()):
        # A JSON string is a TOML string, but for DEL, and what is not printable has been taken out.
        lines.append(f"{service} = [")
        lines += [f"    {json.dumps(text, ensure_ascii=False)}," for text in texts.values()]
        lines.append("]")
    return "\n".join(lines) + "\n"
