"""``kiosk logs``."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    logs = commands.add_parser("logs", help="what the services have told the system's journal")
    logs.add_argument("--call", default="", metavar="ID", help="only about this call")
    logs.add_argument("--part", default="", help="only about this part: button, broker, microphone ...")
    logs.add_argument("--since", default="", help="as journalctl takes it: today, '2 hours ago', 2026-11-26")
    logs.add_argument("--follow", action="store_true", help="go on with what comes")
    logs.add_argument("--directory", default="", metavar="DIR", help="a journal that was copied from elsewhere")
    logs.add_argument("--json", action="store_true", help="one JSON object a line")
    logs.set_defaults(run=_logs)


def _logs(args: argparse.Namespace) -> int:
    from kiosk.logs.reading import run

    return run(
        as_json=args.json,
        call=args.call,
        part=args.part,
        since=args.since,
        follow=args.follow,
        directory=args.directory,
    )
