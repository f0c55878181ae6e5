"""Walks a chain link by link and says what was done to the record. Pure; :mod:`kiosk.desk.verification` reads."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from kiosk.desk import hashing
from kiosk.desk.hashing import Place

COMPLAINT = "complained"  # the kind of event whose words have a period of their own


class Rule(StrEnum):
    """Why something was deleted; each has a period of its own."""

    WORDS = "words"  # what customers said and agents noted
    COMPLAINTS = "complaints"  # what customers complained of
    EVENTS = "events"  # whole events
    FREEZES = "freezes"  # requests to freeze; they are not in the chain


class Deletion(msgspec.Struct, frozen=True, tag_field="entry", tag="deleted"):
    """An entry of the ledger's own: what was deleted in one go. ``ranges`` hold first and last positions."""

    rule: Rule
    days: int  # the period that was over
    before_ms: int  # what had been received before
    count: int
    ranges: tuple[tuple[int, int], ...]


class Fault(StrEnum):
    """What was done to the record."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"  # the chain holds together, but it is not the one that was published


class Link(msgspec.Struct, frozen=True):
    """A row of the table ``link`` without its hall."""

    position: int
    kiosk: str
    journal: str
    seq: int
    call: str
    received_ms: int
    content: bytes
    words: bytes | None
    salt: bytes | None
    entry: str | None
    hash: bytes


class Stored(msgspec.Struct, frozen=True):
    """A row of the table ``event``."""

    kiosk: str
    journal: str
    seq: int
    call: str
    received_ms: int
    kind: str
    at_ms: int
    body: str  # as it is stored, be it JSON or not


class Finding(msgspec.Struct, frozen=True):
    """The first record with which something is wrong."""

    fault: Fault
    hall: str
    position: int
    why: str
    kiosk: str = ""
    journal: str = ""
    seq: int = 0
    call: str = ""
    received_ms: int = 0


class Ranges:
    """Positions, as ranges that do not touch. Small however many there are, where deletions follow each other."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def add(self, first: int, last: int) -> None:
        """Both ends belong to it."""
        kept = []
        for one in self._ranges:
            if one[1] < first - 1 or one[0] > last + 1:
                kept.append(one)
            else:
                first, last = min(first, one[0]), max(last, one[1])
        self._ranges = sorted([*kept, (first, last)])

    def __contains__(self, position: int) -> bool:
        at = bisect_right(self._ranges, (position, float("inf"))) - 1
        return at >= 0 and self._ranges[at][0] <= position <= self._ranges[at][1]


class Walk:
    """From the link at ``position``, whose hash is trusted, to wherever the caller steps.

    ``heads``: published (position, hash) pairs. The entries of deletions are told with :meth:`read_entry`
    before the links that they are about.
    """

    def __init__(
        self,
        hall: str,
        heads: Iterable[tuple[int, bytes]] = (),
        position: int = 0,
        previous: bytes = hashing.START,
    ) -> None:
        self._hall = hall
        self._heads = sorted(one for one in set(heads) if one[0] > position)
        self._held = position  # the last position that a published head vouches for
        self._deleted = {rule: Ranges() for rule in Rule}
        self.position, self.hash = position, previous
        self.events = self.deleted = self.wordless = self.entries = 0

    def read_entry(self, link: Link) -> Finding | None:
        """What an entry allows to be missing; one that cannot be read allows nothing. What is wrong with it."""
        finding = self._judge_entry(link)
        if finding is None:
            try:
                deletion = msgspec.json.decode(link.entry or "", type=Deletion)
            except msgspec.MsgspecError:
                return None
            for first, last in deletion.ranges:
                self._deleted[deletion.rule].add(first, min(last, link.position - 1))
        return finding

    def step(self, link: Link, stored: Stored | None) -> Finding | None:
        """The next link, and the event that has its position; what is wrong with it."""
        if link.position <= self.position:
            return self._finding(Fault.INSERTED, link, stored, "two records have this position")
        if link.position > self.position + 1:
            gone = f"{self.position + 1} to {link.position - 1}"
            why = f"the links {gone} are gone; this is the one after them"
            return self._finding(Fault.REMOVED, link, stored, why)
        found = self._judge(link, stored)
        if found is None:
            self.position, self.hash = link.position, link.hash
            self._count(link, stored)
            found = self._hold_against_heads(link, stored)
        return found

    def end(self) -> Finding | None:
        """After the last link: is one missing that was published?"""
        if not self._heads:
            return None
        position = self._heads[-1][0]
        why = f"a head at position {position} was published, and the chain ends at {self.position}"
        return Finding(Fault.REMOVED, self._hall, self.position + 1, why)

    def _judge(self, link: Link, stored: Stored | None) -> Finding | None:
        fields = {name: getattr(link, name) for name in Place.__struct_fields__ if name != "hall"}
        if hashing.link_hash(self.hash, Place(self._hall, **fields), link.content) != link.hash:
            if stored is not None and _key(stored) != _key(link):
                why = "the link does not name the event that is there"
            else:
                why = "the link, or what it says of the record, is another than it was"
            return self._finding(Fault.CHANGED, link, stored, why)
        if link.entry is not None:
            if stored is not None:
                return self._finding(Fault.INSERTED, link, stored, "an event in the place of an entry")
            return self._judge_entry(link)
        gone = link.position in self._deleted[Rule.EVENTS]
        if stored is None:
            return None if gone else self._finding(Fault.REMOVED, link, None, "no deletion is on record for it")
        if gone:
            return self._finding(Fault.INSERTED, link, stored, "its deletion is on record, and it is there")
        if _key(stored) != _key(link):
            moved = (object_in(stored.body) or {}).get("seq") == stored.seq
            why = f"{stored.kiosk} {stored.journal} {stored.seq} is in its place"
            return self._finding(Fault.REORDERED if moved else Fault.CHANGED, link, stored, why)
        return self._judge_content(link, stored)

    def _judge_entry(self, link: Link) -> Finding | None:
        if hashing.entry_hash(link.entry or "") == link.content:
            return None
        return self._finding(Fault.CHANGED, link, None, "the entry of a deletion is another than it was")

    def _judge_content(self, link: Link, stored: Stored) -> Finding | None:
        for name in ("call", "received_ms"):
            if getattr(stored, name) != getattr(link, name):
                why = f"{name} is {getattr(stored, name)!r}, on record is {getattr(link, name)!r}"
                return self._finding(Fault.CHANGED, link, stored, why)
        body, text = object_in(stored.body), ""
        if body is None:
            return self._finding(Fault.CHANGED, link, stored, "its body is not what the ledger writes")
        if link.words is not None:
            body, text = hashing.split(stored.kind, body)
            if link.salt is None:
                rule = Rule.COMPLAINTS if stored.kind == COMPLAINT else Rule.WORDS
                if text or link.position not in self._deleted[rule]:
                    why = "its words are not there, and no deletion is on record for them"
                    return self._finding(Fault.CHANGED, link, stored, why)
            elif hashing.words_hash(link.salt, text) != link.words:
                return self._finding(Fault.CHANGED, link, stored, "its words are others")
        if hashing.content_hash(stored.kind, stored.at_ms, body, link.words) != link.content:
            return self._finding(Fault.CHANGED, link, stored, "its kind, time or body is another")
        return None

    def _hold_against_heads(self, link: Link, stored: Stored | None) -> Finding | None:
        while self._heads and self._heads[0][0] == link.position:
            _, published = self._heads.pop(0)
            if published != link.hash:
                why = f"the head published for position {link.position} is another: this record or one from "
                why += f"{self._held + 1} on was changed, removed or inserted, and the chain made anew"
                return self._finding(Fault.REWRITTEN, link, stored, why)
            self._held = link.position
        return None

    def _count(self, link: Link, stored: Stored | None) -> None:
        self.entries += link.entry is not None
        self.events += stored is not None
        self.deleted += link.entry is None and stored is None
        self.wordless += stored is not None and link.words is not None and link.salt is None

    def _finding(self, fault: Fault, link: Link, stored: Stored | None, why: str) -> Finding:
        which: Link | Stored = link if stored is None or link.kiosk else stored
        return Finding(
            fault,
            self._hall,
            link.position,
            why,
            which.kiosk,
            which.journal,
            which.seq,
            which.call,
            which.received_ms,
        )


def object_in(body: str) -> dict[str, Any] | None:
    """The JSON object that an event's body is; None: it is none, which no ledger has written."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError):
        return None


def ranges(positions: Sequence[int], gaps_between: Sequence[int] = ()) -> tuple[tuple[int, int], ...]:
    """Sorted positions as ranges; ``gaps_between`` are sorted positions that no range may hold."""
    found: list[tuple[int, int]] = []
    for position in positions:
        if found and bisect_right(gaps_between, position) == bisect_right(gaps_between, found[-1][1]):
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return tuple(found)


def _key(row: Link | Stored) -> tuple[str, str, int]:
    return row.kiosk, row.journal, row.seq
