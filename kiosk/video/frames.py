"""Pictures on their way from the peer process to the screen: raw RGB over a local socket, never over a disk.

A picture is a header of six bytes (which: 0 the agent's, 1 the customer's own; width and height as two bytes each,
the higher one first; one byte of nothing), then three bytes a pixel from the upper left corner.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from enum import IntEnum

_HEADER = struct.Struct("!BHHx")
MAX_SIDE = 4096
#: The number of the peer process's end of the socket, for whoever writes another peer.
FRAMES_FD = "KIOSK_FRAMES_FD"


class Which(IntEnum):
    """Whose picture it is."""

    AGENT = 0
    OWN = 1


class FrameWriter:
    """The peer's end. Of each picture only the newest waits: a screen that is slow gets fewer, not older ones."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._newest: dict[Which, tuple[int, int, bytes]] = {}
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="frames", daemon=True).start()

    def put(self, which: Which, width: int, height: int, rgb: bytes) -> None:
        """Any thread; never waits. Raises ValueError when the bytes are not that picture."""
        if len(rgb) != 3 * width * height or not 0 < max(width, height) <= MAX_SIDE:
            raise ValueError(f"{len(rgb)} bytes are not {width}x{height} pixels of RGB")
        with self._changed:
            self._newest[which] = (width, height, rgb)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._newest)
                which, (width, height, rgb) = self._newest.popitem()
            try:
                self._end.sendall(_HEADER.pack(which, width, height))
                self._end.sendall(rgb)
            except OSError:  # the screen is gone, and with it soon this process
                return


class FrameReader:
    """The screen's end: ``on_frame`` gets each picture in a thread of its own, until the peer has gone."""

    def __init__(self, end: socket.socket, on_frame: Callable[[Which, bytes, tuple[int, int]], None]) -> None:
        self._end = end
        self._on_frame = on_frame
        self._thread = threading.Thread(target=self._run, name="video frames", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go; returns when no picture comes any more."""
        self._end.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._end.close()

    def _run(self) -> None:
        while (header := self._read(_HEADER.size)) is not None:
            number, width, height = _HEADER.unpack(header)
            if number not in tuple(Which) or not 0 < max(width, height) <= MAX_SIDE or not min(width, height):
                return  # what follows could be anything
            rgb = self._read(3 * width * height)
            if rgb is None:
                return
            self._on_frame(Which(number), bytes(rgb), (width, height))

    def _read(self, count: int) -> bytearray | None:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            try:
                got = self._end.recv_into(view)
            except OSError:
                return None
            if not got:
                return None
            view = view[got:]
        return data
