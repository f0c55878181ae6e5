"""PortAudio is one for the whole process, and sees only devices that were there when it was initialised.

Whoever has a stream open does so within :func:`in_use`; :func:`refresh` waits until nobody has.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import sounddevice

_free = threading.Condition()
_users = 0


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
