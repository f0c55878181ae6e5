"""``kiosk setup``."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.ops.setup import asking
from kiosk.ops.setup.questions import DESK, TERMINAL


def add(commands: Any) -> None:
    """Add the command and what belongs to it to an argparse parser's commands."""
    setup = commands.add_parser("setup", help="from an installed package to the first call: asks, checks, starts")
    what = setup.add_subparsers(required=True, metavar="WHAT")
    terminal = what.add_parser("terminal", help="this machine is a terminal")
    desk = what.add_parser("desk", help="this machine serves the agents' page, and may be the broker too")
    for parser, questions, run, path in (
        (terminal, TERMINAL, _terminal, config.DEFAULT_PATH),
        (desk, DESK, _desk, Path("/etc/kiosk/desk.toml")),
    ):
        parser.add_argument("--config", type=Path, default=path, help="what is written; certs lie beside it")
        parser.add_argument("--force", action="store_true", help="change settings that are there; keep the rest")
        parser.add_argument("--no-start", action="store_true", help="write only")
        asking.add_flags(parser, questions)
        parser.set_defaults(run=run)
    desk.add_argument("--broker-files", default="/etc/mosquitto/rengong", help=argparse.SUPPRESS)


def _terminal(args: argparse.Namespace) -> int:
    logging.getLogger().setLevel(logging.ERROR)  # what is wrong is told as a check, with its remedy
    from kiosk.ops.setup import terminal

    return terminal.run(args)


def _desk(args: argparse.Namespace) -> int:
    logging.getLogger().setLevel(logging.ERROR)
    from kiosk.ops.setup import desk

    return desk.run(args)
