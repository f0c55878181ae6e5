"""The fields of a log line. Pure."""

from __future__ import annotations

import uuid
from typing import Any

#: Every message id of ours is made from this and a name, so that it is the same everywhere and in every version.
_SPACE = uuid.UUID("b7f4e0a2-6f2d-4f6e-9a57-7d1c3f6f1a11")
#: Fields that a line may have, as attributes of its record; in the journal they are KIOSK_CALL and so on.
FIELDS = ("call", "part", "event", "kiosk")


def about(*, call: str = "", part: str = "", event: str = "") -> dict[str, Any]:
    """``extra=`` for a line about a call, or about a part of the machine; ``event`` names what happened.

    A line with a part and an event has a message id, under which ``journalctl -x`` says what to do.
    """
    named = {"call": call, "part": part, "event": event}
    return {key: value for key, value in named.items() if value}


def message_id(part: str, event: str) -> str:
    """The stable id of what happened to a part, as systemd writes it: 32 hexadecimal digits."""
    return uuid.uuid5(_SPACE, f"{part}.{event}").hex
