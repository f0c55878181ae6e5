"""Goes over one pack with everything that it is made of, and says all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kiosk.content.findings import Finding, Rule, finding, in_order
from kiosk.content.likeness import Likeness, Sentence, pairs, said
from kiosk.content.source import Source, unreadable
from kiosk.content.vocabulary import unknown
from kiosk.dialogue.decision import NO_CARDS
from kiosk.dialogue.pack import (
    FOLDERS,
    SHARED,
    WITH_FIELDS,
    Pack,
    PackError,
    Service,
    Sources,
    fields_in,
    find_pack,
    mistakes,
    read_pack,
)

_RULES = {Likeness.SAME: Rule.SAME, Likeness.SOUND: Rule.SOUND, Likeness.NEAR: Rule.NEAR}
_ALIKE = {
    Likeness.SAME: "is the same, but for filler, as",
    Likeness.SOUND: "sounds the same as",
    Likeness.NEAR: "differs in one syllable from",
}

_TO_DO = {Rule.TWICE: "remove one of them", Rule.NEAR: "reword one of them if people may mean either"}

Knows = Callable[[str], bool]


def all_packs(folders: Sequence[Path] = FOLDERS) -> list[str]:
    """The names of the packs in the folders."""
    files = (path for folder in folders for path in sorted(folder.glob("*.toml")))
    return list(dict.fromkeys(path.stem for path in files if "." not in path.stem and path.stem != SHARED))


def check(pack: str, knows: Knows | None = None, folders: Sequence[Path] = FOLDERS) -> list[Finding]:
    """What is wrong with a pack: its name, or a file of it, whose folder then comes before the others.

    ``knows``: whether the speech model has a word; None: words are not looked up.
    """
    path = Path(pack)
    if path.suffix == ".toml":
        stem = path.name.removesuffix(".toml")
        name, folders = stem.removesuffix(".site").removesuffix(".taught"), [path.parent, *folders]
    else:
        name = pack
    try:
        sources = find_pack(name, folders)
        files = _Files(sources)
        # The rest would find fault with what is not there because of these.
        if wrong := [one for source in files.packs for one in source.wrong_fields()]:
            return in_order(wrong)
        whole, _ = read_pack(sources)
    except PackError as error:
        return [unreadable(error)]
    found = [*_mistakes(whole, files), *_alike(whole, files), *_unfilled(whole, files)]
    if sources.shared is not None:
        found += _hidden(whole, files)
    if knows is not None:
        found += _unheard(whole, files, knows)
    return in_order(found)


class _Files:
    """The pack's own file and the common one; a service is in the first that has it."""

    def __init__(self, sources: Sources) -> None:
        self.packs = [Source(path) for path in (sources.pack, sources.shared) if path is not None]
        self._taught = Source(sources.taught) if sources.taught is not None else None

    def of(self, kind: str, name: str) -> tuple[Source, tuple[str | int, ...]]:
        """The file that a service or topic is in, and its place there."""
        for source in self.packs:
            if (number := source.find(kind, name)) is not None:
                return source, (kind, number)
        return self.packs[0], ()

    def sentences(self, pack: Pack) -> Iterator[tuple[Sentence, Path, int]]:
        """Every sentence of the pack, with its file and line; what was taught comes last, to be blamed."""
        taught = self._taught.table.get("samples", {}) if self._taught is not None else {}
        for service in pack.service:
            source, place = self.of("service", service.id)
            own = len(service.samples) - len(taught.get(service.id, ()))
            for number, text in enumerate(service.samples[:own]):
                yield Sentence(text, service.id), source.path, source.line(*place, "samples", number)
        for source in self.packs:
            for number, table in enumerate(source.table.get("never", [])):
                yield Sentence(table["text"], ""), source.path, source.line("never", number, "text")
        if self._taught is not None:
            for service_id, texts in taught.items():
                for number, text in enumerate(texts):
                    line = self._taught.line("samples", service_id, number)
                    yield Sentence(text, service_id), self._taught.path, line


def _in_service(files: _Files, rule: Rule, service: Service, key: str, told: str) -> Finding:
    source, place = files.of("service", service.id)
    return finding(rule, source.path, source.line(*place, key), f"service '{service.id}': {told}")


def _mistakes(pack: Pack, files: _Files) -> Iterator[Finding]:
    for wrong in mistakes(pack):
        kind = "service" if wrong.service else "topic"
        source, place = files.of(kind, wrong.service or wrong.topic)
        yield finding(Rule.PACK, source.path, source.line(*place, wrong.key), wrong.text)


def broken(likeness: Likeness, later: Sentence, earlier: Sentence) -> Rule:
    """The rule that two sentences break which are so much alike."""
    return Rule.TWICE if later.service == earlier.service else _RULES[likeness]


def _alike(pack: Pack, files: _Files) -> Iterator[Finding]:
    sentences = list(files.sentences(pack))
    for pair in pairs(sentence for sentence, _, _ in sentences):
        later, path, line = sentences[pair.later]
        earlier, other_path, other_line = sentences[pair.earlier]
        what = f"{_named(later)} {_ALIKE[pair.likeness]} {_named(earlier)} ({other_path.name}:{other_line})"
        rule = broken(pair.likeness, later, earlier)
        to_do = _TO_DO.get(rule, "leave it to one of them, or say more in both")
        yield finding(rule, path, line, f"{what}; {to_do}")


def _named(sentence: Sentence) -> str:
    return f"'{sentence.text}' of {sentence.service or '[[never]]'}"


def _unfilled(pack: Pack, files: _Files) -> Iterator[Finding]:
    for service in pack.service:
        for key in WITH_FIELDS:
            text = getattr(service, key)
            if not text or pack.filled(text) or any(field not in pack.site for field in _fields(text)):
                continue
            empty = [field for field in _fields(text) if not pack.site[field]]
            instead = {
                "answer": "people are told to ask the staff instead",
                "spoken": "the answer is read out instead",
            }.get(key, "the line is left out")
            site = f"{files.packs[0].path.stem}.site.toml"
            told = f"{key} needs {', '.join(empty)}, so {instead}; fill it in, in {site}"
            yield _in_service(files, Rule.UNFILLED, service, key, told)


def _fields(text: str) -> list[str]:
    try:
        return fields_in(text)
    except ValueError:  # told by mistakes()
        return []


def _hidden(pack: Pack, files: _Files) -> Iterator[Finding]:
    shown = {service for topic in pack.topic for service in topic.services}
    for service in pack.service:
        if not service.urgent and service.id not in shown and service.id not in NO_CARDS:
            told = "no topic leads to it, so it cannot be found by touch; name it in a [[topic]]'s services"
            yield _in_service(files, Rule.HIDDEN, service, "id", told)


def _unheard(pack: Pack, files: _Files, knows: Knows) -> Iterator[Finding]:
    for sentence, path, line in files.sentences(pack):
        if sentence.service and (words := unknown(said(sentence.text), knows)):
            told = f"{_named(sentence)}: the speech model has no word for '{words}'; say it in other words too"
            yield finding(Rule.UNHEARD, path, line, told)
