"""What Home Assistant makes of a discovery payload and of the messages on the topics that it names."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment


def states(payload: dict[str, Any], retained: dict[str, bytes]) -> dict[str, str]:
    """Entity -> its state, or ``unavailable``, from the last message on each topic."""
    return {name: _state(entity, retained) for name, entity in payload["components"].items()}


def _state(entity: dict[str, Any], retained: dict[str, bytes]) -> str:
    if "availability_topic" in entity:
        said = _render(entity["availability_template"], retained[entity["availability_topic"]])
        if said != "online":
            return "unavailable"
    return _render(entity["value_template"], retained[entity["state_topic"]])


def _render(template: str, payload: bytes) -> str:
    """As its MQTT integration does: ``value_json`` is there only for JSON."""
    known: dict[str, Any] = {"value": payload.decode()}
    with contextlib.suppress(ValueError):
        known["value_json"] = json.loads(payload)
    return ImmutableSandboxedEnvironment().from_string(template).render(known).strip()
