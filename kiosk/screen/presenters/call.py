"""While a person is being called, is on the way, or is there: honest, and never a dead spinner."""

from __future__ import annotations

from kiosk.messages import Call, Cause, Mode, Snapshot, State as CallState, Urgency
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.presenters import standing, urgent, video
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
    Wait,
)
from kiosk.screen.state import VisitState, end_question

UNSEEN_S = 2.0  # so long a call that was asked for may take to show


def of_call(call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, now: float) -> Picture:
    """The scene of an open call."""
    if state.confirming == end_question(call):
        return confirm_end(call, texts)
    if state.freezing == call.id:
        return urgent.confirm(texts)
    match call.state, call.mode:
        case CallState.ACCEPTED, Mode.VIDEO:
            return video.connecting(call, state, texts, _meanwhile(call, state, texts, now))
        case CallState.ACCEPTED, _:
            return _coming(call, state, texts, now)
        case CallState.CONNECTED, Mode.VIDEO:
            return video.talking(call, state, texts, _meanwhile(call, state, texts, now))
        case CallState.CONNECTED, _:
            return _beside(call, state, texts, now)
    if call.urgency is Urgency.URGENT:
        return urgent.calling(call, snapshot, state, texts, now)
    if not snapshot.open and not call.rung_by:
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


def out_of_order(state: VisitState, texts: Catalogue, now: float) -> Picture:
    """The link is gone: what works still; of an urgent call first of all the telephone."""
    asked_for = state.asking is not None or state.call is not None
    heading = "out.heading-asked" if asked_for else "out.heading"
    about = state.urgent_about
    if about is not None:
        ring = urgent.ring(about, state)
        return Picture(
            "out_of_order",
            Tone.TROUBLE,
            (Heading(texts(heading)), *urgent.without_link(about, state, texts, now)),
            texts("out.speech-urgent", ring=texts(ring)),
            key=f"out {ring}",
        )
    rows = (
        Row("hand", texts("out.label-button"), texts("out.button")),
        Row("person", texts("out.label-staff"), texts("out.staff")),
    )
    text = texts("out.asked" if asked_for else "out.text")
    matters = state.visiting or asked_for
    return Picture(
        "out_of_order",
        Tone.TROUBLE,
        (Heading(texts(heading)), Paragraph(text), Rows(rows)),
        texts("out.speech"),
        # Not into an empty hall.
        key="out" if matters else "",
    )


def confirm_end(call: Call, texts: Catalogue) -> Picture:
    """Nobody is asked whether they still want somebody who is there already."""
    there = call.state is CallState.CONNECTED
    kind = "-there" if there else ""
    note = "" if there else texts("confirm.yes-note")
    cards = (
        Card("end-no", texts(f"confirm.no{kind}"), "person", texts(f"confirm.no-note{kind}")),
        Card("end-yes", texts(f"confirm.yes{kind}"), "check" if there else "cross", note),
    )
    return Picture(
        "confirm_end",
        Tone.WAITING,
        (Heading(texts(f"confirm.heading{kind}")), Cards(cards)),
        texts(f"confirm.speech{kind}"),
        key=f"confirm{kind}",
    )


def _calling(call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, now: float) -> Picture:
    speech = standing.speech(call, snapshot)
    waited = call.age_ms / 1000 + max(0.0, now - state.snapshot_at)  # the link says it only now and then
    rows = standing.rows(call, snapshot, texts, waited)
    blocks: list[Block] = [Heading(texts(standing.heading(call, snapshot)))]
    if standing.promised(call, snapshot):
        promised = round(snapshot.promised_s)
        promise = "wait.promise" if waited <= promised else "wait.late"
        label = texts("wait.label", time=texts.duration(waited))
        blocks.append(Wait(int(waited), promised, label, texts(promise, time=texts.duration(promised))))
    # At the largest size a small panel has room for two rows; the most important ones are first.
    blocks.append(Rows(tuple(rows[: 2 if state.size is TextSize.EXTRA else 3])))
    blocks.append(_cards(call, texts))
    trouble = snapshot.alarm or not standing.promised(call, snapshot)
    return Picture(
        "calling",
        Tone.TROUBLE if trouble else Tone.WAITING,
        tuple(blocks),
        texts(speech),
        key=f"{speech} {call.round} {call.level}",
    )


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


def _cards(call: Call, texts: Catalogue) -> Cards:
    cards = [Card("urgent", texts("calling.urgent"), "warning", texts("calling.urgent-note"))]
    if call.urgency is Urgency.NORMAL:
        cards.append(Card("elderly", texts("calling.elderly"), "elder"))
    return Cards((*cards, Card("not-needed", texts("calling.not-needed"), "cross")))


def _meanwhile(call: Call, state: VisitState, texts: Catalogue, now: float) -> video.Meanwhile:
    """Of an urgent call: blocks, and what is said aloud of them with its key."""
    speech = urgent.meanwhile_speech(call, state, now)
    return urgent.meanwhile(call, state, texts, now), texts(speech) if speech else "", speech


def _coming(call: Call, state: VisitState, texts: Catalogue, now: float) -> Picture:
    agent = video.agent_of(call, texts)
    more, said, key = _meanwhile(call, state, texts, now)
    heading, speech = "accepted.heading", "accepted.speech"
    if call.cause is Cause.CALLBACK:  # nobody here has asked: say who comes, and that they come back
        heading, speech = "accepted.heading-back", "accepted.speech-back"
    known = (Rows((Row("list", texts("accepted.label"), texts("accepted.known")),)),) if call.said else ()
    return Picture(
        "accepted",
        Tone.GOOD,
        (
            Heading(texts(heading, agent=agent)),
            Paragraph(texts("accepted.text")),
            *(more or known),
            Buttons((Button("not-needed", texts("calling.not-needed"), icon="cross"),)),
        ),
        texts(speech, agent=agent) + said,
        key=f"accepted {call.round} {agent} {key}",
    )


def _beside(call: Call, state: VisitState, texts: Catalogue, now: float) -> Picture:
    agent = video.agent_of(call, texts)
    more, said, key = _meanwhile(call, state, texts, now)
    return Picture(
        "connected",
        Tone.GOOD,
        (
            Heading(texts("beside.heading", agent=agent)),
            Paragraph(texts("beside.text")),
            *more,
            Buttons((Button("not-needed", texts("beside.done"), icon="check"),)),
        ),
        texts("beside.speech", agent=agent) + said,
        key=f"connected {call.round} {agent} {key}",
    )
