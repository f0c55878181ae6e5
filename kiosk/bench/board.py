"""A button board of bytes alone: when they went in, when the lamp command came out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from kiosk import clock
from kiosk.button import frames

NONCE = "0be7c4a1"
HEARTBEAT_S = 1.0


class ByteBoard:
    """A real pseudo-terminal at ``link``; ``on_lamp`` is called with the time in a thread of its own."""

    def __init__(self, link: Path, on_lamp: Callable[[float], object]) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        link.symlink_to(os.ttyname(self._slave))
        self._link = link
        self._on_lamp = on_lamp
        self._presses = 0
        self._start = clock.now()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._heard = threading.Event()
        for work in (self._read, self._beat):
            threading.Thread(target=work, daemon=True).start()

    async def joined(self, limit_s: float) -> None:
        """Wait until the link has opened the port: bytes from before are thrown away.

        Raises RuntimeError when it has said nothing after ``limit_s``.
        """
        if not await asyncio.to_thread(self._heard.wait, limit_s):
            raise RuntimeError(f"the link has said nothing to the button board for {limit_s:.0f} s")

    def press(self) -> float:
        """Write the bytes of one press; gives the time just before."""
        self._presses += 1
        frame = frames.encode("BTN", "DOWN", NONCE, self._presses, 0)
        with self._lock:
            at = clock.now()
            os.write(self._master, frame)
        return at

    def close(self) -> None:
        self._over.set()
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        with contextlib.suppress(OSError):
            os.close(self._master)

    def _read(self) -> None:
        expected = frames.encode("LAMP", "CALLING").strip()
        rest = b""
        while not self._over.is_set():
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return  # closed
            at = clock.now()
            self._heard.set()
            *lines, rest = (rest + data).split(b"\n")
            if any(line.strip() == expected for line in lines):
                self._on_lamp(at)

    def _beat(self) -> None:
        while not self._over.wait(HEARTBEAT_S):
            frame = frames.encode("HB", NONCE, round(clock.now() - self._start), 0, 0, "READY")
            with self._lock, contextlib.suppress(OSError):
                os.write(self._master, frame)
