"""While a person is being called, is on the way, or is there: honest, and never a dead spinner."""

from __future__ import annotations

from kiosk.messages import Call, Mode, Part, Snapshot, State as CallState, Urgency
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import (
    Block,
    Button,
    Buttons,
    Card,
    Cards,
    Heading,
    Paragraph,
    Row,
    Rows,
    TextSize,
    Tone,
    Video,
    Wait,
)
from kiosk.screen.state import VisitState, end_question

TOP = 3  # the level at which everybody is rung
UNSEEN_S = 2.0  # so long a call that was asked for may take to show


def of_call(call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, now: float) -> Picture:
    """The scene of an open call."""
    if state.confirming == end_question(call):
        return confirm_end(texts)
    match call.state, call.mode:
        case CallState.ACCEPTED, Mode.VIDEO:
            return _video(call, texts, "accepted")
        case CallState.ACCEPTED, _:
            return _coming(call, texts)
        case CallState.CONNECTED, Mode.VIDEO:
            return _video(call, texts, "connected")
        case CallState.CONNECTED, _:
            return _beside(call, texts)
    if not snapshot.open and not call.rung_by and call.urgency is not Urgency.URGENT:
        return _closed(call, snapshot, texts)
    return _calling(call, snapshot, state, texts, now)


def asked(state: VisitState, texts: Catalogue, now: float) -> Picture:
    """A call was asked for and does not show yet; normally for the blink of an eye."""
    slow = state.asking is not None and now - state.asking >= UNSEEN_S
    text = texts("calling.not-yet" if slow else "calling.just-asked")
    return Picture(
        "calling",
        Tone.WAITING,
        (Heading(texts("calling.heading")), Paragraph(text)),
        texts("calling.speech"),
        key="calling.speech 0 1",
    )


def out_of_order(state: VisitState, texts: Catalogue) -> Picture:
    """The link is gone: what works still."""
    asked_for = state.asking is not None or state.call is not None
    heading = "out.heading-asked" if asked_for else "out.heading"
    rows = [
        Row("hand", texts("out.label-button"), texts("out.button")),
        Row("person", texts("out.label-staff"), texts("out.staff")),
    ]
    text = texts("out.asked" if asked_for else "out.text")
    matters = state.visiting or asked_for
    return Picture(
        "out_of_order",
        Tone.TROUBLE,
        (Heading(texts(heading)), Paragraph(text), Rows(tuple(rows))),
        texts("out.speech"),
        # Not into an empty hall.
        key="out" if matters else "",
    )


def confirm_end(texts: Catalogue) -> Picture:
    return Picture(
        "confirm_end",
        Tone.WAITING,
        (
            Heading(texts("confirm.heading")),
            Cards(
                (
                    Card("end-no", texts("confirm.no"), "person", texts("confirm.no-note")),
                    Card("end-yes", texts("confirm.yes"), "cross", texts("confirm.yes-note")),
                )
            ),
        ),
        texts("confirm.speech"),
        key="confirm",
    )


def _calling(call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, now: float) -> Picture:
    speech = _speech(call, snapshot)
    waited = call.age_ms / 1000 + max(0.0, now - state.snapshot_at)  # the link says it only now and then
    rows = _rows(call, snapshot, texts, waited)
    blocks: list[Block] = [Heading(texts(_heading(call, snapshot)))]
    if _promised(call, snapshot):
        promised = round(snapshot.promised_s)
        promise = "wait.promise" if waited <= promised else "wait.late"
        label = texts("wait.label", time=texts.duration(waited))
        blocks.append(Wait(int(waited), promised, label, texts(promise, time=texts.duration(promised))))
    # At the largest size a small panel has room for two rows; the most important ones are first.
    blocks.append(Rows(tuple(rows[: 2 if state.size is TextSize.EXTRA else 3])))
    blocks.append(_cards(call, texts))
    trouble = snapshot.alarm or not _promised(call, snapshot)
    return Picture(
        "urgent" if call.urgency is Urgency.URGENT else "calling",
        Tone.TROUBLE if trouble else Tone.WAITING,
        tuple(blocks),
        texts(speech),
        key=f"{speech} {call.round} {call.level}",
    )


def _heading(call: Call, snapshot: Snapshot) -> str:
    if not snapshot.online:
        return "calling.heading-alarm" if snapshot.alarm else "calling.heading-offline"
    if call.urgency is Urgency.URGENT:
        return "urgent.heading" if _promised(call, snapshot) else "urgent.heading-nobody"
    if not _promised(call, snapshot):
        return "calling.heading-nobody"
    if call.round:
        return "calling.heading-again"
    return "calling.heading-rung" if call.state is CallState.RUNG else "calling.heading"


def _speech(call: Call, snapshot: Snapshot) -> str:
    if not snapshot.online:
        return "calling.speech-offline"
    nobody = not _promised(call, snapshot)
    if call.urgency is Urgency.URGENT:
        return "urgent.speech-nobody" if nobody else "urgent.speech"
    if nobody:
        return "calling.speech-nobody"
    if call.round:
        return "calling.speech-again"
    return "calling.speech" if call.level == 1 else "calling.speech-more"


def _rows(call: Call, snapshot: Snapshot, texts: Catalogue, waited: float) -> list[Row]:
    """The most important ones first; a small panel has not room for all."""
    rows = []
    if call.urgency is Urgency.URGENT:
        rows.append(Row("heart", texts("urgent.label-health"), texts("urgent.health")))
        rows.append(Row("phone", texts("urgent.label-fraud"), texts("urgent.fraud")))
        if not _promised(call, snapshot) and _well(snapshot.parts.get("duty")):
            rows.append(Row("people", texts("row.label-told"), texts("row.told-duty")))
    if not snapshot.online:
        alarm = "row.offline-alarm" if snapshot.alarm else "row.offline"
        rows.append(Row("wifi", texts("row.label-network"), texts(alarm)))
    elif snapshot.alarm:
        rows.append(Row("bell", texts("row.label-alarm"), texts("row.alarm")))
    if not _promised(call, snapshot):
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


def _promised(call: Call, snapshot: Snapshot) -> bool:
    """Whether anybody can be expected within the promised time."""
    return snapshot.online and (snapshot.on_duty > 0 or bool(call.rung_by))


def _well(part: Part | None) -> bool:
    return part is not None and part.ok


def _next(call: Call, snapshot: Snapshot, texts: Catalogue) -> str:
    if call.level >= TOP:
        return texts("row.next-everybody")
    if call.level == 1:
        return texts("row.next-more", time=texts.duration(snapshot.promised_s))
    return texts("row.next-all")


def _closed(call: Call, snapshot: Snapshot, texts: Catalogue) -> Picture:
    rows = [Row("id", texts("row.label-case"), call.case)]
    if snapshot.opens:
        rows.insert(0, Row("clock", texts("closed.label-opens"), snapshot.opens))
    return Picture(
        "calling",
        Tone.TROUBLE,
        (
            Heading(texts("closed.heading")),
            Paragraph(texts("closed.text")),
            Rows(tuple(rows)),
            _cards(call, texts),
        ),
        texts("closed.speech", case=texts.digits(call.case)),
        key=f"closed {call.id}",
    )


def _cards(call: Call, texts: Catalogue) -> Cards | Buttons:
    end = texts("calling.not-needed")
    if call.urgency is Urgency.URGENT:
        return Buttons((Button("not-needed", end, icon="cross"),))
    cards = [Card("urgent", texts("calling.urgent"), "warning", texts("calling.urgent-note"))]
    if call.urgency is Urgency.NORMAL:
        cards.append(Card("elderly", texts("calling.elderly"), "elder"))
    return Cards((*cards, Card("not-needed", end, "cross")))


def _agent(call: Call, texts: Catalogue) -> str:
    return call.agent.name if call.agent is not None and call.agent.name else texts("agent")


def _coming(call: Call, texts: Catalogue) -> Picture:
    agent = _agent(call, texts)
    known = (Rows((Row("list", texts("accepted.label"), texts("accepted.known")),)),) if call.said else ()
    return Picture(
        "accepted",
        Tone.GOOD,
        (
            Heading(texts("accepted.heading", agent=agent)),
            Paragraph(texts("accepted.text")),
            *known,
            Buttons((Button("not-needed", texts("calling.not-needed"), icon="cross"),)),
        ),
        texts("accepted.speech", agent=agent),
        key=f"accepted {call.round} {agent}",
    )


def _beside(call: Call, texts: Catalogue) -> Picture:
    agent = _agent(call, texts)
    return Picture(
        "connected",
        Tone.GOOD,
        (
            Heading(texts("beside.heading", agent=agent)),
            Paragraph(texts("beside.text")),
            Buttons((Button("not-needed", texts("beside.done"), icon="check"),)),
        ),
        texts("beside.speech", agent=agent),
        key=f"connected {call.round} {agent}",
    )


def _video(call: Call, texts: Catalogue, name: str) -> Picture:
    agent = _agent(call, texts)
    button = texts("video.done" if name == "connected" else "calling.not-needed")
    return Picture(
        name,
        Tone.GOOD,
        (
            Heading(texts(f"video.heading-{name}", agent=agent)),
            Video(texts(f"video.text-{name}", agent=agent)),
            Buttons((Button("not-needed", button, icon="cross"),)),
        ),
        texts(f"video.speech-{name}", agent=agent),
        key=f"{name} video {call.round} {agent}",
    )
