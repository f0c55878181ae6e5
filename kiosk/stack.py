"""A whole hall on this machine, each process a real one: for the demo, the benches and the tests."""

from __future__ import annotations

import functools
import getpass
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from kiosk import config
from kiosk.button.firmware import DEBOUNCE_MS
from kiosk.button.virtual import OnLamp, VirtualBoard
from kiosk.button.virtual_lines import VirtualLines
from kiosk.certs.roles import Role
from kiosk.desk.database import open_database
from kiosk.desk.passwords import Hashed, hashed
from kiosk.desk.people import People
from kiosk.desk.roles import Role as PersonRole
from kiosk.hallcerts import HallCertificates
from kiosk.processes import Processes, StackError
from kiosk.reachable import free_port as free_port, listens, serves

HALL = "demo"
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


class Stack(Processes):
    """A hall's processes: ``make_*`` write the settings, ``start`` and ``kill`` the process.

    Names: ``broker``, a desk's, a kiosk's; a kiosk's screen and voice are ``k1-screen`` and ``k1-voice``.
    """

    def __init__(self) -> None:
        super().__init__()
        self._open_to_all = False
        self.password, self._hashed = _password()
        self.broker_port = free_port()
        self.certs = HallCertificates(HALL, self.directory, self.broker_port)
        self.desk_ports: dict[str, int] = {}
        self.boards: dict[str, VirtualBoard] = {}
        self.lines: dict[str, VirtualLines] = {}

    def close(self) -> None:
        """Stop everything and remove the directory."""
        for board in self.boards.values():
            board.close()
        for lines in self.lines.values():
            lines.close()
        super().close()

    # --- what there is -----------------------------------------------------------------------------

    @property
    def ca(self) -> Path:
        return self.certs.authority.certificate

    def url(self, desk: str) -> str:
        """The address of a desk's page."""
        return f"https://localhost:{self.desk_ports[desk]}"

    def port(self, kiosk: str) -> Path:
        """Where a kiosk looks for its button."""
        return self.directory / kiosk / "button"

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
            self.send_signal("broker", signal.SIGHUP)

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
        socket_path = directory / "link.sock"
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
            lambda: serves(socket_path),
            socket=socket_path,
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
        command = [sys.executable, "-m", "kiosk", "screen", "--config", str(settings)]
        self._add(name, command, lambda: serves(socket_path), socket=socket_path, environment=environment)
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
        socket_path = self.directory / kiosk / "voice.sock"
        command = [sys.executable, "-m", "kiosk", "voice", "--config", str(settings)]
        self._add(name, command, lambda: serves(socket_path), socket=socket_path, environment=environment)
        return name

    def make_simulated_voice(self, kiosk: str = "k1") -> str:
        """Simulated ears and mouth for a kiosk that was made; gives the process's name. See :meth:`say`."""
        name = f"{kiosk}-voice"
        socket_path = self.directory / kiosk / "voice.sock"
        command = [sys.executable, "-m", "kiosk", "sim", "voice", "--socket", str(socket_path)]
        command += ["--link-socket", str(self.socket(kiosk))]
        self._add(name, command, lambda: serves(socket_path), socket=socket_path, typed=True)
        return name

    def say(self, kiosk: str, text: str, patience_s: float = 5.0) -> None:
        """The customer at this kiosk says something, once its simulated voice has open ears or patience ends."""
        deadline = time.monotonic() + patience_s
        while "ears open" not in self.log(f"{kiosk}-voice").rpartition("ears closed")[2]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        self.type(f"{kiosk}-voice", text)

    # --- running -----------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start processes (all that were made, in order, when none is named) and wait until they serve."""
        if "broker" in (names or self.names):
            self.certs.write()
        super().start(*names)


def find_mosquitto() -> str | None:
    """The program, if it is installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=_MOSQUITTO_PLACES)
