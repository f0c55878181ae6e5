"""What the page of unanswered sentences shows: groups of them, where each may belong, and why one is not taught.

It reads the hall's content as the terminals do, once for each pack; a change is seen after a restart of the desk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import msgspec
from msgspec import Struct

from kiosk.content.findings import Rule
from kiosk.content.grouping import grouped
from kiosk.content.likeness import Sentence
from kiosk.content.nearest import Near, Nearest, by_classifier, by_samples
from kiosk.content.teaching import Objection, objections, sample
from kiosk.desk.misses import MissRow
from kiosk.dialogue.pack import Pack, find_pack, load_pack, read_pack
from kiosk.messages import Did

MOST_GROUPS, MOST_SAID = 50, 30  # on one page; the rest comes when these are settled


class Said(Struct, frozen=True):
    """One sentence, what the terminals did about it, and the services that were offered and not meant."""

    text: str
    count: int
    asked_again: int
    handed_over: int
    refused: tuple[str, ...]


class Group(Struct, frozen=True):
    """Sentences that are alike; ``sentences``: how many different ones there are, some may not be in ``said``."""

    count: int
    sentences: int
    kiosks: tuple[str, ...]
    last_ms: int
    said: tuple[Said, ...]
    nearest: tuple[Near, ...]


class Verdict(Struct, frozen=True):
    """Why a sentence was not taught, or what to mind about one that was."""

    text: str
    why: str


class Content:
    """One pack. ``trained`` is false where there is no classifier of it, ``why`` says what is missing then.

    Raises :class:`~kiosk.dialogue.pack.PackError` where this machine has not got the pack.
    """

    def __init__(self, name: str) -> None:
        self.pack = load_pack(name)
        # What was taught is in the database, and the file of it that lies here may be an older one.
        self.own, _ = read_pack(msgspec.structs.replace(find_pack(name), taught=None))
        self.why = ""
        self.nearest: Nearest = by_samples(self.pack)
        try:
            from kiosk.dialogue.trained import find_classifier  # it needs numpy, which a desk may do without

            self.nearest = by_classifier(find_classifier(name, self.pack), self.pack)
        except (ValueError, ImportError) as error:
            self.why = str(error)

    @property
    def trained(self) -> bool:
        return not self.why


open_content: Callable[[str], Content] = lru_cache(maxsize=8)(Content)


def groups(rows: Sequence[MissRow], nearest: Nearest | None) -> tuple[list[Group], int]:
    """The groups to show first, and how many more there are; without ``nearest`` nothing is suggested."""
    by_text: dict[str, list[MissRow]] = {}
    for row in rows:
        by_text.setdefault(row.text, []).append(row)
    together = grouped({text: len(of) for text, of in by_text.items()})
    return [_group(texts, by_text, nearest) for texts in together[:MOST_GROUPS]], len(together[MOST_GROUPS:])


def _group(texts: list[str], by_text: dict[str, list[MissRow]], nearest: Nearest | None) -> Group:
    rows = [row for text in texts for row in by_text[text]]
    return Group(
        count=len(rows),
        sentences=len(texts),
        kiosks=tuple(sorted({row.kiosk for row in rows})),
        last_ms=max(row.received_ms for row in rows),
        said=tuple(_said(text, by_text[text]) for text in texts[:MOST_SAID]),
        nearest=tuple(nearest(sample(texts[0]))) if nearest is not None else (),
    )


def _said(text: str, rows: list[MissRow]) -> Said:
    did = Counter(row.did for row in rows)
    refused = tuple(dict.fromkeys(service for row in rows for service in row.refused))
    return Said(text, len(rows), did[Did.ASKED_AGAIN], did[Did.HANDED_OVER], refused)


def review(
    own: Pack, taught: Iterable[Sentence], texts: Sequence[str], service: str
) -> tuple[list[str], list[Verdict], list[Verdict]]:
    """Which of the sentences may be taught to a service, which may not, and what to mind about those that may."""
    heard = {sample(text): text for text in texts}
    refused = [Verdict(text, "除了号码没有别的字，没法教") for text in texts if not sample(text)]
    warned: list[Verdict] = []
    for one in objections(own, taught, [Sentence(text, service) for text in heard if text]):
        verdict = Verdict(heard[one.sentence.text], _why(one, own))
        (warned if one.warning else refused).append(verdict)
    wrong = {verdict.text for verdict in refused}
    return [text for text in texts if text not in wrong], refused, warned


def _why(objection: Objection, pack: Pack) -> str:
    other = objection.other
    of = pack.find(other.service)
    where = f"“{of.title}”的“{other.text}”" if of is not None else f"不算办事的话“{other.text}”"
    match objection.rule:
        case Rule.SAME:
            return f"和{where}是同一句，教给两边就分不清了"
        case Rule.SOUND:
            return f"和{where}听起来一样，教给两边就分不清了"
        case Rule.NEAR:
            return f"和{where}只差一个音，容易听错"
        case _:
            return f"这一项里已经有“{other.text}”了"
