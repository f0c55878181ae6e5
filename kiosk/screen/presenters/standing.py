"""How a call that waits stands: who has been told, how many come first, what comes next. Honest, and short."""

from __future__ import annotations

from kiosk.messages import Call, Snapshot, State as CallState, Urgency
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.scene import Row

TOP = 3  # the level at which everybody is rung


def heading(call: Call, snapshot: Snapshot) -> str:
    """The key of the heading of a call that is not urgent, or cannot be told to anybody."""
    if not snapshot.online:
        return "calling.heading-alarm" if snapshot.alarm else "calling.heading-offline"
    if not promised(call, snapshot):
        return "calling.heading-nobody"
    if call.round:
        return "calling.heading-again"
    return "calling.heading-rung" if call.state is CallState.RUNG else "calling.heading"


def speech(call: Call, snapshot: Snapshot) -> str:
    """The key of what is said aloud then."""
    if not snapshot.online:
        return "calling.speech-offline"
    if not promised(call, snapshot):
        return "calling.speech-nobody"
    if call.round:
        return "calling.speech-again"
    return "calling.speech" if call.level == 1 else "calling.speech-more"


def rows(call: Call, snapshot: Snapshot, texts: Catalogue, waited: float) -> list[Row]:
    """The most important ones first; a small panel has not room for all."""
    rows: list[Row] = []
    nobody = not promised(call, snapshot)
    if on_call_told(call, snapshot):
        rows.append(Row("people", texts("row.label-told"), texts("row.told-duty")))
    if not snapshot.online:
        alarm = "row.offline-alarm" if snapshot.alarm else "row.offline"
        rows.append(Row("wifi", texts("row.label-network"), texts(alarm)))
    elif snapshot.alarm:
        rows.append(Row("bell", texts("row.label-alarm"), texts("row.alarm")))
    if nobody:
        rows.append(Row("clock", texts("row.label-waited"), texts.duration(waited)))
        rows.append(Row("id", texts("row.label-case"), call.case))
        return rows
    seen = texts("row.told-rung" if call.rung_by else "row.told", n=snapshot.on_duty)
    told = Row("people", texts("row.label-told"), seen)
    if not snapshot.alarm:
        rows.append(told)
    if snapshot.ahead is not None:
        ahead = texts("row.ahead", n=snapshot.ahead) if snapshot.ahead else texts("row.next-is-you")
        rows.append(Row("list", texts("row.label-queue"), ahead))
    rows.append(Row("clock", texts("row.label-next"), _next(call, snapshot, texts)))
    return [*rows, told] if snapshot.alarm else rows


def promised(call: Call, snapshot: Snapshot) -> bool:
    """Whether anybody can be expected within the promised time."""
    return snapshot.online and (snapshot.on_duty > 0 or bool(call.rung_by))


def on_call_told(call: Call, snapshot: Snapshot) -> bool:
    """Whether an urgent call goes to the people on call, because nobody is on duty."""
    duty = snapshot.parts.get("duty")
    return call.urgency is Urgency.URGENT and not promised(call, snapshot) and duty is not None and duty.ok


def _next(call: Call, snapshot: Snapshot, texts: Catalogue) -> str:
    if call.level >= TOP:
        return texts("row.next-everybody")
    if call.level == 1:
        return texts("row.next-more", time=texts.duration(snapshot.promised_s))
    return texts("row.next-all")
