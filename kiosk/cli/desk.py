"""The desk's side: ``kiosk desk``, its people, and ``kiosk agent``."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk import config, logs
from kiosk.cli.serving import run_service
from kiosk.desk.roles import FIRST, Right, Role, may

if TYPE_CHECKING:
    from kiosk.desk.people import People

log = logging.getLogger(__name__)

ROLES = [role.value for role in Role]


def add(commands: Any) -> None:
    """Add the commands to an argparse parser's commands."""
    _add_desk(commands)
    _add_agent(commands)


def _add_desk(commands: Any) -> None:
    desk = commands.add_parser("desk", help="the agents' page and the ledger")
    desk.add_argument("--config", type=Path, default=Path("/etc/kiosk/desk.toml"))
    desk.set_defaults(run=_desk)
    user = desk.add_subparsers(metavar="WHAT").add_parser("user", help="who may sign in")
    how = user.add_subparsers(required=True, metavar="HOW")
    add = how.add_parser("add", help="add a person, or change one and give a new password")
    listing = how.add_parser("list", help="who may sign in, and as what")
    remove = how.add_parser("remove", help="a person may no longer sign in")
    for parser in (add, listing, remove):  # also after these words, where people write it
        parser.add_argument("--config", type=Path, default=argparse.SUPPRESS)
    listing.set_defaults(run=_desk_user_list)
    remove.add_argument("user")
    remove.set_defaults(run=_desk_user_remove)
    add.add_argument("user", help="name to sign in with: a-z, 0-9 and -")
    add.add_argument("name", help="name as people say it")
    add.add_argument("--role", choices=ROLES, help="agent, unless the person has one already")
    add.add_argument(
        "--level", type=int, help="1 hall, 2 and 3 are rung when a call escalates; 1, unless the person has one"
    )
    password = add.add_mutually_exclusive_group()
    password.add_argument("--password-file", type=Path, help="else it is asked for")
    password.add_argument(
        "--one-time", action="store_true", help="print a password that must be changed at the first sign-in"
    )
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


def _desk(args: argparse.Namespace) -> int:
    from kiosk.desk.ledger import Ledger
    from kiosk.desk.service import DeskService
    from kiosk.desk.web import serve
    from kiosk.link.hours import OpeningHours, OpeningHoursError

    settings, people = _people(args)
    try:
        OpeningHours(settings.hours.open, settings.hours.closed_on)
    except OpeningHoursError as error:
        raise config.wrong_key(args.config, error.key, str(error)) from error
    logs.belongs_to(settings.hall, f"desk/{settings.name}")
    desk = DeskService(settings, people, Ledger(people.engine, settings.complaints))
    return run_service(lambda: serve(desk, on_ready=lambda port: _first_start(people, port)))


def _first_start(people: People, port: int) -> None:
    """Not before the desk can be reached: the password is told once."""
    if password := people.first_start():
        print(
            f"first start: nobody may sign in yet, so there is '{FIRST}' now; one-time password: {password}\n"
            f"Sign in on port {port} and set a password of your own; this one is not shown again "
            f"(lost it? `kiosk desk user add {FIRST} 管理员 --role admin --one-time`)",
            file=sys.stderr,
            flush=True,
        )
    elif not any(may(person.role, Right.PEOPLE) for person in people.all()):
        log.warning(
            "nobody may add or change people on the page: `kiosk desk user add NAME 姓名 --role admin --one-time`"
        )


def _desk_user_add(args: argparse.Namespace) -> int:
    _, people = _people(args)
    role = Role(args.role) if args.role else None
    if args.one_time:
        password = people.add_one_time(args.user, args.name, args.level, role)
        print(
            f"{args.user} ({args.name}) may sign in, once, with {password} and then sets a password of their own"
        )
        return 0
    people.add(args.user, args.name, _password(args.password_file), args.level, role)
    print(f"{args.user} ({args.name}) may sign in")
    return 0


def _desk_user_list(args: argparse.Namespace) -> int:
    for person in _people(args)[1].all():
        more = [" ".join(person.skills), "one-time password not changed yet" if person.one_time else ""]
        columns = [f"{person.id:<16}", f"{person.role:<10}", f"level {person.level}", person.name, *more]
        print("  ".join(column for column in columns if column))
    return 0


def _desk_user_remove(args: argparse.Namespace) -> int:
    _people(args)[1].remove(args.user)
    print(f"{args.user} may no longer sign in")
    return 0


def _people(args: argparse.Namespace) -> tuple[config.Desk, People]:
    from kiosk.desk.database import open_database
    from kiosk.desk.people import People

    settings = config.load(args.config, config.Desk)
    return settings, People(open_database(settings.database))


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


def _password(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    return getpass.getpass("password: ")
