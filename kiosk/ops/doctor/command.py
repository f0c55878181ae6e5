"""``kiosk doctor``, at a terminal and at a desk."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.ops.doctor.line import Line, State, shown, worst

DESK_PATH = config.DEFAULT_PATH.with_name("desk.toml")
DATA = Path("/var/lib/kiosk")


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    doctor = commands.add_parser("doctor", help="everything a technician would look at, and what to do about it")
    doctor.add_argument("--desk", action="store_true", help="look at the desk of a machine that is a terminal too")
    doctor.add_argument("--config", type=Path, help=f"{config.DEFAULT_PATH}, or {DESK_PATH}")
    doctor.add_argument("--no-sound", action="store_true", help="play and record nothing")
    doctor.add_argument("--json", action="store_true", help="one JSON array of what, state, how, remedy")
    doctor.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look at everything; 1 when something is bad. Raises ConfigError for settings that cannot be read."""
    from kiosk import messages

    found = []
    for line in _look(args):
        found.append(line)
        if not args.json:
            print(shown(line), flush=True)
    if args.json:
        print(messages.encode(found).decode())
    return worst(found)


def which(path: Path | None, *, desk: bool) -> tuple[Path, bool]:
    """The settings, and whether they are a desk's: as it was said, else by the file that is there."""
    if path is not None:
        return path, desk or path.name == DESK_PATH.name
    desk = desk or (DESK_PATH.exists() and not config.DEFAULT_PATH.exists())
    return (DESK_PATH if desk else config.DEFAULT_PATH), desk


def _look(args: argparse.Namespace) -> Iterator[Line]:
    path, desk = which(args.config, desk=args.desk)
    if desk:
        yield from _desk(config.load(path, config.Desk), path)
    else:
        yield from _terminal(config.load(path, config.Kiosk), path, sound=not args.no_sound)


def _terminal(settings: config.Kiosk, path: Path, *, sound: bool) -> Iterator[Line]:
    from kiosk.ops.doctor import broker, computer, files, services

    how = f"{path}: terminal {settings.hall}/{settings.name}, button {settings.button.driver}"
    yield Line("settings", State.OK, how)
    yield from services.units()
    yield from asyncio.run(services.link(settings))
    yield from files.certificates(settings)
    yield from broker.certificate(settings.broker)
    yield from files.models(settings)
    yield from files.dialogue(settings)
    try:
        yield files.font(settings)
    except ImportError as error:
        yield Line("font", State.SKIP, f"no screen is installed here: {error}")
    if sound:
        from kiosk.ops.doctor import sound as ears

        yield from ears.lines(settings)
    yield from computer.lines(Path(settings.state_dir))
    if DESK_PATH.exists():
        yield Line("desk", State.SKIP, "this machine has one too", "kiosk doctor --desk")


def _desk(settings: config.Desk, path: Path) -> Iterator[Line]:
    from kiosk.desk import dialects
    from kiosk.ops.doctor import broker, computer, files, hall, page, record, services

    keeps = "keeps the ledger" if settings.ledger else "keeps no ledger"
    yield Line("settings", State.OK, f"{path}: desk {settings.hall}/{settings.name}, {keeps}")
    yield from services.units(("desk",), "desk")
    seen = page.look(settings)
    yield from seen.lines
    if seen.condition is not None:
        yield from hall.lines(seen.condition, settings)
    elif not seen.answers:  # one that runs would be thrown out
        yield broker.takes(settings)
    yield from files.certificates(settings)
    yield from broker.certificate(settings.broker)
    terminals = [one.kiosk for one in seen.condition.terminals] if seen.condition else []
    yield from record.lines(settings, terminals)
    file = dialects.file_of(settings.database)
    yield from computer.lines(file.parent if file else DATA)
