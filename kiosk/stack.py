"""A whole hall on this machine, each process a real one: for the demo, the benches and the tests."""

from __future__ import annotations

import contextlib
import functools
import getpass
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk import config
from kiosk.button.firmware import DEBOUNCE_MS
from kiosk.button.virtual import OnLamp, VirtualBoard
from kiosk.button.virtual_lines import VirtualLines
from kiosk.certs.roles import Role
from kiosk.desk.database import open_database
from kiosk.desk.people import Hashed, People, hashed
from kiosk.desk.roles import Role as PersonRole
from kiosk.hallcerts import HallCertificates
from kiosk.reachable import free_port as free_port, listens, serves

HALL = "demo"
READY_S = 20.0
#: Outlives whoever is killed, and ends what that has left behind: the last line it read has the pids.
_WATCHMAN = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids'
#: For a fleet of simulated terminals on this machine only: no certificates, no limit on connections.
_OPEN_BROKER = """listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 20
max_queued_messages 1000
persistence true
persistence_location {directory}/
autosave_interval 30
set_tcp_nodelay true
sys_interval 0
log_dest stderr
log_type error
log_type warning
user {user}
"""
_MOSQUITTO_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


@functools.cache
def _password() -> tuple[str, Hashed]:
    """Of all the people in all the halls of this process: hashing is slow on purpose, and would be done hundreds
    of times by the tests."""
    password = secrets.token_urlsafe(9)
    return password, hashed(password)


class StackError(RuntimeError):
    """A process of the hall did not start; the text has the end of its log."""


class Stack:
    """Processes by name, with their files in one directory that goes away with the stack.

    ``make_*`` write the settings, ``start`` and ``kill`` the process. Names: ``broker``, a desk's, a kiosk's.
    The processes end with this one, also when it is killed: a link that is left behind would go on opening the
    terminal device it knows, and take the presses of whichever board has that number next.
    """

    def __init__(self) -> None:
        self._open_to_all = False
        self._temporary = tempfile.TemporaryDirectory(prefix="kiosk-")
        self.directory = Path(self._temporary.name)
        self.password, self._hashed = _password()
        self.broker_port = free_port()
        self.certs = HallCertificates(HALL, self.directory, self.broker_port)
        self.desk_ports: dict[str, int] = {}
        self.boards: dict[str, VirtualBoard] = {}
        self.lines: dict[str, VirtualLines] = {}
        self._sockets: dict[str, Path] = {}
        self._environments: dict[str, dict[str, str]] = {}
        self._typed: set[str] = set()  # processes that one can type to
        self._commands: dict[str, list[str]] = {}
        self._ready: dict[str, Callable[[], bool]] = {}
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
        for board in self.boards.values():
            board.close()
        for lines in self.lines.values():
            lines.close()
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
    def ca(self) -> Path:
        return self.certs.authority.certificate

    def url(self, desk: str) -> str:
        """The address of a desk's page."""
        return f"https://localhost:{self.desk_ports[desk]}"

    @property
    def names(self) -> list[str]:
        """Everything that was made, in order."""
        return list(self._commands)

    def socket(self, name: str) -> Path:
        """The local socket of a kiosk's link, or of another of its processes."""
        return self._sockets[name]

    def port(self, kiosk: str) -> Path:
        """Where a kiosk looks for its button."""
        return self.directory / kiosk / "button"

    def log(self, name: str) -> str:
        """What a process has written so far."""
        path = self.directory / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    # --- making ------------------------------------------------------------------------------------

    def make_broker(self, *, embedded: bool = False, open_to_all: bool = False) -> None:
        """mosquitto with the configuration of a real hall, or amqtt (TLS, but no rights) when ``embedded``.

        ``open_to_all``: mosquitto for thousands of clients of many halls, without certificates and rights.
        Raises :class:`StackError` when mosquitto is missing.
        """
        self._open_to_all = open_to_all
        self.certs.issue(Role.BROKER, "broker")
        if embedded:
            command = [
                sys.executable,
                "-m",
                "kiosk.embedded",
                str(self.broker_port),
                str(self.certs.broker_directory),
            ]
        else:
            if (program := find_mosquitto()) is None:
                raise StackError("mosquitto is not installed: apt install mosquitto")
            configuration = self.certs.broker_directory / "mosquitto.conf"
            if open_to_all:
                configuration = self.directory / "open.conf"
                configuration.write_text(
                    _OPEN_BROKER.format(port=self.broker_port, directory=self.directory, user=getpass.getuser())
                )
            command = [program, "-c", str(configuration)]
        self._add("broker", command, lambda: listens(self.broker_port))

    def _broker_table(self, role: Role, name: str, *, ledger: bool = False) -> str:
        if self._open_to_all:
            return f'[broker]\nurl = "mqtt://127.0.0.1:{self.broker_port}"\n'
        table = self.certs.table(role, name, ledger=ledger)
        self._tell_broker()
        return table

    def client(self, name: str, *, free: bool = False) -> config.Broker:
        """Broker settings for somebody else, who only watches; ``free``: who may write and read everything."""
        settings = self.certs.client(name, free=free)
        self._tell_broker()
        return settings

    def _tell_broker(self) -> None:
        """A broker that runs reads the access list again."""
        if self.running("broker"):
            self.certs.write()
            self._processes["broker"].send_signal(signal.SIGHUP)

    def make_desk(
        self,
        name: str = "desk1",
        *,
        ledger: bool = True,
        people: Mapping[str, tuple[str, int] | tuple[str, int, PersonRole]],
        more: str = "",
        hall: str = HALL,
    ) -> None:
        """A desk with people: user -> (name, level, and the role of who is no agent).

        All have the stack's password. ``more``: further tables.
        """
        cert, key = self.certs.issue(Role.PAGE, name)
        broker = self._broker_table(Role.DESK, name, ledger=ledger)
        port = self.desk_ports[name] = free_port()
        database = f"sqlite:///{self.directory}/{name}.db"
        settings = self.directory / f"{name}.toml"
        settings.write_text(
            f'hall = "{hall}"\nname = "{name}"\ntitle = "演示营业厅"\nlisten = "127.0.0.1"\nport = {port}\n'
            f'cert = "{cert}"\nkey = "{key}"\ndatabase = "{database}"\nledger = {str(ledger).lower()}\n'
            f"{broker}{more}\n"
        )
        engine = open_database(database)
        for user, (full_name, level, *role) in people.items():
            People(engine).add(user, full_name, self._hashed, level, *role)
        engine.dispose()
        self._add(
            name,
            [sys.executable, "-m", "kiosk", "desk", "--config", str(settings)],
            lambda: listens(port),
        )

    def make_kiosk(
        self,
        name: str = "k1",
        *,
        title: str = "1号自助终端",
        place: str = "大厅入口左侧",
        more: str = "",
        debounce_ms: int = DEBOUNCE_MS,
        on_lamp: OnLamp | None = None,
        board: bool = True,
        lines: bool = False,
        hold_ends_call: bool = False,
    ) -> None:
        """A kiosk with a simulated button board on a real pseudo-terminal, or with none at its port yet.

        With ``lines`` the simulated button has no board and is on modem lines, over RFC 2217.
        ``more``: lines for its settings.
        """
        directory = self.directory / name
        directory.mkdir()
        self._sockets[name] = directory / "link.sock"
        driver, port = "board", str(self.port(name))
        if lines:
            self.lines[name] = VirtualLines(on_lamp=on_lamp)
            driver, port = "lines", self.lines[name].url
        elif board:
            self.boards[name] = VirtualBoard(port, debounce_ms=debounce_ms, on_lamp=on_lamp)
        broker = self._broker_table(Role.KIOSK, name)
        settings = self.directory / f"{name}.toml"
        settings.write_text(
            f'hall = "{HALL}"\nname = "{name}"\ntitle = "{title}"\nplace = "{place}"\n'
            f'state_dir = "{directory}"\nruntime_dir = "{directory}"\n'
            f'{more}\n{broker}[button]\ndriver = "{driver}"\nport = "{port}"\n'
            f"hold_ends_call = {str(hold_ends_call).lower()}\n"
        )
        self._add(
            name,
            [sys.executable, "-m", "kiosk", "link", "--config", str(settings)],
            lambda: serves(self.socket(name)),
        )

    def make_screen(
        self, kiosk: str = "k1", *, environment: dict[str, str], size: str = "1280x800", more: str = ""
    ) -> str:
        """The touch screen of a kiosk that was made, with simulated touch; gives the process's name.

        ``environment`` has the display in it (see :mod:`kiosk.display`); ``more``: further lines of its table.
        """
        name = f"{kiosk}-screen"
        settings = self.directory / f"{kiosk}.toml"
        with settings.open("a", encoding="utf-8") as file:
            file.write(f'[screen]\nsize = "{size}"\nsimulate_touch = true\n{more}\n')
        socket_path = self.directory / kiosk / "screen.sock"
        self._sockets[name] = socket_path
        self._environments[name] = environment
        command = [sys.executable, "-m", "kiosk", "screen", "--config", str(settings)]
        self._add(name, command, lambda: serves(socket_path))
        return name

    def make_voice(
        self, kiosk: str = "k1", *, models: Path, environment: dict[str, str] | None = None, more: str = ""
    ) -> str:
        """Real ears and mouth for a kiosk that was made, with the sound devices of ``environment``.

        ``more``: further lines of its table. Gives the process's name.
        """
        name = f"{kiosk}-voice"
        settings = self.directory / f"{kiosk}.toml"
        with settings.open("a", encoding="utf-8") as file:
            file.write(f'[voice]\nmodels_dir = "{models}"\n{more}\n')
        socket_path = self._sockets[name] = self.directory / kiosk / "voice.sock"
        if environment is not None:
            self._environments[name] = environment
        command = [sys.executable, "-m", "kiosk", "voice", "--config", str(settings)]
        self._add(name, command, lambda: serves(socket_path))
        return name

    def make_simulated_voice(self, kiosk: str = "k1") -> str:
        """Simulated ears and mouth for a kiosk that was made; gives the process's name. See :meth:`say`."""
        name = f"{kiosk}-voice"
        socket_path = self._sockets[name] = self.directory / kiosk / "voice.sock"
        self._typed.add(name)
        command = [sys.executable, "-m", "kiosk", "sim", "voice", "--socket", str(socket_path)]
        self._add(name, [*command, "--link-socket", str(self.socket(kiosk))], lambda: serves(socket_path))
        return name

    def say(self, kiosk: str, text: str, patience_s: float = 5.0) -> None:
        """The customer at this kiosk says something, once its simulated voice has open ears or patience ends."""
        deadline = time.monotonic() + patience_s
        while "ears open" not in self.log(f"{kiosk}-voice").rpartition("ears closed")[2]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        typed = self._processes[f"{kiosk}-voice"].stdin
        assert typed is not None
        typed.write(f"{text}\n".encode())

    def command(self, name: str) -> list[str]:
        """The program that is started under this name."""
        return self._commands[name]

    def set_command(self, name: str, command: list[str]) -> None:
        """Start another program in the place of one of ours."""
        self._commands[name] = command

    def set_environment(self, name: str, environment: dict[str, str]) -> None:
        """Start it with these variables instead of our own."""
        self._environments[name] = environment

    def _add(self, name: str, command: list[str], ready: Callable[[], bool]) -> None:
        self._commands[name] = command
        self._ready[name] = ready

    # --- running -----------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start processes (all that were made, in order, when none is named) and wait until they serve."""
        if "broker" in (names or self._commands):
            self.certs.write()
        for name in names or list(self._commands):
            with (self.directory / f"{name}.log").open("ab") as log:
                self._processes[name] = subprocess.Popen(
                    self._commands[name],
                    env=self._environments.get(name),
                    stdin=subprocess.PIPE if name in self._typed else subprocess.DEVNULL,
                    bufsize=0,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self._tell_watchman()
        for name in names or list(self._commands):
            deadline = time.monotonic() + READY_S
            while not self._ready[name]():
                if self._processes[name].poll() is not None or time.monotonic() > deadline:
                    raise StackError(f"{name} did not start:\n{self.log(name)[-2000:]}")
                time.sleep(0.02)

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process, with SIGKILL by default, and wait until it is gone."""
        self._processes[name].send_signal(how)
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
        if name in self._sockets:
            self._sockets[name].unlink(missing_ok=True)  # so that the next start's readiness is its own

    def _tell_watchman(self) -> None:
        pids = " ".join(str(process.pid) for process in list(self._processes.values()))
        assert self._watchman.stdin is not None
        self._watchman.stdin.write(f"{pids}\n".encode())


def find_mosquitto() -> str | None:
    """The program, if it is installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_MOSQUITTO_PLACES)
