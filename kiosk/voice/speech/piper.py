"""A Piper voice that the site has installed: ``VOICE.onnx`` with ``VOICE.onnx.json`` beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from kiosk.voice.speech.audio import Audio
from kiosk.voice.speech.engine import SpeechError


class Piper:
    """The voice, loaded. Raises :class:`SpeechError` when it cannot be."""

    def __init__(self, model: Path) -> None:
        from piper import PiperVoice, SynthesisConfig

        self._synthesis = SynthesisConfig
        try:
            settings = json.loads(model.with_name(f"{model.name}.json").read_text(encoding="utf-8"))
            # Such a voice reads characters with a network of its own, which Piper would fetch while it speaks.
            if settings.get("phoneme_type") == "pinyin" and not (model.parent / "g2pW").is_dir():
                raise SpeechError(f"{model} needs the directory g2pW beside it; see docs/voice.md")
            self._voice = PiperVoice.load(model, download_dir=model.parent)
        except (OSError, ValueError, KeyError) as error:
            raise SpeechError(
                f"the Piper voice {model} cannot be loaded ({error}); correct voice.piper_model"
            ) from error

    def render(self, text: str, speed: float) -> Audio:
        chunks = list(self._voice.synthesize(text, self._synthesis(length_scale=1 / speed)))
        rate = int(self._voice.config.sample_rate)
        if not chunks:
            return Audio(np.zeros(0, np.float32), rate)
        return Audio(np.concatenate([chunk.audio_float_array for chunk in chunks]), rate)
