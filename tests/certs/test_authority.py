"""Certificates that are made, renewed and revoked, as strict clients and servers see them."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from kiosk.certs.authority import Authority
from kiosk.certs.files import CertificateError
from kiosk.certs.roles import Holder, Role, parse

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
HOSTS = ["desk.xinhua.lan", "192.0.2.7", "::1"]


def shake_hands(directory: Path, trusted: Path, host: str) -> str:
    """Connect to a server with the certificate of page ``desk`` as a strict client does; gives the common name."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(directory / "page-desk.crt", directory / "page-desk.key")
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
def authority(tmp_path: Path) -> Authority:
    """An authority that has made a page's certificate for a name and two addresses."""
    authority = Authority(tmp_path)
    authority.make("xinhua", NOW)
    authority.issue(Role.PAGE, "desk", NOW, hosts=HOSTS)
    return authority


@pytest.mark.parametrize("host", HOSTS)
def test_a_client_that_trusts_the_authority_trusts_the_page(
    authority: Authority, tmp_path: Path, host: str
) -> None:
    assert shake_hands(tmp_path, authority.certificate, host) == "xinhua/page/desk"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_who_could_read_the_old_key_can_read_the_new_one(authority: Authority) -> None:
    """The broker, or the desk's unit, would not come up after a renewal."""
    pair = authority.pair(Holder("xinhua", Role.PAGE, "desk"))
    before = pair.key.read_bytes()
    os.chown(pair.key, 65534, 65533)
    pair.key.chmod(0o640)
    authority.renew(Role.PAGE, "desk", NOW)
    now = pair.key.stat()
    assert pair.key.read_bytes() != before
    assert (now.st_uid, now.st_gid, now.st_mode & 0o777) == (65534, 65533, 0o640)


def test_not_under_another_name(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for 'other"):
        shake_hands(tmp_path, authority.certificate, "other.xinhua.lan")


def test_not_with_another_authority(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    other.make("xinhua", NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tmp_path, other.certificate, "desk.xinhua.lan")


def test_an_authority_that_is_there_is_kept(authority: Authority, tmp_path: Path) -> None:
    files = tmp_path / "ca.crt", tmp_path / "authority" / "ca.key", tmp_path / "crl.pem"
    before = [path.read_bytes() for path in files]
    authority.make("xinhua", NOW)
    assert [path.read_bytes() for path in files] == before
    with pytest.raises(CertificateError, match="hall 'xinhua'"):
        authority.make("renmin", NOW)


@pytest.mark.parametrize("lost", ["ca.crt", "authority/ca.key"])
def test_half_an_authority_is_never_replaced_silently(authority: Authority, tmp_path: Path, lost: str) -> None:
    (tmp_path / lost).rename(tmp_path / "elsewhere")
    with pytest.raises(CertificateError, match="bring the other back"):
        authority.make("xinhua", NOW)
    assert not (tmp_path / lost).exists()


def test_keys_are_for_their_owner_only_also_where_an_older_file_was_not(tmp_path: Path) -> None:
    (tmp_path / "kiosk-k1.key").touch(0o644)
    mask = os.umask(0)
    try:
        authority = Authority(tmp_path)
        authority.make("xinhua", NOW)
        authority.issue(Role.KIOSK, "k1", NOW)
    finally:
        os.umask(mask)
    for name in ("authority/ca.key", "kiosk-k1.key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "authority").stat().st_mode) == 0o700


def test_the_authoritys_key_lies_apart_and_can_be_carried_away(authority: Authority, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    (tmp_path / "authority").rename(stick)
    with pytest.raises(CertificateError, match="bring the stick with it"):
        authority.issue(Role.KIOSK, "k1", NOW)
    assert [str(one.holder) for one in authority.issued(NOW)] == ["xinhua/page/desk"]  # looking needs no key
    assert Authority(tmp_path, stick).issue(Role.KIOSK, "k1", NOW).cert == tmp_path / "kiosk-k1.crt"


def test_the_key_of_another_authority_signs_nothing(authority: Authority, tmp_path: Path) -> None:
    Authority(tmp_path / "other").make("xinhua", NOW)
    with pytest.raises(CertificateError, match="is not the key of"):
        Authority(tmp_path, tmp_path / "other" / "authority").issue(Role.KIOSK, "k1", NOW)


def test_without_an_authority_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match="kiosk certs init"):
        Authority(tmp_path).issue(Role.KIOSK, "k1", NOW)
    (tmp_path / "ca.crt").write_text("no certificate")
    with pytest.raises(CertificateError, match=r"ca\.crt is no certificate"):
        Authority(tmp_path).issue(Role.KIOSK, "k1", NOW)


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CertificateError, match="cannot be made"):
        Authority(tmp_path / "file").make("xinhua", NOW)


@pytest.mark.parametrize(
    ("role", "name", "more", "words"),
    [
        (Role.KIOSK, "K 1", {}, "is no name for a kiosk"),
        (Role.KIOSK, "desk", {}, "no terminal is called 'desk'"),
        (Role.KIOSK, "k1", {"hosts": ["k1.lan"]}, "is no server"),
        (Role.PAGE, "d2", {}, "needs --host"),
        (Role.KIOSK, "k1", {"ledger": True}, "only a desk keeps the ledger"),
        (Role.PAGE, "desk", {"hosts": ["a"]}, "kiosk certs renew page desk"),
    ],
)
def test_what_cannot_be_issued_is_refused_by_name(
    authority: Authority, role: Role, name: str, more: dict[str, object], words: str
) -> None:
    with pytest.raises(CertificateError, match=words):
        authority.issue(role, name, NOW, **more)  # type: ignore[arg-type]


def test_a_name_that_a_certificate_cannot_hold_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.make("h" * 32, NOW)
    with pytest.raises(CertificateError, match="more than 64 characters"):
        authority.issue(Role.DESK, "d" * 32, NOW)
    authority.issue(Role.KIOSK, "k" * 31, NOW)


def test_renewing_keeps_name_hosts_and_ledger_and_changes_the_key(authority: Authority) -> None:
    authority.issue(Role.DESK, "d1", NOW, ledger=True)
    old = authority.pair(Holder("xinhua", Role.PAGE, "desk")).key.read_bytes()
    later = NOW + 380 * DAY
    for role, name in ((Role.PAGE, "desk"), (Role.DESK, "d1")):
        authority.renew(role, name, later)
    now_valid = {str(one.holder): one for one in authority.current(later)}
    assert now_valid["xinhua/page/desk"].hosts == tuple(HOSTS)
    assert now_valid["xinhua/desk/d1"].ledger
    assert all(one.ends > later + 390 * DAY for one in now_valid.values())
    assert authority.pair(Holder("xinhua", Role.PAGE, "desk")).key.read_bytes() != old
    authority.renew(Role.DESK, "d1", later + DAY, ledger=False)
    assert not {str(one.holder): one for one in authority.current(later)}["xinhua/desk/d1"].ledger


def test_what_never_was_or_was_revoked_is_not_renewed(authority: Authority) -> None:
    with pytest.raises(CertificateError, match="kiosk certs issue kiosk k1"):
        authority.renew(Role.KIOSK, "k1", NOW)
    authority.issue(Role.KIOSK, "k1", NOW)
    authority.revoke(Role.KIOSK, "k1", NOW)
    with pytest.raises(CertificateError, match="was revoked"):
        authority.renew(Role.KIOSK, "k1", NOW)


def test_revoking_takes_all_that_are_still_valid_and_remembers_the_earlier_ones(authority: Authority) -> None:
    authority.issue(Role.KIOSK, "k1", NOW - 500 * DAY)  # has ended by itself
    authority.issue(Role.KIOSK, "k1", NOW - 100 * DAY)
    authority.renew(Role.KIOSK, "k1", NOW)
    assert authority.revoke(Role.KIOSK, "k1", NOW) == 2
    authority.issue(Role.KIOSK, "k2", NOW)
    assert authority.revoke(Role.KIOSK, "k2", NOW) == 1
    revoked = [str(one.holder) for one in authority.issued(NOW) if one.revoked]
    assert revoked == ["xinhua/k1", "xinhua/k1", "xinhua/k2"]
    with pytest.raises(CertificateError, match="could be revoked"):
        authority.revoke(Role.KIOSK, "k2", NOW)
    with pytest.raises(CertificateError, match="begin a new authority"):
        authority.revoke(Role.PAGE, "desk", NOW)


def test_a_lost_list_of_what_was_revoked_is_not_begun_anew(authority: Authority) -> None:
    authority.issue(Role.KIOSK, "k1", NOW)
    authority.revocations.unlink()
    with pytest.raises(CertificateError, match="bring it back from a backup"):
        authority.revoke(Role.KIOSK, "k1", NOW)


def test_nothing_outlives_its_authority(authority: Authority) -> None:
    authority.issue(Role.KIOSK, "k1", NOW + 3500 * DAY)
    (last,) = [one for one in authority.issued(NOW) if one.holder.name == "k1"]
    assert last.ends == authority.ends
    with pytest.raises(CertificateError, match="has ended"):
        authority.issue(Role.KIOSK, "k2", NOW + 3651 * DAY)


@pytest.mark.parametrize("role", Role)
def test_a_name_in_a_certificate_says_whose_it_is(role: Role) -> None:
    holder = Holder("xinhua", role, "a-1")
    assert parse(str(holder)) == holder


@pytest.mark.parametrize(
    "text", ["", "xinhua", "xinhua/kiosk/k1", "xinhua/desk/", "a/b/c/d", "Xinhua/k1", "x/+", "x/#"]
)
def test_other_names_are_nobodys(text: str) -> None:
    assert parse(text) is None
