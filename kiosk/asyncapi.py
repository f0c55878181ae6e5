"""The AsyncAPI document of the MQTT topics, made from :mod:`kiosk.topics` and :mod:`kiosk.messages`.

``kiosk asyncapi`` prints it; docs/asyncapi.json is what it printed last. The operations are a terminal's: a desk
sends what a terminal receives.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import Struct

from kiosk import messages, topics

VERSION = "1.0.0"  # of the topic tree and its messages, not of the program
_SCHEMAS = "#/components/schemas/{name}"


class Channel(Struct, frozen=True):
    """One topic: what is on it, whether the terminal writes it (None: nor reads), whether the broker keeps it."""

    name: str
    address: str
    message: str
    payload: Any
    sent: bool | None
    retained: bool
    summary: str


def _of_kiosk(leaf: str, message: str, payload: Any, *, sent: bool, retained: bool = False, why: str) -> Channel:
    address = topics.kiosk("{hall}", "{kiosk}", leaf)
    return Channel(leaf.replace("/", "-"), address, message, payload, sent, retained, why)


CHANNELS = (
    _of_kiosk(
        "call",
        "Call",
        messages.Call,
        sent=True,
        retained=True,
        why="The terminal's call, at each change and every 5 s; an empty payload: there is none.",
    ),
    _of_kiosk(
        "events",
        "EventBatch",
        messages.EventBatch,
        sent=True,
        why="Numbered lines of the terminal's journal, until the ledger has acknowledged them.",
    ),
    _of_kiosk(
        "health",
        "Health",
        messages.Health,
        sent=True,
        retained=True,
        why="The terminal's parts and counters, every 5 s; also its last will.",
    ),
    _of_kiosk("reply", "Reply", messages.Reply, sent=False, why="What desks and agents answer to a call."),
    _of_kiosk(
        "ledger-ack", "LedgerAck", messages.LedgerAck, sent=False, why="The ledger has committed these lines."
    ),
    _of_kiosk("signal/up", "SignalUp", messages.SignalUp, sent=True, why="The terminal's side of a video call."),
    _of_kiosk(
        "signal/down", "SignalDown", messages.SignalDown, sent=False, why="The agent's side of a video call."
    ),
    _of_kiosk(
        "test", "SelfTest", messages.SelfTest, sent=True, why="A test call: whoever gets it answers, nobody rings."
    ),
    Channel(
        "presence",
        topics.presence("{hall}", "{desk}"),
        "Presence",
        messages.Presence,
        False,
        True,
        "Who is on duty at a desk; also the desk's last will.",
    ),
    Channel(
        "ledger-head",
        topics.ledger_head("{hall}", "{desk}"),
        "LedgerHead",
        messages.LedgerHead,
        None,
        True,
        "Where the chain of the ledger's records ends; for desks and watchers.",
    ),
)


def document() -> dict[str, Any]:
    """The whole document."""
    schemas, components = msgspec.json.schema_components(
        [channel.payload for channel in CHANNELS], ref_template=_SCHEMAS
    )
    said = "1 to 32 of a-z, 0-9 and -, beginning with a letter or digit."
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rengong hall",
            "version": VERSION,
            "description": "Terminals of a service hall call a person over MQTT; the operations are a terminal's. "
            "docs/mqtt.md says what a desk must do.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "hall": {
                "host": "{broker}",
                "protocol": "mqtt",
                "protocolVersion": "5",
                "description": "The hall's own broker; MQTT 3.1.1 serves too, and with TLS it is mqtts.",
                "variables": {"broker": {"default": "localhost:1883"}},
            }
        },
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {
            _operation_name(channel): _operation(channel) for channel in CHANNELS if channel.sent is not None
        },
        "components": {
            "parameters": {
                name: {"description": f"{what}: {said}"}
                for name, what in (("hall", "The hall"), ("kiosk", "The terminal; not desk"), ("desk", "The desk"))
            },
            "messages": {
                channel.message: {
                    "title": channel.message,
                    "contentType": "application/json",
                    "payload": _plain(schema),
                }
                for channel, schema in zip(CHANNELS, schemas, strict=True)
            },
            "schemas": {name: _plain(schema) for name, schema in components.items()},
        },
    }


def text() -> str:
    """The document as docs/asyncapi.json has it."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _channel(channel: Channel) -> dict[str, Any]:
    names = [name for name in ("hall", "kiosk", "desk") if f"{{{name}}}" in channel.address]
    return {
        "address": channel.address,
        "description": channel.summary,
        "parameters": {name: {"$ref": f"#/components/parameters/{name}"} for name in names},
        "messages": {channel.message: {"$ref": f"#/components/messages/{channel.message}"}},
    }


def _operation_name(channel: Channel) -> str:
    return f"{'send' if channel.sent else 'receive'}-{channel.name}"


def _operation(channel: Channel) -> dict[str, Any]:
    binding: dict[str, Any] = {"qos": 1, "bindingVersion": "0.2.0"}
    return {
        "action": "send" if channel.sent else "receive",
        "summary": channel.summary,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{channel.message}"}],
        "bindings": {"mqtt": binding | {"retain": channel.retained}},
    }


def _plain(schema: Any) -> Any:
    """Without OpenAPI's discriminator objects: AsyncAPI's are names, and the tags are in the schemas as it is."""
    if isinstance(schema, dict):
        return {key: _plain(value) for key, value in schema.items() if key != "discriminator"}
    return [_plain(value) for value in schema] if isinstance(schema, list) else schema
