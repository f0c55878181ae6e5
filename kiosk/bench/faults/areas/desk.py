"""The desk: its process, its people, its record, the self-test and the duty webhook."""

from __future__ import annotations

import asyncio
import sqlite3

from kiosk.bench.faults.areas.broker import allowed, denied
from kiosk.bench.faults.entry import Entry, Way
from kiosk.bench.faults.eyes import DESK, NO_LEDGER, NOBODY, PAGE_LOST
from kiosk.bench.faults.hall import FaultHall
from kiosk.bench.faults.steps import Steps, frozen, killed, let_go
from kiosk.messages import RunSelfTest

HELD_S = 4.0  # an urgent call by a button that is held


def of_tests(line: str) -> bool:
    return line.startswith("topic read") and line.endswith("/test")


async def tests_denied(hall: FaultHall) -> None:
    await denied(of_tests)(hall)
    await asyncio.sleep(1.0)  # until the broker has read it
    hall.struck()
    await hall.link.ask(RunSelfTest("bench"))


def agent(*, on_duty: bool = True, attentive: bool = True) -> Steps:
    """The one agent of the hall is not on duty, or not attentive."""

    async def breaks(hall: FaultHall) -> None:
        await hall.desk.be(on_duty=on_duty, attentive=attentive)

    async def mends(hall: FaultHall) -> None:
        await hall.desk.be()

    return breaks, mends


async def locked(hall: FaultHall) -> None:
    """Another program holds the database: what is to be put on record cannot be."""
    database = sqlite3.connect(hall.directory / f"{DESK}.db", isolation_level=None)
    hall.held.callback(database.close)
    database.execute("BEGIN EXCLUSIVE")
    hall.struck()
    hall.press()


async def duty_gone(hall: FaultHall) -> None:
    hall.duty.stop()
    await hall.desk.be(on_duty=False)
    await asyncio.sleep(1.0)
    hall.struck()
    hall.press(HELD_S)


async def duty_back(hall: FaultHall) -> None:
    """It is tried again every 5 s; only then somebody comes on duty."""
    hall.duty.start()
    await hall.until(lambda: "duty: webhook" not in hall.link.signs, 30.0, "the webhook is not tried again")
    await hall.desk.be()


ENTRIES = (
    Entry("desk-killed", "`kill -9`", killed(DESK), "desk: no-desk", desk=PAGE_LOST),
    Entry("desk-frozen", "SIGSTOP", frozen(DESK), "desk: no-desk", desk=PAGE_LOST),
    Entry(
        "nobody-on-duty",
        "the last agent leaves (下岗)",
        agent(on_duty=False),
        "desk: nobody-on-duty",
        desk=NOBODY,
        line="on duty",
    ),
    Entry(
        "page-unseen",
        "the page can neither draw nor sound",
        agent(attentive=False),
        "desk: nobody-on-duty",
        desk=NOBODY,
        line="on duty",
    ),
    Entry(
        "database-locked",
        "another program holds the desk's database, and a customer presses",
        (locked, let_go),
        link="",
        desk=NO_LEDGER,
        line="",
        way=Way.DONE,
    ),
    Entry(
        "self-test-unanswered",
        "the desk may not hear test calls, and a self-test is run",
        (tests_denied, allowed),
        "self-test: no-answer",
        line="test call",
    ),
    Entry(
        "duty-webhook",
        "the duty webhook does not answer, nobody is on duty, and the button is held",
        (duty_gone, duty_back),
        "duty: webhook",
        way=Way.DONE,
    ),
)
