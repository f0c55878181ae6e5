"""What a visit wants done; the shell does it."""

from __future__ import annotations

from msgspec import Struct

from kiosk.messages import Command, VoiceCommand


class ToLink(Struct, frozen=True):
    """Send this over ``link.sock``."""

    command: Command


class ToVoice(Struct, frozen=True):
    """Send this over ``voice.sock``."""

    command: VoiceCommand


class Restart(Struct, frozen=True):
    """A technician wants the screen's own process to start again."""


class Brightness(Struct, frozen=True):
    """How bright the panel is to be, 0 to 1."""

    level: float


Effect = ToLink | ToVoice | Restart | Brightness
