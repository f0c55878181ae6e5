"""Fingers on the panel, real and simulated, as Kivy's own motion events.

SDL knows each finger of a touch panel, but Kivy takes them for a mouse on a desktop. Here they come in as fingers,
several at once. A simulated panel speaks through the same provider, and can also tell how wide a contact is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from kivy.base import EventLoop
from kivy.input.motionevent import MotionEvent
from kivy.input.provider import MotionEventProvider
from kivy.input.shape import ShapeRect

from kiosk.messages import Phase, Touch

MOUSE, SIMULATED = -1, 1000
_PHASES = {Phase.DOWN: "begin", Phase.MOVE: "update", Phase.UP: "end"}
_SDL_PHASES = {"fingerdown": Phase.DOWN, "fingermotion": Phase.MOVE, "fingerup": Phase.UP}


class Contact(NamedTuple):
    """One finger at one moment; pixels from the upper left corner, and its width where the panel tells it."""

    finger: int
    x: float
    y: float
    width: float


class Finger(MotionEvent):  # type: ignore[misc]
    """A contact as Kivy passes it round. ``shape.width`` is in pixels; 0 where the panel does not tell."""

    def __init__(self, finger: int, contact: tuple[float, float, float]) -> None:
        super().__init__("panel", finger, contact, is_touch=True, type_id="touch")

    def depack(self, args: tuple[float, float, float]) -> None:
        self.sx, self.sy, width = args
        self.profile = ("pos", "shape")
        self.shape = ShapeRect()
        self.shape.width = self.shape.height = width
        super().depack(args)


class SimulatedPanel(MotionEventProvider):  # type: ignore[misc]
    """The panel of one window. What is put in comes out as motion events at the window's next poll."""

    def __init__(self, window: Any) -> None:
        super().__init__("panel", "")
        self._window = window
        self._queue: deque[tuple[Phase, Contact]] = deque()
        self._fingers: dict[int, Finger] = {}
        EventLoop.add_input_provider(self)

    def feed(self, message: Touch, px_per_mm: float) -> None:
        """A simulated finger."""
        finger = SIMULATED + message.finger
        self.put(message.phase, Contact(finger, message.x, message.y, message.width_mm * px_per_mm))

    def put(self, phase: Phase, contact: Contact) -> None:
        self._queue.append((phase, contact))

    def sdl(self, event: tuple[Any, ...]) -> bool:
        """An event of SDL; false where it is not about fingers or the first mouse button."""
        width, height = self._window.system_size
        match event:
            case ("fingerdown" | "fingermotion" | "fingerup" as action, finger, x, y, *_):
                self.put(_SDL_PHASES[action], Contact(finger, x * width, y * height, 0))
            case ("mousebuttondown", x, y, 1):
                self.put(Phase.DOWN, Contact(MOUSE, x, y, 0))
            case ("mousebuttonup", x, y, 1):
                self.put(Phase.UP, Contact(MOUSE, x, y, 0))
            case _:
                return False
        return True

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        """Kivy asks for what has happened."""
        width, height = self._window.system_size
        while self._queue:
            phase, contact = self._queue.popleft()
            place = (contact.x / width, 1 - contact.y / height, contact.width)
            event = self._fingers.get(contact.finger)
            if phase is Phase.DOWN:
                event = self._fingers[contact.finger] = Finger(contact.finger, place)
            elif event is None:  # it came down before there was a window
                continue
            else:
                event.move(place)
                if phase is Phase.UP:
                    del self._fingers[contact.finger]
                    event.update_time_end()
            dispatch_fn(_PHASES[phase], event)
