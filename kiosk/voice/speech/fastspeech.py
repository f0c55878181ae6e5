"""The Mandarin voice among the models: FastSpeech2 (text to spectrum) and MB-MelGAN (spectrum to sound).

Both are LiteRT models. They run in a process of their own (:mod:`~kiosk.voice.speech.worker`): they need 170 MB.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from kiosk.voice.models import ModelError, find
from kiosk.voice.speech.audio import Audio
from kiosk.voice.speech.engine import SpeechError
from kiosk.voice.speech.syllables import is_retroflex, syllables

MODEL = "fastspeech2-baker"
RATE = 24_000
_HOP = 300  # samples of sound to a frame of the spectrum
#: The voice was trained on sentences of about so many characters; what goes on for longer it mumbles.
_BREATH, _SHORTEST = 18, 6
_NEW_BREATH = "和到找请并再或从由"
#: The vocoder works on so many frames at a time, each with so many of its neighbours: its memory stays the same
#: however long the sentence is, and it is set up once. Its reach is shorter than the neighbours.
_WINDOW, _CONTEXT = 64, 24


class FastSpeech:
    """The voice, loaded. ``directory`` is where the models lie. Raises :class:`SpeechError` when they do not."""

    def __init__(self, directory: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter  # loaded by the process that speaks, and by no other

        try:
            home = find(MODEL, directory)
            symbols = json.loads((home / "symbols.json").read_text(encoding="utf-8"))
        except ModelError as error:
            raise SpeechError(str(error)) from error
        self._ids: dict[str, int] = symbols["symbol_to_id"]
        self._spelling: dict[str, list[str]] = symbols["pinyin_dict"]
        self._acoustic = Interpreter(str(home / "acoustic.tflite"), num_threads=1)
        self._vocoder = Interpreter(str(home / "vocoder.tflite"), num_threads=1)
        self._vocoder.resize_tensor_input(0, (1, _WINDOW + 2 * _CONTEXT, 80))
        self._vocoder.allocate_tensors()

    def render(self, text: str, speed: float) -> Audio:
        chars = "".join(re.findall(r"[一-鿿〇]", text))
        spoken = [self._phones(breath) for breath in breaths(chars)]
        spectra = [self._spectrum(phones, speed) for phones in spoken if phones]
        samples = self._sound(np.concatenate(spectra)) if spectra else np.zeros(0, np.float32)
        return Audio(samples, RATE)

    def _phones(self, chars: str) -> list[int]:
        """The model's symbols by number: initial and final of each syllable, ``#0`` between two characters."""
        phones: list[str] = []
        for at, said in enumerate(syllables(chars)):
            bare, tone = said[:-1], said[-1]
            if said == "er5" and is_retroflex(chars, at):
                phones.append("er5")
                continue
            spelt = self._spelling.get("en" if bare == "n" else bare)
            if spelt is not None and spelt[1] + tone in self._ids:
                phones += ["#0", spelt[0], spelt[1] + tone]
        return [self._ids[symbol] for symbol in ("sil", *phones[1:], "sil", "eos")] if phones else []

    def _spectrum(self, phones: list[int], speed: float) -> Any:
        """Frames of 80 bands; the model itself stretches durations, so the pitch stays."""
        model = self._acoustic
        model.resize_tensor_input(0, (1, len(phones)))
        model.allocate_tensors()
        one = np.ones(1, np.float32)
        values = (np.array([phones], np.int32), np.zeros(1, np.int32), one / np.float32(speed), one, one)
        for detail, value in zip(model.get_input_details(), values, strict=True):
            model.set_tensor(detail["index"], value)
        model.invoke()
        return model.get_tensor(model.get_output_details()[1]["index"])[0]

    def _sound(self, spectrum: Any) -> Any:
        model = self._vocoder
        output = model.get_output_details()[0]["index"]
        frames = len(spectrum)
        padded = np.pad(spectrum, ((_CONTEXT, _CONTEXT + _WINDOW), (0, 0)), mode="edge")
        parts = []
        for start in range(0, frames, _WINDOW):
            model.set_tensor(0, padded[None, start : start + _WINDOW + 2 * _CONTEXT])
            model.invoke()
            parts.append(model.get_tensor(output)[0, _CONTEXT * _HOP : (_CONTEXT + _WINDOW) * _HOP, 0])
        return np.concatenate(parts)[: frames * _HOP]


def breaths(chars: str) -> list[str]:
    """A long clause in pieces that one would say in one breath each, cut where a phrase begins if possible."""
    pieces = []
    while len(chars) > _BREATH:
        # No piece is too short to sound like speech; of the places to breathe, the last that is early enough.
        places = range(_SHORTEST, min(_BREATH, len(chars) - _SHORTEST) + 1)
        begins = [at for at in places if chars[at] in _NEW_BREATH and chars[at - 1] not in _NEW_BREATH]
        at = begins[-1] if begins else places[-1]
        pieces.append(chars[:at])
        chars = chars[at:]
    return [*pieces, chars] if chars else []
