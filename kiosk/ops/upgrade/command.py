"""``kiosk upgrade FILE.deb``, ``kiosk upgrade --resume``, and the copy of both that outlives the exchange."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import zipapp
from pathlib import Path
from typing import Any

from kiosk.ops.upgrade import packages, run as upgrade
from kiosk.ops.upgrade.packages import UpgradeError

PYTHON = "/usr/bin/python3"
COPY = "upgrade.pyz"


def add(commands: Any) -> None:
    """Add the command to an argparse parser's commands."""
    parser = commands.add_parser("upgrade", help="install another version; goes back by itself if it does not do")
    options(parser)
    parser.set_defaults(run=hand_over)


def options(parser: argparse.ArgumentParser) -> None:
    """What can be said, here and to the copy."""
    parser.add_argument("package", nargs="?", type=Path, metavar="FILE.deb")
    parser.add_argument("--resume", action="store_true", help="finish or undo an interrupted one; at each boot")
    parser.add_argument("--old", type=Path, metavar="FILE.deb", help="the package of the version that runs now")
    parser.add_argument("--wait", type=float, default=60.0, metavar="S", help="so long it may take to work again")
    parser.add_argument("--settings", type=Path, default=Path("/etc/kiosk/kiosk.toml"), help=argparse.SUPPRESS)
    parser.add_argument("--packages", type=Path, default=upgrade.DIRECTORY, help=argparse.SUPPRESS)


def hand_over(args: argparse.Namespace) -> int:
    """Begin the copy in the place of this process: dpkg is about to exchange the files that it was started from.

    Raises :class:`UpgradeError`.
    """
    if os.geteuid() != 0:
        raise UpgradeError("only root may exchange the program: sudo kiosk upgrade ...")
    if not args.resume and args.package is None:
        raise UpgradeError("upgrade to what? Name the FILE.deb")
    packages.own_directory(args.packages)
    copy = args.packages / COPY
    if not args.resume or not copy.exists():
        write_copy(copy)
    arguments = sys.argv[sys.argv.index("upgrade") + 1 :]
    os.execv(PYTHON, [PYTHON, str(copy), *arguments])


def write_copy(copy: Path) -> None:
    """This package alone, as one file that the system's own Python runs."""
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory(prefix="kiosk-upgrade-") as scratch:
        target = Path(scratch) / "kiosk" / "ops" / "upgrade"
        target.mkdir(parents=True)
        for package in (target.parent.parent, target.parent):
            (package / "__init__.py").touch()
        for module in here.glob("*.py"):
            (target / module.name).write_bytes(module.read_bytes())
        partial = copy.with_suffix(".part")
        zipapp.create_archive(scratch, partial, main="kiosk.ops.upgrade.command:main")
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(copy)


def main() -> None:
    """What the copy does: 0 upgraded, 1 it went back, 2 not begun."""
    parser = argparse.ArgumentParser(prog="kiosk upgrade")
    options(parser)
    args = parser.parse_args()

    def tell(line: str) -> None:
        print(f"kiosk upgrade: {line}", flush=True)

    site = upgrade.Site(args.packages, args.settings, args.wait, tell)
    try:
        if args.resume:
            done = upgrade.resume(site)
            if done is None:
                tell("nothing was interrupted")
        else:
            done = upgrade.begin(site, args.package, args.old)
    except (OSError, ValueError) as error:
        print(f"kiosk: {error}", file=sys.stderr)
        sys.exit(2)
    sys.exit(1 if done is False else 0)
