"""``kiosk ledger``: verify the hall's record, print its head, hand it over, see what was deleted."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk import clock, config, messages

if TYPE_CHECKING:
    import sqlalchemy as sa

    from kiosk.desk.verification import Verdict

EXIT_CHANGED = 1


def add(commands: Any) -> None:
    """Add the command and what belongs to it to an argparse parser's commands."""
    ledger = commands.add_parser("ledger", help="the hall's record: verify it, hand it over")
    what = ledger.add_subparsers(required=True, metavar="WHAT")

    verify = what.add_parser("verify", help="was a record changed, removed, inserted or moved? Exit status 1: yes")
    verify.add_argument(
        "--head", action="append", default=[], metavar="HASH@POSITION", help="a head that was published; repeat"
    )
    verify.add_argument(
        "--heads", action="append", default=[], type=Path, metavar="FILE", help="a file of heads; repeat"
    )
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.set_defaults(run=_verify)

    head = what.add_parser("head", help="the head of the chain: whoever has it can tell a later change")
    head.add_argument("--to", type=Path, metavar="FILE", help="append it to a file, for verify --heads")
    head.set_defaults(run=_head)

    export = what.add_parser("export", help="a stretch of the record, with all that one needs to verify it")
    export.add_argument("--from", dest="since", type=_day, default=datetime.date(1970, 1, 2), metavar="DAY")
    export.add_argument("--to", dest="until", type=_day, default=datetime.date(9998, 1, 1), metavar="DAY")
    export.add_argument("--format", choices=["jsonl"], default="jsonl")
    export.set_defaults(run=_export)

    retention = what.add_parser("retention", help="what is kept for how long, what is due, what was deleted")
    retention.add_argument("--now", action="store_true", help="delete what is due; the desk does it each night")
    retention.set_defaults(run=_retention)

    for parser in (verify, head, export, retention):
        parser.add_argument("--config", type=Path, default=Path("/etc/kiosk/desk.toml"))
        parser.add_argument("--hall", default="", help="of a database with several; else that of desk.toml")


def _verify(args: argparse.Namespace) -> int:
    from kiosk.desk import heads
    from kiosk.desk.verification import verify

    settings, engine, hall = _open(args)
    published = [heads.parse(text) for text in args.head]
    for path in args.heads:
        if not path.exists():
            raise heads.HeadError(f"{path} is not there: name a file of heads, or leave --heads out")
        published += heads.read(path)
    if hall == settings.hall:
        published += heads.read(heads.path_of(settings))
    verdict = verify(engine, hall, published)
    print(messages.encode(_json(verdict)).decode() if args.json else _text(verdict))
    return EXIT_CHANGED if verdict.finding else 0


def _head(args: argparse.Namespace) -> int:
    from kiosk.desk import chain, heads

    _, engine, hall = _open(args)
    head = chain.head(engine, hall)
    line = heads.line(datetime.date.today().isoformat(), hall, head.position, head.hash.hex(), head.events)
    if args.to is not None:
        heads.add(args.to, line)
    print(line)
    return 0


def _export(args: argparse.Namespace) -> int:
    from kiosk.desk.export import lines

    _, engine, hall = _open(args)
    until = args.until + datetime.timedelta(days=1)
    for line in lines(engine, hall, _midnight_ms(args.since), _midnight_ms(until)):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
    return 0


def _retention(args: argparse.Namespace) -> int:
    from kiosk.desk.retention import Retention

    settings, engine, hall = _open(args)
    retention = Retention(engine, hall, settings.retention)
    now_ms = clock.wall_ms()
    for due in retention.due(now_ms):
        print(f"{due.rule}: kept {due.days} days; {due.count} older than {_when(due.before_ms)}")
    while args.now and retention.step(now_ms):
        pass
    for when_ms, entry in retention.history():
        where = ", ".join(f"{first}-{last}" for first, last in entry.ranges)
        print(f"{_when(when_ms)} deleted {entry.count} {entry.rule} older than {_when(entry.before_ms)} {where}")
    return 0


def _open(args: argparse.Namespace) -> tuple[config.Desk, sa.Engine, str]:
    from kiosk.desk.database import open_database

    settings = config.load(args.config, config.Desk)
    return settings, open_database(settings.database), args.hall or settings.hall


def _text(verdict: Verdict) -> str:
    head, found = verdict.head, verdict.finding
    if found is None:
        return (
            f"{head.hall}: {head.position} records hold together: {verdict.events} events, {verdict.wordless} of "
            f"them without their words and {verdict.deleted} more deleted by rule, {verdict.entries} deletions on "
            f"record; {verdict.heads} published heads agree\nhead {head}"
        )
    which = f"{found.kiosk} {found.journal} {found.seq}, call {found.call}, " if found.kiosk else ""
    when = f"received {_when(found.received_ms)}" if found.received_ms else ""
    return (
        f"{head.hall}: record {found.position} was {found.fault}: {found.why}\n"
        f"  {which}{when}\n  records 1 to {head.position} hold together"
    )


def _json(verdict: Verdict) -> dict[str, Any]:
    fields: dict[str, Any] = {
        name: getattr(verdict, name) for name in ("events", "deleted", "wordless", "entries", "heads")
    }
    head = verdict.head
    return (
        {"hall": head.hall, "position": head.position, "hash": head.hash.hex()}
        | fields
        | {"finding": verdict.finding}
    )


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _midnight_ms(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time()).timestamp() * 1000)


def _when(at_ms: int) -> str:
    return datetime.datetime.fromtimestamp(at_ms / 1000).strftime("%Y-%m-%d %H:%M:%S")
