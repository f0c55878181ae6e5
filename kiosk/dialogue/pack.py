"""A hall's content, as a typed value: services, the topics of the welcome screen, and what differs by site.

A pack is one TOML file, and what every hall can say is another, ``common.toml``, which is put into each pack: the
pack's own service or field of the same id wins. Both are looked for in /etc/kiosk/halls first, so that a site can
replace them, and then beside this module. What only the site knows (a counter's number, its telephone) is a
*field*, written ``{counter}`` in a text and filled in by the table ``[site]`` or by a file ``NAME.site.toml`` in
the same folders. A text that names an unfilled field is not shown at all: it would be a guess. What a hall has
taught its terminals, further samples of its services, is in a file ``NAME.taught.toml``.

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

#: The halls that come with the program.
HALLS = ("bank", "telecom", "gov")
FOLDERS = (Path("/etc/kiosk/halls"), Path(__file__).with_name("halls"))
SHARED = "common"  # the pack that is put into every other
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")  # of a pack
MAX_ANSWER = 60  # characters on one screen
MAX_STEPS = 3
WITH_FIELDS = ("answer", "spoken", "where", "bring")  # texts that may have fields of [site] in them
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
    freeze: bool = False  # of an urgent one: the customer is offered to have the bank freeze their money
    needs_human: bool = False  # only a person can do it
    spoken: str = ""  # where reading the answer aloud would sound wrong; empty: the answer


class Topic(_Table, frozen=True):
    """One card of the welcome screen."""

    id: PackId
    title: Title
    services: Annotated[tuple[PackId, ...], Meta(min_length=1)]
    icon: Icon = "list"
    note: Annotated[str, Meta(max_length=12)] = ""


class Never(_Table, frozen=True):
    """A sentence that is said in such a hall and is no wish of it."""

    text: Annotated[str, Meta(min_length=1)]


class Pack(_Table, frozen=True):
    """Everything one kind of hall can say."""

    title: Annotated[str, Meta(min_length=1, max_length=20)]
    service: Annotated[tuple[Service, ...], Meta(min_length=1)]
    topic: Annotated[tuple[Topic, ...], Meta(max_length=6)] = ()
    never: tuple[Never, ...] = ()
    site: dict[PackId, Annotated[str, Meta(max_length=24)]] = {}  # empty: not known

    def find(self, service_id: str) -> Service | None:
        """The service of that id, if there is one."""
        return next((service for service in self.service if service.id == service_id), None)

    def find_topic(self, topic_id: str) -> Topic | None:
        """The topic of that id, if there is one."""
        return next((topic for topic in self.topic if topic.id == topic_id), None)

    def filled(self, text: str) -> str:
        """The text with the site's fields put in; empty when one of them is not known."""
        if any(not self.site.get(field) for field in fields_in(text)):
            return ""
        return text.format(**self.site)

    def aloud(self, service: Service) -> str:
        """That service's answer as it is read out; empty when the site does not know a field of it."""
        answer = self.filled(service.answer)
        return answer and (self.filled(service.spoken) or answer)


class Taught(_Table, frozen=True):
    """Samples that a hall has taught, by service; they come after the pack's own."""

    samples: dict[PackId, tuple[Annotated[str, Meta(min_length=1)], ...]] = {}


# Looked at by msgspec now, while there is one thread: two that load their first pack at once would crash in it.
msgspec.json.Decoder(Pack)
msgspec.json.Decoder(Taught)


class Sources(Struct, frozen=True):
    """The files that a pack is made of."""

    pack: Path
    shared: Path | None  # None: the pack is itself what is common to all
    site: Path | None  # None: the site has filled in nothing
    taught: Path | None = None  # None: nothing was taught


def load_pack(name: str, folders: Sequence[Path] = FOLDERS) -> Pack:
    """Read and check the pack of that name, with what is common to all. Raises :class:`PackError`."""
    sources = find_pack(name, folders)
    pack, own = read_pack(sources)
    for wrong in mistakes(pack):
        shared = wrong.service and wrong.service not in own
        raise PackError(f"{sources.shared if shared else sources.pack}: {wrong.text}")
    return pack


def find_pack(name: str, folders: Sequence[Path] = FOLDERS) -> Sources:
    """Where the pack of that name is. Raises :class:`PackError` when it is nowhere."""
    if not NAME.fullmatch(name):
        raise PackError(f"'{name}' is no name of a pack; write for example screen.pack = \"bank\"")
    path = first(folders, f"{name}.toml")
    if path is None:
        places = " or ".join(str(folder / f"{name}.toml") for folder in folders)
        raise PackError(f"there is no pack '{name}': put {places}, or correct screen.pack in kiosk.toml")
    shared = first(folders, f"{SHARED}.toml") if name != SHARED else None
    if shared is None and name != SHARED:
        raise PackError(f"there is no {SHARED}.toml in {folders[-1]}; it comes with the program, install it again")
    return Sources(path, shared, first(folders, f"{name}.site.toml"), first(folders, f"{name}.taught.toml"))


def read_pack(sources: Sources) -> tuple[Pack, frozenset[str]]:
    """The pack, put together, and the ids of its own services. Raises :class:`PackError` for a wrong field.

    What types cannot say is not looked at here, but by :func:`mistakes`.
    """
    pack = _convert(sources.pack)
    own = frozenset(service.id for service in pack.service)
    if sources.shared is not None:
        pack = _with_shared(pack, _convert(sources.shared), sources.shared)
    if sources.site is not None:
        pack = _with_site(pack, sources.site)
    if sources.taught is not None:
        pack = _with_taught(pack, sources.taught)
    return pack, own


def _convert(path: Path) -> Pack:
    try:
        return msgspec.convert(read_table(path), Pack)
    except msgspec.ValidationError as error:
        raise PackError(f"{path}: {_explain(str(error))}") from error


def _with_shared(pack: Pack, shared: Pack, path: Path) -> Pack:
    if shared.topic:
        raise PackError(f"{path}: topic '{shared.topic[0].id}' would be no hall's; move it to a hall's own file")
    own = {service.id for service in pack.service}
    return msgspec.structs.replace(
        pack,
        service=(*pack.service, *(service for service in shared.service if service.id not in own)),
        never=(*pack.never, *shared.never),
        site=shared.site | pack.site,
    )


def first(folders: Sequence[Path], file: str) -> Path | None:
    """That file in the first folder that has it."""
    return next((folder / file for folder in folders if (folder / file).is_file()), None)


def read_table(path: Path) -> dict[str, Any]:
    """The TOML file at ``path``. Raises :class:`PackError`."""
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
        site = msgspec.convert(read_table(path), dict[PackId, Annotated[str, Meta(max_length=24)]])
    except msgspec.ValidationError as error:
        raise PackError(f'{path}: {_explain(str(error))}; write lines like counter = "3号窗口"') from error
    if unknown := sorted(site.keys() - pack.site.keys()):
        raise PackError(f"{path}: the pack has no field '{unknown[0]}'; it has {', '.join(sorted(pack.site))}")
    return msgspec.structs.replace(pack, site=pack.site | site)


def read_taught(path: Path) -> Taught:
    """What a hall has taught. Raises :class:`PackError`."""
    try:
        return msgspec.convert(read_table(path), Taught)
    except msgspec.ValidationError as error:
        raise PackError(f'{path}: {_explain(str(error))}; below [samples] write cash = ["取点钱"]') from error


def _with_taught(pack: Pack, path: Path) -> Pack:
    taught = read_taught(path).samples
    if unknown := sorted(taught.keys() - {service.id for service in pack.service}):
        raise PackError(f"{path}: the pack has no service '{unknown[0]}'; correct its id, or remove its sentences")
    services = (
        msgspec.structs.replace(service, samples=(*service.samples, *taught.get(service.id, ())))
        for service in pack.service
    )
    return msgspec.structs.replace(pack, service=tuple(services))


def _explain(message: str) -> str:
    """msgspec's sentence in the words of the file."""
    what, _, where = message.partition(" - at `$")
    key = re.sub(r"\[(\d+)\]\.?", lambda at: f" number {int(at[1]) + 1}, ", where.strip("`.")).strip(" ,.")
    return f"{key}: {in_words(what)}" if key else in_words(what)


def in_words(what: str) -> str:
    """What msgspec says of one value, with what may stand there instead."""
    if "enum value" in what:
        return f"{what}; there are {', '.join(get_args(Icon))}"
    if "matching regex" in what:
        return "must be a-z, 0-9 and _, starting with a letter, at most 32"
    return what


def fields_in(text: str) -> list[str]:
    """The names of the fields that a text has in braces. Raises ValueError for a brace without its other half."""
    return [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]


class Mistake(Struct, frozen=True):
    """What is wrong with a pack, and after a semicolon what to do; ``service`` or ``topic`` is what it is in."""

    text: str
    service: str = ""
    topic: str = ""
    key: str = ""  # of that service or topic


def mistakes(pack: Pack) -> Iterator[Mistake]:
    """What types cannot say about a whole pack."""
    for twice in _twice([service.id for service in pack.service]):
        yield Mistake(f"service '{twice}' is there twice; rename one of them", service=twice, key="id")
    for twice in _twice([topic.id for topic in pack.topic]):
        yield Mistake(f"topic '{twice}' is there twice; rename one of them", topic=twice, key="id")
    for topic in pack.topic:
        for service_id in topic.services:
            if pack.find(service_id) is None:
                text = f"topic '{topic.id}' names the service '{service_id}', which is not there; add or remove it"
                yield Mistake(text, topic=topic.id, key="services")
    for service in pack.service:
        for key, text in _mistakes_in(service, pack):
            yield Mistake(f"service '{service.id}'{text}", service=service.id, key=key)


def _twice(ids: list[str]) -> list[str]:
    return sorted({one for one in ids if ids.count(one) > 1})


def _mistakes_in(service: Service, pack: Pack) -> Iterator[tuple[str, str]]:
    for key in WITH_FIELDS:
        text = getattr(service, key)
        try:
            unknown = [field for field in fields_in(text) if field not in pack.site]
        except ValueError as error:
            yield key, f": {error} in '{text}'; braces are only for fields of [site]"
            return
        if unknown:
            yield key, f" names the field '{unknown[0]}'; add it to [site], empty if unknown"
    for key in ("where", "bring"):
        if len(pack.filled(getattr(service, key))) > MAX_LINE:
            yield key, f": {key} is longer than {MAX_LINE} characters; shorten it"
    if len("".join(service.steps)) + len(service.steps) - 1 > MAX_LINE:
        yield "steps", f": the steps together are longer than {MAX_LINE} characters; shorten them"
    if len(pack.filled(service.answer)) > MAX_ANSWER:
        yield "answer", f": the answer is longer than {MAX_ANSWER} characters; shorten it"
