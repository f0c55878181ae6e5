"""The lines on the serial port: ``$TYPE,field,...*hh``. See docs/serial.md. No I/O, no clock.

``hh`` is the XOR of the characters between ``$`` and ``*`` in upper-case hexadecimal, as in NMEA 0183, so
that a technician can read a line in any terminal and a damaged line is counted, not obeyed.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import xor

from msgspec import Struct

PROTOCOL = 1
MAX_LINE = 80  # bytes from the $ up to and with the line end

_NUMBER = r"(?:0|[1-9][0-9]{0,9})"
_NONCE = r"[0-9a-f]{8}"
_LAMP = "(?:OFF|READY|CALLING|RUNG|ANSWERED|FAULT|TEST)"
_WIRING = "(?:CUT|NC-OPEN|NO-OPEN|SWAPPED|WELDED)"
_SYNTAX = re.compile(
    "|".join(
        (
            # Later protocols may append fields here and only here, so that their version can be reported.
            rf"HELLO,{_NUMBER},{_NONCE},[0-9A-Za-z._+-]{{1,16}}(?:,[ -~]*)?",
            rf"HB,{_NONCE},{_NUMBER},[01],{_NUMBER},{_LAMP}",
            rf"BTN,(?:DOWN|UP),{_NONCE},{_NUMBER},{_NUMBER}",
            rf"WIRE,{_NONCE},(?:OK|{_WIRING}(?:\+{_WIRING})*)",
            rf"ACK,{_NONCE},{_NUMBER}",
            rf"LAMP,{_LAMP}",
            r"BUZ,(?:OFF|CLICK|ALARM)",
            r"ASK",
            r"HOST",
        )
    )
)
_SHAPE = re.compile(r"([ -~]*)\*([0-9A-F]{2})")


class Frame(Struct, frozen=True):
    """One line that was whole, known and well-formed."""

    kind: str
    fields: tuple[str, ...]


def checksum(body: str) -> str:
    """The two characters after the ``*`` for what stands between ``$`` and ``*``."""
    return f"{reduce(xor, body.encode('ascii'), 0):02X}"


def encode(kind: str, *fields: str | int) -> bytes:
    """One line with its line end. Raises ``ValueError`` for what a :class:`FrameReader` would not accept."""
    body = ",".join((kind, *map(str, fields)))
    if not _SYNTAX.fullmatch(body) or len(body) + 6 > MAX_LINE:  # 6: the $, *hh and the line end
        raise ValueError(f"not a frame of protocol {PROTOCOL}: {body!r}")
    return f"${body}*{checksum(body)}\r\n".encode("ascii")


def cause_of(nonce: str, number: int) -> str:
    """The name of a press in the whole program: the board's boot and the press's number in it."""
    return f"btn-{nonce}-{number}"


class FrameReader:
    """Finds frames in a stream of bytes, whatever else is in it. Never raises, and keeps one line at most.

    ``counters``: ``frames`` accepted; ``bad_checksum``; ``bad_frame`` (cut off, unknown or malformed);
    ``overlong`` lines; ``noise``, the bytes outside any line.
    """

    def __init__(self) -> None:
        self.counters = {"frames": 0, "bad_checksum": 0, "bad_frame": 0, "overlong": 0, "noise": 0}
        self._line: bytearray | None = None  # what came after the $, or None between lines

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete with these bytes, in order."""
        frames = []
        for byte in data:
            if byte == 0x24:  # $ is in no field, so that one means a new line wherever it comes
                if self._line is not None:
                    self.counters["bad_frame"] += 1
                self._line = bytearray()
            elif byte in b"\r\n":
                if self._line is not None and (frame := self._check(self._line)):
                    frames.append(frame)
                self._line = None
            elif self._line is None:
                self.counters["noise"] += 1
            elif len(self._line) + 3 >= MAX_LINE:
                self.counters["overlong"] += 1
                self._line = None
            else:
                self._line.append(byte)
        return frames

    def forget(self) -> None:
        """Drop a line that was begun: the rest of it was lost with the connection."""
        self._line = None

    def _check(self, line: bytearray) -> Frame | None:
        shape = _SHAPE.fullmatch(line.decode("latin-1"))
        if shape is None:
            self.counters["bad_frame"] += 1
            return None
        body, claimed = shape.groups()
        if checksum(body) != claimed:
            self.counters["bad_checksum"] += 1
            return None
        if not _SYNTAX.fullmatch(body):
            self.counters["bad_frame"] += 1
            return None
        self.counters["frames"] += 1
        kind, *fields = body.split(",")
        return Frame(kind, tuple(fields))
