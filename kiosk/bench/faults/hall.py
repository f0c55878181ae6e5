"""A hall in which one fault after the other is played: its real processes, its observers, a customer, a doctor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kiosk import clock
from kiosk.bench.faults.card import SoundCard
from kiosk.bench.faults.duty import DutyService
from kiosk.bench.faults.eyes import AGENT, DESK, KIOSK, LOOK_S, SCREEN, DeskEyes, Eyes, LinkEyes, ScreenEyes
from kiosk.display import VirtualDisplay
from kiosk.link.alarm import write_wav
from kiosk.messages import RunSelfTest
from kiosk.stack import Stack

SETTLE_S = 90.0  # a machine that is busy with something else starts a hall slowly
DOCTOR_S = 120.0
_PLAYER = "#!/bin/sh\nsleep 0.3\n"  # plays to nobody
_DISK_MB = 400


class Kind(StrEnum):
    """What the terminal of a hall has."""

    BOARD = "board"
    LINES = "lines"  # no board: modem lines, by a serial server
    VOICE = "voice"  # a board, a microphone, a loudspeaker
    DISK = "disk"  # a board, and a small disk of its own under the journal


class FaultsError(RuntimeError):
    """The hall does not do what a fault needs; the text says what."""


class Told(NamedTuple):
    """One line of the doctor's."""

    what: str
    state: str
    how: str


class FaultHall:
    """Use it as a context manager: it is started, and well, inside. Raises OSError, StackError or FaultsError."""

    def __init__(self, kind: Kind, models: Path, *, screen: bool = True) -> None:
        self.kind = kind
        self.stack = Stack()
        self._models = models
        self._parts = contextlib.ExitStack()
        self._parts.callback(self.stack.close)
        self._screen = screen
        self._tasks: list[asyncio.Task[None]] = []
        self.duty = DutyService()
        self._parts.callback(self.duty.stop)
        self.card: SoundCard | None = None
        self.held = contextlib.ExitStack()  # what a step has taken and gives back when it mends
        self._parts.callback(self.held.close)
        self.struck_at: float | None = None
        self.healthy: set[Told] = set()  # what the doctor says of a machine that is well
        self.welcome: tuple[str, ...] = ()

    async def __aenter__(self) -> Self:
        try:
            self._make()
            await asyncio.to_thread(self.stack.start)
            self.link = LinkEyes(self.stack.socket(KIOSK))
            self.desk = DeskEyes(self.stack)
            eyes: list[Eyes] = [self.link, self.desk]
            self.screen = ScreenEyes(self.stack.socket(SCREEN)) if self._screen else None
            if self.screen is not None:
                eyes.append(self.screen)
            self._tasks = [asyncio.create_task(one.run()) for one in eyes]
            await self.until(self._is_well, SETTLE_S, "the hall is not well from the beginning")
            self.welcome = self.screen.texts if self.screen is not None else ()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._parts.close)

    # --- what is in it ------------------------------------------------------------------------------

    @property
    def directory(self) -> Path:
        return self.stack.directory

    @property
    def settings(self) -> Path:
        """The terminal's settings."""
        return self.directory / f"{KIOSK}.toml"

    @property
    def player(self) -> Path:
        """What plays the local alarm."""
        return self.directory / "player"

    @property
    def camera(self) -> Path:
        """A file in the camera's place."""
        return self.directory / "camera"

    @property
    def microphone(self) -> Path:
        """A recording in the microphone's place."""
        return self.directory / "microphone.wav"

    @property
    def models(self) -> Path:
        """Where this terminal's models lie."""
        return self.directory / "models"

    @property
    def state_dir(self) -> Path:
        """Where journal and rendered speech lie."""
        return self.directory / "state"

    def _make(self) -> None:
        stack = self.stack
        stack.make_broker()
        stack.make_desk(DESK, people={AGENT: ("王芳", 3)})
        self.player.write_text(_PLAYER)
        self.player.chmod(0o755)
        self.camera.touch()
        self.duty.start()
        more = f'[alarm]\nplayer = ["{self.player}"]\n[escalation]\nlinger_s = 1\n'
        more += f'[duty]\nwebhook = "{self.duty.url}"\n[video]\ncamera = "file:{self.camera}"\n'
        stack.make_kiosk(KIOSK, more=more, lines=self.kind is Kind.LINES)
        self.state_dir.mkdir()
        self.edit(f'state_dir = "{self.directory / KIOSK}"', f'state_dir = "{self.state_dir}"')
        if self._screen:
            display = self._parts.enter_context(VirtualDisplay(800, 480))
            stack.make_screen(KIOSK, environment=display.environment, size="800x480", more="idle_s = 3")
        if self.kind is Kind.VOICE:
            self._make_voice()
        if self.kind is Kind.DISK:
            mount = f"mount -t tmpfs -o size={_DISK_MB}m tmpfs {self.state_dir}"
            self.run_apart(KIOSK, mount)

    def _make_voice(self) -> None:
        write_wav(self.microphone)  # any sound will do
        self.models.symlink_to(self._models.resolve())
        self.card = SoundCard(self.directory)
        self._parts.callback(self.card.close)
        self.stack.make_voice(
            KIOSK,
            models=self.models,
            environment=dict(os.environ) | self.card.environment,
            more=f'microphone = "file:{self.microphone}"\nengine = "espeak"',
        )

    # --- breaking and mending -----------------------------------------------------------------------

    def struck(self) -> None:
        """The fault happens now, not when its preparation began."""
        self.struck_at = clock.now()

    def edit(self, old: str, new: str) -> None:
        """Write something else into the terminal's settings. Raises FaultsError when the old is not there."""
        text = self.settings.read_text(encoding="utf-8")
        if old not in text:
            raise FaultsError(f"'{old}' is not in the settings")
        self.settings.write_text(text.replace(old, new), encoding="utf-8")

    async def restart(self, name: str) -> None:
        """Kill a process and start it again; what it is started with strikes at its start."""
        await self.kill(name)
        self.struck()
        await self.start(name)

    async def kill(self, name: str) -> None:
        await asyncio.to_thread(self.stack.kill, name)

    async def start(self, name: str) -> None:
        """Raises StackError when it does not serve."""
        await asyncio.to_thread(self.stack.start, name)

    def freeze(self, name: str) -> None:
        self.stack.send_signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.stack.send_signal(name, signal.SIGCONT)

    def reload_broker(self) -> None:
        """Have the broker read its access list again."""
        self.stack.send_signal("broker", signal.SIGHUP)

    def run_apart(self, name: str, *mounts: str) -> None:
        """At its next start a process sees mounts of its own, which go away with it. Needs root."""
        command = self.stack.command(name)
        script = " && ".join([*mounts, 'exec "$@"'])
        self.stack.set_command(
            name, ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *command]
        )

    def resize_disk(self, size: str = f"{_DISK_MB}m") -> None:
        """The disk under the journal has this size now; tmpfs takes none below what is in use."""
        self._inside(KIOSK, "mount", "-o", f"remount,size={size}", str(self.state_dir))

    def disk_used_kb(self) -> int:
        """How much of it is in use."""
        return int(self._inside(KIOSK, "df", "--output=used", "-k", str(self.state_dir)).split()[-1])

    def _inside(self, name: str, *command: str) -> str:
        pid = str(self.stack.pid(name))
        done = subprocess.run(["nsenter", "-t", pid, "-m", *command], capture_output=True, text=True)
        if done.returncode:
            raise FaultsError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    # --- people -------------------------------------------------------------------------------------

    def press(self, seconds: float = 0.2) -> None:
        """The customer presses the button."""
        if self.kind is Kind.LINES:
            self.stack.lines[KIOSK].press(seconds)
        else:
            self.stack.boards[KIOSK].press(seconds)

    @property
    def screen_signs(self) -> frozenset[str]:
        """The scene that is shown."""
        return self.screen.signs if self.screen is not None else frozenset()

    @property
    def lamp(self) -> str:
        """What the button's lamp shows."""
        if self.kind is Kind.LINES:
            return self.stack.lines[KIOSK].lamp.name
        return self.stack.boards[KIOSK].shown.name

    async def self_test(self) -> None:
        """What a technician does at the end: without it, a test that failed may stand for five minutes."""
        with contextlib.suppress(ConnectionError):
            await self.link.ask(RunSelfTest("bench"))

    async def doctor(self, inside: str = "") -> list[Told]:
        """Run it; its lines that are not ok, but for those that this machine has when all is well.

        ``inside``: with the mounts of this process.
        """
        command = [sys.executable, "-m", "kiosk", "doctor", "--no-sound", "--json", "--config", str(self.settings)]
        if inside and self.stack.running(inside):
            command = ["nsenter", "-t", str(self.stack.pid(inside)), "-m", *command]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=DOCTOR_S, check=False
        )
        if done.returncode == 2:
            return [Told("kiosk doctor", "exit 2", done.stderr.strip())]
        try:
            lines = json.loads(done.stdout)
        except ValueError as error:
            raise FaultsError(f"the doctor broke off: {done.stderr[-500:]}") from error
        told = [Told(line["what"], line["state"], line["how"]) for line in lines]
        return [line for line in told if line.state != "ok" and line not in self.healthy]

    # --- waiting ------------------------------------------------------------------------------------

    async def until(self, found: Callable[[], object], limit_s: float, otherwise: str) -> None:
        """Wait until something is true. Raises FaultsError, which says what is wrong instead."""
        end = clock.now() + limit_s
        while not found():
            self._still_looking()
            if clock.now() > end:
                raise FaultsError(
                    f"{otherwise}: after {limit_s:.0f} s {', '.join(sorted(self.wrong())) or 'nothing'}"
                )
            await asyncio.sleep(LOOK_S)

    def wrong(self) -> set[str]:
        """All that link and page show now."""
        return {f"link: {sign}" for sign in self.link.signs} | {f"desk: {sign}" for sign in self.desk.signs}

    def is_well(self) -> bool:
        """Nothing is wrong, and the link has found everything out."""
        state = self.link.state
        if self.wrong() or state is None or not state.online:
            return False
        return "desk" in state.parts and (self.screen is None or "screen" in state.parts)

    def _is_well(self) -> bool:
        scene = self.screen is None or "welcome" in self.screen.signs
        voice = self.link.state is not None and "model" in self.link.state.parts
        return self.is_well() and scene and (voice or self.kind is not Kind.VOICE)

    def _still_looking(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()
