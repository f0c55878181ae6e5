"""The sentences that a hall's classifier is made of: the pack's own, and more in ``more/NAME.tsv`` beside it.

The pack has what shows best how people speak, for whoever reads or edits it and for the recogniser's small
language model. The files have the breadth: a line is a service's id, a tab and a sentence; ``none`` marks what is
no wish. They are looked for where packs are, ``common.tsv`` is put into every hall, and lines of services that the
pack has not got are left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.dialogue.pack import FOLDERS, Pack, PackError, first
from kiosk.dialogue.wording import bare

#: The label of what is no wish of the hall.
NONE = "none"
_COMMON = "common"


@dataclass(frozen=True)
class Examples:
    """Sentences and the label of each."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The labels there are, in order."""
        return tuple(sorted(set(self.labels)))

    def part(self, which: Sequence[int]) -> Examples:
        """Some of them."""
        return Examples(tuple(self.texts[at] for at in which), tuple(self.labels[at] for at in which))


def fingerprint(name: str, pack: Pack, folders: Sequence[Path] = FOLDERS) -> str:
    """Another one for other sentences. The files are not looked into: a terminal asks at each start.

    Raises :class:`~kiosk.dialogue.pack.PackError` for a file that cannot be read.
    """
    lines = [f"{service.id}\t{text}" for service in pack.service for text in (*service.samples, service.title)]
    lines += [f"{NONE}\t{never.text}" for never in pack.never]
    found = hashlib.sha256("\n".join(sorted(lines)).encode())
    for file in (name, _COMMON):
        found.update(b"\0" + _read(first(folders, f"more/{file}.tsv")))
    return found.hexdigest()


def load_examples(name: str, pack: Pack, folders: Sequence[Path] = FOLDERS) -> Examples:
    """Every sentence once. Raises :class:`~kiosk.dialogue.pack.PackError` for a file that cannot be read."""
    label_of: dict[str, str] = {}
    texts: list[str] = []

    def add(label: str, text: str) -> None:
        if (plain := bare(text)) and plain not in label_of:
            label_of[plain] = label
            texts.append(text)

    for service in pack.service:
        for text in (*service.samples, service.title):
            add(service.id, text)
    for never in pack.never:
        add(NONE, never.text)
    known = {NONE} | {service.id for service in pack.service}
    for file in (name, _COMMON):
        for label, text in _lines(file, folders):
            if label in known:
                add(label, text)
    return Examples(tuple(texts), tuple(label_of[bare(text)] for text in texts))


def _lines(name: str, folders: Sequence[Path]) -> list[tuple[str, str]]:
    path = first(folders, f"more/{name}.tsv")
    try:
        lines = _read(path).decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise PackError(f"{path}: is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    rows = []
    for number, line in enumerate(lines, 1):
        label, tab, text = line.partition("\t")
        if not (label and tab and text):
            raise PackError(f"{path}, line {number}: write a service's id, a tab and a sentence")
        rows.append((label, text))
    return rows


def _read(path: Path | None) -> bytes:
    """Nothing where there is no file."""
    try:
        return b"" if path is None else path.read_bytes()
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}); correct its permissions") from error
