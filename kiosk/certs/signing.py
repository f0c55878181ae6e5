"""What is in a certificate of the hall, and in the list of those that were taken back. No input or output."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kiosk.certs.roles import CLIENTS, LEDGER, Holder, Role

#: What is only for our own machines is valid since ever: a call gets through also where a clock has lost its time.
BEGINNING = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

Key = ec.EllipticCurvePrivateKey


def new_key() -> Key:
    """A key on the curve P-256, which every browser knows."""
    return ec.generate_private_key(ec.SECP256R1())


def authority_certificate(hall: str, key: Key, ends: datetime.datetime) -> x509.Certificate:
    """A hall's authority, which vouches for itself."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, f"Rengong hall {hall} authority"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, hall),
        ]
    )
    return (
        _builder(name, name, key.public_key(), BEGINNING, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def certificate(
    holder: Holder,
    key: Key,
    *,
    authority: x509.Certificate,
    signer: Key,
    now: datetime.datetime,
    ends: datetime.datetime,
    hosts: Sequence[str],
    ledger: bool,
) -> x509.Certificate:
    """A certificate for a client of the broker, or for a server with these hosts."""
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, str(holder))]
    if ledger:
        subject.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, LEDGER))
    # Browsers look at the whole span; a day back, because an agent's clock may be behind the one that signs.
    begins = now - datetime.timedelta(days=1) if holder.role is Role.PAGE else BEGINNING
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if holder.role in CLIENTS else ExtendedKeyUsageOID.SERVER_AUTH
    builder = (
        _builder(x509.Name(subject), authority.subject, key.public_key(), begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(_signed_by(signer), critical=False)
    )
    if hosts:
        names = x509.SubjectAlternativeName([_alternative(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def revocation_list(
    known: Iterable[x509.RevokedCertificate],
    serials: Iterable[int],
    *,
    authority: x509.Certificate,
    signer: Key,
    now: datetime.datetime,
) -> bytes:
    """What was revoked before and what is now, as PEM. Valid as long as the authority: an outdated one would lock
    everybody out."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.subject)
        .last_update(BEGINNING)
        .next_update(authority.not_valid_after_utc)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(_signed_by(signer), critical=False)
    )
    for entry in known:
        builder = builder.add_revoked_certificate(entry)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    begins: datetime.datetime,
    ends: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed_by(signer: Key) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names and addresses of a server's certificate."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)


def attribute(certificate: x509.Certificate, which: x509.ObjectIdentifier) -> str:
    """One attribute of the subject, or nothing."""
    found = certificate.subject.get_attributes_for_oid(which)
    return str(found[0].value) if found else ""


def pem_of(key: Key) -> bytes:
    """The key as PEM, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
