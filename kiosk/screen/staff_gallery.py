"""The gallery of what staff and those who practise see: presses without a call, PIN, the technician's pages."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.messages import Part, Staff, Trial
from kiosk.screen.walker import Walker


def _practice(walker: Walker) -> None:
    walker.touch("practice")
    walker.link(trial=Trial.ARMED)


def _practice_done(walker: Walker) -> None:
    _practice(walker)
    walker.say("我要找人工")
    walker.link(trial=Trial.DONE)


def _pin(walker: Walker) -> None:
    walker.touch(*["header"] * 5, "key-4", "key-7")


def _pin_wrong(walker: Walker) -> None:
    walker.touch(*["header"] * 5, "key-4", "key-enter")
    walker.result(Staff, ok=False, why="wrong PIN")


def _technician(walker: Walker) -> None:
    walker.touch(*["header"] * 5, "key-4", "key-7", "key-1", "key-1", "key-enter")
    walker.result(Staff)


def _technician_more(walker: Walker) -> None:
    _technician(walker)
    walker.touch("more", "volume-up")


def _parts(walker: Walker) -> None:
    faulty = Part(False, "unreachable", "mqtts://broker.hall:8883: connection refused; is mosquitto running?")
    walker.link(parts=walker.snapshot.parts | {"broker": faulty})
    _technician(walker)
    walker.touch("parts")


STAFF: dict[str, Callable[[Walker], None]] = {
    "practice": _practice,
    "practice_done": _practice_done,
    "pin": _pin,
    "pin_wrong": _pin_wrong,
    "technician": _technician,
    "technician_more": _technician_more,
    "parts": _parts,
}
