"""Reads a window's canvases: which texts are drawn where, and which widgets there are.

The canvases are walked as the graphics card gets them, with every translation and scaling, so that a box is where
the thing really is on the display and not where its widget believes it to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from kivy.graphics import Canvas, Ellipse, InstructionGroup, PopMatrix, PushMatrix, Rectangle, RoundedRectangle
from kivy.graphics.context_instructions import MatrixInstruction
from kivy.graphics.transformation import Matrix
from kivy.uix.widget import Widget

from kiosk.screen.audit.pixels import Piece
from kiosk.screen.audit.seen import Box
from kiosk.screen.audit.typesetting import Typeset, Typesetting

_FILLED = Rectangle, RoundedRectangle, Ellipse


class ReadPiece(NamedTuple):
    """One texture of text on the display."""

    typeset: Typeset
    piece: Piece
    room: Box  # what the widget, those around it and the window leave it
    under: int  # so many of the shapes were drawn before it
    group: int  # pieces of one group of instructions are one text, where they are of one size


class Reading(NamedTuple):
    """What the canvases of a window hold, in the order in which it is drawn."""

    pieces: list[ReadPiece]
    shapes: list[Box]  # filled areas: cards, panels, buttons
    widgets: list[tuple[Widget, Box]]


class _Place(NamedTuple):
    """Where an instruction is."""

    room: Box
    group: int


class Reader:
    """Reads one window of ``width`` x ``height`` pixels."""

    def __init__(self, typesetting: Typesetting, width: int, height: int) -> None:
        self._typesetting = typesetting
        self._window = Box(0, 0, width, height)

    def read(self, root: Any) -> Reading:
        """``root`` is the window, or whatever has ``canvas`` and ``children``."""
        owners = {id(widget.canvas): widget for widget in _all(root.children)}
        reading = Reading([], [], [])
        self._walk(root.canvas, [Matrix()], _Place(self._window, 0), owners, reading)
        return reading

    def _walk(
        self, group: Any, matrices: list[Matrix], place: _Place, owners: dict[int, Widget], reading: Reading
    ) -> None:
        """One group of instructions; the last of ``matrices`` holds now."""
        place = place._replace(group=id(group))
        widget = owners.get(id(group)) if isinstance(group, Canvas) else None
        if widget is not None:
            box = self._box(matrices[-1], *widget.pos, *widget.size)
            reading.widgets.append((widget, box))
            place = place._replace(room=place.room.common(box))
        for instruction in group.children:
            if isinstance(instruction, InstructionGroup):
                self._walk(instruction, matrices, place, owners, reading)
            elif isinstance(instruction, PushMatrix):
                matrices.append(matrices[-1])
            elif isinstance(instruction, PopMatrix):
                matrices.pop()
            elif isinstance(instruction, MatrixInstruction):
                matrices[-1] = matrices[-1].multiply(instruction.matrix)
            elif isinstance(instruction, _FILLED):
                box = self._box(matrices[-1], *instruction.pos, *instruction.size)
                typeset = self._typesetting.of(instruction.texture)
                if typeset is None:
                    reading.shapes.append(box)
                    continue
                piece = Piece(self._typesetting.pixels(instruction.texture), box)
                under = len(reading.shapes)
                reading.pieces.append(ReadPiece(typeset, piece, place.room, under, place.group))

    def _box(self, matrix: Matrix, x: float, y: float, width: float, height: float) -> Box:
        """Kivy counts from the lower left corner, the audit from the upper left."""
        x0, y0, _ = matrix.transform_point(x, y, 0)
        x1, y1, _ = matrix.transform_point(x + width, y + height, 0)
        return Box(min(x0, x1), self._window.height - max(y0, y1), abs(x1 - x0), abs(y1 - y0))


def _all(widgets: Iterable[Widget]) -> Iterator[Widget]:
    for widget in widgets:
        yield widget
        yield from _all(widget.children)
