"""The kiosk's own retained call, read back from the broker, against what the kiosk remembers. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk import messages
from kiosk.link.causes import Causes
from kiosk.link.live import LiveCall, merged, recalled
from kiosk.link.transitions import Step, fact, freeze_news
from kiosk.messages import State


def adopt(mine: LiveCall | None, seen: messages.Call, now: float, *, restored: str, causes: Causes) -> Step | None:
    """The call to go on with; None: with what the kiosk has.

    Taken over when the journal has no memory of it (it was lost), or when the broker has a later state of the same
    call (the process died between publish and commit). A call that the journal knows to be over is a ghost and is
    not taken over. ``restored``: the id of the call that came from the journal.
    """
    came = recalled(seen, now)
    facts = []
    if mine is not None and mine.id == seen.id:
        came = merged(mine, came)
        if mine.id == restored:
            # A press that was published and never written comes again from the board, and counts then.
            came = replace(came, presses=mine.presses)
        if came == mine:
            return None
    elif came.state is State.ENDED or causes.opened(came.id):
        return None
    elif mine is not None and mine.state is not State.ENDED:
        # Only a call that was published and never committed is unknown to a journal that has another.
        if mine.id != restored or (mine.waiting and came.answered):
            return None
        facts = [fact("set-aside", mine, now, why=came.id)]
    facts.append(fact("adopted", came, now))
    if mine is not None and mine.id == came.id and mine.freeze != came.freeze:
        facts += freeze_news(came, now)  # it was published and never written
    return came, facts
