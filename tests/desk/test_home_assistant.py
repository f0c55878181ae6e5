"""What Home Assistant is told of a terminal, and what it shows of its messages."""

from __future__ import annotations

from typing import Any

import pytest
from home_assistant import states
from msgspec.structs import replace

from kiosk import messages, topics
from kiosk.certs import rights
from kiosk.certs.roles import Holder, Role
from kiosk.desk.home_assistant import device
from kiosk.messages import Agent, Call, Health, Outcome, Part, State, Urgency

HEALTH = Health(online=True, title="1号自助终端", place="大厅", parts={"button": Part(True)}, version="0.1.0")
PAYLOAD = device("xinhua", "k1", HEALTH)
CALL_TOPIC, HEALTH_TOPIC = topics.kiosk("xinhua", "k1", "call"), topics.kiosk("xinhua", "k1", "health")
CALL = Call("c1", State.RUNG, 4200, 100, said=("我被骗了",), urgency=Urgency.URGENT)


def shown(call: Call | None, health: Health = HEALTH) -> dict[str, str]:
    said = messages.encode(call) if call is not None else b""
    return states(PAYLOAD, {CALL_TOPIC: said, HEALTH_TOPIC: messages.encode(health)})


def test_the_payload_has_what_device_discovery_wants() -> None:
    assert PAYLOAD["device"]["identifiers"] == ["rengong-xinhua-k1"]
    assert PAYLOAD["device"]["name"] == "1号自助终端" and PAYLOAD["device"]["suggested_area"] == "大厅"
    assert PAYLOAD["origin"]["name"]  # without it a device is refused
    ids = [entity["unique_id"] for entity in PAYLOAD["components"].values()]
    assert len(set(ids)) == len(ids) == 7
    for entity in PAYLOAD["components"].values():
        assert entity["platform"] in ("binary_sensor", "sensor") and entity["name"]
        assert entity["state_topic"] in (CALL_TOPIC, HEALTH_TOPIC)


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        (None, ("OFF", "idle", "none", "0")),
        (CALL, ("ON", "rung", "urgent", "4")),
        (Call("c1", State.CALLING, 0, 0), ("ON", "calling", "normal", "0")),
        (replace(CALL, state=State.ACCEPTED, agent=Agent("w", "王芳", "d")), ("OFF", "accepted", "urgent", "0")),
        (replace(CALL, state=State.ENDED, outcome=Outcome.RESOLVED), ("OFF", "ended", "none", "0")),
    ],
)
def test_a_call_as_it_is_shown(call: Call | None, wanted: tuple[str, ...]) -> None:
    seen = shown(call)
    assert (seen["call"], seen["state"], seen["urgency"], seen["waiting"]) == wanted
    options = PAYLOAD["components"]
    assert seen["state"] in options["state"]["options"] and seen["urgency"] in options["urgency"]["options"]
    assert not [text for text in seen.values() if "骗" in text or "王芳" in text]


@pytest.mark.parametrize(
    ("health", "wanted"),
    [
        (HEALTH, ("ON", "OFF", "ok")),
        (Health(online=True), ("ON", "OFF", "ok")),
        (
            replace(HEALTH, parts={"screen": Part(False, "gone", "r"), "button": Part(False, "cut", "r")}),
            ("ON", "ON", "button: cut, screen: gone"),
        ),
        (Health(online=False), ("OFF", "unavailable", "unavailable")),
    ],
)
def test_a_health_as_it_is_shown(health: Health, wanted: tuple[str, ...]) -> None:
    seen = shown(CALL, health)
    assert (seen["online"], seen["problem"], seen["faults"]) == wanted
    assert seen["call"] == "ON", "a call of a terminal that is offline is still a call"


def test_a_terminal_with_many_faults_fits_into_a_state() -> None:
    parts: dict[str, Any] = {f"part-{number}": Part(False, "f" * 60, "r") for number in range(100)}
    assert len(shown(None, replace(HEALTH, parts=parts))["faults"]) <= 255


def test_the_right_to_tell_it_comes_with_its_certificate() -> None:
    ledger, desk = Holder("xinhua", Role.DESK, "d1"), Holder("xinhua", Role.DESK, "d2")
    without = rights.access_list("xinhua", [ledger, desk], [ledger])
    assert "/device/" not in without
    text = rights.access_list("xinhua", [ledger, desk, Holder("xinhua", Role.HOME_ASSISTANT, "ha")], [ledger])
    of = {block.split("\n")[0]: block for block in text.split("\nuser ")[1:]}
    topic = "+/device/rengong-xinhua/+/config"
    assert f"topic write {topic}" in of["xinhua/desk/d1"] and topic not in of["xinhua/desk/d2"]
    assert "topic write" not in of["xinhua/homeassistant/ha"]
    assert "presence" not in of["xinhua/homeassistant/ha"]
