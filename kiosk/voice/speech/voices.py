"""Which voice speaks: the first of those that this machine has, and the next one when it breaks down."""

from __future__ import annotations

import importlib.util
import logging
import shutil
from pathlib import Path

from kiosk import clock, config
from kiosk.voice.models import ModelError, find, named
from kiosk.voice.speech.audio import Audio
from kiosk.voice.speech.engine import SpeechError
from kiosk.voice.speech.worker import Remote

log = logging.getLogger(__name__)

#: In order of preference.
NAMES = ("piper", "fastspeech", "espeak")
_MODEL = "fastspeech2-baker"
#: A voice that broke down is tried again after so many seconds.
_PARDON_S = 300.0


class NoVoiceError(SpeechError):
    """Nothing on this machine can speak."""


class Voices:
    """An engine that is the best of several. Raises :class:`NoVoiceError` when there is none at all."""

    def __init__(self, voices: list[Remote]) -> None:
        self._voices = voices
        self._failed: dict[str, float] = {}  # name -> when

    @property
    def name(self) -> str:
        return self._best()[0].name

    @property
    def identity(self) -> str:
        return self._best()[0].identity

    def render(self, text: str, speed: float) -> Audio:
        """See :class:`~kiosk.voice.speech.engine.Engine`; only when no voice can is it a :class:`SpeechError`."""
        voices = self._best()
        for voice in voices:
            try:
                audio = voice.render(text, speed)
            except SpeechError as error:
                log.error("%s", error)
                self._failed[voice.name] = clock.now()
                if voice is voices[-1]:
                    raise
            else:
                self._failed.pop(voice.name, None)
                return audio
        raise AssertionError("there is at least one voice")

    def close(self) -> None:
        for voice in self._voices:
            voice.close()

    def _best(self) -> list[Remote]:
        """Those that have not failed lately come first."""
        now = clock.now()
        return sorted(self._voices, key=lambda v: now - self._failed.get(v.name, -_PARDON_S) < _PARDON_S)


def open_voices(settings: config.Voice, models: Path) -> Voices:
    """The voices that the settings allow and this machine has.

    Raises :class:`NoVoiceError`, which says of each why not.
    """
    found, lacking = [], []
    for name in NAMES if settings.engine == "auto" else (settings.engine,):
        try:
            found.append(_open(name, settings, models))
        except SpeechError as error:
            lacking.append(f"{name}: {error}")
    if not found:
        raise NoVoiceError("no voice; " + "; ".join(lacking))
    return Voices(found)


def _open(name: str, settings: config.Voice, models: Path) -> Remote:
    """Raises :class:`SpeechError` when it is not installed. Nothing is loaded yet."""
    if name == "piper":
        return _open_piper(settings.piper_model)
    _need("pypinyin", "the voice extra")
    if name == "espeak":
        program = shutil.which("espeak-ng")
        if program is None:
            raise SpeechError("apt install espeak-ng")
        return Remote("espeak", "espeak-1", program)
    _need("ai_edge_litert", "the voice extra")
    try:
        find(_MODEL, models)
    except ModelError as error:
        raise SpeechError(str(error)) from error
    hashes = "-".join(file.sha256[:8] for file in named(_MODEL).files)
    return Remote("fastspeech", f"fastspeech-1-{hashes}", str(models))


def _open_piper(path: str) -> Remote:
    if not path:
        raise SpeechError("voice.piper_model names no voice")
    _need("piper", "the piper extra")
    model = Path(path)
    try:
        model.with_name(f"{model.name}.json").stat()
        there = model.stat()
    except OSError as error:
        raise SpeechError(f"{error.filename} is not there; correct voice.piper_model") from error
    return Remote("piper", f"piper-1-{model.stem}-{there.st_size}-{there.st_mtime_ns}", path)


def _need(module: str, extra: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise SpeechError(f"the Python package {module} is not installed; install {extra}")
