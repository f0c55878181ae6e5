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
    lines = sim.add_parser("lines", help="a button without a board, on the modem lines of an rfc2217:// port")
    lines.add_argument("--port", type=int, default=2217, help="TCP port; button.port is rfc2217://127.0.0.1:PORT")
    lines.add_argument("--listen", default="127.0.0.1", help="address; 0.0.0.0 lets other machines have it")
    lines.add_argument("--loop", action="store_true", help="with the wire that leads through the cable and back")
    lines.add_argument(
        "--script", help="for example: 'press; wait 1; hold 3.5; open-no; press; mend; unplug 2; quit'"
    )
    lines.set_defaults(run=_sim_lines)
    voice = sim.add_parser("voice", help="ears and mouth: what you type is heard, what is spoken is printed")
    voice.add_argument("--config", type=Path, default=config.DEFAULT_PATH, help="the kiosk whose voice it is")
    voice.add_argument("--socket", type=Path, help="serve this socket, and read no settings")
    voice.add_argument("--link-socket", type=Path, help="where 人工 calls a person")
    voice.add_argument("--script", help="for example: 'say 我要挂失; wait 1; quit'")
    voice.set_defaults(run=_sim_voice)
    bank = sim.add_parser("bank", help="the bank's system that takes requests to freeze a customer's money")
    bank.add_argument("--port", type=int, default=8099)
    bank.add_argument("--secret-file", type=Path, required=True, help="as freeze_webhook.secret_file in desk.toml")
    bank.add_argument(
        "--answer",
        choices=["receipt", "take", "refuse", "busy", "silent"],
        default="receipt",
        help="how it answers",
    )
    bank.set_defaults(run=_sim_bank)
    hook = sim.add_parser("webhook", help="another system that is told of calls and faults, and checks who tells")
    hook.add_argument("--port", type=int, default=8098)
    hook.add_argument("--secret-file", type=Path, required=True, help="as webhook.secret_file in desk.toml")
    hook.add_argument("--status", type=int, default=204, help="how it answers what is signed, such as 500")
    hook.set_defaults(run=_sim_webhook)


def _sim_board(args: argparse.Namespace) -> int:
    from kiosk.button.simulate import main_board

    return main_board(args.link, args.script)


def _sim_lines(args: argparse.Namespace) -> int:
    from kiosk.button.simulate_lines import main_lines

    return main_lines(args.listen, args.port, args.script, loop=args.loop)


def _sim_bank(args: argparse.Namespace) -> int:
    from kiosk.desk.simulated_bank import Behaviour, run

    run(args.port, args.secret_file.read_bytes().strip(), Behaviour(args.answer))
    return 0


def _sim_webhook(args: argparse.Namespace) -> int:
    from kiosk.desk.simulated_webhook import run

    run(args.port, args.secret_file.read_text(encoding="utf-8").strip(), args.status)
    return 0


def _sim_voice(args: argparse.Namespace) -> int:
    from kiosk.voice.simulate import simulate

    path, link = args.socket, args.link_socket
    if path is None:
        settings = config.load(args.config, config.Kiosk)
        path, link = settings.voice_socket, link or settings.link_socket
    return run_service(lambda: simulate(path, link, args.script))
