import os
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from kiosk.certs import CertificateError, issue, make_authority


def shake_hands(directory: Path, trusted: Path, host: str) -> str:
    """Connect to a server with the certificate ``desk`` as a strict client does; gives the common name."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(directory / "desk.crt", directory / "desk.key")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            try:
                serving.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        client = ssl.create_default_context(cafile=str(trusted))
        client.verify_flags |= ssl.VERIFY_X509_STRICT
        try:
            with (
                socket.create_connection(server.getsockname()) as raw,
                client.wrap_socket(raw, server_hostname=host) as connected,
            ):
                certificate = connected.getpeercert()
        finally:
            thread.join()
    assert certificate
    return certificate["subject"][0][0][1]  # type: ignore[index,return-value]


@pytest.fixture
def issued(tmp_path: Path) -> Path:
    """A directory with an authority and a certificate for a name and two addresses."""
    make_authority(tmp_path, "xinhua")
    issue(tmp_path, "desk", ["desk.xinhua.lan", "192.0.2.7", "::1"])
    return tmp_path


@pytest.mark.parametrize("host", ["desk.xinhua.lan", "192.0.2.7", "::1"])
def test_a_client_that_trusts_the_authority_trusts_the_desk(issued: Path, host: str) -> None:
    assert shake_hands(issued, issued / "ca.crt", host) == "desk"


def test_not_under_another_name(issued: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for 'other"):
        shake_hands(issued, issued / "ca.crt", "other.xinhua.lan")


def test_not_with_another_authority(issued: Path, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other", "xinhua")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(issued, other, "desk.xinhua.lan")


def test_an_authority_that_is_there_is_kept(issued: Path) -> None:
    before = (issued / "ca.crt").read_bytes(), (issued / "ca.key").read_bytes()
    assert make_authority(issued, "xinhua") == issued / "ca.crt"
    assert ((issued / "ca.crt").read_bytes(), (issued / "ca.key").read_bytes()) == before


def test_half_an_authority_is_never_replaced_silently(issued: Path) -> None:
    before = (issued / "ca.crt").read_bytes()
    (issued / "ca.key").rename(issued / "elsewhere.key")
    with pytest.raises(CertificateError, match="bring the other back"):
        make_authority(issued, "xinhua")
    assert (issued / "ca.crt").read_bytes() == before


def test_keys_are_for_their_owner_only_also_where_an_older_file_was_not(tmp_path: Path) -> None:
    (tmp_path / "desk.key").touch(0o644)
    mask = os.umask(0)
    try:
        make_authority(tmp_path, "xinhua")
        issue(tmp_path, "desk", ["desk"])
    finally:
        os.umask(mask)
    for name in ("ca.key", "desk.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_without_an_authority_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="kiosk certs init"):
        issue(tmp_path, "desk", ["desk"])
    (tmp_path / "ca.crt").write_text("no certificate")
    (tmp_path / "ca.key").write_text("no key")
    with pytest.raises(CertificateError, match="kiosk certs init"):
        issue(tmp_path, "desk", ["desk"])


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CertificateError, match="cannot be written"):
        make_authority(tmp_path / "file", "xinhua")
