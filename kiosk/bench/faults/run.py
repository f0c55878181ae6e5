"""``kiosk bench faults``: each fault of the list is broken and mended in a real hall; who notices, and when.

While it is broken the doctor is run, and a customer calls as they still can. After the mending all must be well
again, and that call, or else a press, must reach the desk: nothing is lost.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kiosk import clock
from kiosk.bench.faults.areas.terminal import faketime
from kiosk.bench.faults.catalogue import ENTRIES
from kiosk.bench.faults.entry import CUSTOMER_S, Entry, Way
from kiosk.bench.faults.eyes import Eyes
from kiosk.bench.faults.hall import FaultHall, FaultsError, Kind, Told
from kiosk.bench.report import Report, machine, progress
from kiosk.processes import StackError

PATIENCE_S = 30.0  # beyond its limit, so that it is said how late it was
MENDED_S = 90.0
CALL_S = 60.0  # until a call that was asked for is on the page; events and broker may have to come back first
NEXT_PRESS_S = 0.6  # the press before may still be down, and two within 150 ms are one
SHOWS_S = 4.0  # from a customer's press to what is then looked at
PROGRAM = Path(__file__).parents[3]
#: A test that has failed is a fault until the next one.
TESTED = {f"{who}: self-test: {fault}" for who in ("link", "desk") for fault in ("failed", "no-answer")}
_CLOCK = re.compile(r"\d\d:\d\d|\d+( ?秒| ?分.*)?")


@dataclass
class Played:
    """What became of one fault. Seconds; None: never. ``wrong``: what was not as it has to be; empty: nothing."""

    name: str
    how: str
    limit_s: float
    noticed_s: float | None = None
    link_s: float | None = None
    desk_s: float | None = None
    screen_s: float | None = None
    mended_s: float | None = None
    link: str = ""
    desk: str = ""
    screen: str = ""  # what is new on it as soon as the fault is noticed
    calling: str = ""  # and when the customer has called
    lamp: str = ""
    doctor: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    skipped: str = ""


class UnknownFault(ValueError):
    """There is no fault of this name; the text says which there are."""


def chosen(names: Sequence[str]) -> list[Entry]:
    """The entries of these names, or all. Raises :class:`UnknownFault`."""
    known = {entry.name for entry in ENTRIES}
    if unknown := [name for name in names if name not in known]:
        raise UnknownFault(f"no fault is called {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [entry for entry in ENTRIES if not names or entry.name in names]


def run_bench(*, only: Sequence[str], models: Path, as_json: bool, write: Path | None) -> int:
    """Play and print; 0 when every fault was noticed in time, named, and gone after.

    Raises OSError or RuntimeError. ``write``: the document whose table gets the results.
    """
    played = asyncio.run(play_all(chosen(only), models, lambda one: _write(write, one)))
    return show(played, as_json=as_json)


def _write(document: Path | None, one: Played) -> None:
    """At once: a run takes half an hour, and may be broken off."""
    progress(_line(one))
    if document is not None:
        from kiosk.bench.faults.table import written

        on = machine()
        when = f"{time.strftime('%Y-%m-%d')}, on {on['cpu']}, {on['cores']} cores, Python {on['python']}"
        document.write_text(written(document.read_text(encoding="utf-8"), [one], when), encoding="utf-8")


async def play_all(entries: Iterable[Entry], models: Path, on_played: Callable[[Played], None]) -> list[Played]:
    """One hall for each kind of terminal, and its faults one after the other."""
    done: list[Played] = []

    def keep(one: Played) -> None:
        done.append(one)
        on_played(one)

    left = list(entries)
    for kind in Kind:
        able: list[Entry] = []
        for entry in (one for one in left if one.kind is kind):
            if why := lacking(entry):
                keep(_blank(entry, skipped=why))
            else:
                able.append(entry)
        while able:  # a hall that did not get well again is left, and the rest has another one
            progress(f"a hall with {kind}: {', '.join(entry.name for entry in able)}")
            try:
                async with FaultHall(kind, models) as hall:
                    hall.healthy = set(await hall.doctor())
                    while able:
                        keep(await play(hall, able.pop(0)))
                        if done[-1].mended_s is None:
                            break
            except (FaultsError, StackError) as error:
                for entry in able:
                    keep(_blank(entry, wrong=str(error)))
                able = []
    return done


def lacking(entry: Entry) -> str:
    """Why this machine cannot play it; empty: it can."""
    if entry.needs == "faketime" and faketime() is None:
        return "libfaketime is not installed: apt install faketime"
    if entry.needs == "root" and not _may_mount():
        return "this user may not mount: run it as root"
    if entry.kind is Kind.VOICE:
        try:
            import sounddevice
            import vosk  # noqa: F401
        except (ImportError, OSError) as error:
            return f"no voice is installed: {error}"
        del sounddevice
    return ""


def _may_mount() -> bool:
    command = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def _blank(entry: Entry, *, skipped: str = "", wrong: str = "") -> Played:
    return Played(entry.name, entry.how, entry.limit_s, skipped=skipped, wrong=[wrong] if wrong else [])


async def play(hall: FaultHall, entry: Entry, *, doctor: bool = True) -> Played:
    """One fault from its breaking until a call has come through after its mending."""
    played = _blank(entry)
    try:
        await _break(hall, entry, played)
        await _look(hall, entry, played, doctor=doctor and bool(entry.doctor))
    except (FaultsError, StackError, OSError, TimeoutError) as error:
        played.wrong.append(f"while it was broken: {error}")
    try:
        await _mend(hall, entry, played)
    except (FaultsError, StackError, OSError, LookupError, TimeoutError) as error:
        played.wrong.append(f"after the mending: {error}")
    return played


async def _break(hall: FaultHall, entry: Entry, played: Played) -> None:
    hall.struck_at = None
    if entry.customer and hall.screen is not None:
        # 谢谢 of the visit before offers nothing that could be taken away.
        await hall.until(
            lambda: "welcome" in hall.screen_signs, MENDED_S, "the screen does not go back to its welcome"
        )
    hall.link.mark()
    hall.desk.mark()
    if hall.screen is not None:
        hall.screen.mark()
    began = clock.now()
    await entry.steps[0](hall)
    struck = began if hall.struck_at is None else hall.struck_at

    looking: list[tuple[str, str, Eyes | None]] = [
        ("link", entry.at_link, hall.link),
        ("desk", entry.at_desk, hall.desk),
        ("screen", entry.customer, hall.screen),
    ]
    observers = [(who, sign, eyes) for who, sign, eyes in looking if sign and eyes is not None]

    def seen() -> bool:
        return all(sign in eyes.first for _, sign, eyes in observers)

    end = struck + entry.limit_s + PATIENCE_S
    while not seen() and clock.now() < end:  # noqa: ASYNC110 - several observers announce it
        await asyncio.sleep(0.05)
    for who, sign, eyes in observers:
        if sign not in eyes.first:
            played.wrong.append(f"{who} never shows '{sign}', but {', '.join(sorted(eyes.first)) or 'nothing'}")
            continue
        took = round(max(0.0, eyes.first[sign] - struck), 2)
        match who:
            case "link":
                played.link_s, played.link = took, sign
            case "desk":
                played.desk_s, played.desk = took, sign
            case _:
                played.screen_s = took
    times = [took for took in (played.link_s, played.desk_s) if took is not None]
    played.noticed_s = min(times, default=None)
    if played.screen_s is not None and played.screen_s > CUSTOMER_S:
        played.wrong.append(f"on the screen after {played.screen_s:.1f} s, and {CUSTOMER_S:g} s are promised")
    if played.noticed_s is not None and played.noticed_s > entry.limit_s:
        played.wrong.append(f"noticed after {played.noticed_s:.1f} s, and {entry.limit_s:g} s are promised")


async def _look(hall: FaultHall, entry: Entry, played: Played, *, doctor: bool) -> None:
    played.screen, played.lamp = _on_screen(hall), hall.lamp
    if doctor:
        told = await hall.doctor(entry.inside)
        named = [line for line in told if line.what == entry.doctor]
        played.doctor = [_said(hall, line) for line in named]
        if not named:
            others = ", ".join(line.what for line in told) or "nothing"
            played.wrong.append(f"the doctor has no line about {entry.doctor}, but about {others}")
    if entry.way is Way.TOUCH and hall.screen is not None:
        await hall.screen.touch_human(lambda: "calling" in hall.screen_signs)
    elif entry.way is Way.BUTTON:
        await asyncio.sleep(NEXT_PRESS_S)
        hall.press()
    if entry.way is not Way.NONE and hall.screen is not None:
        await asyncio.sleep(SHOWS_S)
        played.calling, played.lamp = _on_screen(hall), f"{played.lamp}, then {hall.lamp}"


async def _mend(hall: FaultHall, entry: Entry, played: Played) -> None:
    began = clock.now()
    await entry.steps[1](hall)
    called = entry.way in (Way.BUTTON, Way.DONE) or (entry.way is Way.TOUCH and hall.screen is not None)
    if not called:
        await hall.until(lambda: not hall.wrong() - TESTED, MENDED_S, "not well again")
        hall.press()
    await hall.until(lambda: hall.desk.call, CALL_S, "the customer's call is not on the page")
    async with asyncio.timeout(CALL_S):
        await hall.desk.answer()
    await _until_well(hall)
    played.mended_s = round(clock.now() - began, 1)
    if hall.screen is not None:
        await hall.screen.leave()


async def _until_well(hall: FaultHall) -> None:
    """All by itself but for the self-test, which a technician runs at the end."""
    await hall.until(lambda: not hall.wrong() - TESTED, MENDED_S, "not well again")
    while not hall.is_well():
        await hall.self_test()
        await asyncio.sleep(1.0)
        await hall.until(lambda: not hall.wrong() - TESTED, MENDED_S, "not well again")


def _on_screen(hall: FaultHall) -> str:
    """The scene, and what is on it that is not on the welcome's."""
    if hall.screen is None:
        return ""
    if "thanks" in hall.screen.signs:  # of the visit before; the welcome comes by itself
        return "welcome"
    new = [text for text in hall.screen.texts if text not in hall.welcome and not _CLOCK.fullmatch(text)]
    scene = hall.screen.scene
    return f"{scene}: {'；'.join(new)}" if new else scene


def _said(hall: FaultHall, line: Told) -> str:
    """Without what is of this machine only."""
    how = line.how.replace(str(hall.directory), "…").replace(str(PROGRAM), "…")
    return f"{line.what}: {line.state}: {how}"


# --- what came of it --------------------------------------------------------------------------------


def show(played: Sequence[Played], *, as_json: bool) -> int:
    """Print it; gives the exit code."""
    report = Report("faults", notes={"faults": str(len(played))})
    for one in played:
        if not one.skipped:
            report.figures[f"{one.name}_s"] = -1.0 if one.noticed_s is None else one.noticed_s
            report.goal(f"{one.name}_s", one.limit_s, float("inf") if one.noticed_s is None else one.noticed_s)
    report.figures["skipped"] = sum(bool(one.skipped) for one in played)
    report.figures["wrong"] = sum(bool(one.wrong) for one in played)
    report.goal("wrong", 0)
    if as_json:
        goals: list[dict[str, Any]] = report.goals
        told = {"bench": "faults", "machine": machine(), "figures": report.figures, "goals": goals}
        print(json.dumps(told | {"played": [asdict(one) for one in played]}, ensure_ascii=False))
        return 0 if report.met else 1
    for one in played:
        print(_line(one))
    return report.show(as_json=False)


def _line(one: Played) -> str:
    if one.skipped:
        return f"{one.name}: skipped: {one.skipped}"
    seen = (("link", one.link_s), ("desk", one.desk_s), ("screen", one.screen_s))
    times = [f"{who} {took} s" for who, took in seen if took is not None]
    well = "never well again" if one.mended_s is None else f"well after {one.mended_s} s"
    wrong = "".join(f"\n    WRONG: {what}" for what in one.wrong)
    return f"{one.name}: {', '.join(times) or 'not noticed'}; {well}{wrong}"
