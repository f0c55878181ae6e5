"""``kiosk openapi``: the desk's HTTP interface for other programs' tools."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser("openapi", help="print the OpenAPI document of the desk's HTTP interface")
    parser.set_defaults(run=_print)


def _print(_args: argparse.Namespace) -> int:
    from aiohttp import web

    from kiosk.desk.openapi import text
    from kiosk.desk.web import add_routes

    app = web.Application()
    add_routes(app)
    print(text(app), end="")
    return 0
