"""How the faults of :mod:`kiosk.bench.faults.catalogue` are broken and mended.

Each pair of steps is (break, mend). A step that strikes later than it begins says so with ``hall.struck()``.
"""

from __future__ import annotations

import asyncio
import datetime
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import serial

from kiosk.bench.faults.eyes import DESK, KIOSK
from kiosk.bench.faults.hall import FaultHall, FaultsError
from kiosk.button.virtual import VirtualBoard
from kiosk.button.wiring import WiringFault
from kiosk.certs.roles import Role
from kiosk.messages import RunSelfTest
from kiosk.processes import StackError
from kiosk.stack import HALL

FOREVER_S = 3600.0
HANG_S = 25.0
HELD_S = 4.0  # an urgent call by a button that is held
OPEN = '[hours]\nopen = ["mon-sun 00:00-24:00"]\n'
LOST_CLOCK = "@1970-01-02 03:04:05"
SCREEN, VOICE = f"{KIOSK}-screen", f"{KIOSK}-voice"

Step = Callable[[FaultHall], Awaitable[None]]
Steps = tuple[Step, Step]

# --- what is done to a process, to the settings, to a certificate -----------------------------------


def killed(name: str) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        await hall.kill(name)

    async def mends(hall: FaultHall) -> None:
        await hall.start(name)

    return breaks, mends


def frozen(name: str) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        hall.freeze(name)

    async def mends(hall: FaultHall) -> None:
        hall.thaw(name)

    return breaks, mends


def misconfigured(name: str, old: str, new: str) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        hall.edit(old, new)
        await hall.restart(name)

    async def mends(hall: FaultHall) -> None:
        hall.edit(new, old)
        await hall.restart(name)

    return breaks, mends


def at_once(does: Callable[[FaultHall], None], undoes: Callable[[FaultHall], None]) -> Steps:
    async def breaks(hall: FaultHall) -> None:
        does(hall)

    async def mends(hall: FaultHall) -> None:
        undoes(hall)

    return breaks, mends


def wiring(fault: WiringFault, *, press: bool = False, press_after: bool = False) -> Steps:
    """``press``: only a press shows it; ``press_after``: only a press shows that it is gone."""

    async def breaks(hall: FaultHall) -> None:
        hall.stack.lines[KIOSK].break_(fault)
        if press:
            await asyncio.sleep(0.5)
            hall.struck()
            hall.press()

    async def mends(hall: FaultHall) -> None:
        hall.stack.lines[KIOSK].mend()
        if press_after:
            await asyncio.sleep(1.0)
            hall.press()

    return breaks, mends


def away(path: Callable[[FaultHall], Path]) -> Steps:
    """A file that is not there."""

    async def breaks(hall: FaultHall) -> None:
        there = path(hall)
        there.rename(there.with_name(f"{there.name}.away"))

    async def mends(hall: FaultHall) -> None:
        there = path(hall)
        there.with_name(f"{there.name}.away").rename(there)

    return breaks, mends


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


# --- the button -------------------------------------------------------------------------------------


def board_is(does: Callable[[VirtualBoard], None], undoes: Callable[[VirtualBoard], None]) -> Steps:
    """Something is done to the board."""
    return at_once(lambda hall: does(hall.stack.boards[KIOSK]), lambda hall: undoes(hall.stack.boards[KIOSK]))


def deafened(board: VirtualBoard) -> None:
    board.deafen(FOREVER_S)
    board.press()


async def port_taken(hall: FaultHall) -> None:
    """Another program opens the port first."""
    await hall.kill(KIOSK)
    hall.held.enter_context(serial.Serial(str(hall.stack.port(KIOSK)), exclusive=True))
    hall.struck()
    await hall.start(KIOSK)


async def let_go(hall: FaultHall) -> None:
    """Whatever another program has is free again."""
    hall.held.close()


async def swapped(hall: FaultHall) -> None:
    await hall.kill(KIOSK)
    await hall.until(lambda: not hall.stack.lines[KIOSK].opened, 5.0, "the port is still open")
    hall.stack.lines[KIOSK].break_(WiringFault.SWAP)
    hall.struck()
    await hall.start(KIOSK)


async def swapped_back(hall: FaultHall) -> None:
    hall.stack.lines[KIOSK].mend()


async def server_gone(hall: FaultHall) -> None:
    hall.stack.lines[KIOSK].unplug(FOREVER_S)


async def server_back(hall: FaultHall) -> None:
    hall.stack.lines[KIOSK].plug_in()


async def server_hangs(hall: FaultHall) -> None:
    hall.stack.lines[KIOSK].hang(HANG_S)


async def server_awake(_hall: FaultHall) -> None:
    """It comes back by itself."""


# --- broker and certificates ------------------------------------------------------------------------


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


def of_tests(line: str) -> bool:
    return line.startswith("topic read") and line.endswith("/test")


async def tests_denied(hall: FaultHall) -> None:
    await denied(of_tests)(hall)
    await asyncio.sleep(1.0)  # until the broker has read it
    hall.struck()
    await hall.link.ask(RunSelfTest("bench"))


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


# --- the desk ---------------------------------------------------------------------------------------


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


# --- the terminal -----------------------------------------------------------------------------------


async def misspelt(hall: FaultHall) -> None:
    """It must not start: exit status 2, and the file with its line. Raises FaultsError when it does."""
    hall.edit("[button]\n", "[button]\nprot = 1\n")
    await hall.kill(KIOSK)
    hall.struck()
    try:
        await hall.start(KIOSK)
    except StackError as error:
        if hall.stack.wait_end(KIOSK) == 2 and f"{hall.settings}:" in str(error):
            return
        raise
    raise FaultsError("the link has started with a key that it does not know")


async def spelt(hall: FaultHall) -> None:
    hall.edit("[button]\nprot = 1\n", "[button]\n")
    await hall.start(KIOSK)


async def journal_damaged(hall: FaultHall) -> None:
    await hall.kill(KIOSK)
    for leftover in ("journal.db-wal", "journal.db-shm"):
        (hall.state_dir / leftover).unlink(missing_ok=True)
    (hall.state_dir / "journal.db").write_bytes(b"rubbish " * 4096)
    hall.struck()
    await hall.start(KIOSK)


async def link_again(hall: FaultHall) -> None:
    await hall.restart(KIOSK)


async def clock_lost(hall: FaultHall) -> None:
    """A machine without a battery for its clock."""
    faked = [f"LD_PRELOAD={faketime()}", f"FAKETIME={LOST_CLOCK}"]
    faked += ["DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
    hall.stack.set_command(KIOSK, ["env", *faked, *hall.stack.command(KIOSK)])
    await hall.restart(KIOSK)


async def clock_found(hall: FaultHall) -> None:
    command = hall.stack.command(KIOSK)
    hall.stack.set_command(KIOSK, command[5:])  # without env and the four variables
    await hall.restart(KIOSK)


def faketime() -> Path | None:
    """The library that gives a process another clock."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


async def player_gone(hall: FaultHall) -> None:
    """The hall is open, and nobody can see or hear the page, so a press has to sound."""
    hall.edit("[alarm]\n", f"{OPEN}[alarm]\n")
    await hall.restart(KIOSK)
    hall.player.rename(hall.player.with_suffix(".away"))
    await hall.desk.be(attentive=False)
    await asyncio.sleep(1.0)
    hall.struck()
    hall.press()


async def player_back(hall: FaultHall) -> None:
    """While it should sound; then somebody comes."""
    hall.player.with_suffix(".away").rename(hall.player)
    await hall.until(lambda: "alarm: silent" not in hall.link.signs, 30.0, "the alarm is not tried again")
    hall.edit(OPEN, "")
    await hall.restart(KIOSK)
    await hall.desk.be()


async def not_learnt(hall: FaultHall) -> None:
    """The screen sees its content without what was learnt from it."""
    from kiosk.dialogue.pack import FOLDERS

    bare = hall.directory / "halls"
    shutil.copytree(FOLDERS[-1], bare, ignore=shutil.ignore_patterns("*.npz"))
    hall.held.callback(shutil.rmtree, bare)
    hall.held.callback(hall.stack.set_command, SCREEN, hall.stack.command(SCREEN))
    hall.run_apart(SCREEN, f"mount --bind {bare} {FOLDERS[-1]}")
    await hall.restart(SCREEN)


async def learnt(hall: FaultHall) -> None:
    hall.held.close()
    await hall.restart(SCREEN)


async def disk_low(hall: FaultHall) -> None:
    hall.resize_disk("200m")


async def disk_full(hall: FaultHall) -> None:
    hall.resize_disk(f"{hall.disk_used_kb()}k")


async def disk_well(hall: FaultHall) -> None:
    hall.resize_disk()


# --- the voice --------------------------------------------------------------------------------------


async def card_out(hall: FaultHall) -> None:
    assert hall.card is not None
    await hall.kill(VOICE)
    hall.card.pull_out()
    hall.struck()
    await hall.start(VOICE)


async def card_in(hall: FaultHall) -> None:
    assert hall.card is not None
    await asyncio.to_thread(hall.card.plug_in)


async def models_gone(hall: FaultHall) -> None:
    await hall.kill(VOICE)
    hall.models.rename(hall.models.with_suffix(".away"))
    hall.struck()
    await hall.start(VOICE)


async def models_back(hall: FaultHall) -> None:
    hall.models.with_suffix(".away").rename(hall.models)
