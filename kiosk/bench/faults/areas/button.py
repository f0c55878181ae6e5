"""The button, with a board and without."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import serial

from kiosk.bench.faults.entry import BUTTON_S, HELD_S, Entry, Way
from kiosk.bench.faults.eyes import KIOSK
from kiosk.bench.faults.hall import FaultHall, Kind
from kiosk.bench.faults.steps import FOREVER_S, Steps, at_once, let_go, misconfigured
from kiosk.button.frames import PROTOCOL
from kiosk.button.virtual import VirtualBoard
from kiosk.button.wiring import WiringFault

HANG_S = 25.0


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


ENTRIES = (
    Entry(
        "board-unplugged",
        "the board's plug is pulled",
        board_is(lambda board: board.cut(FOREVER_S), lambda board: board.cut(0.0)),
        "button: unplugged",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "board-silent",
        "every byte on the board's line is damaged or swallowed",
        board_is(lambda board: board.garble(FOREVER_S, 1.0), lambda board: board.garble(0.0, 0.0)),
        "button: silent",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "button-held",
        "the button stays down (a fault after 60 s, by design)",
        board_is(lambda board: board.hold(), lambda board: board.release()),
        "button: stuck",
        limit_s=HELD_S,
        way=Way.DONE,
    ),
    Entry(
        "wrong-protocol",
        "a board with other firmware is put in",
        board_is(lambda board: board.exchange(PROTOCOL + 1), lambda board: board.exchange()),
        "button: wrong-protocol",
        limit_s=BUTTON_S,
    ),
    Entry(
        "board-deaf",
        "the wire to the board is off, and a customer presses",
        board_is(deafened, lambda board: board.deafen(0.0)),
        "button: deaf",
        limit_s=BUTTON_S,
        way=Way.DONE,
    ),
    Entry(
        "port-missing",
        "`button.port` names a port that is not there",
        misconfigured(KIOSK, '/button"', '/buttom"'),
        "button: port-missing",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "port-busy",
        "another program has the port",
        (port_taken, let_go),
        "button: port-busy",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "cable-cut",
        "the cable of a button without a board is cut",
        wiring(WiringFault.CUT, press_after=True),
        "button: cut",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
        kind=Kind.LINES,
    ),
    Entry(
        "no-open",
        "the NO contact does not close, and a customer presses",
        wiring(WiringFault.OPEN_NO, press=True, press_after=True),
        "button: no-open",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "nc-open",
        "the NC contact does not close, and a customer presses",
        wiring(WiringFault.OPEN_NC, press=True, press_after=True),
        "button: nc-open",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "contact-welded",
        "the NO contact stays closed",
        wiring(WiringFault.WELD, press_after=True),
        "button: welded",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "contacts-swapped",
        "the wires of both contacts are exchanged, and the link started",
        (swapped, swapped_back),
        "button: swapped",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "serial-server-gone",
        "the serial server of the button is unplugged",
        (server_gone, server_back),
        "button: unplugged",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
        kind=Kind.LINES,
    ),
    Entry(
        "serial-server-hangs",
        "the serial server is there and answers nothing",
        (server_hangs, server_awake),
        "button: unplugged",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
        kind=Kind.LINES,
    ),
)
