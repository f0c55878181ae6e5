"""What other systems are told of the hall: the messages of the webhooks, made of a terminal's events. Pure."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import msgspec
from msgspec import Struct

from kiosk.config import WebhookEvent
from kiosk.messages import Call, Event

PROMISE_BROKEN: WebhookEvent = "promise.broken"
_TYPES: dict[str, WebhookEvent] = {
    "opened": "call.opened",
    "accepted": "call.accepted",
    "assigned": "call.accepted",
    "escalated": "call.escalated",
    "ended": "call.ended",
    "fault": "kiosk.fault",
    "recovered": "kiosk.recovered",
    "complained": "complaint",
}
_LAST_MS = 253_402_300_799_999  # of the year 9999: no date is later
_OF_CALL = ("case", "state", "cause", "urgency", "level", "mode", "outcome", "presses", "service")


class Announcement(Struct, frozen=True):
    """One thing to tell. ``id``: whoever gets it twice knows by it. ``words``: for those who asked for them."""

    id: str
    type: WebhookEvent
    at_ms: int  # milliseconds since 1970, by the clock of the terminal, or of the desk for a broken promise
    data: dict[str, Any]
    words: dict[str, Any]


def of_event(hall: str, kiosk: str, journal: str, event: Event) -> Announcement | None:
    """What a line of a terminal's journal has to tell; None: nothing."""
    kind = _TYPES.get(event.kind)
    if kind is None or (event.kind == "assigned" and event.why):  # from somebody who had it: taken it was before
        return None
    where: dict[str, Any] = {"hall": hall, "kiosk": kiosk}
    words: dict[str, Any] = {}
    if kind in ("kiosk.fault", "kiosk.recovered"):
        part, _, fault = event.why.partition(": ")
        data = where | {"part": part} | ({"fault": fault, "remedy": event.text} if fault else {})
    else:
        fields = msgspec.to_builtins(event)
        data = where | {"call": event.call, "age_s": event.age_ms / 1000}
        data |= {name: fields[name] for name in _OF_CALL if fields.get(name)}
        if event.agent is not None:
            data["agent"] = event.agent.id
            words["agent_name"] = event.agent.name
        if event.text:
            words["text"] = event.text
    return Announcement(_id(hall, kiosk, journal, event.seq), kind, event.at_ms, data, words)


def of_promise(hall: str, kiosk: str, call: Call, promised_s: float, now_ms: int) -> Announcement:
    """A call that waits for longer than was promised; for one call always the same id."""
    data = {
        "hall": hall,
        "kiosk": kiosk,
        "call": call.id,
        "case": call.case,
        "urgency": call.urgency.value,
        "level": call.level,
        "age_s": call.age_ms / 1000,
        "promised_s": promised_s,
    }
    return Announcement(_id(hall, kiosk, call.id, PROMISE_BROKEN), PROMISE_BROKEN, now_ms, data, {})


def body(what: Announcement, now_ms: int, *, words: bool) -> str:
    """The JSON that is sent. ``now_ms``, the desk's time, stands for a terminal's that is no date."""
    at_ms = what.at_ms if what.at_ms <= _LAST_MS else now_ms
    at = datetime.datetime.fromtimestamp(at_ms / 1000, datetime.UTC).isoformat(timespec="milliseconds")
    data = what.data | (what.words if words else {})
    return msgspec.json.encode({"type": what.type, "timestamp": at.replace("+00:00", "Z"), "data": data}).decode()


def _id(*names: object) -> str:
    """No name of ours can be read out of it, and there is no full stop in it."""
    return "msg_" + hashlib.sha256("\0".join(map(str, names)).encode()).hexdigest()[:40]
