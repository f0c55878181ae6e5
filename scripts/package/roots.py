"""A root directory that runs on its own, with no network: for trying the package in."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

SUITE = "bookworm"
INCLUDE = "systemd-sysv,dbus,python3,udev"
NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "--private-network")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"}


class Failed(Exception):
    """A step did not pass; the text says why."""


def make(directory: Path, arch: str, mirror: str, base: Path | None, limit_s: float) -> None:
    """A minimal Debian 12, or a copy of one. Raises CalledProcessError, TimeoutExpired."""
    shutil.rmtree(directory, ignore_errors=True)
    if base:
        subprocess.run(["cp", "-a", base, directory], check=True)
    else:
        # Where debootstrap needed more than 50 minutes under emulation: mmdebstrap calls dpkg a few times, not for
        # each package, and waits for no disk.
        what = ["--variant=minbase", f"--include={INCLUDE}", f"--architectures={arch}", SUITE, directory, mirror]
        subprocess.run(["mmdebstrap", "--quiet", "--mode=root", *what], check=True, timeout=limit_s)
    (directory / "etc" / "hosts").write_text("127.0.0.1 localhost\n", encoding="utf-8")
    (directory / "etc" / "machine-id").write_text("", encoding="utf-8")


class Root:
    """A root directory that runs: with systemd as process 1, or with a process that only sleeps."""

    def __init__(self, directory: Path, stick: Path, *, boots: bool) -> None:
        self.directory = directory
        self.boots = boots
        self._stick = stick
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self._services: list[subprocess.Popen[bytes]] = []

    def once(self, *command: str, limit_s: float) -> str:
        """What one command prints, before anything runs; the stick is at /mnt. Raises Failed."""
        done = subprocess.run(
            [*NSPAWN, f"--bind-ro={self._stick}:/mnt", "-D", self.directory, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit_s,
        )
        output = done.stdout.decode(errors="replace")
        if done.returncode:
            raise Failed(output[-1500:])
        return output

    def start(self) -> None:
        """Raises Failed."""
        payload = ["--boot"] if self.boots else ["--as-pid2", "/bin/sleep", "14400"]
        console = self.directory.parent / "console.log"
        with console.open("ab") as log:
            self._nspawn = subprocess.Popen(
                [*NSPAWN, f"--bind-ro={self._stick}:/mnt", "-D", self.directory, *payload],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._leader = int(eventually("the root has a first process", self._first_process, 60))
        if self.boots:
            eventually("systemd has started", self._booted, 90)

    def _first_process(self) -> str:
        assert self._nspawn is not None
        if self._nspawn.poll() is not None:
            raise Failed(f"systemd-nspawn ended: {(self.directory.parent / 'console.log').read_text()[-500:]}")
        shown = subprocess.run(["pgrep", "-P", str(self._nspawn.pid)], capture_output=True, text=True)
        for pid in shown.stdout.split():  # there is another child for a moment, which prepares the root
            name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
            if name.strip("()") in ("systemd", "sd-stubinit"):
                return pid
        return ""

    def _booted(self) -> bool:
        """It answers; while an interrupted upgrade is finished it is still starting."""
        return self.run("systemctl is-system-running", check=False).strip() in ("running", "degraded", "starting")

    def run(self, command: str, *, check: bool = True, limit_s: float = 600) -> str:
        """What a shell in the root prints. Raises Failed, TimeoutExpired."""
        done = subprocess.run(
            [*self._inside(), "sh", "-c", f"cd /root; {command}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit_s,
            env=ENVIRONMENT,
        )
        output = done.stdout.decode(errors="replace")
        if check and done.returncode:
            raise Failed(f"{command}: {done.returncode}: {output[-1500:]}")
        return output

    def _inside(self) -> list[str]:
        return ["nsenter", "-t", str(self._leader), "-a", "-r", "-w"]

    def service(self, name: str, command: str, user: str = "root") -> None:
        """Run for as long as the root does, or until :meth:`stop`."""
        if self.boots:
            self.run(f"systemd-run --quiet --unit={name} -p User={user} {command}")
            return
        # setpriv becomes the command, so that the shell's number is its number too.
        become = f"setpriv --reuid={user} --regid={user} --init-groups {command}"
        with (self.directory / "root" / f"{name}.log").open("ab") as log:
            self._services.append(
                subprocess.Popen(
                    [*self._inside(), "sh", "-c", f"echo $$ >/root/{shlex.quote(name)}.pid; exec {become}"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=ENVIRONMENT,
                )
            )

    def stop(self, name: str) -> None:
        """End a service, and wait until it has gone. Raises Failed."""
        if self.boots:
            self.run(f"systemctl stop {name}")
            return
        ended = f"while kill -0 $(cat {name}.pid) 2>/dev/null; do sleep 0.2; done"
        self.run(f"kill $(cat {name}.pid); {ended}", limit_s=60)

    def log(self, name: str) -> str:
        """What a service has said."""
        if self.boots:
            return self.run(f"journalctl --no-pager -o cat -u {name}", check=False)
        return (self.directory / "root" / f"{name}.log").read_text(errors="replace")

    def cut_power(self) -> None:
        """At once, as when the plug is pulled."""
        if self._nspawn is not None:
            os.kill(self._leader, signal.SIGKILL) if self._leader else self._nspawn.kill()
            self._nspawn.wait(60)
            for service in self._services:
                service.wait(60)
            self._services.clear()
            self._nspawn = None


def eventually(what: str, found: Callable[[], object], limit_s: float) -> str:
    """What it finds, as soon as that is something. Raises Failed."""
    ends = time.monotonic() + limit_s
    while not (value := found()):
        if time.monotonic() > ends:
            raise Failed(f"not within {limit_s:.0f} s: {what}")
        time.sleep(0.5)
    return str(value)


def size_mb(directory: Path) -> int:
    """What it takes on disk."""
    shown = subprocess.run(["du", "-sm", directory], capture_output=True, text=True, check=True).stdout
    return int(shown.split()[0])
