"""The part of piper-tts that the terminal uses, for a machine without a voice: a tone, as long as the words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np


@dataclass
class SynthesisConfig:
    length_scale: float = 1.0


class PiperVoice:
    def __init__(self, rate: int) -> None:
        self.config = SimpleNamespace(sample_rate=rate)

    @staticmethod
    def load(model_path: Path, download_dir: Path | None = None) -> PiperVoice:
        return PiperVoice(json.loads(Path(f"{model_path}.json").read_text())["audio"]["sample_rate"])

    def synthesize(self, text: str, syn_config: SynthesisConfig):
        count = round(0.2 * len(text) * syn_config.length_scale * self.config.sample_rate)
        tone = np.sin(2 * np.pi * 440 * np.arange(count) / self.config.sample_rate).astype(np.float32)
        yield SimpleNamespace(audio_float_array=tone)
