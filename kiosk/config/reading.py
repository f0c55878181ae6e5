"""From a file to its settings; every mistake names the file, the line, what is wrong and what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from kiosk import positions
from kiosk.config.desk import Desk
from kiosk.config.terminal import Kiosk
from kiosk.config.values import faults


class ConfigError(ValueError):
    """The configuration cannot be used; the text says where and what to do."""


K = TypeVar("K", Kiosk, Desk)


def load(path: Path, kind: type[K]) -> K:
    """Read and check a file; raises :class:`ConfigError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name it with --config") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error.reason} at byte {error.start})") from error
    return parse(text, path, kind)


def parse(text: str, path: Path, kind: type[K]) -> K:
    """Check the text of a file; ``path`` is only named in the :class:`ConfigError`."""
    try:
        settings = msgspec.convert(tomllib.loads(text), kind)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = at[1] if at else len(text.splitlines())
        raise ConfigError(f"{path}:{line}: {error}; see docs/configuration.md") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}:{_line(text, str(error))}: {_explain(str(error))}") from error
    for keys, why in faults(settings):
        named = ".".join(map(str, keys))
        raise ConfigError(f"{path}:{_line_of(text, keys)}: {named}: {why}")
    return settings


def wrong_key(path: Path, key: str, why: str) -> ConfigError:
    """The error for a key such as ``hours.open`` whose value only its user can judge, with its line."""
    try:
        line = _line_of(path.read_text(encoding="utf-8"), key.split("."))
    except OSError:
        line = 1  # gone since it was read
    return ConfigError(f"{path}:{line}: {key}: {why}")


def _explain(message: str) -> str:
    """msgspec's sentence in the words of the file."""
    what, _, where = message.partition(" - at `$")
    key = where.strip("`.")
    if "matching regex" in what:
        if "[0-5][0-9]" in what:
            single = what.count("[0-5][0-9]") == 1
            what = 'a time of day, such as "07:40"' if single else 'two times of day, such as "21:00-07:00"'
            what = f"must be {what}"
        elif "[!-~]" in what:
            what = "must be 16 to 200 characters without spaces; `openssl rand -hex 24` makes one"
        elif "x[1-9]" in what:
            what = 'must be a width and a height, such as "1280x800"'
        else:
            what = "must be 1 to 32 of a-z, 0-9 and -, starting with a letter or digit"
    if unknown := re.search(r"unknown field `(\w+)`", what):
        table = f"[{key}]" if key else "the top level"
        return f"{table} knows no key '{unknown[1]}'; see docs/configuration.md"
    return f"{key}: {what}" if key else what


def _line(text: str, message: str) -> int:
    """The line of the key that msgspec complains of; 1 when the key is not there at all."""
    path = re.search(r"at `\$\.?([\w.]*)", message)
    keys = [part for part in (path[1] if path else "").split(".") if part]
    if unknown := re.search(r"unknown field `(\w+)`", message):
        keys.append(unknown[1])
    return _line_of(text, keys)


def _line_of(text: str, keys: Sequence[str | int]) -> int:
    """The line of the key, or of as much of its path as is there; 1 for none of it."""
    places = positions.lines(text)
    paths = (tuple(keys[:count]) for count in range(len(keys), 0, -1))
    return next((places[path] for path in paths if path in places), 1)
