"""What one presenter gives: the middle of a scene, and when it is read aloud."""

from __future__ import annotations

from msgspec import Struct

from kiosk.screen.scene import Block, Tone


class Picture(Struct, frozen=True):
    """``key``: the speech is spoken when this changes; empty: never by itself. ``slow``: spoken slowly."""

    name: str
    tone: Tone
    blocks: tuple[Block, ...]
    speech: str
    key: str = ""
    slow: bool = False
