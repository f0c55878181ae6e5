"""The broker, its access list, and certificates."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from kiosk.bench.faults.entry import UNREACHABLE, Entry
from kiosk.bench.faults.eyes import BROKER_LOST, KIOSK, OFFLINE
from kiosk.bench.faults.hall import FaultHall
from kiosk.bench.faults.steps import Step, Steps, away, frozen, killed
from kiosk.certs.roles import Role
from kiosk.stack import HALL


def certificate(days_ago: int, *, restarts: bool) -> Steps:
    """The terminal's certificate was made so long ago."""

    def renew(hall: FaultHall, days: int) -> None:
        made = _now() - datetime.timedelta(days=days)
        hall.stack.certs.authority.renew(Role.KIOSK, KIOSK, made)

    async def breaks(hall: FaultHall) -> None:
        renew(hall, days_ago)
        if restarts:
            await hall.restart(KIOSK)

    async def mends(hall: FaultHall) -> None:
        renew(hall, 0)

    return breaks, mends


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def denied(unwanted: Callable[[str], bool]) -> Step:
    """The broker's access list loses these lines."""

    async def breaks(hall: FaultHall) -> None:
        path = hall.stack.certs.broker_directory / "acl"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if not unwanted(line)) + "\n", encoding="utf-8")
        hall.reload_broker()

    return breaks


async def allowed(hall: FaultHall) -> None:
    """`kiosk certs broker`, and a reload."""
    hall.stack.certs.write()
    hall.reload_broker()


def of_the_terminal(line: str) -> bool:
    return f"/{HALL}/{KIOSK}/" in line and line.startswith("topic write")


def broker_named(*hosts: str) -> Step:
    """The broker's certificate is for these hosts."""

    async def step(hall: FaultHall) -> None:
        hall.stack.certs.authority.renew(Role.BROKER, "broker", _now(), hosts=hosts)
        await hall.restart("broker")

    return step


async def with_another(hall: FaultHall) -> None:
    hall.stack.certs.issue(Role.KIOSK, "k9")
    await allowed(hall)
    hall.edit("kiosk-k1.", "kiosk-k9.")
    await hall.restart(KIOSK)


async def with_its_own(hall: FaultHall) -> None:
    hall.edit("kiosk-k9.", "kiosk-k1.")
    hall.stack.certs.authority.revoke(Role.KIOSK, "k9", _now())
    await hall.restart(KIOSK)


async def revoked(hall: FaultHall) -> None:
    hall.stack.certs.authority.revoke(Role.KIOSK, KIOSK, _now())
    await hall.restart("broker")


async def issued(hall: FaultHall) -> None:
    hall.stack.certs.issue(Role.KIOSK, KIOSK)
    await hall.restart("broker")


ENTRIES = (
    Entry("broker-killed", "`kill -9`", killed("broker"), link=UNREACHABLE, desk=BROKER_LOST, line="broker"),
    Entry("broker-frozen", "SIGSTOP", frozen("broker"), link=UNREACHABLE, desk=BROKER_LOST, line="broker"),
    Entry(
        "access-denied",
        "the broker's access list knows the terminal no more",
        (denied(of_the_terminal), allowed),
        "broker: not-allowed",
        desk=OFFLINE,
    ),
    Entry(
        "broker-of-another-name",
        "the broker's certificate is for another host",
        (broker_named("broker.lan"), broker_named("localhost", "127.0.0.1")),
        link=UNREACHABLE,
        desk=BROKER_LOST,
        line="broker",
    ),
    Entry(
        "certificate-of-another",
        "the terminal has the certificate of another",
        (with_another, with_its_own),
        "certificate: wrong-name",
        desk=OFFLINE,
    ),
    Entry(
        "certificate-expired",
        "the terminal's certificate has ended, and the link is started",
        certificate(500, restarts=True),
        "certificate: expired",
        desk=OFFLINE,
    ),
    Entry(
        "certificate-expires",
        "the terminal's certificate ends in a week",
        certificate(390, restarts=False),
        "certificate: expires",
    ),
    Entry(
        "certificate-missing",
        "the file is not there",
        away(lambda hall: hall.directory / "certs" / "kiosk-k1.crt"),
        "certificate: unreadable",
    ),
    Entry(
        "certificate-revoked",
        "revoked, and the broker is started again",
        (revoked, issued),
        link=UNREACHABLE,
        desk=OFFLINE,
        line="broker",
    ),
)
