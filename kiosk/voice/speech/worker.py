"""The process that speaks, and the end of it that the service holds.

A voice needs up to a few hundred MB and most of the time says nothing, so it lives in a process of its own that
ends when it has been idle, and comes back when it is needed. What goes wrong in there, even a crash, is
a :class:`~kiosk.voice.speech.engine.SpeechError` here. One JSON line asks; one JSON line and then samples answer.
"""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

import numpy as np

from kiosk.voice.speech.audio import Audio
from kiosk.voice.speech.engine import SpeechError, Voice

log = logging.getLogger(__name__)

IDLE_S = 60.0
_STUCK_S = 30.0  # no clause takes so long, on any machine this is for


class Remote:
    """A voice in a process of its own; ``source`` is what it loads: models directory, Piper voice or program."""

    def __init__(self, name: str, identity: str, source: str, *, idle_s: float = IDLE_S) -> None:
        self.name = name
        self.identity = identity
        self._source = source
        self._idle_s = idle_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def render(self, text: str, speed: float) -> Audio:
        """See :class:`~kiosk.voice.speech.engine.Engine`. One clause at a time: a second one waits."""
        with self._lock:
            request = json.dumps({"text": text, "speed": speed}).encode() + b"\n"
            process = self._running()
            answer = self._ask(process, request)
            if answer is None and process.poll() == 0:  # it went to rest just as it was asked
                process = self._running()
                answer = self._ask(process, request)
            if answer is None:
                code = self._end(process)
                raise SpeechError(f"the voice {self.name} broke down (exit {code}); see docs/voice.md")
        return answer

    def close(self) -> None:
        """End the process; a :meth:`render` in another thread fails at once."""
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        command = [sys.executable, "-m", __name__, self.name, self._source, str(self._idle_s)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        log.info("the voice %s starts, process %d", self.name, self._process.pid)
        return self._process

    def _ask(self, process: subprocess.Popen[bytes], request: bytes) -> Audio | None:
        """None when the process is gone. Raises :class:`SpeechError` for what it says, and when it hangs."""
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(request)
        except BrokenPipeError:
            process.wait()
            return None
        header = self._line(process, process.stdout)
        if not header:
            process.wait()
            return None
        try:
            told: dict[str, Any] = json.loads(header)
        except ValueError as error:
            self._end(process)
            raise SpeechError(
                f"the voice {self.name} answers nonsense and was ended; see docs/voice.md"
            ) from error
        if "error" in told:
            raise SpeechError(told["error"])
        packed = b""
        while len(packed) < told["count"] * 4:
            block = process.stdout.read(told["count"] * 4 - len(packed))
            if not block:
                process.wait()
                return None
            packed += block
        return Audio(np.frombuffer(packed, np.float32), told["rate"])

    def _line(self, process: subprocess.Popen[bytes], stdout: IO[bytes]) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([stdout], [], [], _STUCK_S)[0]:
                self._end(process)
                raise SpeechError(f"the voice {self.name} does not answer and was ended; see docs/voice.md")
            block = stdout.read(1)
            if not block:
                return b""
            line += block
        return line

    def _end(self, process: subprocess.Popen[bytes]) -> int:
        process.kill()
        return process.wait()


def load(name: str, source: str) -> Voice:
    """Load a voice into this process. Raises :class:`SpeechError`."""
    if name == "piper":
        from kiosk.voice.speech.piper import Piper

        return Piper(Path(source))
    if name == "espeak":
        from kiosk.voice.speech.espeak import Espeak

        return Espeak(source)
    from kiosk.voice.speech.fastspeech import FastSpeech

    return FastSpeech(Path(source))


def serve(name: str, source: str, idle_s: float) -> None:
    """Answer until nobody asks for ``idle_s`` seconds, or the one who asks is gone."""
    # Libraries write to the standard output as they like; the answers get a channel of their own.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    voice: Voice | None = None
    waiting = sys.stdin.buffer
    while select.select([waiting], [], [], idle_s)[0]:
        line = waiting.readline()
        if not line:
            return
        request = json.loads(line)
        try:
            voice = voice or load(name, source)
            audio = voice.render(request["text"], request["speed"])
        except (SpeechError, ImportError) as error:
            header: dict[str, Any] = {"error": str(error)}
            samples = b""
        else:
            header = {"rate": audio.rate, "count": len(audio.samples)}
            samples = audio.samples.astype(np.float32).tobytes()
        answers.write(json.dumps(header).encode() + b"\n" + samples)
        answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], float(sys.argv[3]))
