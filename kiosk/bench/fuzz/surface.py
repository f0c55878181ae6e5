"""What the surfaces of ``kiosk bench fuzz`` share. Each takes one input and says whether it was bad."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from kiosk import messages, topics
from kiosk.bench.fuzz.inputs import Inputs
from kiosk.messages import BadMessage, Mode, State
from kiosk.topics import Address

HALL, KIOSKS, DESKS, CALLS = "h1", ("k1", "k2", "k3"), ("d1", "d2"), ("c1", "c2", "c3")
PIN = "4711"
KINDS_OF_EVENTS = ("opened", "accepted", "ended", "fault", "complained", "missed", "freeze-asked")

#: What is decoded where only that is of interest.
KINDS: tuple[Any, ...] = (
    messages.Snapshot,
    messages.Result,
    messages.Signalled,
    messages.VoiceMessage,
    messages.VoiceCommand,
    messages.Shown,
    messages.ScreenCommand,
    messages.PeerCommand,
    messages.PeerMessage,
    messages.Event,
)
OF_LEAF: dict[str, Any] = {
    "call": messages.Call,
    "events": messages.EventBatch,
    "health": messages.Health,
    "reply": messages.Reply,
    "ledger-ack": messages.LedgerAck,
    "signal/up": messages.SignalUp,
    "signal/down": messages.SignalDown,
    "presence": messages.Presence,
    "test": messages.SelfTest,
}


class Insane(AssertionError):
    """What may never be so; the text says what."""


def decodes(payload: bytes, kind: Any) -> bool:
    """Whether it is a message of this kind; a message is the same after it was written and read again."""
    try:
        message = messages.decode(payload, kind)
    except BadMessage:
        return False
    if messages.decode(messages.encode(message), kind) != message:
        raise Insane(f"{kind}: not the same after it was written and read again")
    return True


def some_topic(chance: random.Random) -> tuple[Address | None, str]:
    """A topic of the tree, or something like one, and what it says."""
    if chance.random() < 0.08:
        topic = "/".join(
            chance.choices(["rengong", "v1", HALL, "desk", "call", "", "+", "k1", "K!", "presence"], k=6)
        )
    else:
        hall = HALL if chance.random() < 0.95 else "h2"
        leaf = chance.choice(sorted(OF_LEAF))
        topic = topics.presence(hall, chance.choice(DESKS)) if leaf == "presence" else ""
        topic = topic or topics.kiosk(hall, "k1" if chance.random() < 0.8 else chance.choice(KIOSKS), leaf)
    return topics.parse(topic), topic


def some_hint(field: str, chance: random.Random) -> Any:
    """A value that may meet what is there: few calls, few people; None: any."""
    if chance.random() < 0.3:
        return None
    match field:
        case "id" | "call" | "follows":
            return chance.choice(CALLS)
        case "state" if chance.random() < 0.5:
            return chance.choice(list(State)).value
        case "mode":
            return chance.choice(list(Mode)).value
        case "agent":
            return {"id": chance.choice(("li", "wang")), "name": "李娜", "desk": chance.choice(DESKS)}
        case "desk":
            return chance.choice(DESKS)
        case "kind":
            return chance.choice(KINDS_OF_EVENTS)
        case "pin":
            return PIN
        case "age_ms" | "state_age_ms":
            return chance.randrange(200_000)
    return None


def decoder(chance: random.Random) -> Callable[[], bool]:
    """Messages of all the kinds that no surface above takes."""
    inputs = Inputs(chance)

    def one() -> bool:
        kind = chance.choice(KINDS)
        return not decodes(inputs.any(kind), kind)

    return one
