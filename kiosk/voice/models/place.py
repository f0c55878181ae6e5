"""Where models lie when nothing says it: services are told by ``voice.models_dir``, people at a desk are not."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk import config

#: The clone this program runs from, if it does: its models/ is kept out of git.
_CHECKOUT = Path(__file__).parents[3] / "models"


def default_dir() -> Path:
    """``KIOSK_MODELS``; the clone's ``models/``; what ``/etc/kiosk/kiosk.toml`` says; the user's data directory.

    Raises :class:`~kiosk.config.ConfigError` for a configuration that cannot be read.
    """
    if named := os.environ.get("KIOSK_MODELS"):
        return Path(named)
    if (_CHECKOUT / "manifest.toml").exists():
        return _CHECKOUT
    if config.DEFAULT_PATH.exists():
        return Path(config.load(config.DEFAULT_PATH, config.Kiosk).voice.models_dir)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "rengong-kiosk" / "models"
