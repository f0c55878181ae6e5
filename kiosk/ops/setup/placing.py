"""Files in their places, with the owner and mode that the services need."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kiosk.certs.files import CertificateError, make_directory, write
from kiosk.certs.roles import Holder
from kiosk.config import ConfigError

USER = GROUP = "kiosk"


def certificates(source: Path, target: Path, holders: list[Holder]) -> list[Path]:
    """Copy ``ca.crt`` and the pair of each holder; keys are for the user kiosk only.

    Nothing is copied unless all of it is there. Raises :class:`CertificateError`.
    """
    wanted = {"ca.crt": 0o644}
    for holder in holders:
        wanted |= {f"{holder.file}.crt": 0o644, f"{holder.file}.key": 0o600}
    contents = {}
    for name in wanted:
        try:
            contents[name] = (source / name).read_bytes()
        except OSError as error:
            there = ", ".join(sorted(path.name for path in source.glob("*.crt"))) or "no certificate"
            raise CertificateError(
                f"{source / name}: {error.strerror}; in {source} there is {there}. At the desk's machine: "
                f"kiosk certs issue {holders[0].words}"
            ) from error
    if source.resolve() != target.resolve():
        make_directory(target, 0o750)
        own(target, user="root")
        for name, content in contents.items():
            write(target / name, content, wanted[name])
    for name in wanted:
        own(target / name, user=USER if name.endswith(".key") else "root")
    return [target / name for name in wanted]


def settings(path: Path, text: str) -> None:
    """Put a settings file in its place whole: for root to write and the group kiosk to read. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, text.encode(), 0o640)
    own(path, user="root")


def existing(path: Path, *, force: bool) -> str:
    """The text that is there now; empty: none. Raises :class:`ConfigError` for one that may not be changed."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}); as root, or move it away") from error
    if not force:
        raise ConfigError(f"{path} is there already: --force changes what is asked for and keeps the rest")
    return text


def own(path: Path, *, user: str) -> None:
    """Give it to a user and the group kiosk, where root does it and the package has made them."""
    if os.geteuid() != 0:
        return
    try:
        shutil.chown(path, user, GROUP)
    except LookupError:
        return  # a trial outside of the package: the settings are whoever's who tries


def copy_drop_in(source: Path, unit: str, name: str) -> bool:
    """Put a unit's drop-in where systemd reads it; False: there is none to put."""
    if not source.is_file():
        return False
    target = Path("/etc/systemd/system") / f"{unit}.service.d" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return True
