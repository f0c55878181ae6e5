"""``kiosk asyncapi``: the MQTT topics and messages for other programs' tools."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser("asyncapi", help="print the AsyncAPI document of the MQTT topics and messages")
    parser.set_defaults(run=_print)


def _print(_args: argparse.Namespace) -> int:
    from kiosk.asyncapi import text

    print(text(), end="")
    return 0
