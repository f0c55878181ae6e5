"""PortAudio, which is one for the whole process and lists the sound devices only when it starts.

A device that is plugged in later is seen after a restart of PortAudio, and that ends every open stream. So streams
are counted here: whoever misses a device calls :func:`refresh`, which does it while nobody has a stream open. Else it
leaves a wish behind (:func:`refresh_wanted`), which the microphone, whose stream is long open, fulfils when it can.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

#: The kernel's list of cards: without a change in it, looking again shows the same devices.
_CARDS = Path("/proc/asound/cards")
_lock = threading.RLock()
_open: set[int] = set()
_seen: str | None = None
_wanted = False


class SoundError(OSError):
    """No sound device can be used; ``fault`` is its name for the technician, the text says what to do."""

    def __init__(self, fault: str, text: str) -> None:
        super().__init__(text)
        self.fault = fault


def library() -> Any:
    """The sounddevice module. Raises :class:`SoundError` where it or PortAudio is not installed."""
    global _seen
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise SoundError(
            "no-library", f"sound needs PortAudio ({error}): apt install libportaudio2, and the voice extra"
        ) from error
    with _lock:
        if _seen is None:
            _seen = _cards()
    return sounddevice


def device(kind: str, pattern: str) -> int | None:
    """The number of the first ``"input"`` or ``"output"`` device whose name has ``pattern`` in it, in any case.

    None is the system's default, where no pattern is given. Raises :class:`SoundError` when there is none.
    """
    found = devices(kind)
    if not found:
        raise SoundError(
            "missing", f"there is no sound {kind} device: plug one in; its user needs the group audio"
        )
    if not pattern:
        return None
    for number, name in found:
        if pattern.lower() in name.lower():
            return number
    names = ", ".join(name for _, name in found)
    raise SoundError("missing", f"no sound {kind} device has '{pattern}' in its name; there are: {names}")


def devices(kind: str) -> list[tuple[int, str]]:
    """Number and name of each ``"input"`` or ``"output"`` device."""
    with _lock:
        listed = library().query_devices()
    return [(at, d["name"]) for at, d in enumerate(listed) if d[f"max_{kind}_channels"] > 0]


def open_stream(make: Callable[[Any], Any]) -> Any:
    """Make a stream with ``make(sounddevice)`` and start it; :func:`close_stream` ends it.

    Raises :class:`SoundError`.
    """
    sounddevice = library()
    with _lock:
        try:
            stream = make(sounddevice)
            _open.add(id(stream))
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise SoundError(
                "failed", f"the sound device cannot be opened ({error}): is another program using it?"
            ) from error
    return stream


def close_stream(stream: Any) -> None:
    """Drop what is not played yet, and close."""
    with _lock:
        if id(stream) in _open:
            _open.discard(id(stream))
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)


def refresh() -> bool:
    """Look for devices again, if there can be others than before; True when PortAudio was restarted.

    Only while no stream is open; else :func:`refresh_wanted` turns true.
    """
    global _seen, _wanted
    sounddevice = library()
    with _lock:
        cards = _cards()
        if cards == _seen:
            return False
        if _open:
            _wanted = True
            return False
        sounddevice._terminate()
        sounddevice._initialize()
        _seen, _wanted = cards, False
        log.info("sound cards have changed; devices listed again")
        return True


def refresh_wanted() -> bool:
    """Whether somebody misses a device and open streams are in the way of looking again."""
    return _wanted


def _cards() -> str:
    try:
        return _CARDS.read_text()
    except OSError:
        return ""  # no ALSA here: the list never changes
