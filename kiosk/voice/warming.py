"""Sound to warm a recogniser with: the terminal's own sentences, as the mouth has rendered them ahead.

They have the hall's words in them, and no customer's. Where there are none yet, the recogniser warms as it hears.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from kiosk.voice.sound import RATE, Samples
from kiosk.voice.wavfile import WavError, read_wav

log = logging.getLogger(__name__)

#: So much is heard; a cold recogniser takes about as long for it as it lasts.
WARM_S = 60.0


def own_sentences(directory: Path) -> Iterator[Samples]:
    """Sentences of the speech cache in ``directory``, at 16 kHz; those that cannot be read are left out."""
    heard_s = 0.0
    for path in sorted(directory.glob("*.wav")):
        try:
            sound = read_wav(path)
        except (WavError, OSError) as error:
            log.debug("%s: not used to warm the recogniser: %s", path, error)
            continue
        yield sound
        heard_s += len(sound) / RATE
        if heard_s >= WARM_S:
            return
