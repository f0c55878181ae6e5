"""When a certificate becomes a fault, and what the fault says."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from kiosk import clock, config
from kiosk.certs.authority import Authority
from kiosk.certs.roles import Role
from kiosk.validity import FAULTS, SOON_S, Ending, Validity, judge, of_client

WALL_S = datetime.datetime(2026, 11, 26, 9, tzinfo=datetime.UTC).timestamp()
DAY_S = 86_400.0
NOW = datetime.datetime.now(datetime.UTC)


def of(days: float, what: str = "our certificate") -> Ending:
    return Ending(what, WALL_S + days * DAY_S, "renew kiosk k1")


@pytest.mark.parametrize(
    ("days", "fault"),
    [(397, None), (30.01, None), (30, "expires"), (0.1, "expires"), (0, "expired"), (-9, "expired")],
)
def test_thirty_days_before_its_end_a_certificate_is_a_fault(days: float, fault: str | None) -> None:
    found = judge([of(days)], WALL_S)
    assert (found.fault if found else None) == fault
    if found:
        assert "`kiosk certs renew kiosk k1`" in found.remedy and fault in FAULTS


def test_the_remedy_names_each_with_its_day_and_those_that_have_ended_first() -> None:
    found = judge([of(300), of(12, "the broker's certificate"), of(5, "ours")], WALL_S)
    assert found is not None
    assert "the broker's certificate expires on 2026-12-08, in 12 days" in found.remedy
    assert "ours expires on 2026-12-01, in 5 days" in found.remedy
    found = judge([of(12), of(-3, "the hall's authority")], WALL_S)
    assert found is not None and found.fault == "expired"
    assert "the hall's authority has expired on 2026-11-23" in found.remedy
    assert "If it is not 2026-11-26 today, set the clock" in found.remedy


@pytest.mark.parametrize("wall_s", [0.0, 86_400.0 * 365, 1_704_067_199.0])
def test_a_clock_that_has_lost_its_time_raises_no_alarm(wall_s: float) -> None:
    assert not clock.is_set(wall_s)
    assert judge([of(-5), Ending("x", 0.0, "y")], wall_s) is None
    assert clock.is_set(1_704_067_200.0)


def test_a_new_authority_is_made_by_a_whole_command() -> None:
    files = of_client(config.Broker(url="mqtts://b", ca="ca.crt"), "xinhua/k1", "renew kiosk k1")
    assert files[0].renew == "init --hall xinhua --dir NEW"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    authority = Authority(tmp_path)
    authority.make("xinhua", NOW)
    return authority


def settings(authority: Authority, role: Role, name: str) -> config.Broker:
    cert, key = authority.issue(role, name, NOW)
    return config.Broker(url="mqtts://h", ca=str(authority.certificate), cert=str(cert), key=str(key))


async def trouble(validity: Validity) -> str:
    await validity.look()
    found = validity.trouble(NOW.timestamp())
    return f"{found.fault}: {found.remedy}" if found else ""


async def test_a_renewed_file_is_seen_without_a_restart(authority: Authority) -> None:
    mine = settings(authority, Role.KIOSK, "k1")
    validity = Validity(of_client(mine, "xinhua/k1", "renew kiosk k1"), lambda: None)
    assert await trouble(validity) == ""
    authority.renew(Role.KIOSK, "k1", NOW - datetime.timedelta(days=390))
    assert (await trouble(validity)).startswith("expires: our certificate for the broker expires on")
    Path(mine.cert).write_text("rubbish")
    assert (await trouble(validity)).startswith(
        f"unreadable: our certificate for the broker, {mine.cert}: it is no"
    )
    Path(mine.cert).unlink()
    assert "No such file" in await trouble(validity)
    authority.renew(Role.KIOSK, "k1", NOW)
    assert await trouble(validity) == ""


async def test_the_certificate_of_another_is_named(authority: Authority) -> None:
    mine = settings(authority, Role.KIOSK, "k2")
    found = await trouble(Validity(of_client(mine, "xinhua/k1", "renew kiosk k1"), lambda: None))
    assert found.startswith("wrong-name: ") and "'xinhua/k2'" in found and "'xinhua/k1'" in found


async def test_the_brokers_and_the_authoritys_ends_count_too(authority: Authority) -> None:
    soon = NOW.timestamp() + SOON_S - 60
    assert "the broker's certificate expires" in await trouble(Validity([], lambda: soon))
    mine = settings(authority, Role.KIOSK, "k1")
    validity = Validity(of_client(mine, "xinhua/k1", "renew kiosk k1"), lambda: None)
    await validity.look()
    found = validity.trouble(authority.ends.timestamp() - 1)
    assert found is not None and "the hall's authority" not in found.remedy  # ours has long ended, and is told
    assert "our certificate for the broker has expired" in found.remedy


async def test_without_tls_there_is_nothing_to_look_after() -> None:
    assert of_client(config.Broker(), "xinhua/k1", "renew kiosk k1") == []
    assert await trouble(Validity([], lambda: None)) == ""
