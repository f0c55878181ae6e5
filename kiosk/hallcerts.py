"""The certificates of a hall on this machine, as a real hall has them: for :mod:`kiosk.stack`."""

from __future__ import annotations

import datetime
import getpass
import os
from pathlib import Path

from kiosk import config
from kiosk.certs import broker
from kiosk.certs.authority import Authority, Pair
from kiosk.certs.roles import CLIENTS, Holder, Role


class HallCertificates:
    """An authority in a directory, and what a broker at a port of this machine reads."""

    def __init__(self, hall: str, directory: Path, port: int) -> None:
        self._hall = hall
        self._port = port
        self._retained = directory / "retained"
        self._free: list[str] = []  # users who may do everything, against the hall's rules
        #: What in a real hall is ``/etc/mosquitto/rengong``.
        self.broker_directory = directory / "broker"
        self.authority = Authority(directory / "certs")
        self.authority.make(hall, _now())

    def issue(self, role: Role, name: str, *, ledger: bool = False) -> Pair:
        """A certificate; one of a server is for this machine."""
        hosts = () if role in CLIENTS else ("localhost", "127.0.0.1")
        return self.authority.issue(role, name, _now(), hosts=hosts, ledger=ledger)

    def settings_of(self, role: Role, name: str) -> config.Broker:
        """Broker settings with the certificate of somebody who has one."""
        pair = self.authority.pair(Holder(self._hall, role, name))
        ca = str(self.authority.certificate)
        return config.Broker(url=f"mqtts://127.0.0.1:{self._port}", ca=ca, cert=str(pair.cert), key=str(pair.key))

    def table(self, role: Role, name: str, *, ledger: bool = False) -> str:
        """``[broker]`` for the settings of a kiosk or desk, which gets its certificate with it."""
        self.issue(role, name, ledger=ledger)
        mine = self.settings_of(role, name)
        return f'[broker]\nurl = "{mine.url}"\nca = "{mine.ca}"\ncert = "{mine.cert}"\nkey = "{mine.key}"\n'

    def client(self, name: str, *, free: bool = False) -> config.Broker:
        """Settings for a watcher; ``free``: who may write and read everything."""
        self.issue(Role.WATCH, name)
        if free:
            self._free.append(str(Holder(self._hall, Role.WATCH, name)))
        return self.settings_of(Role.WATCH, name)

    def write(self) -> None:
        """What ``kiosk certs broker`` does, for this port and these directories."""
        self._retained.mkdir(exist_ok=True)
        broker.install(
            self.authority,
            _now(),
            to=self.broker_directory,
            data=f"{self._retained}/",
            listener=f"listener {self._port} 127.0.0.1",
            user=getpass.getuser(),
        )
        with (self.broker_directory / "acl").open("a", encoding="utf-8") as access:
            access.writelines(f"\nuser {user}\ntopic readwrite #\n" for user in self._free)
        if os.geteuid() == 0:  # it would change to a user who may not read here
            with (self.broker_directory / "mosquitto.conf").open("a", encoding="utf-8") as configuration:
                configuration.write("\nuser root\n")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
