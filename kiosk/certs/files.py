"""The files of certificates and keys, and the error that says what is wrong with them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography import x509


class CertificateError(OSError):
    """What was asked for cannot be done; the text says what to do."""


def read(path: Path) -> x509.Certificate:
    """The certificate in a file. Raises :class:`CertificateError`."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CertificateError(f"{path} is no certificate that can be read ({error})") from error


def make_directory(path: Path, mode: int) -> None:
    """Make a directory with this mode, or give it to one that is there. Raises :class:`CertificateError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    except OSError as error:
        raise CertificateError(f"{path} cannot be made: {error.strerror}") from error


def write(path: Path, content: bytes, mode: int) -> None:
    """Put a file in its place whole; a key is never readable by others, not even for a moment.

    Who could read the file that was there can read this one: it has that owner, group, and rights of the group.
    Raises :class:`CertificateError`.
    """
    try:
        number, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # for the owner only
        try:
            with os.fdopen(number, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
                os.fchmod(out.fileno(), mode | _keep_owner(path, out.fileno()))
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CertificateError(f"{path} cannot be written: {error.strerror}") from error


def _keep_owner(path: Path, new: int) -> int:
    """Give an open file the owner and the group of the one that it replaces; returns what that group might do."""
    try:
        old = path.stat()
        os.fchown(new, old.st_uid, old.st_gid)
    except (FileNotFoundError, PermissionError):
        return 0  # there was none, or it is another user's: only root can
    return 0 if old.st_mode & 0o007 else old.st_mode & 0o070  # what everybody could read was no decision
