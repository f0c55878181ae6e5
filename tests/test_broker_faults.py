"""Why there is no connection to the broker, said in words; the broker is a real mosquitto."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from parts import LIMIT_S

from kiosk import config
from kiosk.broker import Broker
from kiosk.certs.authority import Authority
from kiosk.certs.roles import Role
from kiosk.stack import HALL, Stack

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def hall() -> Iterator[Stack]:
    with Stack() as stack:
        stack.make_broker()
        for name, made in (("k1", NOW), ("old", NOW - datetime.timedelta(days=500)), ("stolen", NOW)):
            stack.certs.authority.issue(Role.KIOSK, name, made)
        stack.certs.authority.revoke(Role.KIOSK, "stolen", NOW)
        stack.start("broker")
        yield stack


async def says(settings: config.Broker, *words: str) -> None:
    """Until a client that tries with these settings says all of this; what a busy machine adds passes."""

    async def connected() -> None:
        raise AssertionError("it was let in")

    broker = Broker(settings, f"{HALL}/k1", on_connected=connected, on_message=lambda _: None)
    running = asyncio.ensure_future(broker.run())
    try:
        async with asyncio.timeout(LIMIT_S):
            while not all(word in broker.fault for word in words):
                await asyncio.sleep(0.01)
                if running.done():
                    running.result()
    except TimeoutError:
        pytest.fail(f"it only said: {broker.fault}")
    finally:
        running.cancel()


def without(kind: str, mine: config.Broker, hall: Stack, tmp_path: Path) -> config.Broker:
    """The settings with one thing wrong."""
    match kind:
        case "another authority":
            other = Authority(tmp_path)
            other.make(HALL, NOW)
            return replace(mine, ca=str(other.certificate))
        case "no certificate":
            return replace(mine, cert="", key="")
        case "the key of another":
            return replace(mine, key=hall.certs.settings_of(Role.KIOSK, "old").key)
        case "no such file":
            return replace(mine, key=str(tmp_path / "none.key"))
        case "a server's":
            own = hall.certs.broker_directory
            return replace(mine, cert=f"{own}/broker.crt", key=f"{own}/broker.key")
        case "an expired one":
            return hall.certs.settings_of(Role.KIOSK, "old")
        case "a revoked one":
            return hall.certs.settings_of(Role.KIOSK, "stolen")
    raise AssertionError(kind)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("another authority", ["is broker.ca the hall's ca.crt?"]),
        ("no certificate", ["it wants a certificate; set broker.cert"]),
        ("the key of another", ["cannot be used", "of one `kiosk certs issue`"]),
        ("no such file", ["cannot be used", "are all there"]),
        ("a server's", ["it does not accept", "broker.crt", "for another purpose"]),
        ("an expired one", ["it does not accept", "kiosk-old.crt", "expired by the broker's clock"]),
        ("a revoked one", ["it does not accept", "kiosk-stolen.crt", "it was revoked"]),
    ],
)
async def test_what_is_wrong_with_the_settings(hall: Stack, tmp_path: Path, kind: str, words: list[str]) -> None:
    await says(without(kind, hall.certs.settings_of(Role.KIOSK, "k1"), hall, tmp_path), *words)


@pytest.mark.parametrize(
    ("hosts", "made", "words"),
    [
        (["broker.lan"], NOW, "not for 127.0.0.1; `kiosk certs renew broker --host 127.0.0.1`"),
        (
            ["127.0.0.1"],
            NOW - datetime.timedelta(days=500),
            "expired by this machine's clock: `kiosk certs renew broker`",
        ),
    ],
)
async def test_what_is_wrong_with_the_broker(
    hall: Stack, hosts: list[str], made: datetime.datetime, words: str
) -> None:
    hall.certs.authority.renew(Role.BROKER, "broker", made, hosts=hosts)
    hall.kill("broker")
    await asyncio.to_thread(hall.start, "broker")
    await says(hall.certs.settings_of(Role.KIOSK, "k1"), words)
