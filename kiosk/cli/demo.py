"""``kiosk demo``."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    demo = commands.add_parser("demo", help="a whole hall on this machine")
    demo.add_argument("--headless", action="store_true", help="a scripted customer and a scripted agent")
    demo.add_argument("--pictures", type=Path, default=Path("demo-pictures"), help="where --headless saves them")
    demo.set_defaults(run=_demo)


def _demo(args: argparse.Namespace) -> int:
    from kiosk.demo import run_demo

    logging.getLogger().setLevel(logging.WARNING)
    return run_demo(headless=args.headless, pictures=args.pictures)
