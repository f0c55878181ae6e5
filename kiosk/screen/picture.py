"""Writes a PNG from pixels, upper row last, as OpenGL gives them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path


def write_png(path: Path, data: bytes, size: tuple[int, int]) -> None:
    """``data``: RGB, three bytes a pixel, the lowest row first. The file appears as a whole or not at all."""
    width, height = size
    row = 3 * width
    rows = b"".join(b"\0" + data[at : at + row] for at in range((height - 1) * row, -1, -row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(tag, body) for tag, body in chunks))
    temporary.replace(path)


def _chunk(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
