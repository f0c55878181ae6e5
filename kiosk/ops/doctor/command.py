"""``kiosk doctor``."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.ops.doctor.line import Line, State, shown, worst


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    doctor = commands.add_parser("doctor", help="everything a technician would look at, and what to do about it")
    doctor.add_argument("--config", type=Path, default=config.DEFAULT_PATH)
    doctor.add_argument("--no-sound", action="store_true", help="play and record nothing")
    doctor.add_argument("--json", action="store_true", help="one JSON array of what, state, how, remedy")
    doctor.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything; 1 when something is bad. Raises ConfigError for settings that cannot be read."""
    from kiosk import messages

    settings = config.load(args.config, config.Kiosk)
    found = []
    for line in _look(settings, args.config, sound=not args.no_sound):
        found.append(line)
        if not args.json:
            print(shown(line), flush=True)
    if args.json:
        print(messages.encode(found).decode())
    return worst(found)


def _look(settings: config.Kiosk, path: Path, *, sound: bool) -> Iterator[Line]:
    from kiosk.ops.doctor import computer, files, services

    how = f"{path}: terminal {settings.hall}/{settings.name}, button {settings.button.driver}"
    yield Line("settings", State.OK, how)
    yield from services.units()
    yield from asyncio.run(services.link(settings))
    yield from files.certificates(settings)
    yield from files.models(settings)
    yield from files.dialogue(settings)
    try:
        yield files.font(settings)
    except ImportError as error:
        yield Line("font", State.SKIP, f"no screen is installed here: {error}")
    if sound:
        from kiosk.ops.doctor import sound as ears

        yield from ears.lines(settings)
    yield from computer.lines(settings)
