"""Makes one picture's plain values out of a window: the tree tells what is there, the pixels how it looks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glPixelStorei, glReadPixels

from kiosk.screen.audit import pixels, typefaces
from kiosk.screen.audit.judge import HUMAN
from kiosk.screen.audit.limits import Panel
from kiosk.screen.audit.matrix import Shot
from kiosk.screen.audit.pixels import Pixels
from kiosk.screen.audit.reading import Reader, Reading, ReadPiece
from kiosk.screen.audit.seen import Box, Picture, SeenTarget, SeenText, Wanted
from kiosk.screen.audit.typesetting import Typesetting

_GL_PACK_ALIGNMENT = 0x0D05
#: Lines that are drawn one by one are one text when the next is at most this far below, in sizes of their letters.
_NEXT_LINE = 2.2


class Measurer:
    """Measures what a window shows. Make it before the first widget."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._reader = Reader(Typesetting(), panel.width, panel.height)

    def read(self) -> Reading:
        """Everything the window's canvases hold."""
        return self._reader.read(Window)

    def measure(
        self,
        frame: Pixels,
        shot: Shot,
        wanted: Wanted,
        targets: Sequence[SeenTarget],
        shift: tuple[int, int] = (0, 0),
    ) -> Picture:
        """What the window shows in this frame, which was drawn last."""
        reading = self.read()
        texts = tuple(_text(pieces, reading.shapes, targets, frame) for pieces in _texts(reading.pieces))
        human = next((target.box for target in targets if target.action == HUMAN), None)
        red = pixels.red(frame, human)
        return Picture(self._panel, shot, wanted, texts, tuple(targets), red, shift)

    def frame(self) -> Pixels:
        """What was drawn. Only before it is given to the display: then it need not be here any more."""
        width, height = self._panel.width, self._panel.height
        glPixelStorei(_GL_PACK_ALIGNMENT, 1)  # else rows whose width is no multiple of 4 bytes are padded
        data = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        lower_first = np.frombuffer(data, np.uint8).reshape(height, width, 3)
        return np.array(lower_first[::-1])


def _texts(pieces: list[ReadPiece]) -> list[list[ReadPiece]]:
    """Pieces that are lines of one text together."""
    found: list[list[ReadPiece]] = []
    for piece in pieces:
        if found and _follows(found[-1][-1], piece):
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def _follows(line: ReadPiece, following: ReadPiece) -> bool:
    one, other = line.typeset, following.typeset
    if (line.group, one.size, one.font) != (following.group, other.size, other.font):
        return False
    down = following.piece.box.y - line.piece.box.y
    return 0 < down <= _NEXT_LINE * one.size * _scale(line)


def _text(
    pieces: list[ReadPiece], shapes: Sequence[Box], targets: Sequence[SeenTarget], frame: Pixels
) -> SeenText:
    first = pieces[0]
    size = first.typeset.size * _scale(first)
    text = "\n".join(piece.typeset.text for piece in pieces)
    ink = pixels.ink(frame, [piece.piece for piece in pieces], size)
    box = ink.box if ink is not None else first.piece.box
    target = next((target for target in targets if _is_on(box, target.box)), None)
    room = first.room if target is None else first.room.common(target.box)
    for shape in shapes[: first.under]:
        if _is_on(box, shape):
            room = room.common(shape)
    return SeenText(
        text=text,
        laid_out="\n".join(line for piece in pieces for line in piece.typeset.lines),
        size=size,
        pitch=_pitch(pieces),
        room=room,
        target="" if target is None else target.action,
        font=first.typeset.font,
        family=typefaces.family(first.typeset.font),
        missing=typefaces.missing(text, first.typeset.font),
        ink=ink,
    )


def _scale(piece: ReadPiece) -> float:
    """How much larger than it was made a text is drawn."""
    return piece.piece.box.height / len(piece.piece.texture)


def _pitch(pieces: list[ReadPiece]) -> float:
    """The least from one line to the next."""
    within = [piece.typeset.pitch * _scale(piece) for piece in pieces if piece.typeset.pitch]
    between = [
        following.piece.box.y - line.piece.box.y
        for line, following in itertools.pairwise(pieces)
        if len(line.typeset.lines) == 1
    ]
    return min(within + between, default=0.0)


def _is_on(box: Box, ground: Box) -> bool:
    """Whether a text is on it: its middle is."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return ground.x <= x < ground.right and ground.y <= y < ground.bottom
