"""A hall with sound: a card whose microphone hears what is said in the hall, and a client of the real voice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
from hall_sound import eventually

from kiosk import local, messages
from kiosk.bench.voice.listening import room
from kiosk.bench.voice.recordings import Recordings, Spoken
from kiosk.messages import Ears, Listen, Loudness, Result, Utterance, VoiceMessage, VoiceState
from kiosk.voice.levels import level
from kiosk.voice.sound import RATE, Samples

#: Nothing here measures speed: a loaded machine is slow, and only a test that would wait for ever is ended.
LIMIT_S = 90.0


class SoundCard:
    """PulseAudio with a microphone at a sink where the hall speaks, and a loudspeaker that leads nowhere.

    The microphone can be pulled out, and the whole server killed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._socket = directory / "card"
        self._players: list[subprocess.Popen[bytes]] = []
        alsa = directory / "asound.conf"
        card = f'{{ type pulse server "unix:{self._socket}" }}\n'
        alsa.write_text(f"pcm.hall_card {card}pcm.!default {card}ctl.!default {card}")
        self.environment = {"ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{alsa}"}
        self.start()

    @staticmethod
    def missing() -> str:
        lacking = [program for program in ("pulseaudio", "pactl", "paplay") if not shutil.which(program)]
        return f"{', '.join(lacking)}: not installed" if lacking else ""

    def start(self) -> None:
        self._server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--use-pid-file=no", "--disable-shm=yes"),
                *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"),
            ],
            env={**os.environ, "HOME": str(self._directory), "XDG_RUNTIME_DIR": str(self._directory)},
            stderr=subprocess.DEVNULL,
        )
        eventually(lambda: self._ctl("info").returncode == 0, "PulseAudio")
        self.plug_in()

    def plug_in(self) -> None:
        for name in ("loudspeaker", "hall"):
            loaded = self._ctl("load-module", "module-null-sink", f"sink_name={name}", "norewinds=1")
            assert loaded.returncode == 0, loaded.stderr
        self._ctl("set-default-sink", "loudspeaker")
        self._ctl("set-default-source", "hall.monitor")

    def pull_out(self) -> None:
        """Microphone and loudspeaker are one device, as with a USB headset."""
        self._ctl("unload-module", "module-null-sink")

    def kill(self) -> None:
        self._server.kill()
        self._server.wait()
        self._socket.unlink(missing_ok=True)

    def say(self, sound: Samples) -> subprocess.Popen[bytes]:
        """Somebody in the hall says this; returns at once."""
        path = self._directory / f"{len(self._players)}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(sound.tobytes())
        self._players.append(subprocess.Popen(["paplay", "-s", f"unix:{self._socket}", "-d", "hall", str(path)]))
        return self._players[-1]

    def close(self) -> None:
        for process in (*self._players, self._server):
            process.kill()
            process.wait()

    def _ctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["pactl", "-s", f"unix:{self._socket}", *words], capture_output=True, text=True)


class Listener:
    """A client of ``voice.sock`` that keeps what it is told."""

    def __init__(self, connection: local.LocalConnection) -> None:
        self._connection = connection
        self.state: VoiceState | None = None
        self.captions: list[str] = []
        self.said: list[Utterance] = []
        self.sentences: list[str] = []  # that the mouth has begun, by request
        self.loudest = -1.0  # since the last Listen

    async def listen(self, *, practice: bool = False) -> None:
        """Have the ears open; returns when sound comes in."""
        self.loudest = -1.0
        await self._connection.send(messages.encode(Listen("listen", on=True, practice=practice)))
        await self.until(lambda: self.loudest >= 0)

    async def send(self, command: messages.VoiceCommand) -> None:
        await self._connection.send(messages.encode(command))

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Read until something is true. Raises ConnectionError when voice is gone."""
        deadline = time.monotonic() + LIMIT_S
        while not true():
            assert time.monotonic() < deadline, f"{what or 'it'} did not come; {self.state}, {self.said}"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    self._take(await self._connection.receive())

    async def spoken(self, since: int) -> None:
        """Until more than ``since`` sentences were begun by the mouth, and it is silent again."""
        await self.until(lambda: len(self.sentences) > since and self.state and not self.state.saying)
        await asyncio.sleep(0.5)  # it stays deaf for a moment, for the echo

    async def heard(self, sound: Samples, card: SoundCard, *wanted: str) -> None:
        """Say this until one utterance has all that is wanted.

        A machine without a free core loses sound, and people say it again.
        """
        for _ in range(3):
            before = len(self.said)
            await asyncio.to_thread(card.say(sound).wait)
            await self.until(lambda before=before: len(self.said) > before, "what was said")
            if any(all(part in one.text for part in wanted) for one in self.said[before:]):
                return
        raise AssertionError(f"{wanted} was heard as {[one.text for one in self.said]}")

    @property
    def microphone(self) -> str:
        """The fault of the microphone. A busy machine's lost sound is none of these tests' business."""
        fault = self.state.parts["microphone"].fault if self.state is not None else ""
        return "" if fault == "overflow" else fault

    def _take(self, line: bytes) -> None:
        message: VoiceMessage | Result = messages.decode(line, VoiceMessage | Result)
        if isinstance(message, Result):
            assert message.ok, message.why
        elif isinstance(message, Loudness):
            self.loudest = max(self.loudest, message.level)
        elif isinstance(message, Utterance):
            self.said.append(message)
        else:
            self.state = message
            if message.saying not in ("", *self.sentences[-1:]):
                self.sentences.append(message.saying)
            if message.ears is Ears.HEARING and message.caption not in ("", *self.captions[-1:]):
                self.captions.append(message.caption)


def named(recordings: Recordings, name: str) -> Spoken:
    """One of the recordings."""
    return next(one for one in recordings.spoken if one.name == name)


def with_pauses(sound: Samples, seconds: float) -> Samples:
    """Silence put into the two quietest places of a sentence, away from its ends."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    loud = np.array([level(frame) for frame in frames])
    thirds = len(frames) // 3
    cuts = sorted(
        320 * (start + int(np.argmin(loud[start : start + thirds // 2]))) for start in (thirds // 2, thirds * 2)
    )
    pause = room(seconds, -70)
    return np.concatenate([sound[: cuts[0]], pause, sound[cuts[0] : cuts[1]], pause, sound[cuts[1] :]])


@contextlib.asynccontextmanager
async def listener(path: Path) -> AsyncIterator[Listener]:
    """A client of the voice that serves this socket."""
    connection = await local.connect(path)
    try:
        yield Listener(connection)
    finally:
        await connection.close()
