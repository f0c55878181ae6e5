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


class Mute(Struct, frozen=True):
    """In a video call: the agent is not to hear the customer, or is to again."""


class Louder(Struct, frozen=True):
    """In a video call: the agent's voice so many steps louder; below zero: quieter."""

    steps: int


Effect = ToLink | ToVoice | Restart | Brightness | Mute | Louder
