"""The terminal's own alarm sound, which needs neither the voice process nor the screen.

A WAV is played again and again by a small player of the system, through a device that mixes (ALSA's default
or PulseAudio's), so that a speaking voice process cannot keep it silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import shutil
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

log = logging.getLogger(__name__)

RATE = 16000
AGAIN_S = 1.0
#: (Hz, seconds) of one period. Low notes: with age the high ones are the first not to be heard.
TONES = ((660, 0.3), (880, 0.3), (660, 0.3), (880, 0.3), (0, 0.4))
PLAYERS = (("paplay",), ("pw-play",), ("aplay", "-q"))
_NO_PLAYER = "no player: install pulseaudio-utils or alsa-utils"


def write_wav(path: Path) -> None:
    """Write one period of the alarm: 16 kHz, mono, 16 bit. Raises OSError."""
    samples = bytearray()
    for hertz, seconds in TONES:
        for n in range(int(seconds * RATE)):
            # A square-like tone (odd harmonics) carries through a noisy hall.
            phase = 2 * math.pi * hertz * n / RATE
            level = sum(math.sin(k * phase) / k for k in (1, 3, 5)) if hertz else 0.0
            samples += struct.pack("<h", int(26000 * max(-1.0, min(1.0, level))))
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(bytes(samples))


def find_players() -> list[tuple[str, ...]]:
    """The players that are installed, the best first."""
    return [player for player in PLAYERS if shutil.which(player[0])]


class AlarmSound:
    """Sounds while it is on: by ``player``, or by any that is installed and plays."""

    def __init__(self, wav: Path, player: Sequence[str] = (), *, stuck_s: float = 10.0) -> None:
        self._wav = wav
        self._player = tuple(player)
        self._stuck_s = stuck_s
        self._task: asyncio.Task[None] | None = None
        self._failed: dict[str, str] = {}  # player -> why
        try:
            write_wav(wav)
        except OSError as error:
            self._failed[str(wav)] = f"{wav} cannot be written ({error.strerror}); free some disk space"

    @property
    def fault(self) -> str:
        """Why it cannot sound; empty when it can, or has not tried yet."""
        return "; ".join(self._failed.values()) or ("" if self._players() else _NO_PLAYER)

    @property
    def on(self) -> bool:
        return self._task is not None

    def switch(self, on: bool) -> None:
        """Start or stop; the same again changes nothing."""
        if on and self._task is None:
            self._task = asyncio.create_task(self._play())
        elif not on and self._task is not None:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        """Stop, and wait until the player is gone."""
        task = self._task
        self.switch(False)
        if task is not None:
            await asyncio.wait({task})

    def _players(self) -> list[tuple[str, ...]]:
        # Looked for each time: one may have been installed since. And one of them may reach no sound server.
        return [self._player] if self._player else find_players()

    async def _play(self) -> None:
        at = 0
        while True:
            players = self._players()
            if not players:
                await asyncio.sleep(AGAIN_S)
                continue
            player = players[at % len(players)]
            if fault := await self._once(player):
                self._say(player[0], fault)
                at += 1
                await asyncio.sleep(AGAIN_S)
            else:
                self._failed.clear()

    async def _once(self, player: Sequence[str]) -> str:
        """Play one period; gives why it could not."""
        try:
            process = await asyncio.create_subprocess_exec(
                *player,
                str(self._wav),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            return f"{player[0]} cannot be started ({error.strerror})"
        try:
            async with asyncio.timeout(self._stuck_s):
                _, errors = await process.communicate()
        except TimeoutError:
            return f"{player[0]} hangs; check the sound service and alarm.player"
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            why = errors.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
            return f"{player[0]} failed ({why[0]}); check the sound card and alarm.player"
        return ""

    def _say(self, player: str, fault: str) -> None:
        if self._failed.get(player) != fault:
            log.error("alarm sound: %s", fault)
        self._failed[player] = fault
