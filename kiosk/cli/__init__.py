"""The ``kiosk`` command. Each part is imported only when it is asked for: a link loads no web server."""

from __future__ import annotations

import argparse
import signal
import sys

from kiosk import __version__
from kiosk.cli import (
    asyncapi,
    certs,
    content,
    demo,
    desk,
    ledger,
    logs,
    measuring,
    openapi,
    report,
    services,
    sim,
)
from kiosk.logs import start as start_logging
from kiosk.ops.doctor import command as doctor
from kiosk.ops.setup import command as setup
from kiosk.ops.upgrade import command as upgrade
from kiosk.voice import hear
from kiosk.voice.models import command as models
from kiosk.voice.speech import command as say

EXIT_USAGE = 2  # what was asked cannot be done; the message says what to do


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 it failed, 2 it could not be started."""
    args = _parser().parse_args(argv)
    start_logging(verbose=args.verbose)
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
    except Exception as error:
        if (why := _of_database(error)) is None:
            raise
        code = _refuse(why)
    sys.exit(code)


def _of_database(error: Exception) -> str | None:
    """What the database has said, without its statement's values: these may be customers' words or hashes."""
    errors = sys.modules.get("sqlalchemy.exc")  # loaded by whatever has raised it
    if errors is None or not isinstance(error, errors.SQLAlchemyError):
        return None
    words = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return f"the database fails: {words}; correct database in desk.toml, or see not-writable in docs/technician.md"


def _refuse(why: str) -> int:
    print(f"kiosk: {why}", file=sys.stderr)
    return EXIT_USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="The terminal that always finds a human.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for family in (
        services,
        models,
        say,
        hear,
        content,
        desk,
        ledger,
        certs,
        setup,
        doctor,
        report,
        upgrade,
        logs,
        sim,
        demo,
        measuring,
        asyncapi,
        openapi,
    ):
        family.add(commands)
    return parser
