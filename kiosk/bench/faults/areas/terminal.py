"""The terminal: its processes, settings, content, camera, journal, clock, alarm and disk."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from kiosk.bench.faults.entry import Entry, Way
from kiosk.bench.faults.eyes import KIOSK, LINK_GONE, OFFLINE, OUT_OF_ORDER, SCREEN
from kiosk.bench.faults.hall import FaultHall, FaultsError, Kind
from kiosk.bench.faults.steps import away, frozen, killed, misconfigured
from kiosk.processes import StackError

OPEN = '[hours]\nopen = ["mon-sun 00:00-24:00"]\n'
LOST_CLOCK = "@1970-01-02 03:04:05"


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


ENTRIES = (
    Entry(
        "link-killed",
        "`kill -9`, and nothing starts it again",
        killed(KIOSK),
        link=LINK_GONE,
        desk=OFFLINE,
        customer=OUT_OF_ORDER,
        line="link",
    ),
    Entry(
        "link-frozen",
        "SIGSTOP, and no watchdog",
        frozen(KIOSK),
        link="",
        desk=OFFLINE,
        customer=OUT_OF_ORDER,
        line="link",
    ),
    Entry("screen-killed", "`kill -9`", killed(SCREEN), "screen: gone"),
    Entry("screen-frozen", "SIGSTOP, and no watchdog", frozen(SCREEN), "screen: gone"),
    Entry(
        "content-missing",
        "`screen.pack` names a pack that is not there",
        misconfigured(SCREEN, "[screen]\n", '[screen]\npack = "bang"\n'),
        "screen: no-content",
        line="content",
        way=Way.TOUCH,
    ),
    Entry(
        "not-learnt",
        "the classifier of the content is not there",
        (not_learnt, learnt),
        "screen: not-learnt",
        line="content",
        way=Way.TOUCH,
        inside=SCREEN,
        needs="root",
    ),
    Entry("camera-missing", "the camera is pulled out", away(lambda hall: hall.camera), "camera: missing"),
    Entry(
        "journal-damaged",
        "`journal.db` is rubbish when the link starts",
        (journal_damaged, link_again),
        "journal: damaged",
    ),
    Entry(
        "clock-unset",
        "the wall clock says 1970 when the link starts",
        (clock_lost, clock_found),
        "clock: unset",
        needs="faketime",
    ),
    Entry(
        "alarm-player-missing",
        "the alarm's player is not there, and the alarm has to sound",
        (player_gone, player_back),
        "alarm: silent",
        way=Way.DONE,
    ),
    Entry(
        "settings-wrong",
        "a key of `kiosk.toml` is misspelt, and the link is started",
        (misspelt, spelt),
        link=LINK_GONE,
        desk=OFFLINE,
        line="kiosk doctor",
        way=Way.NONE,
    ),
    Entry(
        "disk-low",
        "200 MB are left where the journal lies",
        (disk_low, disk_well),
        "disk: low",
        kind=Kind.DISK,
        inside=KIOSK,
        needs="root",
    ),
    Entry(
        "disk-full",
        "no byte is left where the journal lies",
        (disk_full, disk_well),
        "disk: full",
        kind=Kind.DISK,
        inside=KIOSK,
        needs="root",
    ),
)
