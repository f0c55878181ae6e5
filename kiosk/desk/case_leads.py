"""Calls after which somebody might have complained, and did not. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from kiosk.messages import Event, Outcome

POOR = 2  # of five faces
KINDS = ("accepted", "assigned", "adopted", "ended", "rated")


class Why(StrEnum):
    """What speaks for a complaint."""

    RATED = "rated"  # one or two of five
    UNRESOLVED = "unresolved"
    ABANDONED = "abandoned"  # the customer gave up before anybody came


class Lead(Struct, frozen=True):
    """A call that may be made a case. ``ended_ms`` is the kiosk's wall clock."""

    kiosk: str
    call: str
    number: str
    ended_ms: int
    why: tuple[Why, ...]
    score: int = 0


def leads(events: Iterable[tuple[str, Event]]) -> list[Lead]:
    """From kiosks' events of :data:`KINDS`, the newest call first."""
    calls: dict[tuple[str, str], list[Event]] = {}
    for kiosk, event in events:
        if event.call:
            calls.setdefault((kiosk, event.call), []).append(event)
    found = (_lead(kiosk, call, of_call) for (kiosk, call), of_call in calls.items())
    return sorted((lead for lead in found if lead.why), key=lambda lead: -lead.ended_ms)


def _lead(kiosk: str, call: str, events: list[Event]) -> Lead:
    outcomes = {event.outcome for event in events if event.kind == "ended"}
    scores = [event.score for event in events if event.kind == "rated"]
    # A call that was adopted without an agent was still waiting.
    came = any(
        event.kind in ("accepted", "assigned") or (event.kind == "adopted" and event.agent is not None)
        for event in events
    )
    score = scores[-1] if scores else 0
    signs = {
        Why.RATED: 0 < score <= POOR,
        Why.UNRESOLVED: Outcome.UNRESOLVED in outcomes,
        Why.ABANDONED: Outcome.ABSENT in outcomes or (Outcome.CUSTOMER in outcomes and not came),
    }
    number = next((event.case for event in events if event.case), "")
    return Lead(kiosk, call, number, max(e.at_ms for e in events), tuple(w for w in signs if signs[w]), score)
