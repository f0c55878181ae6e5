"""The text of a settings file with other values in it; what else is there, comments too, stays. Pure."""

from __future__ import annotations

from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from kiosk import config
from kiosk.ops.setup.answers import Values


def changed(text: str, values: Values, path: Path) -> str:
    """``path`` is only named. Raises :class:`~kiosk.config.ConfigError` for a text that is no TOML."""
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise config.ConfigError(f"{path}: {error}; mend it, or move it away") from error
    for key, value in values.items():
        table, _, name = key.rpartition(".")
        if not table:
            document[name] = value
            continue
        if table not in document:
            document[table] = tomlkit.table()
        inside = document[table]
        if not isinstance(inside, Table):
            raise config.ConfigError(f"{path}: {table} is no table; write [{table}] and its keys below it")
        inside[name] = value
    return tomlkit.dumps(document)


def known(text: str, path: Path) -> dict[str, object]:
    """The values that are there: ``"broker.url"`` -> value. Raises :class:`~kiosk.config.ConfigError`."""
    try:
        tree = tomlkit.parse(text).unwrap()
    except TOMLKitError as error:
        raise config.ConfigError(f"{path}: {error}; mend it, or move it away") from error
    found: dict[str, object] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= {f"{key}.{name}": inner for name, inner in value.items()}
        else:
            found[key] = value
    return found
