"""``kiosk demo``: a whole hall on this machine, with a simulated button board.

The broker is mosquitto, as in a real hall, where it is installed, else one in Python.

Where there is a screen, and models to hear or speak with, the real voice is started too: by hand with the real
microphone and loudspeaker, headless with the customer's words as a file in the microphone's place.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import sys
from pathlib import Path

from kiosk import local
from kiosk.button.simulate import LOOKS, by_hand
from kiosk.demo import byvideo, speaking
from kiosk.demo.album import Album
from kiosk.demo.scripted import DESK, KIOSK, run_scripted
from kiosk.demo.timeline import Timeline
from kiosk.display import DisplayError, VirtualDisplay, has_display
from kiosk.processes import READY_S
from kiosk.stack import Stack, find_mosquitto

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
        stack.make_broker(embedded=find_mosquitto() is None)
        stack.make_desk(DESK, people=PEOPLE)
        stack.make_kiosk(KIOSK, on_lamp=on_lamp, more=_video(headless=headless))
        screen = None
        environment = _display(display, headless=headless)
        if environment is not None:
            name = stack.make_screen(KIOSK, environment=environment, more='hall_title = "演示营业厅"')
            screen = stack.socket(name)
        speaker = _give_voice(stack, headless=headless) if screen is not None else None
        print(f"Starting button board, {', '.join(stack.names)} ...", flush=True)
        stack.start()
        if headless:
            return asyncio.run(run_scripted(stack, timeline, screen, Album(pictures), speaker))
        return _by_hand(stack, screen is not None)


def _give_voice(stack: Stack, *, headless: bool) -> speaking.Customer | None:
    """Have ears and mouth started too, where they can be; the customer who speaks to them by script, if any."""
    from kiosk.voice import models
    from kiosk.voice.speech.engine import SpeechError

    directory = models.default_dir().resolve()
    if not headless:
        if speaking.can_start():
            stack.make_voice(KIOSK, models=directory)
        return None
    if not speaking.can_be_heard():
        return None
    speaker = speaking.Customer(stack.directory)
    try:
        speaker.prepare()
    except SpeechError as error:
        print(f"missing: a voice for the customer ({error}): the customer touches")
        return None
    stack.make_voice(KIOSK, models=directory, more=f'microphone = "{speaker.microphone}"')
    return speaker


def _video(*, headless: bool) -> str:
    """Settings for video: what this machine lacks of camera and microphone is made up, by script both."""
    from kiosk.video import devices

    lines = ["[video]"]
    if headless or not devices.has_camera():
        lines.append('camera = "synthetic"')
    if headless or not devices.has_microphone():
        lines.append('microphone = "synthetic"')
    return "\n".join(lines)


def missing() -> list[str]:
    """What this machine lacks of the whole product, each with what it means."""
    from kiosk.link.alarm import find_players
    from kiosk.video import devices
    from kiosk.voice import models

    lacks = [*speaking.lacking(), *models.lacking(models.default_dir())]
    if not find_players():
        lacks.append("a sound player (apt install pulseaudio-utils or alsa-utils): the local alarm only blinks")
    if find_mosquitto() is None:
        lacks.append("mosquitto (apt install mosquitto): the demo's own broker gives everybody all rights")
    lacks += byvideo.lacking() or devices.lacking()
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
    print("  click 上岗 (go on duty), then press the button here, or touch 人工 in the window.")
    print("  视频接听 answers face to face, with this computer's camera and microphone in the browser.\n")
    if screen:
        print("The window is the customer's touch screen.")
    if f"{KIOSK}-voice" in stack.names:
        asyncio.run(_introduce_voice(stack))
    print("This terminal is the customer's button.", flush=True)
    by_hand(stack.boards[KIOSK])
    return 0


async def _introduce_voice(stack: Stack) -> None:
    """Say that one can speak, and by name what that lacks."""
    connection = await local.connect(stack.socket(f"{KIOSK}-voice"))
    try:
        async with asyncio.timeout(READY_S):
            parts = await speaking.Overhearing(connection, Timeline()).parts()
    finally:
        await connection.close()
    faults = {name: part for name, part in parts.items() if not part.ok}
    for name, part in faults.items():
        print(f"missing: {name}, {part.fault}: {part.remedy}")
    if not {"microphone", "model"} & faults.keys():
        print("Touch 按这里说话 and speak Mandarin, or say 人工.")
