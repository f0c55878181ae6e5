"""espeak-ng, the voice of last resort: a robot, but it is in every distribution.

It is given pinyin with tones and not characters: Debian's package comes without the dictionary of characters, and
would say "Chinese letter" for each.
"""

from __future__ import annotations

import re
import subprocess

from kiosk.voice.speech.audio import Audio, from_wav
from kiosk.voice.speech.engine import SpeechError
from kiosk.voice.speech.syllables import syllables

#: Words a minute that sound like an announcer's pace.
_PACE = 150
_STUCK_S = 20.0


class Espeak:
    """``program`` is the path of espeak-ng."""

    def __init__(self, program: str) -> None:
        self._program = program

    def render(self, text: str, speed: float) -> Audio:
        clauses = re.findall(r"[一-鿿〇]+", text)
        pinyin = ", ".join(" ".join(syllables(clause)) for clause in clauses)
        command = [self._program, "-v", "cmn-latn-pinyin", "-s", str(round(_PACE * speed)), "--stdout", "--stdin"]
        try:
            done = subprocess.run(
                command, input=pinyin.encode(), capture_output=True, timeout=_STUCK_S, check=True
            )
            return from_wav(done.stdout)
        except subprocess.CalledProcessError as error:
            why = error.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit {error.returncode}"]
            raise SpeechError(f"espeak-ng cannot speak ({why[0]}): apt install --reinstall espeak-ng") from error
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise SpeechError(f"espeak-ng cannot speak ({error}): apt install --reinstall espeak-ng") from error
