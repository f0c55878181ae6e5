"""The desk's database, the heads of its record, and the terminals' self-tests that are in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from kiosk import clock, config
from kiosk.desk import chain, database, dialects, heads
from kiosk.desk.heads import HeadError
from kiosk.desk.keeper import REMEDIES, named
from kiosk.ops.doctor.line import Line, State

#: A terminal tests itself daily; with an hour for a late start, and three days as EN 81-28 has it.
DAILY_S, LONGEST_S = 26 * 3600, 72 * 3600
LOOK_BACK_S = 8 * 86_400
STALE_DAYS = 2  # a head is published each hour, and written down when it has changed
_OPENED = "'database' in desk.toml, its directory, or the PostgreSQL server; journalctl -u kiosk-desk -n 30"


class Tested(NamedTuple):
    """A self-test of a terminal as it is on record. ``fault`` empty: it passed."""

    kiosk: str
    at_s: float
    fault: str


def lines(settings: config.Desk, terminals: Sequence[str]) -> Iterator[Line]:
    """``terminals``: those that the desk knows of."""
    try:
        file = dialects.file_of(settings.database)
        if file is not None and not file.exists():
            remedy = (
                f"bring back the copy; where there never was one, systemctl start kiosk-desk makes it ({_OPENED})"
            )
            yield Line("database", State.BAD, f"{file} is not there", remedy)
            return
        engine = dialects.engine_of(settings.database)
        try:
            found = _database(engine, file)
            yield found
            if settings.ledger and found.state is State.OK:
                yield from _heads(engine, settings)
                yield from self_tests(_tested(engine, settings.hall), terminals, clock.wall_ms() / 1000)
        finally:
            engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        yield Line("database", State.BAD, f"cannot be read: {str(error).splitlines()[0]}", _OPENED)


def _database(engine: sa.Engine, file: Path | None) -> Line:
    where = str(file or engine.url.render_as_string(hide_password=True))
    with engine.connect() as connection:
        there, ours = database.versions(connection)
    if there != ours:
        remedy = "older: restart kiosk-desk, which brings them up to date; newer: install the newer program again"
        how = f"{where} has tables of version {there or 'none'}, this program of {ours}"
        return Line("database", State.BAD, how, remedy)
    if file is not None and file.stat().st_uid != file.parent.stat().st_uid:
        how = f"{file} does not belong to whom its directory belongs: the desk may not write it"
        return Line("database", State.BAD, how, f"chown --reference={file.parent} {file}*")
    try:
        _write(engine)
    except sa.exc.SQLAlchemyError as error:
        fault = named(error)
        return Line("database", State.BAD, f"{where} cannot be written: {fault}", REMEDIES[fault])
    return Line("database", State.OK, f"{where} can be read and written; tables of version {there}")


def _write(engine: sa.Engine) -> None:
    """A record that is taken back: nothing is changed."""
    trial = {"at_ms": 0, "who": "doctor", "what": "doctor", "about": "", "detail": ""}
    with engine.connect() as connection:
        connection.execute(sa.insert(database.deed).values(**trial))
        connection.rollback()


def _heads(engine: sa.Engine, settings: config.Desk) -> Iterator[Line]:
    path = heads.path_of(settings)
    position = chain.head(engine, settings.hall).position
    try:
        said = heads.last(path)
        day = datetime.date.fromisoformat(said[0]) if said else None
    except (OSError, HeadError, ValueError) as error:
        yield Line(
            "ledger head", State.BAD, f"{path} cannot be read: {error}", "its owner; a torn line may be deleted"
        )
        return
    if said is None or day is None:
        again = "kiosk-desk publishes it when it reaches the broker, and each hour: does it run?"
        state = State.WARN if position else State.OK
        yield Line("ledger head", state, f"none is published yet, {position} records", again if position else "")
        return
    how = f"published on {day}, at record {said[1]} of {position}"
    if said[1] > position:
        remedy = "an older copy was brought back, or records were removed: touch nothing, tell the auditor"
        yield Line("ledger head", State.BAD, f"{how}: records are missing", remedy)
    elif position > said[1] and (datetime.date.today() - day).days >= STALE_DAYS:
        remedy = "does kiosk-desk run, and reach the broker? journalctl -u kiosk-desk | grep head"
        yield Line("ledger head", State.WARN, f"{how}: too long ago", remedy)
    else:
        yield Line("ledger head", State.OK, how)


def _tested(engine: sa.Engine, hall: str) -> list[Tested]:
    """All of the last days, the oldest first; times by this desk's clock."""
    table = database.event
    since_ms = clock.wall_ms() - LOOK_BACK_S * 1000
    query = (
        sa.select(table.c.kiosk, table.c.received_ms, table.c.body)
        .where(table.c.hall == hall, table.c.kind == "self-test", table.c.received_ms > since_ms)
        .order_by(table.c.received_ms, table.c.seq)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    whys = [str(row.body.get("why", "")) for row in rows]
    return [
        Tested(row.kiosk, row.received_ms / 1000, "" if why == "passed" else why or "failed")
        for row, why in zip(rows, whys, strict=True)
    ]


def self_tests(tests: Sequence[Tested], terminals: Sequence[str], now_s: float) -> Iterator[Line]:
    """Whether each terminal's last daily self-test was missed or failed. Pure."""
    if not clock.is_set(now_s):
        yield Line("self-tests", State.SKIP, "this machine does not know the date")
        return
    last = {test.kiosk: test for test in tests}
    passed = {test.kiosk: test.at_s for test in tests if not test.fault}
    well = []
    for kiosk in sorted({*terminals, *last}):
        at_s = passed.get(kiosk)
        if at_s is None:
            how = f"{kiosk}: none has passed in {LOOK_BACK_S // 86_400} days"
            remedy = "kiosk doctor there makes one, and says what is wrong; is [self_test] off in its kiosk.toml?"
            yield Line("self-test", State.BAD if kiosk in last else State.WARN, how, remedy)
        elif now_s - at_s > LONGEST_S:
            remedy = "kiosk doctor there makes one, and says what is wrong"
            yield Line("self-test", State.BAD, f"{kiosk}: none has passed since {_when(at_s)}", remedy)
        elif last[kiosk].fault:
            how = f"{kiosk}: the last one, {_when(last[kiosk].at_s)}, says {last[kiosk].fault}"
            yield Line("self-test", State.WARN, how, "kiosk doctor there says what is wrong")
        elif now_s - at_s > DAILY_S:
            how = f"{kiosk}: the last one was missed; one has passed {_when(at_s)}"
            yield Line(
                "self-test", State.WARN, how, "was it switched off or offline at that hour? kiosk doctor there"
            )
        else:
            well.append(kiosk)
    if well:
        yield Line("self-tests", State.OK, f"passed within a day: {', '.join(well)}")


def _when(at_s: float) -> str:
    return f"{datetime.datetime.fromtimestamp(at_s):%Y-%m-%d %H:%M}"
