"""Where the ears' sound comes from, by ``voice.microphone``: a device, or for trials a file in its place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk.voice.levels import SignalHealth
from kiosk.voice.sound import Samples, Source

log = logging.getLogger(__name__)

FILE = "file:"
_LOOK_S = 5.0

#: What the technician reads, by fault.
REMEDIES = {
    "missing": "no microphone with this name: plug it in, or correct voice.microphone",
    "unplugged": "the microphone is gone: plug it in again",
    "busy": "the microphone cannot be opened: another program has it (fuser -v /dev/snd/*), or "
    "the user kiosk lacks the group audio",
    "silent": "nothing but silence for minutes: the microphone is muted or dead: its switch; alsamixer, F4",
    "clipping": "the sound is cut off: turn the microphone down in alsamixer, F4",
    "overflow": "sound was lost: the computer is too busy; see what takes its time with top",
    "no-library": "PortAudio is missing: apt install libportaudio2, and install the voice extra",
}

#: Gets the name of each fault that begins, and "" when all is well again.
OnFault = Callable[[str], None]


def open_microphone(pattern: str, health: SignalHealth, on_fault: OnFault) -> Source:
    """A source of frames for this ``voice.microphone``. What is wrong with it is told as a fault, never raised.

    ``health`` judges the sound; only a device's is judged.
    """
    if pattern.startswith(FILE):
        from kiosk.voice.filemicrophone import FileMicrophone

        return FileMicrophone(_path(pattern), on_fault)
    try:
        from kiosk.voice.capture import Microphone
    except (ImportError, OSError) as error:  # OSError: the package is there, the library is not
        log.error("microphone: %s", error)
        return _Nothing(on_fault)
    return Microphone(pattern, health, on_fault)


def look(pattern: str) -> str:
    """Whether one is there, without opening or hearing it: the name of the fault, or "" for none."""
    if pattern.startswith(FILE):
        return "" if _path(pattern).is_file() else "missing"
    try:
        from kiosk.voice.capture import look_for
    except (ImportError, OSError) as error:
        log.debug("microphone: %s", error)
        return "no-library"
    return look_for(pattern)


def _path(pattern: str) -> Path:
    return Path(pattern.removeprefix(FILE))


class _Nothing:
    """A microphone on a computer without PortAudio. It brings nothing, and says why."""

    def __init__(self, on_fault: OnFault) -> None:
        self._on_fault = on_fault
        self._closed = threading.Event()

    def frames(self) -> Iterator[Samples | None]:
        while not self._closed.is_set():
            self._on_fault("no-library")
            yield None
            self._closed.wait(_LOOK_S)

    def close(self) -> None:
        self._closed.set()
