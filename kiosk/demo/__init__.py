"""``kiosk demo``: a whole hall on this machine, with an embedded broker and a simulated button board."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import sys
from pathlib import Path

from kiosk.button.simulate import LOOKS, by_hand
from kiosk.demo.scripted import DESK, KIOSK, Album, run_scripted
from kiosk.demo.timeline import Timeline
from kiosk.display import DisplayError, VirtualDisplay, has_display
from kiosk.stack import Stack

PEOPLE = {"wang": ("王芳", 1), "li": ("李强", 2)}


def run_demo(*, headless: bool, pictures: Path) -> int:
    """Show the product working; 0 when the headless call went all the way, or when the visitor has quit.

    ``pictures``: where a headless demo saves what the screen showed.
    """
    if not headless and not (has_display() and sys.stdin.isatty()):
        print("No display or no terminal to type in: the headless demo, with a scripted customer and agent.")
        headless = True
    for what in missing():
        print(f"missing: {what}")
    timeline = Timeline()
    on_lamp = timeline.lamp if headless else lambda _at, lamp: print(f"lamp: {LOOKS[lamp]}", flush=True)
    with Stack() as stack, contextlib.ExitStack() as display:
        stack.make_broker(embedded=True)
        stack.make_desk(DESK, people=PEOPLE)
        stack.make_kiosk(KIOSK, on_lamp=on_lamp)
        screen = None
        environment = _display(display, headless=headless)
        if environment is not None:
            name = stack.make_screen(KIOSK, environment=environment, more='hall_title = "演示营业厅"')
            screen = stack.socket(name)
        print("Starting broker, desk, link, button board and screen ...", flush=True)
        stack.start()
        if headless:
            return asyncio.run(run_scripted(stack, timeline, screen, Album(pictures)))
        return _by_hand(stack, screen is not None)


def missing() -> list[str]:
    """What this machine lacks of the whole product, each with what it means."""
    from kiosk.link.alarm import find_player
    from kiosk.voice import models

    lacks = models.lacking(models.default_dir())
    if not find_player():
        lacks.append("a sound player (apt install pulseaudio-utils or alsa-utils): the local alarm only blinks")
    if not _has_kivy():
        lacks.append("Kivy (pip install 'rengong-kiosk[screen]'): there is no screen, the button works")
    return lacks


def _has_kivy() -> bool:
    return importlib.util.find_spec("kivy") is not None


def _display(stack: contextlib.ExitStack, *, headless: bool) -> dict[str, str] | None:
    """The environment with the display that the screen draws on; None where there can be no screen."""
    if not _has_kivy():
        return None
    if not headless:
        return dict(os.environ)
    try:
        return stack.enter_context(VirtualDisplay()).environment
    except DisplayError as error:
        print(f"missing: a display ({error}): there is no screen, the button works")
        return None


def _by_hand(stack: Stack, screen: bool) -> int:
    print(f"\nThe agents' page:  {stack.url(DESK)}")
    print(f"  sign in as wang (王芳, hall) or li (李强, level 2), password {stack.password}")
    print(f"  the browser warns until it trusts this demo's authority: {stack.ca}")
    print("  click 上岗 (go on duty), then press the button here, or touch 人工 in the window.\n")
    if screen:
        print("The window is the customer's touch screen.")
    print("This terminal is the customer's button.", flush=True)
    by_hand(stack.boards[KIOSK])
    return 0
