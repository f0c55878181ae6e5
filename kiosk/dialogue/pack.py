"""A hall's content, as a typed value: services, the topics of the welcome screen, and what differs by site.

A pack is one TOML file. It is looked for in /etc/kiosk/halls first, so that a site can replace it, and then
beside this module. What only the site knows (a counter's number, its telephone) is a *field*, written
``{counter}`` in a text and filled in by the table ``[site]`` or by a file ``NAME.site.toml`` in the same
folders. A text that names an unfilled field is not shown at all: it would be a guess.

Every mistake is a :class:`PackError` that names the file, the place in it, and what to do.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

FOLDERS = (Path("/etc/kiosk/halls"), Path(__file__).with_name("halls"))
MAX_ANSWER = 60  # characters on one screen
MAX_STEPS = 3
MAX_LINE = 18  # one line on the smallest panel; three of them and the longest answer just fit there

PackId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
Title = Annotated[str, Meta(min_length=1, max_length=12)]
Line = Annotated[str, Meta(max_length=40)]  # with the names of fields in it; what they become is at most MAX_LINE
Icon = Literal[
    "bag", "bell", "book", "building", "camera", "card", "clock", "complaint", "doctor", "elder", "globe", "hand",
    "heart", "home", "id", "keyboard", "list", "lock", "map-pin", "money", "people", "person", "phone", "receipt",
    "sim", "speaker", "star", "umbrella", "video", "walk", "warning", "wifi",
]  # fmt: skip


class PackError(ValueError):
    """A pack cannot be used; the text says which file, where in it, and what to do."""


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; a misspelt key is an error, not a silence."""


class Service(_Table, frozen=True):
    """One thing that people come for."""

    id: PackId
    title: Title
    samples: Annotated[tuple[str, ...], Meta(min_length=1)]  # as elderly people really say it
    answer: Annotated[str, Meta(min_length=1, max_length=MAX_ANSWER)]
    icon: Icon = "list"
    steps: Annotated[tuple[Annotated[str, Meta(max_length=8)], ...], Meta(max_length=MAX_STEPS)] = ()
    bring: Line = ""
    where: Line = ""
    urgent: bool = False  # a human is called at once, before everybody else
    needs_human: bool = False  # only a person can do it
    spoken: str = ""  # where reading the answer aloud would sound wrong; empty: the answer


class Topic(_Table, frozen=True):
    """One card of the welcome screen."""

    id: PackId
    title: Title
    services: Annotated[tuple[PackId, ...], Meta(min_length=1)]
    icon: Icon = "list"
    note: Annotated[str, Meta(max_length=12)] = ""


class Pack(_Table, frozen=True):
    """Everything one kind of hall can say."""

    title: Annotated[str, Meta(min_length=1, max_length=20)]
    service: Annotated[tuple[Service, ...], Meta(min_length=1)]
    topic: Annotated[tuple[Topic, ...], Meta(max_length=6)] = ()
    site: dict[PackId, Annotated[str, Meta(max_length=24)]] = {}  # empty: not known

    def find(self, service_id: str) -> Service | None:
        """The service of that id, if there is one."""
        return next((service for service in self.service if service.id == service_id), None)

    def find_topic(self, topic_id: str) -> Topic | None:
        """The topic of that id, if there is one."""
        return next((topic for topic in self.topic if topic.id == topic_id), None)

    def filled(self, text: str) -> str:
        """The text with the site's fields put in; empty when one of them is not known."""
        if any(not self.site.get(field) for field in _fields(text)):
            return ""
        return text.format(**self.site)


# Looked at by msgspec now, while there is one thread: two that load their first pack at once would crash in it.
msgspec.json.Decoder(Pack)


def load_pack(name: str, folders: Sequence[Path] = FOLDERS) -> Pack:
    """Read and check the pack of that name. Raises :class:`PackError`."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", name):
        raise PackError(f"'{name}' is no name of a pack; write for example screen.pack = \"bank\"")
    path = _first(folders, f"{name}.toml")
    if path is None:
        places = " or ".join(str(folder / f"{name}.toml") for folder in folders)
        raise PackError(f"there is no pack '{name}': put {places}, or correct screen.pack in kiosk.toml")
    try:
        pack = msgspec.convert(_read(path), Pack)
    except msgspec.ValidationError as error:
        raise PackError(f"{path}: {_explain(str(error))}") from error
    if (site := _first(folders, f"{name}.site.toml")) is not None:
        pack = _with_site(pack, site)
    for wrong in _mistakes(pack):
        raise PackError(f"{path}: {wrong}")
    return pack


def _first(folders: Sequence[Path], file: str) -> Path | None:
    return next((folder / file for folder in folders if (folder / file).is_file()), None)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}); correct its permissions") from error
    except UnicodeDecodeError as error:
        raise PackError(f"{path}: is not UTF-8 text ({error.reason}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{path}: {error}; correct that line") from error


def _with_site(pack: Pack, path: Path) -> Pack:
    try:
        site = msgspec.convert(_read(path), dict[PackId, Annotated[str, Meta(max_length=24)]])
    except msgspec.ValidationError as error:
        raise PackError(f'{path}: {_explain(str(error))}; write lines like counter = "3号窗口"') from error
    if unknown := sorted(site.keys() - pack.site.keys()):
        raise PackError(f"{path}: the pack has no field '{unknown[0]}'; it has {', '.join(sorted(pack.site))}")
    return msgspec.structs.replace(pack, site=pack.site | site)


def _explain(message: str) -> str:
    """msgspec's sentence in the words of the file."""
    what, _, where = message.partition(" - at `$")
    key = re.sub(r"\[(\d+)\]\.?", lambda at: f" number {int(at[1]) + 1}, ", where.strip("`.")).strip(" ,.")
    if "enum value" in what:
        what += f"; there are {', '.join(get_args(Icon))}"
    if "matching regex" in what:
        what = "must be a-z, 0-9 and _, starting with a letter, at most 32"
    return f"{key}: {what}" if key else what


def _fields(text: str) -> list[str]:
    return [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]


def _mistakes(pack: Pack) -> Iterator[str]:
    """What types cannot say, the first one first."""
    for kind, ids in (("service", [s.id for s in pack.service]), ("topic", [t.id for t in pack.topic])):
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            yield f"{kind} '{twice}' is there twice; rename one of them"
    for topic in pack.topic:
        for service_id in topic.services:
            if pack.find(service_id) is None:
                yield f"topic '{topic.id}' names the service '{service_id}', which is not there; add or remove it"
    for service in pack.service:
        for text in (service.answer, service.spoken, service.where, service.bring):
            try:
                unknown = [field for field in _fields(text) if field not in pack.site]
            except ValueError as error:
                yield f"service '{service.id}': {error} in '{text}'; braces are only for fields of [site]"
                return
            if unknown:
                yield f"service '{service.id}' names the field '{unknown[0]}'; add it to [site], empty if unknown"
        for name, line in (("where", pack.filled(service.where)), ("bring", pack.filled(service.bring))):
            if len(line) > MAX_LINE:
                yield f"service '{service.id}': {name} is longer than {MAX_LINE} characters; shorten it"
        if len("".join(service.steps)) + len(service.steps) - 1 > MAX_LINE:
            yield f"service '{service.id}': the steps together are longer than {MAX_LINE} characters; shorten them"
        if len(pack.filled(service.answer)) > MAX_ANSWER:
            yield f"service '{service.id}': the answer is longer than {MAX_ANSWER} characters; shorten it"
