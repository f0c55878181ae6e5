"""Upgrades in a root that runs: one that does not work, one that does, one with a power cut in the middle."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

from roots import Failed, Root, eventually

_LINK = "def _link(args: argparse.Namespace) -> int:\n"


class Upgrades:
    """``deb`` is the package that runs in ``root``; others are made of it in ``work``."""

    def __init__(self, root: Root, deb: Path, work: Path) -> None:
        self._root = root
        self._deb = deb
        self._work = work

    def broken(self) -> str:
        """Its link ends at once, so that it has to go back. Raises Failed."""
        before = self._version()
        told = self._upgrade(self._package("9.1", broken=True))
        if "rc=1" not in told or self._version() != before or "it runs as before" not in told:
            raise Failed(told + self._version())
        self._well()
        return told.strip().splitlines()[-2]

    def good(self) -> str:
        """Settings stay as they are. Raises Failed."""
        settings = self._root.run("md5sum /etc/kiosk/kiosk.toml")
        told = self._upgrade(self._package("9.2", broken=False))
        same = self._root.run("md5sum /etc/kiosk/kiosk.toml") == settings
        if "rc=0" not in told or self._version() != "ii 9.2" or not same:
            raise Failed(told + self._version())
        self._well()
        return told.strip().splitlines()[-2]

    def cut(self) -> str:
        """The next boot finishes it, or goes back. Raises Failed."""
        name = self._package("9.3", broken=False)
        self._root.service("upgrading", f"kiosk upgrade /root/{name}")
        half = self._root.directory / "opt" / "kiosk"
        eventually("dpkg is at work", lambda: any(half.rglob("*.dpkg-new")), 120)
        self._root.cut_power()
        admin = f"--admindir={self._root.directory}/var/lib/dpkg"
        shown = ["dpkg-query", admin, "-W", "-f", "${Status}", "rengong-kiosk"]
        state = subprocess.run(shown, capture_output=True, text=True).stdout
        self._root.start()
        note = self._root.directory / "var/lib/kiosk-packages/upgrade.json"
        eventually("the upgrade is over", lambda: not note.exists(), 300)
        if self._version() not in ("ii 9.3", "ii 9.2"):
            raise Failed(f"{self._version()}: {self._root.log('rengong-upgrade')[-1500:]}")
        eventually("the link runs", lambda: self._active() == "active", 60)
        return f"{state} after the cut; {self._root.log('rengong-upgrade').strip().splitlines()[-1]}"

    def _package(self, version: str, *, broken: bool) -> str:
        """The package under another version; ``broken``: its link ends at once."""
        tree = self._work / f"tree-{version}"
        shutil.rmtree(tree, ignore_errors=True)
        subprocess.run(["dpkg-deb", "--raw-extract", self._deb, tree], check=True)
        control = tree / "DEBIAN" / "control"
        lines = control.read_text(encoding="utf-8").splitlines(keepends=True)
        lines = [f"Version: {version}\n" if line.startswith("Version:") else line for line in lines]
        control.write_text("".join(lines), encoding="utf-8")
        if broken:
            [services] = tree.glob("opt/kiosk/.venv/lib/python3*/site-packages/kiosk/cli/services.py")
            text = services.read_text(encoding="utf-8")
            if _LINK not in text:
                raise Failed(f"{services} has no place to break it at")
            services.write_text(text.replace(_LINK, f"{_LINK}    return 9\n", 1), encoding="utf-8")
        name = self._deb.name.replace(self._deb.name.split("_")[1], version)
        target = self._root.directory / "root" / name
        build = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, target]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(tree)
        return name

    def _version(self) -> str:
        return self._root.run("dpkg-query -W -f '${db:Status-Abbrev}${Version}' rengong-kiosk", check=False)

    def _active(self) -> str:
        return self._root.run("systemctl is-active kiosk-link", check=False).strip()

    def _well(self) -> None:
        if self._active() != "active":
            raise Failed(self._root.run("systemctl status --no-pager kiosk-link", check=False)[-1500:])

    def _upgrade(self, name: str) -> str:
        ends = time.monotonic() + 120
        while True:
            told = self._root.run(f"kiosk upgrade {name} 2>&1; echo rc=$?", limit_s=400)
            if "not now" not in told or time.monotonic() > ends:  # the call from before is over a minute later
                return told
            time.sleep(5)
