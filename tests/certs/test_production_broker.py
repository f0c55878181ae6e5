"""The production configuration of the broker, on a real mosquitto: who gets in, and who writes and reads what."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from mqtt_clients import Client, Refused
from msgspec.structs import replace

from kiosk import config, messages, topics
from kiosk.certs import broker as broker_files
from kiosk.certs.authority import Authority
from kiosk.certs.roles import Role
from kiosk.stack import HALL, Stack

NOW = datetime.datetime.now(datetime.UTC)
LONG_AGO = NOW - datetime.timedelta(days=500)
BOTH = pytest.mark.parametrize("version", [paho.MQTTv5, paho.MQTTv311], ids=["5", "3.1.1"])


def of(name: str, leaf: str) -> str:
    return topics.kiosk(HALL, name, leaf)


#: Everything that anybody might want to write or read.
EVERYTHING = {of(kiosk, leaf) for kiosk in ("k1", "k2") for leaf in topics.KIOSK_LEAVES} | {
    *(topics.presence(HALL, desk) for desk in ("d1", "d2")),
    *(topics.ledger_head(HALL, desk) for desk in ("d1", "d2")),
    "rengong/v1/other/k1/call",  # of another hall
    "rengong/v1/other/desk/d1/presence",
    "rengong/v1",
    "rengong/v2/anything",
    f"rengong/v1/{HALL}/k1/unknown",
    f"rengong/v1/{HALL}/k1/signal",
    f"rengong/v1/{HALL}/desk/d1/call",
    f"rengong/v1/{HALL}/desk/d1/signal/up",
    f"rengong/v1/{HALL}/watch/w/call",
    f"homeassistant/device/rengong-{HALL}/k1/config",
    f"ha/device/rengong-{HALL}/k2/config",
    "homeassistant/device/rengong-other/k1/config",
    "homeassistant/device/another/config",
    f"homeassistant/switch/rengong-{HALL}/k1/config",
    "homeassistant/status",
}

K1_WRITES = {of("k1", leaf) for leaf in ("call", "events", "health", "signal/up", "test")}
K1_READS = {of("k1", leaf) for leaf in ("call", "reply", "ledger-ack", "signal/down")}
DISCOVERY = {topics.discovery("homeassistant", HALL, "k1"), topics.discovery("ha", HALL, "k2")}
PRESENCE = {topics.presence(HALL, desk) for desk in ("d1", "d2")}
HEADS = {topics.ledger_head(HALL, desk) for desk in ("d1", "d2")}


def every(*leaves: str) -> set[str]:
    return {of(kiosk, leaf) for kiosk in ("k1", "k2") for leaf in leaves}


#: Role and name -> what it may write, what it may read.
RIGHTS = {
    (Role.KIOSK, "k1"): (K1_WRITES, K1_READS | PRESENCE),
    (Role.DESK, "d1"): (
        every("reply", "signal/down", "ledger-ack")
        | {topics.presence(HALL, "d1"), topics.ledger_head(HALL, "d1")}
        | DISCOVERY,
        every("call", "health", "signal/up", "events", "test") | PRESENCE | HEADS | DISCOVERY,
    ),
    (Role.DESK, "d2"): (
        every("reply", "signal/down") | {topics.presence(HALL, "d2")},
        every("call", "health", "signal/up", "test") | PRESENCE | HEADS,
    ),
    (Role.WATCH, "w"): (
        set(),
        every("call", "health", "events", "reply", "ledger-ack", "test") | PRESENCE | HEADS,
    ),
    (Role.HOME_ASSISTANT, "ha"): (set(), every("call", "health") | DISCOVERY),
}


@pytest.fixture(scope="module")
def hall() -> Iterator[Stack]:
    """mosquitto with terminals k1, k2, the ledger's desk d1, the desk d2, the watcher w; nobody is connected."""
    with Stack() as stack:
        stack.make_broker()
        for role, name, ledger in (
            (Role.KIOSK, "k1", False),
            (Role.KIOSK, "k2", False),
            (Role.DESK, "d1", True),
            (Role.DESK, "d2", False),
            (Role.WATCH, "w", False),
            (Role.HOME_ASSISTANT, "ha", False),
        ):
            stack.certs.authority.issue(role, name, NOW, ledger=ledger)
        stack.client("free", free=True)
        stack.start("broker")
        yield stack
        print(stack.log("broker")[-3000:])


def settings(hall: Stack, role: Role, name: str) -> config.Broker:
    return hall.certs.settings_of(role, name)


@pytest.fixture
def free(hall: Stack) -> Iterator[Client]:
    """Somebody who may do everything, against the hall's rules."""
    with Client(settings(hall, Role.WATCH, "free")) as client:
        yield client


@pytest.mark.parametrize("who", RIGHTS, ids=lambda who: "-".join(who))
def test_each_writes_its_own_topics_and_no_other(hall: Stack, free: Client, who: tuple[Role, str]) -> None:
    free.listen("#")
    with Client(settings(hall, *who)) as client:
        done = {topic for topic in EVERYTHING if client.write(topic, b"by " + who[1].encode()) < 128}
    free.write("rengong/v1/last")
    arrived = free.heard_until("rengong/v1/last").keys() - {"rengong/v1/last"}
    assert (done, arrived) == (RIGHTS[who][0], RIGHTS[who][0])


@pytest.mark.parametrize("who", RIGHTS, ids=lambda who: "-".join(who))
@pytest.mark.parametrize("retained", [False, True], ids=["live", "retained"])
def test_each_reads_what_is_for_it_and_nothing_else(
    hall: Stack, free: Client, who: tuple[Role, str], retained: bool
) -> None:
    last = of("last", "health") if who[0] is Role.HOME_ASSISTANT else topics.presence(HALL, "last")
    with Client(settings(hall, *who)) as client:
        if not retained:
            client.listen("#", *EVERYTHING)
        for topic in sorted(EVERYTHING):
            free.write(topic, b"secret", retain=retained)
        if retained:
            client.listen("#", *EVERYTHING, last)
        free.write(last)
        heard = client.heard_until(last).keys() - {last}
    for topic in EVERYTHING if retained else ():
        free.write(topic, b"", retain=True)
    assert heard == RIGHTS[who][1]


def test_the_only_port_is_that_of_tls_with_a_certificate(hall: Stack) -> None:
    whole = settings(hall, Role.KIOSK, "k1")
    with pytest.raises(Refused):
        Client(replace(whole, cert="", key=""))
    with pytest.raises(Refused):
        Client(config.Broker(url=f"mqtt://{whole.host}:{whole.port}"), user=f"{HALL}/k1")
    lines = broker_files.CONFIGURATION.read_text().splitlines()
    assert [line for line in lines if line.startswith("listener")] == [broker_files.LISTENER]
    # With a certificate nobody is anonymous, so that no client notices this one as long as the others stand.
    assert "allow_anonymous false" in lines


def test_a_certificate_of_another_authority_is_refused(hall: Stack, tmp_path: Path) -> None:
    stranger = Authority(tmp_path)
    stranger.make(HALL, NOW)
    cert, key = stranger.issue(Role.KIOSK, "k1", NOW)
    with pytest.raises(Refused):
        Client(replace(settings(hall, Role.KIOSK, "k1"), cert=str(cert), key=str(key)))


def test_an_expired_certificate_is_refused(hall: Stack) -> None:
    hall.certs.authority.issue(Role.KIOSK, "old", LONG_AGO)
    with pytest.raises(Refused):
        Client(settings(hall, Role.KIOSK, "old"))
    hall.certs.authority.renew(Role.KIOSK, "old", NOW)
    Client(settings(hall, Role.KIOSK, "old")).leave()


def test_a_servers_certificate_lets_no_client_in(hall: Stack) -> None:
    for pair in (
        hall.certs.broker_directory / "broker",
        Path(hall.certs.issue(Role.PAGE, "d9").cert).with_suffix(""),
    ):
        shown = replace(settings(hall, Role.KIOSK, "k1"), cert=f"{pair}.crt", key=f"{pair}.key")
        with pytest.raises(Refused):
            Client(shown)


def test_a_revoked_certificate_is_refused_and_its_successor_is_not(hall: Stack) -> None:
    hall.certs.authority.issue(Role.KIOSK, "stolen", NOW)
    stolen = settings(hall, Role.KIOSK, "stolen")
    kept = [Path(path).read_bytes() for path in (stolen.cert, stolen.key)]
    with Client(stolen) as thief:
        assert hall.certs.authority.revoke(Role.KIOSK, "stolen", NOW) == 1
        hall.kill("broker")
        hall.start("broker")
        assert thief.ends.get(timeout=30)
    with pytest.raises(Refused):
        Client(stolen)
    hall.certs.authority.issue(Role.KIOSK, "stolen", NOW)
    Client(settings(hall, Role.KIOSK, "stolen")).leave()
    for path, content in zip((stolen.cert, stolen.key), kept, strict=True):
        Path(path).write_bytes(content)
    with pytest.raises(Refused):
        Client(stolen)


@BOTH
@pytest.mark.parametrize("clean", [True, False], ids=["clean", "session"])
def test_nobody_throws_another_out_by_taking_its_client_id(hall: Stack, version: int, clean: bool) -> None:
    with Client(settings(hall, Role.KIOSK, "k1"), f"{HALL}/k1") as k1:
        k1.listen(of("k1", "reply"))
        with Client(settings(hall, Role.KIOSK, "k2"), f"{HALL}/k1", version=version, clean=clean) as k2:
            assert k1.write(of("k1", "call")) < 128  # still there
            k2.listen(of("k1", "reply"))
            with Client(settings(hall, Role.DESK, "d1")) as desk:
                desk.write(of("k1", "reply"))
                desk.write(topics.presence(HALL, "d1"))
            k2.listen(topics.presence(HALL, "+"))
            assert k1.heard_until(of("k1", "reply")) == {of("k1", "reply"): b"x"}
        assert k1.ends.empty()


def test_a_user_name_that_is_said_counts_for_nothing(hall: Stack) -> None:
    with Client(settings(hall, Role.KIOSK, "k2"), user=f"{HALL}/k1") as k2:
        assert (k2.write(of("k1", "call")) < 128, k2.write(of("k2", "call")) < 128) == (False, True)


@BOTH
def test_a_last_will_has_no_more_rights_than_its_client(hall: Stack, free: Client, version: int) -> None:
    free.listen("rengong/#")
    for topic in (of("k1", "health"), of("k2", "health")):
        Client(settings(hall, Role.KIOSK, "k2"), version=version, will=topic).die()
    heard = free.heard_until(of("k2", "health"))
    assert of("k1", "health") not in heard


def test_the_longest_message_that_is_allowed_gets_through(hall: Stack) -> None:
    worst = "\x01"  # six bytes in JSON
    agent = messages.Agent(worst * 96, worst * 60, worst * 96)
    event = messages.Event(
        kind=worst * 96,
        call=worst * 96,
        case=worst * 60,
        agent=agent,
        desk=worst * 96,
        why=worst * 500,
        text=worst * 500,
        service=worst * 96,
        seq=2**53 - 1,
        at_ms=2**53 - 1,
    )
    batch = messages.encode(messages.EventBatch(worst * 96, 2**53 - 1, (event,) * 200))
    messages.decode(batch, messages.EventBatch)
    with Client(settings(hall, Role.DESK, "d1")) as ledger, Client(settings(hall, Role.KIOSK, "k1")) as k1:
        ledger.listen(of("+", "events"))
        assert k1.write(of("k1", "events"), batch) < 128
        assert ledger.heard_until(of("k1", "events"))[of("k1", "events")] == batch


def test_a_message_above_the_limit_costs_its_sender_the_connection(hall: Stack) -> None:
    with Client(settings(hall, Role.KIOSK, "k1")) as k1, pytest.raises(Refused):
        k1.write(of("k1", "call"), b"x" * 3_000_001)


def test_the_file_in_systemd_is_the_one_that_is_installed() -> None:
    shown = Path(__file__).parents[2] / "systemd" / "mosquitto.conf"
    assert shown.resolve() == broker_files.CONFIGURATION.resolve()
