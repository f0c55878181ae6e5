"""What a setup looks at while it asks; what the doctor looks at too, it looks at with the doctor's eyes."""

from __future__ import annotations

import queue
from collections.abc import Iterator

from kiosk import config
from kiosk.ops.doctor.broker import connect
from kiosk.ops.doctor.line import Line, State
from kiosk.reachable import serves

#: A board says something every second, and one that says nothing for 3 s is at fault.
BUTTON_S = 3.5


def ports() -> Line:
    """The serial ports that are there."""
    from serial.tools import list_ports

    found = [f"{port.device} ({port.description})" for port in list_ports.comports()]
    return Line("serial ports", State.OK if found else State.WARN, "; ".join(found) or "this machine has none")


def button(settings: config.Kiosk) -> Line:
    """Open it as the link does, and listen whether it says what a button says."""
    from kiosk.button import Fault, open_button

    what = f"{settings.button.driver} at {settings.button.port}"
    if settings.button.driver == "none":
        return Line("button", State.WARN, "none: people can call by touch and voice only")
    if serves(settings.link_socket):
        return Line("button", State.SKIP, "the link runs and has it; its word comes at the end")
    faults: queue.SimpleQueue[Fault] = queue.SimpleQueue()
    driver = open_button(settings.button.driver, settings.button.port, pins=settings.gpio)
    try:
        driver.start(lambda event: faults.put(event) if isinstance(event, Fault) else None)
        fault = faults.get(timeout=BUTTON_S)
    except queue.Empty:
        return Line("button", State.OK, f"{what}: opened, and well for {BUTTON_S:.0f} s")
    finally:
        driver.close()
    return Line("button", State.BAD, f"{what}: {fault.kind}", fault.remedy)


def broker(settings: config.Kiosk | config.Desk, client: str) -> Line:
    """Connect as the terminal or the desk does."""
    where = f"{settings.broker.host}:{settings.broker.port}"
    if isinstance(settings, config.Kiosk) and serves(settings.link_socket):
        return Line("broker", State.SKIP, "the link runs and is connected, or not; its word comes at the end")
    fault = connect(settings.broker, client)
    if fault:
        return Line("broker", State.BAD, f"no connection to {where}", fault)
    return Line("broker", State.OK, f"{where} takes us as {client}")


def microphones() -> Line:
    """What this machine can hear with."""
    try:
        from kiosk.voice.capture import inputs

        found = inputs()
    except (ImportError, OSError) as error:
        return Line("microphones", State.SKIP, f"cannot be listed: {error}", "apt install libportaudio2")
    return Line("microphones", State.OK if found else State.WARN, "; ".join(found) or "this machine has none")


def microphone(settings: config.Kiosk) -> Line:
    """Whether it is there."""
    from kiosk.voice.microphones import REMEDIES, look

    name = settings.voice.microphone or "the system's default"
    if fault := look(settings.voice.microphone):
        return Line("microphone", State.BAD, f"{name}: {fault}", REMEDIES[fault])
    return Line("microphone", State.OK, f"{name} is there")


def speaker(settings: config.Kiosk) -> Line:
    """Whether it is there; what there is."""
    from kiosk.voice.speech.speaker import SpeakerError, outputs

    wanted = settings.voice.speaker
    try:
        names = [name for _, name in outputs()]
    except SpeakerError as error:
        return Line("loudspeaker", State.BAD, "cannot be looked for", str(error))
    if any(wanted.casefold() in name.casefold() for name in names):
        return Line("loudspeaker", State.OK, f"{wanted or 'the default'} of: {'; '.join(names)}")
    remedy = f"plug it in; there are: {'; '.join(names) or 'none'}"
    return Line("loudspeaker", State.BAD, f"{wanted or 'the default'} is not there", remedy)


def content(settings: config.Kiosk) -> Iterator[Line]:
    """Whether the pack is there and learnt, and can be shown."""
    from kiosk.ops.doctor import files

    yield from files.dialogue(settings)
    try:
        yield files.font(settings)
    except ImportError as error:
        yield Line("font", State.SKIP, f"no screen is installed here: {error}")
