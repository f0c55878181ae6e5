"""Real processes by name, each with its log, which end with the one that started them."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

READY_S = 20.0
#: Outlives whoever is killed, and ends what that has left behind: the last line it read has the pids.
_WATCHMAN = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids'


class StackError(RuntimeError):
    """A process of the hall did not start; the text has the end of its log."""


@dataclass
class _Program:
    """What is started under a name."""

    command: list[str]
    ready: Callable[[], bool]
    socket: Path | None = None
    environment: Mapping[str, str] | None = None
    typed: bool = False  # one can type to it


class Processes:
    """Processes by name, with their files in one directory that goes away with them.

    They end with this process, also when it is killed: a link that is left behind would go on opening the
    terminal device it knows, and take the presses of whichever board has that number next.
    """

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="kiosk-")
        self.directory = Path(self._temporary.name)
        self._programs: dict[str, _Program] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._watchman = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHMAN], stdin=subprocess.PIPE, bufsize=0, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything and remove the directory."""
        for name in list(self._processes):
            with contextlib.suppress(ProcessLookupError):
                self._processes[name].terminate()
        for name in list(self._processes):
            self._wait_end(name)
        self._watchman.kill()
        self._watchman.wait()
        self._temporary.cleanup()

    # --- what there is -----------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """Everything that can be started, in order."""
        return list(self._programs)

    def socket(self, name: str) -> Path:
        """The local socket that a process serves. Raises KeyError for one that serves none."""
        path = self._programs[name].socket
        if path is None:
            raise KeyError(f"{name} has no local socket")
        return path

    def log(self, name: str) -> str:
        """What a process has written so far."""
        path = self.directory / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def command(self, name: str) -> list[str]:
        """The program that is started under this name."""
        return self._programs[name].command

    def set_command(self, name: str, command: list[str]) -> None:
        """Start another program in the place of one of ours."""
        self._programs[name].command = command

    def set_environment(self, name: str, environment: Mapping[str, str]) -> None:
        """Start it with these variables instead of our own."""
        self._programs[name].environment = environment

    def _add(
        self,
        name: str,
        command: list[str],
        ready: Callable[[], bool],
        *,
        socket: Path | None = None,
        environment: Mapping[str, str] | None = None,
        typed: bool = False,
    ) -> None:
        self._programs[name] = _Program(command, ready, socket, environment, typed)

    # --- running -----------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start processes (all that were made, in order, when none is named) and wait until they serve."""
        names = names or tuple(self._programs)
        for name in names:
            program = self._programs[name]
            with (self.directory / f"{name}.log").open("ab") as log:
                self._processes[name] = subprocess.Popen(
                    program.command,
                    env=program.environment,
                    stdin=subprocess.PIPE if program.typed else subprocess.DEVNULL,
                    bufsize=0,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self._tell_watchman()
        for name in names:
            deadline = time.monotonic() + READY_S
            while not self._programs[name].ready():
                if self._processes[name].poll() is not None or time.monotonic() > deadline:
                    raise StackError(f"{name} did not start:\n{self.log(name)[-2000:]}")
                time.sleep(0.02)

    def type(self, name: str, line: str) -> None:
        """Type a line to a process that reads what is typed."""
        typed = self._processes[name].stdin
        assert typed is not None
        typed.write(f"{line}\n".encode())

    def send_signal(self, name: str, how: signal.Signals) -> None:
        """Send a signal and go on."""
        self._processes[name].send_signal(how)

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process, with SIGKILL by default, and wait until it is gone."""
        self.send_signal(name, how)
        self._wait_end(name)

    def wait_end(self, name: str) -> int:
        """Wait until a process has ended by itself; gives its exit code."""
        return self._processes[name].wait(READY_S)

    def running(self, name: str) -> bool:
        return name in self._processes and self._processes[name].poll() is None

    def _wait_end(self, name: str) -> None:
        process = self._processes.pop(name)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._tell_watchman()
        if process.stdin is not None:
            process.stdin.close()
        if (socket := self._programs[name].socket) is not None:
            socket.unlink(missing_ok=True)  # so that the next start's readiness is its own

    def _tell_watchman(self) -> None:
        pids = " ".join(str(process.pid) for process in list(self._processes.values()))
        assert self._watchman.stdin is not None
        self._watchman.stdin.write(f"{pids}\n".encode())
