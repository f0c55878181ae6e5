"""Blocks beneath each other, or, where a wide and low panel asks for it, beside each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from kiosk.screen.layout.buttons import ButtonsPiece, HintedPiece, KeypadPiece
from kiosk.screen.layout.cards import CardsPiece, FacesPiece
from kiosk.screen.layout.living import CaptionPiece, SignPiece, VideoPiece, WaitPiece
from kiosk.screen.layout.pen import Pen
from kiosk.screen.layout.phones import PhonesPiece
from kiosk.screen.layout.plain import HeadingPiece, ParagraphPiece, PartsPiece, Piece, RowsPiece
from kiosk.screen.metrics import Rect
from kiosk.screen.scene import (
    Block,
    Buttons,
    Caption,
    Cards,
    Faces,
    Heading,
    Keypad,
    Paragraph,
    Parts,
    Phones,
    Rows,
    Sign,
    Video,
    Wait,
)

_PIECES: dict[type, Callable[[Pen, Any], Piece]] = {
    Heading: HeadingPiece,
    Paragraph: ParagraphPiece,
    Rows: RowsPiece,
    Cards: CardsPiece,
    Faces: FacesPiece,
    Buttons: ButtonsPiece,
    Wait: WaitPiece,
    Phones: PhonesPiece,
    Caption: CaptionPiece,
    Video: VideoPiece,
    Sign: SignPiece,
    Keypad: KeypadPiece,
    Parts: PartsPiece,
}
#: In a landscape these can take that part of the width, and everything else stands on the left.
_BESIDE: dict[type, float] = {Keypad: 0.56, Video: 0.6}
_VIDEO_SHAPE = 4 / 3

Blocks = tuple[Block, ...]
Placed = list[tuple[Piece, Rect]]


def place(pen: Pen, blocks: Blocks, room: Rect) -> Placed | None:
    """Where each block goes; none when they do not fit at this pen."""
    if not pen.metrics.landscape:
        return _stacked(pen, blocks, room)
    large = next((block for block in blocks if type(block) in _BESIDE), None)
    if isinstance(large, Keypad):
        return _beside(pen, blocks, large, room)
    if isinstance(large, Video):
        beside, stacked = _beside(pen, blocks, large, room), _stacked(pen, blocks, room)
        if beside and stacked:  # the words are easier to read in one line
            return beside if _picture_height(beside) > 1.15 * _picture_height(stacked) else stacked
        return beside or stacked
    return _stacked(pen, blocks, room) or _paired(pen, blocks, room)


def _picture_height(placed: Placed) -> float:
    """How high the video's picture is there."""
    rect = next(rect for piece, rect in placed if isinstance(piece, VideoPiece))
    return min(rect.height, rect.width / _VIDEO_SHAPE)


def _beside(pen: Pen, blocks: Blocks, large: Block, room: Rect) -> Placed | None:
    wide = max(round(_BESIDE[type(large)] * (room.width - pen.gap)), KeypadPiece.least_width(pen))
    left = Rect(room.x, room.y, room.width - wide - pen.gap, room.height)
    right = Rect(left.right + pen.gap, room.y, wide, room.height)
    rest = _stacked(pen, tuple(block for block in blocks if block is not large), left)
    piece = _PIECES[type(large)](pen, large)
    if rest is None or piece.height(right.width) > right.height:
        return None
    return [*rest, (piece, right._replace(height=min(right.height, piece.most(right.width))))]


def _paired(pen: Pen, blocks: Blocks, room: Rect) -> Placed | None:
    """The heading above, the actions below, what is to be read between them side by side."""
    heading = tuple(block for block in blocks if isinstance(block, Heading))
    actions = tuple(block for block in blocks if isinstance(block, Cards | Faces | Buttons))
    read = [block for block in blocks if block not in heading and block not in actions]
    if len(read) < 2:
        return None
    top = [_PIECES[Heading](pen, block) for block in heading]
    below = _pieces(pen, actions, hinted=False, merged=pen.tight > 0)
    top_high = sum(piece.height(room.width) + pen.gap for piece in top)
    below_high = sum(piece.height(room.width) + pen.gap for piece in below)
    middle = Rect(room.x, room.y + top_high, (room.width - pen.gap) // 2, room.height - top_high - below_high)
    half = len(read) - len(read) // 2
    left = _stacked(pen, tuple(read[:half]), middle)
    right = _stacked(pen, tuple(read[half:]), middle._replace(x=middle.right + pen.gap))
    if left is None or right is None:
        return None
    return [
        *_in_turn(pen, top, room),
        *left,
        *right,
        *_in_turn(pen, below, room._replace(y=middle.bottom + pen.gap)),
    ]


def _in_turn(pen: Pen, pieces: list[Piece], room: Rect) -> Placed:
    """Each as high as it needs to be, from the top."""
    placed, y = [], room.y
    for piece in pieces:
        rect = Rect(room.x, y, room.width, piece.height(room.width))
        placed.append((piece, rect))
        y = rect.bottom + pen.gap
    return placed


def _stacked(pen: Pen, blocks: Blocks, room: Rect) -> Placed | None:
    """One below the other; on a low panel with less rows than blocks."""
    for merged, hinted in itertools.product((False, True), repeat=2) if pen.tight else ((False, False),):
        pieces = _pieces(pen, blocks, hinted=hinted, merged=merged)
        heights = [piece.height(room.width) for piece in pieces]
        left = room.height - sum(heights) - pen.gap * (len(pieces) - 1)
        if left >= 0:
            return _spread(pen, pieces, heights, left, room)
    return None


def _pieces(pen: Pen, blocks: Blocks, *, hinted: bool, merged: bool) -> list[Piece]:
    """``hinted``: a quiet paragraph stands beside the buttons after it. ``merged``: buttons that follow buttons
    fill up their rows."""
    found: list[Piece] = []
    number = 0
    while number < len(blocks):
        block = blocks[number]
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if hinted and isinstance(block, Paragraph) and block.quiet and isinstance(following, Buttons):
            found.append(HintedPiece(pen, block, following))
            number += 1
        elif merged and isinstance(block, Buttons):
            while isinstance(following, Buttons):
                block = Buttons((*block.buttons, *following.buttons))
                number += 1
                following = blocks[number + 1] if number + 1 < len(blocks) else None
            found.append(ButtonsPiece(pen, block))
        else:
            found.append(_PIECES[type(block)](pen, block))
        number += 1
    return found


def _spread(pen: Pen, pieces: list[Piece], heights: list[int], left: int, room: Rect) -> Placed:
    """What is left over goes to those that can use it, then between them; the last actions stay at the bottom, so
    that they are found at the same place."""
    wants = [max(0, piece.most(room.width) - high) for piece, high in zip(pieces, heights, strict=True)]
    growing = [number for number, piece in enumerate(pieces) if piece.grow and wants[number]]
    while left > 0 and growing:
        shares = sum(pieces[number].grow for number in growing)
        given = {
            number: min(wants[number], max(1, round(left * pieces[number].grow / shares))) for number in growing
        }
        for number, more in given.items():
            more = min(more, left)
            heights[number] += more
            wants[number] -= more
            left -= more
        growing = [number for number in growing if wants[number] > 0]
    gaps = len(pieces) - 1
    between = pen.gap + (min(left // gaps, pen.body) if gaps else 0)
    left -= (between - pen.gap) * gaps
    placed, y = [], room.y
    for number, (piece, high) in enumerate(zip(pieces, heights, strict=True)):
        if number == 1 and isinstance(piece, FacesPiece | KeypadPiece | CardsPiece | VideoPiece | ButtonsPiece):
            y += left // 4
        if number and number == gaps and isinstance(piece, ButtonsPiece | CardsPiece | HintedPiece):
            y = room.bottom - high
        placed.append((piece, Rect(room.x, y, room.width, high)))
        y += high + between
    return placed
