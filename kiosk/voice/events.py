"""What the ears tell."""

from __future__ import annotations

from msgspec import Struct

from kiosk.voice.heard import Heard


class Started(Struct, frozen=True):
    """Somebody speaks. ``over``: over the terminal's own voice, where only a call for a person counts."""

    over: bool = False


class Interrupts(Struct, frozen=True):
    """Somebody speaks while the terminal does: it is to be silent at once."""


class Caption(Struct, frozen=True):
    """The words so far; only for showing."""

    text: str


class Said(Struct, frozen=True):
    """An utterance, whole. ``person``: the words in it that call a person; empty when none do."""

    heard: Heard  # the words' times, too, are in seconds of sound since the ears were opened
    person: str
    begin_s: float  # when its voice began and ended, in seconds of sound since the ears were opened
    end_s: float


class Lost(Struct, frozen=True):
    """What had started was no speech, or had no words, or was broken off; nothing was said."""


class Level(Struct, frozen=True):
    """How loud it is, 0 to 1."""

    share: float


Event = Started | Interrupts | Caption | Said | Lost | Level
