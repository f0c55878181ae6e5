"""What happens to the hall's calls, each thing once, for the counters. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from kiosk.desk.hall import ANSWERED, WAITING
from kiosk.messages import Call, Outcome, State


class Kind(StrEnum):
    """What has happened to a call."""

    OPENED = "opened"
    SHOWN = "shown"  # for the first time; ``seconds`` since it was opened
    ANSWERED = "answered"  # the same
    KEPT = "kept"  # answered within the promised time
    BROKEN = "broken"  # it waits longer than that, or was answered later
    ENDED = "ended"  # ``outcome``


class Happening(NamedTuple):
    """One thing; it happens to a call only once."""

    kind: Kind
    seconds: float = 0.0
    outcome: Outcome | None = None


@dataclass
class _Seen:
    call: str
    shown: bool = False
    answered: bool = False
    judged: bool = False  # the promise was kept or broken
    ended: bool = False


class Tally:
    """Knows of each kiosk's call what has been counted. ``promised_s``: the time to an answer that is promised."""

    def __init__(self, promised_s: float) -> None:
        self._promised_s = promised_s
        self._seen: dict[str, _Seen] = {}

    def see(self, kiosk: str, call: Call | None) -> list[Happening]:
        """What is new in this call, ages counted on to now; the same call again is nothing new."""
        if call is None:
            self._seen.pop(kiosk, None)
            return []
        seen = self._seen.get(kiosk)
        if seen is None or seen.call != call.id:
            return self._first(kiosk, call)
        return self._next(seen, call)

    def _first(self, kiosk: str, call: Call) -> list[Happening]:
        """Of what was before this desk looked nothing is known, so it is not counted."""
        waiting = call.state in WAITING
        shown, over = call.state is not State.CALLING, call.state is State.ENDED
        seen = self._seen[kiosk] = _Seen(call.id, shown, answered=not waiting, judged=not waiting, ended=over)
        return [Happening(Kind.OPENED), *self._next(seen, call)] if waiting else []

    def _next(self, seen: _Seen, call: Call) -> list[Happening]:
        found: list[Happening] = []
        age_s = call.age_ms / 1000
        at_s = max(0, call.age_ms - call.state_age_ms) / 1000  # when it came to this state
        if call.state is State.RUNG and not seen.shown:
            seen.shown = True
            found.append(Happening(Kind.SHOWN, at_s))
        if call.state in ANSWERED and not seen.answered:
            seen.answered = True
            found.append(Happening(Kind.ANSWERED, at_s))
            if not seen.judged:
                seen.judged = True
                found.append(Happening(Kind.KEPT if at_s <= self._promised_s else Kind.BROKEN))
        if call.state in WAITING and not seen.judged and age_s > self._promised_s:
            seen.judged = True
            found.append(Happening(Kind.BROKEN))
        if call.state is State.ENDED and not seen.ended:
            seen.ended = True
            found.append(Happening(Kind.ENDED, outcome=call.outcome))
        return found
