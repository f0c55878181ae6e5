"""A simulated loudspeaker: PulseAudio with a sink that leads nowhere, which PortAudio sees through ALSA."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

READY_S = 10.0
NAME = "hall_card"


class SoundCardError(OSError):
    """There can be no simulated sound card; the text says what to do."""


class SoundCard:
    """Plugged in from construction until :meth:`close`; :attr:`environment` is for who is to see it."""

    def __init__(self, directory: Path) -> None:
        if lacking := [program for program in ("pulseaudio", "pactl") if not shutil.which(program)]:
            raise SoundCardError(f"{', '.join(lacking)} not installed: apt install pulseaudio libasound2-plugins")
        self._directory = directory
        self._socket = directory / "card"
        self._server: subprocess.Popen[bytes] | None = None
        self._alsa = directory / "asound.conf"
        self.environment = {"ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{self._alsa}"}
        self.plug_in()

    def plug_in(self) -> None:
        """Raises :class:`SoundCardError` when it does not come up."""
        card = f'{{ type pulse server "unix:{self._socket}" }}\n'
        self._alsa.write_text(f"pcm.{NAME} {card}pcm.!default {card}ctl.!default {card}", encoding="utf-8")
        self._server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--use-pid-file=no", "--disable-shm=yes"),
                *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"),
                *("-L", "module-null-sink sink_name=loudspeaker"),
            ],
            env=dict(os.environ) | {"HOME": str(self._directory), "XDG_RUNTIME_DIR": str(self._directory)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + READY_S
        while subprocess.run(["pactl", "-s", f"unix:{self._socket}", "info"], capture_output=True).returncode:
            if time.monotonic() > end:
                raise SoundCardError("PulseAudio did not start")
            time.sleep(0.1)

    def pull_out(self) -> None:
        """The device is gone, and so is its name."""
        self.close()
        self._alsa.write_text("", encoding="utf-8")

    def close(self) -> None:
        """May be called twice."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
            self._socket.unlink(missing_ok=True)
