"""A directory with unpacked models: what is there, what is whole, and how an archive gets in."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from kiosk.voice.models.manifest import File, Model, ModelError, models, named

_BLOCK = 1 << 20
#: More than the unpacked files: room for the system to go on working.
_SPARE = 20 << 20


def find(name: str, directory: Path) -> Path:
    """Where a model lies, with every file there and as long as it should be. Raises :class:`ModelError`."""
    model = named(name)
    if wrong := flaw(model, directory):
        raise ModelError(f"{name} {wrong}: fetch it with: kiosk models fetch --dir {directory}")
    return directory / name


def lacking(directory: Path) -> list[str]:
    """What is not there, each with what the terminal cannot do without it."""
    return [
        f"the model {model.name} (kiosk models fetch): {model.without}"
        for model in models()
        if flaw(model, directory)
    ]


def flaw(model: Model, directory: Path) -> str:
    """Why a model cannot be used, told by names and sizes alone, so in no time; empty: it can."""
    home = directory / model.name
    if not home.is_dir():
        return f"is not in {directory}"
    for file in model.files:
        try:
            size = (home / file.path).stat().st_size
        except OSError:
            return f"in {directory} is not whole, {file.path} is missing"
        if size != file.size:
            return f"in {directory} is not whole, {file.path} has {size} bytes and not {file.size}"
    return ""


def damage(model: Model, directory: Path) -> str:
    """:func:`flaw`, and after it every byte against its hash; takes a second or so."""
    if wrong := flaw(model, directory):
        return wrong
    for file in model.files:
        if sha256(directory / model.name / file.path) != file.sha256:
            return f"in {directory} is damaged, {file.path} is not as it was"
    return ""


def sha256(path: Path, progress: Callable[[int], None] = lambda _count: None) -> str:
    """A file's hash, in hexadecimal; ``progress`` is told of the bytes read. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            progress(len(block))
    return digest.hexdigest()


def check_room(model: Model, directory: Path, needed: int) -> None:
    """Raises :class:`ModelError` when the disk has less than ``needed`` bytes, and some to spare, left."""
    free = shutil.disk_usage(directory).free
    if free < needed + _SPARE:
        raise disk_full(model, directory, f"{(needed + _SPARE) >> 20} MB are needed, {free >> 20} MB are free")


def disk_full(model: Model, directory: Path, why: str) -> ModelError:
    return ModelError(
        f"the disk of {directory} is full, {model.name} does not fit ({why}):"
        " free some, or name another directory with --dir"
    )


def install(model: Model, archive: Path, directory: Path) -> Path:
    """Unpack a checked archive beside, compare every file, and only then put it in place; returns where.

    Raises :class:`ModelError`; what lay there before stays until the new one is whole.
    """
    home, fresh, old = (directory / (prefix + model.name) for prefix in ("", ".new-", ".old-"))
    for left in (fresh, old):  # by a fetch that was killed
        shutil.rmtree(left, ignore_errors=True)
    check_room(model, directory, model.unpacked_size)
    try:
        with zipfile.ZipFile(archive) as packed:
            for file in model.files:
                _unpack(model, packed, file, fresh / file.path)
        with contextlib.suppress(FileNotFoundError):
            home.rename(old)
        fresh.rename(home)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"{archive} is not the archive of {model.name} ({error})") from error
    except OSError as error:
        if isinstance(error, ModelError):
            raise
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(model, directory, str(error.strerror)) from error
        raise ModelError(f"{model.name} cannot be unpacked: {error}") from error
    finally:
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)
    return home


def _unpack(model: Model, packed: zipfile.ZipFile, file: File, to: Path) -> None:
    """Write one file and make sure that it is the right one, also after a power cut that follows."""
    content = bytearray(packed.read(file.member or model.prefix + file.path))
    for edit in model.edits:
        if edit.file == file.path:
            old, new = bytes.fromhex(edit.old), bytes.fromhex(edit.new)
            if len(old) != len(new) or content[edit.at : edit.at + len(old)] != old:
                raise ModelError(f"{model.name}: {file.path} cannot be edited at {edit.at} ({edit.why})")
            content[edit.at : edit.at + len(old)] = new
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ModelError(f"{model.name}: {file.path} of the archive is not what the manifest says")
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
