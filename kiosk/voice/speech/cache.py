"""The terminal's own sentences as sound on disk, rendered ahead. What a customer has said is never among them.

Each file is a WAV under the name of what made it (voice, pace, words), with the hash of it all after its end:
a file that a power cut or a bad card has damaged is noticed and rendered again.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from pathlib import Path

from kiosk.voice.speech.audio import Audio, from_wav, to_wav

log = logging.getLogger(__name__)

_HASH_BYTES = 32
#: When a file was last used is written down at most this often: a card wears out by writing.
_TOUCH_S = 86_400.0


class Cache:
    """A directory of at most about ``limit`` bytes; the files that were not used for longest go first."""

    def __init__(self, directory: Path, limit: int) -> None:
        self._directory = directory
        self._limit = limit

    def get(self, key: str) -> Audio | None:
        """What was put under this key; None when it is not there, or not whole."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("%s cannot be read (%s); its sentence is rendered again", path, error.strerror)
            return None
        wav, digest = content[:-_HASH_BYTES], content[-_HASH_BYTES:]
        if hashlib.sha256(wav).digest() != digest:
            log.warning("%s is damaged; its sentence is rendered again", path)
            with contextlib.suppress(OSError):  # on a read-only disk it stays, and is noticed again
                path.unlink()
            return None
        with contextlib.suppress(OSError):  # the same
            if time.time() - path.stat().st_mtime > _TOUCH_S:
                os.utime(path)
        return from_wav(wav)

    def put(self, key: str, audio: Audio) -> None:
        """Keep a sound; whole or not at all, also when the power goes. Raises OSError."""
        wav = to_wav(audio)
        path = self._path(key)
        self._directory.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        try:
            with fresh.open("wb") as stream:
                stream.write(wav + hashlib.sha256(wav).digest())
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def shrink(self) -> None:
        """Remove what is over the limit, and what a killed process has left. Raises OSError."""
        total = 0
        files = [(path.stat(), path) for path in self._directory.iterdir()]
        for stat, path in sorted(files, key=lambda file: file[0].st_mtime, reverse=True):
            total += stat.st_size
            if total > self._limit or (path.suffix != ".wav" and time.time() - stat.st_mtime > _TOUCH_S):
                path.unlink(missing_ok=True)
                total -= stat.st_size

    def _path(self, key: str) -> Path:
        return self._directory / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.wav"
