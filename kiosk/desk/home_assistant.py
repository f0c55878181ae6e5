"""A terminal as a device of Home Assistant: the payload of its MQTT device discovery. Pure.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. The entities read the terminal's own
``call`` and ``health``, by templates that leave out every word of a customer and every agent's name.
"""

from __future__ import annotations

from typing import Any

from kiosk import __version__, topics
from kiosk.messages import Health, State, Urgency

IDLE, NO_URGENCY, NO_FAULT = "idle", "none", "ok"
MAX_STATE = 250  # characters; Home Assistant takes no state above 255

#: A call that is over is an empty message, in which there is no ``value_json``.
_CALL = "value_json is defined and value_json.state in ['calling', 'rung', 'accepted', 'connected']"
_WAITS = "value_json is defined and value_json.state in ['calling', 'rung']"
CALL_WAITS = f"{{{{ 'ON' if {_WAITS} else 'OFF' }}}}"
CALL_STATE = f"{{{{ value_json.state if value_json is defined else '{IDLE}' }}}}"
CALL_URGENCY = f"{{{{ value_json.urgency | default('normal') if {_CALL} else '{NO_URGENCY}' }}}}"
CALL_WAITED = f"{{{{ value_json.age_ms // 1000 if {_WAITS} else 0 }}}}"
ONLINE = "{{ 'ON' if value_json.online else 'OFF' }}"
AVAILABLE = "{{ 'online' if value_json.online else 'offline' }}"
_FAULTY = "value_json.parts | default({}) | dictsort | map(attribute=1) | rejectattr('ok') | list"
PROBLEM = f"{{{{ 'ON' if {_FAULTY} else 'OFF' }}}}"
FAULTS = (
    "{% set text %}{% for name, part in value_json.parts | default({}) | dictsort if not part.ok %}"
    "{{ name }}: {{ part.fault }}{{ '' if loop.last else ', ' }}{% else %}" + NO_FAULT + "{% endfor %}{% endset %}"
    f"{{{{ text[:{MAX_STATE}] }}}}"
)


def device(hall: str, kiosk: str, health: Health) -> dict[str, Any]:
    """The discovery payload of one terminal."""
    own = f"rengong-{hall}-{kiosk}"
    call, state = topics.kiosk(hall, kiosk, "call"), topics.kiosk(hall, kiosk, "health")
    # A call of a terminal that is offline is still a call: only what it says of its parts is then of no value.
    while_online = {"availability_topic": state, "availability_template": AVAILABLE}
    entities: dict[str, dict[str, Any]] = {
        "call": {
            "platform": "binary_sensor",
            "name": "有人在等",
            "state_topic": call,
            "value_template": CALL_WAITS,
        },
        "state": {
            "platform": "sensor",
            "name": "呼叫状态",
            "state_topic": call,
            "value_template": CALL_STATE,
            "device_class": "enum",
            "options": [IDLE, *State],
        },
        "urgency": {
            "platform": "sensor",
            "name": "紧急程度",
            "state_topic": call,
            "value_template": CALL_URGENCY,
            "device_class": "enum",
            "options": [NO_URGENCY, *Urgency],
        },
        "waiting": {
            "platform": "sensor",
            "name": "已等待",
            "state_topic": call,
            "value_template": CALL_WAITED,
            "device_class": "duration",
            "state_class": "measurement",
            "unit_of_measurement": "s",
        },
        "online": {
            "platform": "binary_sensor",
            "name": "在线",
            "state_topic": state,
            "value_template": ONLINE,
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        },
        "problem": {
            "platform": "binary_sensor",
            "name": "故障",
            "state_topic": state,
            "value_template": PROBLEM,
            "device_class": "problem",
            "entity_category": "diagnostic",
            **while_online,
        },
        "faults": {
            "platform": "sensor",
            "name": "故障说明",
            "state_topic": state,
            "value_template": FAULTS,
            "entity_category": "diagnostic",
            **while_online,
        },
    }
    for name, entity in entities.items():
        entity["unique_id"] = f"{own}-{name}"
    about = {
        "identifiers": [own],
        "name": health.title or kiosk,
        "manufacturer": "Rengong",
        "model": "Service-hall terminal",
    }
    if health.place:
        about["suggested_area"] = health.place
    if health.version:
        about["sw_version"] = health.version
    return {
        "device": about,
        "origin": {"name": "kiosk desk", "sw_version": __version__},
        "components": entities,
        "qos": 1,
    }
