"""The messages over ``screen.sock``: for tests, benches and the demo, which look at the screen from outside."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import Count, Id

Pixel = Annotated[int, Meta(ge=0, le=20_000)]


class Target(Struct, frozen=True):
    """Something that can be touched; pixels from the upper left corner."""

    action: str
    x: int
    y: int
    width: int
    height: int


class Shown(Struct, frozen=True, tag_field="type", tag="shown"):
    """What the display shows now; sent on connect and after each frame that was drawn."""

    scene: str
    texts: tuple[str, ...]
    targets: tuple[Target, ...]
    pressed: str  # the action whose press is being shown; empty: none
    frame: Count  # frames drawn since the start
    drawn_ns: Count  # when, by this machine's monotonic clock
    agent_frames: Count = 0  # of these, how many brought a new picture of the agent in a video call


class Picture(Struct, frozen=True, tag_field="do", tag="picture"):
    """Save what the display shows as a PNG at this path."""

    request: Id
    path: str


class Phase(StrEnum):
    """The life of a touch."""

    DOWN = "down"
    MOVE = "move"
    UP = "up"


class Touch(Struct, frozen=True, tag_field="do", tag="touch"):
    """A finger on a simulated touch panel; refused unless the settings allow it (``screen.simulate_touch``)."""

    request: Id
    phase: Phase
    x: Pixel
    y: Pixel
    finger: Annotated[int, Meta(ge=0, le=20)] = 0
    width_mm: Annotated[float, Meta(ge=0, le=500)] = 0.0  # of the contact, where the panel tells it


ScreenCommand = Picture | Touch
