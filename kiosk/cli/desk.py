"""The desk's side: ``kiosk desk``, its people, ``kiosk agent``, and ``kiosk certs`` for the hall."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from pathlib import Path
from typing import Any

from kiosk import config
from kiosk.cli.serving import run_service


def add(commands: Any) -> None:
    """Add the commands to an argparse parser's commands."""
    _add_desk(commands)
    _add_agent(commands)
    _add_certs(commands)


def _add_desk(commands: Any) -> None:
    desk = commands.add_parser("desk", help="the agents' page and the ledger")
    desk.add_argument("--config", type=Path, default=Path("/etc/kiosk/desk.toml"))
    desk.set_defaults(run=_desk)
    user = desk.add_subparsers(metavar="WHAT").add_parser("user", help="who may sign in")
    how = user.add_subparsers(required=True, metavar="HOW")
    add = how.add_parser("add", help="add or change a person")
    remove = how.add_parser("remove", help="a person may no longer sign in")
    for parser in (add, remove):  # also after these words, where people write it
        parser.add_argument("--config", type=Path, default=argparse.SUPPRESS)
    remove.add_argument("user")
    remove.set_defaults(run=_desk_user_remove)
    add.add_argument("user", help="name to sign in with: a-z, 0-9 and -")
    add.add_argument("name", help="name as people say it")
    add.add_argument("--level", type=int, default=1, help="1 hall, 2 and 3 are rung when a call escalates")
    add.add_argument("--password-file", type=Path, help="else it is asked for")
    add.set_defaults(run=_desk_user_add)


def _add_agent(commands: Any) -> None:
    agent = commands.add_parser("agent", help="the desk's page for a terminal")
    agent.add_argument("--url", default="https://localhost:8443")
    agent.add_argument("--ca", type=Path, help="the hall's authority, ca.crt")
    agent.add_argument("--user", required=True)
    agent.add_argument("--password-file", type=Path, help="else it is asked for")
    agent.add_argument("--answer", choices=["walk", "video"], help="answer by script")
    agent.add_argument("--answer-after", type=float, default=0.5, metavar="S")
    agent.add_argument("--arrive-after", type=float, default=1.0, metavar="S")
    agent.add_argument("--end-after", type=float, default=1.0, metavar="S")
    agent.add_argument("--outcome", default="resolved")
    agent.add_argument("--calls", type=int, default=1, help="0: for ever")
    agent.set_defaults(run=_agent)


def _add_certs(commands: Any) -> None:
    certs = commands.add_parser("certs", help="the hall's certificate authority")
    what = certs.add_subparsers(required=True, metavar="WHAT")
    init = what.add_parser("init", help="make the authority")
    init.add_argument("--dir", type=Path, default=Path("/etc/kiosk/certs"))
    init.add_argument("--hall", required=True)
    init.set_defaults(run=_certs_init)
    issue = what.add_parser("issue", help="make a desk's HTTPS certificate")
    issue.add_argument("name")
    issue.add_argument("--dir", type=Path, default=Path("/etc/kiosk/certs"))
    issue.add_argument("--host", action="append", required=True, help="name or address in the browser; repeat")
    issue.set_defaults(run=_certs_issue)


def _desk(args: argparse.Namespace) -> int:
    from kiosk.desk.database import open_database
    from kiosk.desk.ledger import Ledger
    from kiosk.desk.people import People
    from kiosk.desk.service import DeskService
    from kiosk.desk.web import serve

    settings = config.load(args.config, config.Desk)
    engine = open_database(settings.database)
    return run_service(lambda: serve(DeskService(settings, People(engine), Ledger(engine))))


def _desk_user_add(args: argparse.Namespace) -> int:
    from kiosk.desk.database import open_database
    from kiosk.desk.people import People

    settings = config.load(args.config, config.Desk)
    People(open_database(settings.database)).add(args.user, args.name, _password(args.password_file), args.level)
    print(f"{args.user} ({args.name}) may sign in")
    return 0


def _desk_user_remove(args: argparse.Namespace) -> int:
    from kiosk.desk.database import open_database
    from kiosk.desk.people import People

    settings = config.load(args.config, config.Desk)
    People(open_database(settings.database)).remove(args.user)
    print(f"{args.user} may no longer sign in")
    return 0


def _agent(args: argparse.Namespace) -> int:
    from kiosk.desk.agent import Script, run_agent
    from kiosk.messages import Mode, Outcome

    script = None
    if args.answer:
        script = Script(
            answer=Mode(args.answer),
            answer_after=args.answer_after,
            arrive_after=args.arrive_after,
            end_after=args.end_after,
            outcome=Outcome(args.outcome),
            calls=args.calls,
        )
    return asyncio.run(run_agent(args.url, args.user, _password(args.password_file), args.ca, script))


def _certs_init(args: argparse.Namespace) -> int:
    from kiosk import certs

    path = certs.make_authority(args.dir, args.hall)
    print(f"{path}: import it as a trusted authority in each agent's browser; keep ca.key off the network")
    return 0


def _certs_issue(args: argparse.Namespace) -> int:
    from kiosk import certs

    cert, key = certs.issue(args.dir, args.name, args.host)
    print(f'desk.toml:\ncert = "{cert.resolve()}"\nkey = "{key.resolve()}"')
    return 0


def _password(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    return getpass.getpass("password: ")
