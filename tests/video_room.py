"""A hall for video: a sound card with an ear and a mouth, a browser whose camera and microphone are files."""

from __future__ import annotations

import os
import subprocess
import threading
import time
import wave
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.video.synthetic import tone

RATE = 48_000
#: What the agent's microphone hears, and the customer's.
AGENT_HZ, CUSTOMER_HZ = 880, 523
#: What the agent's camera sees, left and right: RGB.
AGENT_LEFT, AGENT_RIGHT = (40, 60, 200), (230, 220, 60)


class Room:
    """A PulseAudio of its own: ``environment`` makes a program use it; the ear hears what the terminal plays, and
    the mouth is heard by its microphone.
    """

    def __init__(self, directory: Path) -> None:
        self._socket = directory / "card"
        alsa = directory / "asound.conf"
        card = f'{{ type pulse server "unix:{self._socket}" }}\n'
        alsa.write_text(f"pcm.!default {card}ctl.!default {card}")
        self.environment = {
            "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{alsa}",
            "PULSE_SERVER": f"unix:{self._socket}",
        }
        self._server = subprocess.Popen(
            [
                *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1"),
                *("--use-pid-file=no", "--disable-shm=yes"),
                *("-L", f"module-native-protocol-unix auth-anonymous=1 socket={self._socket}"),
                # Else such a sink takes two seconds ahead, and is silent for as long when something begins.
                *("-L", "module-null-sink sink_name=ear norewinds=1"),
                *("-L", "module-null-sink sink_name=mouth norewinds=1"),
            ],
            env={**os.environ, "HOME": str(directory), "XDG_RUNTIME_DIR": str(directory)},
            stderr=subprocess.DEVNULL,
        )
        server = ["-s", f"unix:{self._socket}"]
        eventually(lambda: self._pactl("info").returncode == 0, "PulseAudio")
        self._pactl("set-default-sink", "ear")
        self._pactl("set-default-source", "mouth.monitor")
        wanted = ["--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=20"]
        self._ear = subprocess.Popen(
            ["parec", *server, "-d", "ear.monitor", *wanted], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._mouth = subprocess.Popen(
            ["pacat", *server, "-d", "mouth", *wanted], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._heard: list[bytes] = []
        self.speaks = True
        self._closed = False
        for work in (self._listen, self._speak):
            threading.Thread(target=work, daemon=True).start()

    def _pactl(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["pactl", "-s", f"unix:{self._socket}", *words], capture_output=True)

    def recorders(self) -> int:
        """How many programs have the microphone."""
        listed = self._pactl("list", "short", "source-outputs").stdout.decode()
        sources = self._pactl("list", "short", "sources").stdout.decode()
        mouth = next(line.split()[0] for line in sources.splitlines() if "mouth.monitor" in line)
        return sum(line.split()[1] == mouth for line in listed.splitlines())

    def hears(self, hz: float) -> bool:
        """Whether this tone came out of the loudspeaker in the last second, above everything else."""
        last = np.frombuffer(b"".join(self._heard[-60:]), "<i2")[-RATE:]
        return len(last) == RATE and abs(loudest(last) - hz) < 8

    def close(self) -> None:
        self._closed = True
        for process in (self._ear, self._mouth, self._server):
            process.terminate()
            process.wait()

    def _listen(self) -> None:
        assert self._ear.stdout is not None
        while block := os.read(self._ear.stdout.fileno(), 4096):
            self._heard.append(block)
            del self._heard[:-120]

    def _speak(self) -> None:
        """In real time: what is written ahead would be heard late."""
        assert self._mouth.stdin is not None
        count, start = 0, time.monotonic()
        while not self._closed:
            block = tone(count, RATE // 20, RATE, CUSTOMER_HZ) * self.speaks
            try:
                self._mouth.stdin.write(block.tobytes())
                self._mouth.stdin.flush()
            except (BrokenPipeError, ValueError):
                return
            count += len(block)
            time.sleep(max(0.0, start + count / RATE - time.monotonic()))


def loudest(samples: NDArray[np.int16]) -> float:
    """The frequency (Hz) that is the loudest; 0 when all is silent."""
    heard = samples.astype(np.float64)
    if np.sqrt(np.mean(heard**2)) < 50:
        return 0.0
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(np.argmax(spectrum) * RATE / len(heard))


def agent_devices(directory: Path) -> tuple[str, ...]:
    """Arguments for a Chromium whose camera sees two colours and whose microphone hears a tone."""
    sound, sight = directory / "agent.wav", directory / "agent.y4m"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((tone(0, 4 * RATE, RATE, AGENT_HZ) * 2).astype("<i2").tobytes())
    pixels = np.empty((480, 640, 3), np.uint8)
    pixels[:, :320], pixels[:, 320:] = AGENT_LEFT, AGENT_RIGHT
    import av

    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p").to_ndarray()
    sight.write_bytes(b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420jpeg\n" + (b"FRAME\n" + frame.tobytes()) * 15)
    return (
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
        f"--use-file-for-fake-video-capture={sight}",
    )


def read_png(path: Path) -> NDArray[np.uint8]:
    """The pixels of a picture that the screen has saved."""
    data = path.read_bytes()
    at, idat, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            size = int.from_bytes(body[:4]), int.from_bytes(body[4:8])
        elif kind == b"IDAT":
            idat += body
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(idat), np.uint8).reshape(size[1], 1 + 3 * size[0])
    assert not rows[:, 0].any(), "rows without a filter"
    return rows[:, 1:].reshape(size[1], size[0], 3)


def share_of(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> float:
    """Which part of a picture has about this colour."""
    off = np.abs(pixels.astype(int) - np.array(colour)).max(axis=2)
    return float((off < 40).mean())


def eventually(true: Callable[[], object], what: str, limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.05)
