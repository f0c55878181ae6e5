"""Writes the outlines of a glyph of an OpenType font (CFF) out, without the subroutines they are kept in."""

from __future__ import annotations

import struct

_HINTS, _HINT_MASKS = frozenset((1, 3, 18, 23)), frozenset((19, 20))
_CALL_OWN, _RETURN, _ESCAPE, _END, _SHORT, _CALL_COMMON = 10, 11, 12, 14, 28, 29


class Index:
    """The objects of a CFF INDEX; ``end`` is where it ends."""

    def __init__(self, cff: bytes, at: int) -> None:
        self._cff, self._offsets_at = cff, at + 3
        self.count: int = struct.unpack_from(">H", cff, at)[0]
        self._size = cff[at + 2] if self.count else 0
        self._base = at + 2 + self._size * (self.count + 1)
        self.end = self._base + self._offset(self.count) if self.count else at + 2

    def _offset(self, number: int) -> int:
        at = self._offsets_at + self._size * number
        return int.from_bytes(self._cff[at : at + self._size])

    def __getitem__(self, number: int) -> bytes:
        if number >= self.count:
            raise IndexError(number)
        return self._cff[self._base + self._offset(number) : self._base + self._offset(number + 1)]


def flattened(program: bytes, common: Index, own: Index | None) -> bytes:
    """A glyph's program with the subroutines it calls written out in their places."""
    flat = _Flat(common, own)
    flat.follow(program)
    return bytes(flat.written)


class _Flat:
    """``written`` so far; and what has to be known to tell numbers, operators and hint masks apart."""

    def __init__(self, common: Index, own: Index | None) -> None:
        self._common, self._own = common, own
        self.written = bytearray()
        self._held, self._hints = 0, 0  # numbers held, hints so far
        self._last, self._last_at = 0, 0  # the last number, and where it was written

    def follow(self, program: bytes) -> bool:
        """False: the glyph has ended."""
        at, size = 0, len(program)
        while at < size:
            start, byte = at, program[at]
            at += 1
            if byte >= 32 or byte == _SHORT:
                if byte < 32:
                    self._last = struct.unpack_from(">h", program, at)[0]
                    at += 2
                elif byte < 247:
                    self._last = byte - 139
                elif byte < 251:
                    self._last = (byte - 247) * 256 + program[at] + 108
                    at += 1
                elif byte < 255:
                    self._last = -(byte - 251) * 256 - program[at] - 108
                    at += 1
                else:
                    at += 4  # with a fraction: no subroutine has such a number
                self._held += 1
                self._last_at = len(self.written)
            elif byte in (_CALL_OWN, _CALL_COMMON):
                self._held -= 1
                del self.written[self._last_at :]
                if not self._call(self._common if byte == _CALL_COMMON else self._own):
                    return False
                continue
            elif byte == _RETURN:
                return True
            else:
                if byte in _HINTS or byte in _HINT_MASKS:
                    self._hints += self._held // 2
                if byte in _HINT_MASKS:
                    at += (self._hints + 7) // 8
                if byte == _ESCAPE:
                    at += 1
                self._held = 0
            self.written += program[start:at]
            if byte == _END:
                return False
        return True

    def _call(self, subroutines: Index | None) -> bool:
        if subroutines is None:
            raise IndexError("a call into nothing")
        bias = 107 if subroutines.count < 1240 else 1131 if subroutines.count < 33900 else 32768
        return self.follow(subroutines[self._last + bias])
