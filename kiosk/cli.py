"""The ``kiosk`` command. Each part is imported only when it is asked for: a link loads no web server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import getpass
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from kiosk import __version__, config
from kiosk.voice import hear
from kiosk.voice.models import command as models_command
from kiosk.voice.speech import command as say_command

EXIT_USAGE = 2  # what was asked cannot be done; the message says what to do


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 it failed, 2 it could not be started."""
    args = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if args.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # As an exception, so that what was started is stopped; the services have a gentler way of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        code: int = args.run(args)
    except KeyboardInterrupt:
        code = 130
    except ImportError as error:
        code = _refuse(f"{error}; install what is missing: pip install 'rengong-kiosk[desk,screen,voice]'")
    except (OSError, ValueError) as error:
        # Every error of ours that ends a command is one of these two and says what to do.
        code = _refuse(str(error))
    except ExceptionGroup as group:
        known, unknown = group.split((OSError, ValueError))
        if unknown or known is None:
            raise
        code = _refuse("; ".join(str(error) for error in known.exceptions))
    sys.exit(code)


def _refuse(why: str) -> int:
    print(f"kiosk: {why}", file=sys.stderr)
    return EXIT_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="The terminal that always finds a human.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    link = commands.add_parser("link", help="the human plane of a kiosk: button, call, journal, broker")
    link.add_argument("--config", type=Path, default=config.DEFAULT_PATH)
    link.set_defaults(run=_link)

    screen = commands.add_parser("screen", help="the touch screen of a kiosk")
    screen.add_argument("--config", type=Path, default=config.DEFAULT_PATH)
    screen.set_defaults(run=_screen)

    voice = commands.add_parser("voice", help="the ears and the mouth of a kiosk")
    voice.add_argument("--config", type=Path, default=config.DEFAULT_PATH)
    voice.set_defaults(run=_voice)

    run = commands.add_parser("run", help="link, voice and screen of a kiosk together, where there is no systemd")
    run.add_argument("--config", type=Path, default=config.DEFAULT_PATH)
    run.set_defaults(run=_run)

    models_command.add(commands)
    say_command.add(commands)
    hear.add(commands)
    _add_desk(commands)
    _add_agent(commands)
    _add_certs(commands)

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

    demo = commands.add_parser("demo", help="a whole hall on this machine")
    demo.add_argument("--headless", action="store_true", help="a scripted customer and a scripted agent")
    demo.add_argument("--pictures", type=Path, default=Path("demo-pictures"), help="where --headless saves them")
    demo.set_defaults(run=_demo)

    bench = commands.add_parser("bench", help="measure").add_subparsers(required=True, metavar="NAME")
    call = bench.add_parser("call", help="from the press to lamp, broker, desk and page")
    call.add_argument("--presses", type=_positive, default=200)
    call.add_argument("--browser", action="store_true", help="a real Chromium is the page")
    call.add_argument("--json", action="store_true", help="print one JSON object")
    call.set_defaults(run=_bench_call)
    screen = bench.add_parser("screen", help="the touch screen: start, touch, idling, memory")
    screen.add_argument("--touches", type=_positive, default=100)
    screen.add_argument("--changes", type=_positive, default=10_000)
    screen.add_argument("--seconds", type=_positive, default=20, help="how long each CPU figure is measured")
    screen.add_argument("--size", default="1280x800")
    screen.add_argument("--json", action="store_true", help="print one JSON object")
    screen.set_defaults(run=_bench_screen)

    voice = bench.add_parser("voice", help="the ears on recorded Mandarin, beside plain vosk")
    voice.add_argument("--quick", action="store_true", help="an eighth of the recordings")
    voice.add_argument("--models", type=Path, help="where the models lie; else KIOSK_MODELS or the clone")
    voice.add_argument("--json", action="store_true", help="print one JSON object")
    voice.set_defaults(run=_bench_voice)

    _add_audit(commands)
    return parser


def _add_audit(commands: Any) -> None:
    audit = commands.add_parser("audit", help="check").add_subparsers(required=True, metavar="NAME")
    screen = audit.add_parser("screen", help="every scene in a real window: sizes, contrast, what is cut off")
    screen.add_argument("--out", type=Path, metavar="DIR", help="save the pictures and the result there")
    screen.add_argument("--no-pictures", action="store_true", help="save only the result")
    screen.add_argument("--sizes", help="panels, such as 800x480,1024x768@15 (inches); else those it is made for")
    screen.add_argument("--scenes", help="only these of the gallery: welcome,calling")
    screen.add_argument("--quick", action="store_true", help="a few pictures that cover every pair of choices")
    screen.add_argument("--json", action="store_true", help="print one JSON object")
    screen.set_defaults(run=_audit_screen)


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


def _link(args: argparse.Namespace) -> int:
    from kiosk.button import UnknownDriver, open_button
    from kiosk.link.hours import OpeningHoursError
    from kiosk.link.service import LinkService

    settings = config.load(args.config, config.Kiosk)
    try:
        service = LinkService(settings, open_button(settings.button.driver, settings.button.port))
    except UnknownDriver as error:
        raise config.wrong_key(args.config, "button.driver", str(error)) from error
    except OpeningHoursError as error:
        raise config.wrong_key(args.config, error.key, str(error)) from error
    return _serve(service.run)


def _screen(args: argparse.Namespace) -> int:
    from kiosk.screen.app import ScreenService

    return _serve(ScreenService(config.load(args.config, config.Kiosk)).run)


def _voice(args: argparse.Namespace) -> int:
    from kiosk.voice.service import VoiceService

    return _serve(VoiceService(config.load(args.config, config.Kiosk)).run)


def _run(args: argparse.Namespace) -> int:
    from kiosk.supervisor import supervise

    config.load(args.config, config.Kiosk)  # a wrong file is told once, not by each part again and again
    return _serve(lambda: supervise(args.config))


def _desk(args: argparse.Namespace) -> int:
    from kiosk.desk.database import open_database
    from kiosk.desk.ledger import Ledger
    from kiosk.desk.people import People
    from kiosk.desk.service import DeskService
    from kiosk.desk.web import serve

    settings = config.load(args.config, config.Desk)
    engine = open_database(settings.database)
    return _serve(lambda: serve(DeskService(settings, People(engine), Ledger(engine))))


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


def _sim_board(args: argparse.Namespace) -> int:
    from kiosk.button.simulate import main_board

    return main_board(args.link, args.script)


def _sim_voice(args: argparse.Namespace) -> int:
    from kiosk.voice.simulate import simulate

    path, link = args.socket, args.link_socket
    if path is None:
        settings = config.load(args.config, config.Kiosk)
        path, link = settings.voice_socket, link or settings.link_socket
    return _serve(lambda: simulate(path, link, args.script))


def _demo(args: argparse.Namespace) -> int:
    from kiosk.demo import run_demo

    logging.getLogger().setLevel(logging.WARNING)
    return run_demo(headless=args.headless, pictures=args.pictures)


def _bench_call(args: argparse.Namespace) -> int:
    from kiosk.bench.call import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(presses=args.presses, browser=args.browser, as_json=args.json)


def _bench_screen(args: argparse.Namespace) -> int:
    from kiosk.bench.screen import run_bench

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(
        touches=args.touches, changes=args.changes, seconds=args.seconds, size=args.size, as_json=args.json
    )


def _audit_screen(args: argparse.Namespace) -> int:
    from kiosk.screen.audit.limits import PANELS, panel
    from kiosk.screen.audit.run import Wish, run_audit

    logging.getLogger().setLevel(logging.WARNING)
    wish = Wish(
        panels=tuple(panel(name) for name in args.sizes.split(",")) if args.sizes else PANELS,
        scenes=tuple(args.scenes.split(",")) if args.scenes else (),
        quick=args.quick,
        directory=args.out,
        pictures=not args.no_pictures,
    )
    return run_audit(wish, as_json=args.json)


def _bench_voice(args: argparse.Namespace) -> int:
    from kiosk.bench.voice import run_bench
    from kiosk.voice.models import default_dir

    logging.getLogger().setLevel(logging.WARNING)
    return run_bench(quick=args.quick, as_json=args.json, models=args.models or default_dir())


def _serve(run: Callable[[], Coroutine[Any, Any, int | None]]) -> int:
    """Run a service until SIGTERM or SIGINT, and let it close what it holds; gives its own exit status, else 0."""

    async def until_stopped() -> int | None:
        loop = asyncio.get_running_loop()
        service = asyncio.ensure_future(run())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, service.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            return await service
        return 0

    return asyncio.run(until_stopped()) or 0


def _password(path: Path | None) -> str:
    if path is not None:
        return path.read_text(encoding="utf-8").strip()
    return getpass.getpass("password: ")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
