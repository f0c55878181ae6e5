"""``kiosk report``: the manager's report as a file."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from kiosk import clock, config

BY = ("day", "hour", "kiosk", "agent", "service", "hall")


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    report = commands.add_parser("report", help="how fast people were answered, from the ledger")
    report.add_argument("--config", type=Path, default=Path("/etc/kiosk/desk.toml"))
    report.add_argument("--from", dest="first", default="", metavar="DAY", help="2026-11-01; default: a week")
    report.add_argument("--to", dest="last", default="", metavar="DAY", help="included; default: today")
    report.add_argument("--format", choices=["html", "csv", "json"], default="html")
    report.add_argument("--by", choices=BY, help="only this table; as csv it is a line a group, not a line a call")
    report.add_argument("--hall", default="", help="only this one of several in the database")
    report.add_argument("--kiosk", default="")
    report.add_argument("--agent", default="", metavar="USER", help="calls that this person had")
    report.add_argument("--words", action="store_true", help="with what the machine did not understand, masked")
    report.add_argument("-o", dest="out", type=Path, metavar="FILE", help="else it is printed")
    report.set_defaults(run=_report)


def _report(args: argparse.Namespace) -> int:
    from kiosk.desk.report import html, summary as summaries, table
    from kiosk.desk.report.figures import By
    from kiosk.desk.report.job import Running, job_of
    from kiosk.desk.report.period import period
    from kiosk.desk.report.reading import told
    from kiosk.link.hours import OpeningHoursError

    settings = config.load(args.config, config.Desk)
    now = datetime.fromtimestamp(clock.wall_ms() / 1000, ZoneInfo(settings.hours.timezone))
    asked = summaries.Asked(period(args.first, args.last, now.date()), args.hall, args.kiosk, args.agent)
    by = (By(args.by),) if args.by else tuple(By)
    try:
        running = Running(job_of(settings, asked, by=by, words=args.words))
    except OpeningHoursError as error:
        raise config.wrong_key(args.config, error.key, str(error)) from error
    with told(settings.database), _output(args.out) as out:
        if args.format == "csv" and not args.by:
            table.write_calls(out, running.records())
            return 0
        for _ in running.records():
            pass
        summary = running.summary()
        match args.format:
            case "csv":
                table.write_groups(out, summary.by[by[0]])
            case "json":
                out.write(f"{summaries.encoded(summary).decode()}\n")
            case _:
                out.write(html.document(summary, title=settings.title or settings.hall, made=now))
    return 0


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    """The file, whole or not at all, or standard output."""
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(f"{path.name}.part")
    try:
        # A spreadsheet takes a file without the mark for one in another encoding.
        with part.open("w", encoding="utf-8-sig" if path.suffix == ".csv" else "utf-8", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
