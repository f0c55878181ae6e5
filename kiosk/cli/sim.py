"""``kiosk sim``: hardware that is not there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.cli.serving import run_service


def add(commands: Any) -> None:
    """Add the command and what belongs to it to an argparse parser's commands."""
    sim = commands.add_parser("sim", help="simulated hardware").add_subparsers(required=True, metavar="DEVICE")
    board = sim.add_parser("board", help="the button board, on a pseudo-terminal")
    board.add_argument("--link", default="/tmp/kiosk-button", help="path of the port, as udev would name it")
    board.add_argument("--script", help="for example: 'press 0.2; wait 1; hold 3.5; cut 2; quit'")
    board.set_defaults(run=_sim_board)
    voice = sim.add_parser("voice", help="ears and mouth: what you type is heard, what is spoken is printed")
    voice.add_argument("--config", type=Path, default=config.DEFAULT_PATH, help="the kiosk whose voice it is")
    voice.add_argument("--socket", type=Path, help="serve this socket, and read no settings")
    voice.add_argument("--link-socket", type=Path, help="where 人工 calls a person")
    voice.add_argument("--script", help="for example: 'say 我要挂失; wait 1; quit'")
    voice.set_defaults(run=_sim_voice)


def _sim_board(args: argparse.Namespace) -> int:
    from kiosk.button.simulate import main_board

    return main_board(args.link, args.script)


def _sim_voice(args: argparse.Namespace) -> int:
    from kiosk.voice.simulate import simulate

    path, link = args.socket, args.link_socket
    if path is None:
        settings = config.load(args.config, config.Kiosk)
        path, link = settings.voice_socket, link or settings.link_socket
    return run_service(lambda: simulate(path, link, args.script))
