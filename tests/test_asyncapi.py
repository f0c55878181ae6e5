"""docs/asyncapi.json is what the program says, and says it of every topic."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk import asyncapi, messages, topics

DOCUMENT = asyncapi.document()
ROOT = Path(__file__).parents[1]


def walk(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from walk(inner)


def look_up(reference: str) -> Any:
    assert reference.startswith("#/"), reference
    place: Any = DOCUMENT
    for name in reference[2:].split("/"):
        place = place[name]
    return place


def test_the_committed_document_is_up_to_date() -> None:
    committed = (ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8")
    assert committed == asyncapi.text(), "run: kiosk asyncapi > docs/asyncapi.json"


def test_every_reference_leads_somewhere() -> None:
    references = [tree["$ref"] for tree in walk(DOCUMENT) if "$ref" in tree]
    assert len(references) > 40
    for reference in references:
        assert look_up(reference) is not None


def test_every_topic_of_the_tree_is_a_channel() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    leaves = {topics.kiosk("{hall}", "{kiosk}", leaf) for leaf in topics.KIOSK_LEAVES}
    assert addresses == leaves | {
        topics.presence("{hall}", "{desk}"),
        topics.ledger_head("{hall}", "{desk}"),
    }
    for channel in DOCUMENT["channels"].values():
        assert set(channel["parameters"]) == set(re.findall(r"\{(\w+)\}", channel["address"]))


def test_what_is_retained_is_what_the_manual_says() -> None:
    text = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(rengong/[^`]+)` \| [^|]+ \| (yes|no) \| 1 \|", text, re.MULTILINE))
    assert len(rows) == len(DOCUMENT["channels"])
    for operation in DOCUMENT["operations"].values():
        mqtt = operation["bindings"]["mqtt"]
        assert (mqtt["qos"], mqtt["retain"]) == (
            1,
            rows[look_up(operation["channel"]["$ref"])["address"]] == "yes",
        )


def test_it_has_the_parts_that_asyncapi_3_wants() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0" and DOCUMENT["info"]["title"] and DOCUMENT["info"]["version"]
    assert {"channels", "operations", "components", "servers"} <= DOCUMENT.keys()
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = look_up(operation["channel"]["$ref"])
        assert [message["$ref"] for message in operation["messages"]] == [
            f"{operation['channel']['$ref']}/messages/{name}" for name in channel["messages"]
        ]
    for message in DOCUMENT["components"]["messages"].values():
        assert message["payload"]
    assert not [tree for tree in walk(DOCUMENT) if isinstance(tree.get("discriminator"), dict)]


@pytest.mark.parametrize("kind", [messages.Call, messages.Health, messages.Presence, messages.LedgerAck])
def test_a_messages_fields_are_all_there(kind: Any) -> None:
    payload = DOCUMENT["components"]["messages"][kind.__name__]["payload"]
    schema = look_up(payload["$ref"])
    assert set(schema["properties"]) == set(kind.__struct_fields__)
