"""One report as a job of its own: all that is needed to work it out, in whatever process. Blocks."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from kiosk import config
from kiosk.desk import chain
from kiosk.desk.database import open_database
from kiosk.desk.report.calls import CallRecord, Terms
from kiosk.desk.report.figures import By
from kiosk.desk.report.reading import Reader
from kiosk.desk.report.summary import Asked, Summary, Summing
from kiosk.link.hours import OpeningHours

NICE = 5  # calls go before reports


class Job(Struct, frozen=True):
    """Which calls, of which database, by what is promised. ``hall``: the one whose opening hours these are."""

    database: str
    asked: Asked
    hall: str
    hours: config.Hours
    answer_s: float
    arrive_s: float
    by: tuple[By, ...] = tuple(By)
    words: bool = False  # with the sentences that the machine did not understand


class Running:
    """A job under way: take all of :meth:`records`, then :meth:`summary`.

    Raises :class:`~kiosk.desk.database.DatabaseError`, and ``sqlalchemy.exc.SQLAlchemyError`` while reading.
    """

    def __init__(self, job: Job) -> None:
        terms = terms_of(job.hall, job.hours, job.answer_s, job.arrive_s)
        self._engine = open_database(job.database)
        self._reader = Reader(self._engine, job.asked, terms)
        self._summing = Summing(job.asked, terms, by=job.by, words=job.words, begun=self._reader.begun)

    def records(self) -> Iterator[CallRecord]:
        """The calls, one by one."""
        for hall in self._reader.halls():
            yield from self._summing.records(self._reader.lines(hall))

    def summary(self) -> Summary:
        """All figures, after the last record, with the heads of the record that `kiosk ledger verify` takes."""
        heads = (chain.head(self._engine, hall) for hall in self._reader.halls())
        told = ", ".join(str(head) for head in heads if head.position)
        return self._summing.summary(self._reader.unreadable, told or None)


def job_of(settings: config.Desk, asked: Asked, *, by: Sequence[By] = tuple(By), words: bool = False) -> Job:
    """The job for a desk's database, by that desk's promises."""
    return Job(
        database=settings.database,
        asked=asked,
        hall=settings.hall,
        hours=settings.hours,
        answer_s=settings.promised_s,
        arrive_s=settings.escalation.arrive_s,
        by=tuple(by),
        words=words,
    )


def terms_of(hall: str, hours: config.Hours, answer_s: float, arrive_s: float) -> Terms:
    """What a hall promises, and when. Raises :class:`~kiosk.link.hours.OpeningHoursError`."""
    opening = OpeningHours(hours.open, hours.closed_on)

    def closed(of: str, at: datetime) -> bool:
        return of == hall and not opening.is_open(at)

    return Terms(ZoneInfo(hours.timezone), answer_s, arrive_s, closed)


def summarise(job: Job) -> Summary:
    """Work it out."""
    running = Running(job)
    for _ in running.records():
        pass
    return running.summary()


def main() -> None:
    """A process of its own: the job comes as JSON on standard input, the summary goes out the same way."""
    with contextlib.suppress(OSError):  # as when the system forbids it: then it takes its share of the core
        os.nice(NICE)
    gc.disable()  # nothing here goes round in circles, and the process ends; it saves a fifth of the time
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(summarise(job)))


if __name__ == "__main__":
    main()
