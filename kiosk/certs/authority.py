"""The hall's own certificate authority: makes certificates, renews them, takes them back, and knows them all.

A directory holds everything: ``ca.crt``, ``crl.pem`` (what was taken back), ``issued/`` (a copy of each
certificate ever made, by serial number), the pairs that are handed out, such as ``kiosk-k1.crt`` and ``.key``, and
in ``authority/`` the authority's own key, which can be carried away.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kiosk import topics
from kiosk.certs import signing
from kiosk.certs.files import CertificateError, make_directory, read, write
from kiosk.certs.roles import CLIENTS, LEDGER, Holder, Role, parse

AUTHORITY_DAYS, CERTIFICATE_DAYS = 3650, 397  # 397: the longest that browsers accept for a server
LONGEST_NAME = 64  # of a common name, by RFC 5280


class Issued(NamedTuple):
    """A certificate that was made."""

    holder: Holder
    serial: int
    since: datetime.datetime  # when it was made, not when it begins to be valid
    ends: datetime.datetime
    hosts: tuple[str, ...]
    ledger: bool
    revoked: bool


class Pair(NamedTuple):
    """Where a certificate and its key lie."""

    cert: Path
    key: Path


class Authority:
    """The authority in a directory. Times are passed in. All methods raise :class:`CertificateError`.

    ``key_directory``: where its key is; ``authority`` in the directory if it is not said.
    """

    def __init__(self, directory: Path, key_directory: Path | None = None) -> None:
        self._directory = directory
        self._key_path = (key_directory or directory / "authority") / "ca.key"

    @property
    def certificate(self) -> Path:
        return self._directory / "ca.crt"

    @property
    def revocations(self) -> Path:
        """The list of what was taken back, as the broker reads it."""
        return self._directory / "crl.pem"

    @property
    def hall(self) -> str:
        """The hall that it signs for."""
        return signing.attribute(self._load(), NameOID.ORGANIZATIONAL_UNIT_NAME)

    @property
    def ends(self) -> datetime.datetime:
        """When the authority itself ends, and everything that it has signed."""
        return self._load().not_valid_after_utc

    def pair(self, holder: Holder) -> Pair:
        """Where the pair of this holder is put, and looked for."""
        return Pair(self._directory / f"{holder.file}.crt", self._directory / f"{holder.file}.key")

    # --- doing -------------------------------------------------------------------------------------

    def make(self, hall: str, now: datetime.datetime) -> None:
        """Make the authority; one that is there already is kept."""
        if not topics.SLUG.match(hall):
            raise CertificateError(f"'{hall}' is no hall's name: 1 to 32 of a-z, 0-9 and -, as in kiosk.toml")
        if self.certificate.exists() and self._key_path.exists():
            if self.hall != hall:
                raise CertificateError(
                    f"{self._directory} has the authority of hall '{self.hall}': name another --dir"
                )
            return
        if self.certificate.exists() or self._key_path.exists():
            raise CertificateError(
                f"there is only one of {self.certificate} and {self._key_path}: bring the other back, or remove "
                "it to begin anew (every browser, terminal and desk then needs new certificates)"
            )
        key = signing.new_key()
        certificate = signing.authority_certificate(hall, key, now + datetime.timedelta(days=AUTHORITY_DAYS))
        make_directory(self._directory / "issued", 0o755)
        make_directory(self._key_path.parent, 0o700)
        write(self._key_path, signing.pem_of(key), 0o600)
        write(self.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        self._write_revocations([], certificate, key, now)

    def issue(
        self, role: Role, name: str, now: datetime.datetime, *, hosts: Sequence[str] = (), ledger: bool = False
    ) -> Pair:
        """A certificate for a name that has none. ``hosts``: names and addresses by which a server is reached."""
        holder = self._holder(role, name)
        if valid := self._valid(holder, now):
            raise CertificateError(
                f"'{holder.words}' has a certificate until {valid.ends:%Y-%m-%d}, and two with one name would "
                f"throw each other out: choose another name, or run `kiosk certs renew {holder.words}`"
            )
        return self._issue(holder, now, hosts, ledger)

    def renew(
        self,
        role: Role,
        name: str,
        now: datetime.datetime,
        *,
        hosts: Sequence[str] = (),
        ledger: bool | None = None,
    ) -> Pair:
        """Another certificate, with a new key, under the same name; hosts and ledger too unless they are given."""
        holder = self._holder(role, name)
        known = [one for one in self.issued(now) if one.holder == holder]
        if not known:
            raise CertificateError(f"'{holder.words}' never had a certificate: `kiosk certs issue {holder.words}`")
        last = known[-1]
        if last.revoked:
            raise CertificateError(
                f"the certificate of '{holder.words}' was revoked: run `kiosk certs issue {holder.words}`"
            )
        return self._issue(holder, now, hosts or last.hosts, last.ledger if ledger is None else ledger)

    def revoke(self, role: Role, name: str, now: datetime.datetime) -> int:
        """Take back every certificate of a name that has not ended by itself; gives how many."""
        holder = self._holder(role, name)
        if role not in CLIENTS:
            raise CertificateError(
                f"a certificate of a {role} cannot be revoked: terminals and browsers do not ask for it. Renew "
                "it, and if its key may be in wrong hands begin a new authority (docs/security.md)"
            )
        doomed = [one for one in self.issued(now) if one.holder == holder and not one.revoked and one.ends > now]
        if not doomed:
            raise CertificateError(
                f"'{holder.words}' has no certificate that could be revoked; see `kiosk certs list`"
            )
        self._write_revocations([one.serial for one in doomed], self._load(), self._signer(), now)
        return len(doomed)

    def issued(self, now: datetime.datetime) -> list[Issued]:
        """Every certificate ever made, by name, the oldest of a name first."""
        revoked = {entry.serial_number for entry in self._revoked()}
        found = []
        for path in sorted((self._directory / "issued").glob("*.crt")):
            certificate = read(path)
            if (holder := parse(signing.attribute(certificate, NameOID.COMMON_NAME))) is None:
                raise CertificateError(f"{path} is none of this authority's certificates: remove it")
            made = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
            found.append(
                Issued(
                    holder,
                    certificate.serial_number,
                    made,
                    certificate.not_valid_after_utc,
                    signing.hosts_of(certificate),
                    signing.attribute(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME) == LEDGER,
                    certificate.serial_number in revoked,
                )
            )
        return sorted(found, key=lambda one: (str(one.holder), one.ends, one.since))

    def current(self, now: datetime.datetime) -> list[Issued]:
        """Of each name the newest certificate, if it is valid."""
        newest = {one.holder: one for one in self.issued(now)}
        return [one for one in newest.values() if not one.revoked and one.ends > now]

    # --- how ---------------------------------------------------------------------------------------

    def _holder(self, role: Role, name: str) -> Holder:
        if not topics.SLUG.match(name) or (role is Role.KIOSK and name == topics.DESK):
            raise CertificateError(
                f"'{name}' is no name for a {role}: 1 to 32 of a-z, 0-9 and -, and no terminal is called 'desk'"
            )
        holder = Holder(self.hall, role, name)
        if len(str(holder)) > LONGEST_NAME:
            raise CertificateError(f"'{holder}' has more than {LONGEST_NAME} characters: take a shorter name")
        return holder

    def _valid(self, holder: Holder, now: datetime.datetime) -> Issued | None:
        return next((one for one in self.current(now) if one.holder == holder), None)

    def _issue(self, holder: Holder, now: datetime.datetime, hosts: Sequence[str], ledger: bool) -> Pair:
        client = holder.role in CLIENTS
        if client and hosts:
            raise CertificateError(f"a {holder.role} is no server: it has no --host")
        if not client and not hosts:
            raise CertificateError(f"a {holder.role} needs --host: each name and address by which it is reached")
        if ledger and holder.role is not Role.DESK:
            raise CertificateError("only a desk keeps the ledger")
        authority, signer = self._load(), self._signer()
        ends = min(now + datetime.timedelta(days=CERTIFICATE_DAYS), authority.not_valid_after_utc)
        if ends <= now:
            raise CertificateError(
                f"the authority in {self._directory} has ended: begin a new one in another --dir"
            )
        key = signing.new_key()
        certificate = signing.certificate(
            holder, key, authority=authority, signer=signer, now=now, ends=ends, hosts=hosts, ledger=ledger
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        pair = self.pair(holder)
        write(self._directory / "issued" / f"{certificate.serial_number:040x}.crt", pem, 0o644)
        write(pair.key, signing.pem_of(key), 0o600)
        write(pair.cert, pem, 0o644)
        return pair

    def _load(self) -> x509.Certificate:
        if not self.certificate.exists():
            raise CertificateError(
                f"no authority in {self._directory}: run `kiosk certs init` first, or name its --dir"
            )
        return read(self.certificate)

    def _signer(self) -> signing.Key:
        try:
            key = serialization.load_pem_private_key(self._key_path.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise CertificateError(
                f"the authority's key {self._key_path} cannot be used ({error}): bring the stick with it, "
                "and name its directory with --key-dir"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != self._load().public_key():
            raise CertificateError(f"{self._key_path} is not the key of {self.certificate}")
        return key

    def _revoked(self) -> Iterable[x509.RevokedCertificate]:
        self._load()
        try:
            return list(x509.load_pem_x509_crl(self.revocations.read_bytes()))
        except (OSError, ValueError) as error:
            raise CertificateError(
                f"{self.revocations} cannot be read ({error}): bring it back from a backup, "
                "it names what was revoked"
            ) from error

    def _write_revocations(
        self, serials: Iterable[int], authority: x509.Certificate, signer: signing.Key, now: datetime.datetime
    ) -> None:
        known = self._revoked() if self.revocations.exists() else ()
        pem = signing.revocation_list(known, serials, authority=authority, signer=signer, now=now)
        write(self.revocations, pem, 0o644)
