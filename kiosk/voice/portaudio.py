"""PortAudio is one for the whole process, and sees only devices that were there when it was initialised.

Whoever has a stream open does so within :func:`in_use`; :func:`refresh` waits until nobody has.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import sounddevice

from kiosk import clock

#: How long :func:`look_again` waits from look to look while nothing changes; twice as long each time. A look
#: costs 20 ms of processor and, with PortAudio 19.6, 12 kB of memory that never come back: a terminal without a
#: microphone that looked every 5 s for both devices would lose 400 MB a day.
SOON_S, LATE_S = 5.0, 60.0

_free = threading.Condition()
_users = 0
_looking = threading.Lock()
_seen: str | None = None
_pause_s, _next_at = SOON_S, 0.0


@contextlib.contextmanager
def in_use() -> Iterator[None]:
    """While a stream is opened, used and closed."""
    global _users
    with _free:
        _users += 1
    try:
        yield
    finally:
        with _free:
            _users -= 1
            _free.notify_all()


def refresh(wait_s: float = 10.0) -> bool:
    """See devices that came or went; False when a stream stayed open for ``wait_s`` seconds."""
    with _free:
        if not _free.wait_for(lambda: _users == 0, wait_s):
            return False
        # The wrapper has no public name for it; ending and beginning anew is what its manual advises.
        with contextlib.suppress(sounddevice.PortAudioError):  # it may never have begun
            sounddevice._terminate()
        sounddevice._initialize()
        return True


def look_again() -> bool:
    """:func:`refresh` for somebody who misses a device and asks every few seconds: whether it has been done.

    It is done at once when the system has other sound cards than before, and every now and then without a sign.
    """
    global _seen, _pause_s, _next_at
    with _looking:
        cards = _cards()
        if cards == _seen and clock.now() < _next_at:
            return False
        if not refresh(wait_s=0):
            return False
        _pause_s = SOON_S if cards != _seen else min(2 * _pause_s, LATE_S)
        _seen, _next_at = cards, clock.now() + _pause_s
        return True


def _cards() -> str:
    """The system's sound cards; cheap to ask for, and other ones when something was plugged in."""
    try:
        return Path("/proc/asound/cards").read_text(encoding="utf-8")
    except OSError:  # no card has ever been there
        return ""
