"""The messages over ``voice.sock``: what the ears heard and the mouth says."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from kiosk.messages.base import Id, Ping, Text
from kiosk.messages.hall import Part

#: A share, 0 to 1.
Share = Annotated[float, Meta(ge=0, le=1)]

# --- voice -> screen ------------------------------------------------------------------------------


class Ears(StrEnum):
    """What the microphone does."""

    OFF = "off"
    OPEN = "open"  # listening; nobody speaks
    HEARING = "hearing"  # somebody speaks


class VoiceState(Struct, frozen=True, tag_field="type", tag="voice"):
    """Everything voice knows that a client may show; sent on connect and after each change."""

    ears: Ears
    caption: str  # the words so far of what is being said; only for showing, never acted upon
    saying: str  # the request of the sentence being spoken; empty: silent
    volume: Share
    parts: dict[str, Part]  # "microphone", "speaker", "model" and so on


class Loudness(Struct, frozen=True, tag_field="type", tag="loudness"):
    """How loud it is at the microphone now, for a meter; at most ten a second while the ears are open."""

    level: Share


class Utterance(Struct, frozen=True, tag_field="type", tag="utterance"):
    """What somebody has said, whole."""

    id: Id
    text: Text
    confidence: Share = 1.0
    alternatives: tuple[Text, ...] = ()  # other readings, the likeliest first


VoiceMessage = VoiceState | Loudness | Utterance

# --- screen -> voice ------------------------------------------------------------------------------


class Listen(Struct, frozen=True, tag_field="do", tag="listen"):
    """Open or close the microphone. In ``practice`` nothing that is said calls anybody."""

    request: Id
    on: bool
    practice: bool = False


class Say(Struct, frozen=True, tag_field="do", tag="say"):
    """Speak this, in place of what is being spoken."""

    request: Id
    text: Text
    slow: bool = False


class Hush(Struct, frozen=True, tag_field="do", tag="hush"):
    """Stop speaking."""

    request: Id


class Lend(Struct, frozen=True, tag_field="do", tag="lend"):
    """Leave the microphone to a video call (``on``), whoever had it opened; or take it back."""

    request: Id
    on: bool


class SetVolume(Struct, frozen=True, tag_field="do", tag="volume"):
    """How loud to speak."""

    request: Id
    volume: Share


VoiceCommand = Listen | Say | Hush | Lend | SetVolume | Ping
