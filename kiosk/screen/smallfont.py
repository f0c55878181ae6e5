"""A font with the most common characters only, cut out of a Chinese one.

SDL_ttf needs 2.6 MB of memory for each size of a font with 65,000 glyphs, and 0.2 MB of this one. It is
cut here and not by fontTools, which takes eight times as long: the first start of a terminal would be too slow.
For fonts as Noto Sans CJK is one: OpenType with CID-keyed CFF outlines.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from kiosk.screen.glyphs import Glyphs
from kiosk.screen.outlines import Index, flattened

_CHARSET, _CHARSTRINGS, _PRIVATE, _SUBRS, _FD_ARRAY, _FD_SELECT = (
    b"\x0f",
    b"\x11",
    b"\x12",
    b"\x13",
    b"\x0c\x24",
    b"\x0c\x25",
)
_LETTERS = ((0x20, 0x180), (0x2000, 0x2070), (0x3000, 0x3020), (0xFF00, 0xFF61))
_COMMON_ROWS = {"gb2312": (0xB0, 0xD8), "big5": (0xA4, 0xC7)}
_KEPT = ("OS/2", "head", "name", "post")

Dict = dict[bytes, bytes]  # operator -> its operands as they are written


class NotSuch(ValueError):
    """The font is of another kind."""


def common_characters(codec: str) -> set[str]:
    """Latin letters, punctuation, and the more common half of a Chinese character set."""
    found = {chr(code) for first, last in _LETTERS for code in range(first, last)}
    first, last = _COMMON_ROWS[codec]
    for row in range(first, last):
        for cell in range(0x40, 0xFF):
            try:
                found.add(bytes((row, cell)).decode(codec))
            except UnicodeDecodeError:
                continue
    return found


def cut(source: Glyphs, characters: Iterable[str]) -> bytes:
    """The font file with these characters of a font that has more; raises :class:`NotSuch`."""
    pairs = sorted(
        (ord(character), source.glyph(ord(character))) for character in characters if len(character) == 1
    )
    pairs = [(code, glyph) for code, glyph in pairs if glyph]
    kept = sorted({0, *(glyph for _, glyph in pairs)})
    number_of = {glyph: number for number, glyph in enumerate(kept)}
    try:
        outlines = _cut_cff(source.table("CFF "), kept)
    except (KeyError, IndexError, struct.error) as error:
        raise NotSuch(f"{source.path} has no CID-keyed outlines ({error!r})") from error
    widths = b"".join(struct.pack(">Hh", source.advance(glyph), 0) for glyph in kept)
    head_of_widths, most = bytearray(source.table("hhea")), bytearray(source.table("maxp"))
    struct.pack_into(">H", head_of_widths, 34, len(kept))
    struct.pack_into(">H", most, 4, len(kept))
    tables = {tag: source.table(tag) for tag in _KEPT}
    tables |= {"CFF ": outlines, "hmtx": widths, "hhea": bytes(head_of_widths), "maxp": bytes(most)}
    tables["cmap"] = _cmap([(code, number_of[glyph]) for code, glyph in pairs])
    return font_file(b"OTTO", tables)


def font_file(version: bytes, tables: dict[str, bytes]) -> bytes:
    """Tables as a file. Checksums are left out: nobody who draws letters looks at them."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">4sHHHH", version, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    body, offset = [], 12 + 16 * count
    for tag, data in sorted(tables.items()):
        head += struct.pack(">4sIII", tag.encode("latin-1"), 0, offset, len(data))
        body.append(data + b"\0" * (-len(data) % 4))
        offset += len(body[-1])
    return head + b"".join(body)


def _cmap(pairs: list[tuple[int, int]]) -> bytes:
    """Format 12, one group for each run."""
    groups: list[list[int]] = []
    for code, glyph in pairs:
        if groups and code == groups[-1][1] + 1 and glyph == groups[-1][2] + code - groups[-1][0]:
            groups[-1][1] = code
        else:
            groups.append([code, code, glyph])
    table = struct.pack(">HHIII", 12, 0, 16 + 12 * len(groups), 0, len(groups))
    table += b"".join(struct.pack(">III", *group) for group in groups)
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def _cut_cff(cff: bytes, kept: list[int]) -> bytes:
    start = cff[2]
    names = Index(cff, start)
    tops = Index(cff, names.end)
    strings = Index(cff, tops.end)
    common = Index(cff, strings.end)
    top = _dict(tops[0])
    glyphs = Index(cff, _number(top[_CHARSTRINGS]))
    charset = _charset(cff, _number(top[_CHARSET]), glyphs.count)
    select = _select(cff, _number(top[_FD_SELECT]), glyphs.count)
    fonts = Index(cff, _number(top[_FD_ARRAY]))
    array = [_dict(fonts[number]) for number in range(fonts.count)]
    own = [_subroutines(cff, font) for font in array]
    front = cff[: names.end]
    shared = cff[tops.end : strings.end] + _new_index([])  # no common subroutines any more
    parts = {
        _CHARSET: b"\0" + b"".join(struct.pack(">H", charset[glyph]) for glyph in kept[1:]),
        _FD_SELECT: b"\0" + bytes(select[glyph] for glyph in kept),
        _CHARSTRINGS: _new_index([flattened(glyphs[glyph], common, own[select[glyph]]) for glyph in kept]),
    }
    # All offsets are written in five bytes, so that sizes do not depend on them.
    at = (
        len(front)
        + len(_new_index([_new_dict(top | {key: _operand(0) for key in (*parts, _FD_ARRAY)})]))
        + len(shared)
    )
    for key, part in parts.items():
        top[key] = _operand(at)
        at += len(part)
    top[_FD_ARRAY] = _operand(at)
    privates = [_private(cff, font) for font in array]
    at += len(_new_index([_new_dict(font | {_PRIVATE: _operand(0) * 2}) for font in array]))
    for font, data in zip(array, privates, strict=True):
        font[_PRIVATE] = _operand(len(data)) + _operand(at)
        at += len(data)
    return b"".join(
        [
            *(front, _new_index([_new_dict(top)]), shared, *parts.values()),
            _new_index([_new_dict(font) for font in array]),
            *privates,
        ]
    )


def _subroutines(cff: bytes, font: Dict) -> Index | None:
    size, at = _numbers(font[_PRIVATE])
    entries = _dict(cff[at : at + size])
    return Index(cff, at + _number(entries[_SUBRS])) if _SUBRS in entries else None


def _private(cff: bytes, font: Dict) -> bytes:
    """A font's private dictionary, without subroutines."""
    size, at = _numbers(font[_PRIVATE])
    entries = _dict(cff[at : at + size])
    entries.pop(_SUBRS, None)
    return _new_dict(entries)


def _new_index(objects: list[bytes]) -> bytes:
    if not objects:
        return b"\0\0"
    offset, offsets = 1, [1]
    for one in objects:
        offset += len(one)
        offsets.append(offset)
    return b"".join(
        [struct.pack(">HB", len(objects), 4), *(struct.pack(">I", offset) for offset in offsets), *objects]
    )


def _dict(data: bytes) -> Dict:
    entries: Dict = {}
    at = start = 0
    while at < len(data):
        byte = data[at]
        if byte <= 21:
            end = at + (2 if byte == 12 else 1)
            entries[data[at:end]] = data[start:at]
            at = start = end
        elif byte == 30:  # a number written out, two digits a byte, up to an F
            at += 1
            while data[at] & 15 != 15 and data[at] >> 4 != 15:
                at += 1
            at += 1
        else:
            at += {28: 3, 29: 5}.get(byte, 1 if byte < 247 else 2)
    return entries


def _new_dict(entries: Dict) -> bytes:
    return b"".join(operands + operator for operator, operands in entries.items())


def _operand(value: int) -> bytes:
    return b"\x1d" + struct.pack(">i", value)


def _number(operands: bytes) -> int:
    return _numbers(operands)[-1]


def _numbers(operands: bytes) -> list[int]:
    found, at = [], 0
    while at < len(operands):
        byte = operands[at]
        if byte == 28:
            found.append(struct.unpack_from(">h", operands, at + 1)[0])
            at += 3
        elif byte == 29:
            found.append(struct.unpack_from(">i", operands, at + 1)[0])
            at += 5
        elif byte < 247:
            found.append(byte - 139)
            at += 1
        else:
            high = (byte - 247) * 256 + operands[at + 1] + 108
            found.append(high if byte < 251 else -((byte - 251) * 256 + operands[at + 1] + 108))
            at += 2
    return found


def _charset(cff: bytes, at: int, count: int) -> list[int]:
    kind, at = cff[at], at + 1
    if kind == 0:
        return [0, *struct.unpack_from(f">{count - 1}H", cff, at)]
    found = [0]
    while len(found) < count:
        first, left = struct.unpack_from(">HB" if kind == 1 else ">HH", cff, at)
        found += range(first, first + left + 1)
        at += 3 if kind == 1 else 4
    return found


def _select(cff: bytes, at: int, count: int) -> list[int]:
    if cff[at] == 0:
        return list(cff[at + 1 : at + 1 + count])
    ranges = struct.unpack_from(">H", cff, at + 1)[0]
    found: list[int] = []
    for number in range(ranges):
        first, font, following = struct.unpack_from(">HBH", cff, at + 3 + 3 * number)
        found += [font] * (following - first)
    return found
