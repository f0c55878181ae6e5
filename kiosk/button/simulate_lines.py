"""``kiosk sim lines``: a button on modem lines, without a board, on the screen of a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from kiosk.button.events import Lamp
from kiosk.button.script import ScriptError, Step, Words, parse, perform
from kiosk.button.simulate import say, stay
from kiosk.button.virtual_lines import NEVER, VirtualLines
from kiosk.button.wiring import WiringFault

LOOKS = {
    Lamp.OFF: "off",
    Lamp.READY: "a short flash every 2 s (ready)",
    Lamp.CALLING: "blinking fast (calling a person)",
    Lamp.RUNG: "blinking slowly (a desk is ringing)",
    Lamp.ANSWERED: "steady (a person is coming)",
    Lamp.FAULT: "two flashes, then a pause (out of order)",
    Lamp.TEST: "lit, with a short gap every 2 s (test)",
}
#: Without a number a fault stays until ``mend``, and ``hold`` until ``release``.
WORDS: Words = {
    "press": ("seconds", 0.2),
    "hold": ("seconds", NEVER),
    "release": ("", None),
    "wait": ("seconds", None),
    **{fault.value: ("seconds", NEVER) for fault in WiringFault},
    "flaky": ("seconds", 3.0),
    "mend": ("", None),
    "unplug": ("seconds", 2.0),
    "hang": ("seconds", None),
    "quit": ("", None),
}
KEYS = (
    "Enter presses the button, h holds it for 3.5 s, u unplugs the adapter for 2 s, q quits.\n"
    f"Or words, such as 'open-no; press; mend': {', '.join(WORDS)}"
)
REST_S = 0.2  # so that 'press; open-no; press' are two presses
SHORT = {"": "press", "h": "hold 3.5", "u": "unplug", "q": "quit"}


def main_lines(host: str, port: int, script: str | None, *, loop: bool = False) -> int:
    """Run virtual modem lines on a TCP port: by hand, or by ``script`` and then until Ctrl-C or its ``quit``.

    Returns 0, 1 when the port cannot be had, or 2 for a script that cannot be understood.
    """
    try:
        steps = None if script is None else parse(script, WORDS)
    except ScriptError as error:
        print(f"The script is wrong {error}", file=sys.stderr)
        return 2
    try:
        lines = VirtualLines(port, host, loop=loop, on_lamp=lambda _, lamp: say(f"lamp: {LOOKS[lamp]}"))
    except OSError as error:
        print(f"No virtual lines at {host}:{port}: {error}; choose another --port", file=sys.stderr)
        return 1
    with lines:
        say(f'A button is at port = "{lines.url}" (driver = "lines")')
        try:
            if steps is None:
                by_hand(lines)
            else:
                run(lines, steps)
                if not steps or steps[-1].word != "quit":
                    stay("button")
        except KeyboardInterrupt:
            say("stopped")
    return 0


def by_hand(lines: VirtualLines) -> None:
    """Let somebody at the terminal press, and break things; returns at ``quit`` or the end of the input."""
    say(KEYS)
    for line in sys.stdin:
        words = line.strip().lower()
        try:
            steps = parse(SHORT.get(words, words), WORDS)
        except ScriptError as error:
            say(f"{error}\n{KEYS}")
            continue
        run(lines, [step for step in steps if step.word != "quit"])
        if steps and steps[-1].word == "quit":
            return
        say("; ".join(_told(step) for step in steps))


def run(lines: VirtualLines, steps: Sequence[Step]) -> None:
    """Do the steps one after the other; only ``press``, ``hold`` and ``wait`` take their time."""
    actions: Mapping[str, Callable[[float], None]] = {
        "press": lines.press,
        "hold": lines.press,
        "release": lambda _: lines.release(),
        **{fault.value: partial(lines.break_, fault) for fault in WiringFault},
        "flaky": lines.flaky,
        "mend": lambda _: lines.mend(),
        "unplug": lines.unplug,
        "hang": lines.hang,
    }
    perform(actions, steps, rest_s=REST_S)


def _told(step: Step) -> str:
    return step.word if step.amount in (0, NEVER) else f"{step.word} {step.amount:g} s"
