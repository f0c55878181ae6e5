"""``kiosk sim board``: a button board on the screen of a terminal."""

from __future__ import annotations

import sys
import threading

from kiosk.button.events import Lamp
from kiosk.button.script import ScriptError, Step, parse, run
from kiosk.button.virtual import VirtualBoard

LOOKS = {
    Lamp.OFF: "off",
    Lamp.READY: "a short yellow flash every 2 s (ready)",
    Lamp.CALLING: "yellow, blinking fast (calling a person)",
    Lamp.RUNG: "yellow, blinking slowly (a desk is ringing)",
    Lamp.ANSWERED: "green (a person is coming)",
    Lamp.FAULT: "yellow and green in turn (the board hears no program)",
    Lamp.TEST: "yellow and green together (test)",
}
KEYS = "Enter presses the button, h holds it for 3.5 s, c unplugs the board for 2 s, q quits."


def main_board(link: str, script: str | None) -> int:
    """Run a virtual board at the path ``link``: by hand, or by ``script`` and then until Ctrl-C or its ``quit``.

    Returns 0, 1 when the link cannot be made, or 2 for a script that cannot be understood.
    """
    try:
        steps = None if script is None else parse(script)
    except ScriptError as error:
        print(f"The script is wrong {error}", file=sys.stderr)
        return 2
    try:
        board = VirtualBoard(link, on_shown=lambda _, lamp: say(f"lamp: {LOOKS[lamp]}"))
    except OSError as error:
        print(f"No virtual board at {link}: {error}", file=sys.stderr)
        return 1
    with board:
        say(f"A button board is at {link}")
        try:
            if steps is None:
                by_hand(board)
            else:
                _by_script(board, steps)
        except KeyboardInterrupt:
            say("stopped")
    return 0


def by_hand(board: VirtualBoard) -> None:
    """Let somebody at the terminal press; returns at ``q`` or the end of the input."""
    say(KEYS)
    for line in sys.stdin:
        match line.strip().lower():
            case "":
                board.press()
                say("pressed")
            case "h":
                board.hold(3.5)
                say("held for 3.5 s")
            case "c":
                board.cut(2)
                say("unplugged for 2 s")
            case "q":
                return
            case _:
                say(KEYS)


def _by_script(board: VirtualBoard, steps: list[Step]) -> None:
    run(board, steps)
    if not steps or steps[-1].word != "quit":
        stay("board")


def stay(what: str) -> None:
    """Wait for Ctrl-C after a script."""
    say(f"The script is done; Ctrl-C takes the {what} away.")
    never = threading.Event()
    while not never.wait(1.0):  # a Ctrl-C just before an endless wait would be noticed only at the next one
        pass


def say(text: str) -> None:
    """Tell whoever looks at the terminal, or reads the pipe, at once."""
    print(text, flush=True)
