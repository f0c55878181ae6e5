"""What every voice can do."""

from __future__ import annotations

from typing import Protocol

from kiosk.voice.speech.audio import Audio


class SpeechError(OSError):
    """A voice cannot speak, or cannot be loaded; the text says why and what to do."""


class Voice(Protocol):
    """Something that speaks."""

    def render(self, text: str, speed: float) -> Audio:
        """Speak a clause of :func:`~kiosk.voice.speech.reading.reading`'s words; 1 is the voice's own pace.

        Blocks while it works. Raises :class:`SpeechError`.
        """


class Engine(Voice, Protocol):
    """A voice that knows what it is. ``identity`` names engine and model: another one sounds different."""

    @property
    def name(self) -> str: ...

    @property
    def identity(self) -> str: ...

    def close(self) -> None:
        """Let go of what it holds; :meth:`render` may be called again."""
