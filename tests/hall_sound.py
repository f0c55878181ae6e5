"""A sound card that is only there for a test: PulseAudio with a sink that leads nowhere, and an ear at it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
_LIMIT_S = 30.0


class Loudspeaker:
    """``environment`` makes a program play on it; :meth:`heard` is everything that has come out so far."""

    def __init__(self, directory: Path) -> None:
        self._socket = directory / "card"
        alsa = directory / "asound.conf"
        card = f'{{ type pulse server "unix:{self._socket}" }}\n'
        alsa.write_text(f"pcm.hall_speaker {card}pcm.!default {card}ctl.!default {card}")
        self.environment = {"ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{alsa}"}
        self._server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--use-pid-file=no", "--disable-shm=yes"),
                *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"),
                # Else such a sink takes two seconds ahead, and is silent for as long when something begins.
                *("-L", "module-null-sink sink_name=ear norewinds=1"),
            ],
            env={**os.environ, "HOME": str(directory), "XDG_RUNTIME_DIR": str(directory)},
            stderr=subprocess.DEVNULL,
        )
        #: Of every program of PulseAudio, to reach this card.
        self.server = server = ["-s", f"unix:{self._socket}"]
        eventually(
            lambda: subprocess.run(["pactl", *server, "info"], capture_output=True).returncode == 0, "PulseAudio"
        )
        self._ear = subprocess.Popen(
            [
                "parec",
                *server,
                "-d",
                "ear.monitor",
                "--format=s16le",
                f"--rate={RATE}",
                "--channels=1",
                "--latency-msec=20",
            ],
            stdout=subprocess.PIPE,
        )
        self._heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()
        eventually(lambda: self._heard, "the ear")

    @staticmethod
    def missing() -> str:
        lacking = [program for program in ("pulseaudio", "pactl", "parec") if not shutil.which(program)]
        return f"{', '.join(lacking)}: not installed" if lacking else ""

    def heard(self) -> NDArray[np.float32]:
        return np.frombuffer(b"".join(self._heard), "<i2").astype(np.float32) / 32768

    def seconds(self) -> float:
        """How long the ear has been listening, by its own clock."""
        return sum(map(len, self._heard)) / 2 / RATE

    def loudness(self, seconds: float = 0.1) -> float:
        """Of the last moment, RMS."""
        last = self.heard()[-round(seconds * RATE) :]
        return float(np.sqrt(np.mean(last**2)))

    def close(self) -> None:
        for process in (self._ear, self._server):
            process.terminate()
            process.wait()

    def _listen(self) -> None:
        assert self._ear.stdout is not None
        while block := os.read(self._ear.stdout.fileno(), 4096):
            self._heard.append(block)


@contextlib.contextmanager
def plugged_in(directory: Path) -> Iterator[Loudspeaker]:
    """A card that this process's PortAudio sees too."""
    import sounddevice

    card = Loudspeaker(directory)
    before = os.environ.get("ALSA_CONFIG_PATH")
    os.environ.update(card.environment)
    try:
        restart(sounddevice)
        yield card
    finally:
        if before is None:
            del os.environ["ALSA_CONFIG_PATH"]
        else:
            os.environ["ALSA_CONFIG_PATH"] = before
        card.close()
        restart(sounddevice)


def restart(sounddevice: object) -> None:
    """PortAudio looks for devices when it starts."""
    sounddevice._terminate()
    sounddevice._initialize()


def eventually(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.01)
