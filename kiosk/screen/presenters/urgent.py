"""An urgent call: whom to ring besides, and having the bank freeze the money. Said as it is, never rosier."""

from __future__ import annotations

from enum import StrEnum

from kiosk.messages import Call, Freeze, FreezeState, Mode, Snapshot, State as CallState
from kiosk.screen.catalogue import Catalogue
from kiosk.screen.presenters import standing
from kiosk.screen.presenters.picture import Picture
from kiosk.screen.scene import (
    Block,
    Button,
    Buttons,
    Card,
    Cards,
    Heading,
    Paragraph,
    Phone,
    Phones,
    Row,
    Rows,
    TextSize,
    Tone,
)
from kiosk.screen.state import VisitState

HEALTH = "urgent_health"  # the service of every pack for who is not well
AMBULANCE, POLICE, FRAUD_LINE = "120", "110", "96110"
BANK_PHONE = "{bank_phone}"  # a field of the site
MAX_KINDS = 3
UNCONFIRMED = "freeze.heading-unconfirmed"
MAX_RECEIPT = 16  # characters of a bank's number that people can take down


class Shown(StrEnum):
    """What the customer is told of their request to freeze."""

    NOTHING = ""  # they have made none
    ASKED = "asked"  # 正在提交
    SUBMITTED = "submitted"  # 已提交: it is on the terminal's disk
    RECEIVED = "received"  # 银行已收到: there is a receipt
    UNCONFIRMED = "unconfirmed"  # 未确认: none in time, or the bank's system has refused it


_ICONS = {
    Shown.ASKED: "clock",
    Shown.SUBMITTED: "clock",
    Shown.RECEIVED: "check",
    Shown.UNCONFIRMED: "warning",
}


def shown(freeze: Freeze | None, state: VisitState, now: float) -> Shown:
    """How far a call's request has come, by what is certain."""
    if freeze is None:
        return Shown.ASKED if state.freeze_asked else Shown.NOTHING
    if freeze.state is FreezeState.RECEIVED:
        return Shown.RECEIVED
    age = freeze.age_ms / 1000 + max(0.0, now - state.snapshot_at)  # the link says it only now and then
    if freeze.state is FreezeState.REFUSED or age >= state.kiosk.screen.freeze_confirm_s:
        return Shown.UNCONFIRMED
    return Shown(freeze.state.value)


def calling(call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, now: float) -> Picture:
    """Everybody has been rung, and nobody has it yet."""
    freeze = shown(call.freeze, state, now)
    waited = call.age_ms / 1000 + max(0.0, now - state.snapshot_at)
    told = standing.rows(call, snapshot, texts, waited)
    most = 2 if state.size is TextSize.EXTRA else 3
    heading = _heading(call, snapshot, freeze)
    blocks: list[Block] = [Heading(texts(heading))]
    if call.service == HEALTH:
        sit = Row("heart", texts("urgent.label-health"), texts("urgent.sit"))
        status = [_status(call.freeze, freeze, texts)] if freeze else []
        most = 2 if state.size is TextSize.STANDARD else 1  # the number is what has to be seen
        blocks += [_ambulance(texts), Rows((*status, sit, *told)[:most])]
    elif heading == UNCONFIRMED:
        blocks += [_money_phones(state, texts), Rows(tuple(told[:2]))]
    elif freeze:
        blocks += [Rows((_status(call.freeze, freeze, texts), *told)[:most]), _money_phones(state, texts)]
    elif state.about_money:
        blocks += [_offer(texts), _money_phones(state, texts), Rows(tuple(told[:1]))]
    else:
        blocks += _what_is_it(call, snapshot, state, texts, told)
    blocks.append(Buttons((Button("not-needed", texts("calling.not-needed"), icon="cross"),)))
    trouble = snapshot.alarm or not standing.promised(call, snapshot) or freeze is Shown.UNCONFIRMED
    speech = freeze_speech(freeze) or _speech(call, snapshot, state)
    return Picture(
        "urgent",
        Tone.TROUBLE if trouble else Tone.WAITING,
        tuple(blocks),
        texts(speech),
        key=f"{speech} {call.round} {call.level}",
    )


def meanwhile(call: Call, state: VisitState, texts: Catalogue, now: float) -> list[Block]:
    """What an urgent call still has to show while somebody comes, is there, or has just been there."""
    freeze = shown(call.freeze, state, now)
    coming = call.state is CallState.ACCEPTED
    if freeze:
        blocks: list[Block] = [Rows((_status(call.freeze, freeze, texts),))]
        phones = freeze is Shown.UNCONFIRMED and call.mode is not Mode.VIDEO
        return [*blocks, _money_phones(state, texts)] if phones else blocks
    if call.mode is Mode.VIDEO:
        return []  # the picture needs the room, and the agent sees that nobody has asked yet
    if coming and call.service == HEALTH:
        return [_ambulance(texts)]
    return [_offer(texts)] if coming and state.about_money else []


def freeze_speech(freeze: Shown) -> str:
    """The key of what is said aloud of it; empty: nothing."""
    return f"freeze.speech-{freeze}" if freeze not in (Shown.NOTHING, Shown.ASKED) else ""


def confirm(texts: Catalogue) -> Picture:
    """What it does, before it is done."""
    return Picture(
        "freeze_confirm",
        Tone.WAITING,
        (
            Heading(texts("freeze.confirm")),
            Paragraph(texts("freeze.what")),
            Cards(
                (
                    Card("freeze-yes", texts("freeze.yes"), "lock", texts("freeze.yes-note")),
                    Card("freeze-no", texts("freeze.no"), "back", texts("freeze.no-note")),
                )
            ),
        ),
        texts("freeze.confirm-speech"),
        key="freeze confirm",
    )


def _heading(call: Call, snapshot: Snapshot, freeze: Shown) -> str:
    if not snapshot.online:
        return standing.heading(call, snapshot)
    if call.service != HEALTH and freeze is Shown.UNCONFIRMED:
        return UNCONFIRMED
    if not standing.promised(call, snapshot):
        return "urgent.heading-nobody"
    return "urgent.heading-health" if call.service == HEALTH else "urgent.heading"


def _speech(call: Call, snapshot: Snapshot, state: VisitState) -> str:
    if not snapshot.online:
        return standing.speech(call, snapshot)
    there = standing.promised(call, snapshot)
    if call.service == HEALTH:
        return "urgent.speech-health" if there else "urgent.speech-health-nobody"
    if state.about_money:
        return "urgent.speech-money" if there else "urgent.speech-money-nobody"
    return "urgent.speech" if there else "urgent.speech-nobody"


def _status(freeze: Freeze | None, how: Shown, texts: Catalogue) -> Row:
    text = texts(f"freeze.{how}")
    if how is Shown.RECEIVED and freeze is not None and 0 < len(freeze.receipt) <= MAX_RECEIPT:
        text = texts("freeze.receipt", number=freeze.receipt)
    return Row(_ICONS[how], texts("freeze.label"), text)


def _offer(texts: Catalogue) -> Cards:
    return Cards((Card("freeze", texts("freeze.ask"), "lock", texts("freeze.ask-note")),))


def _ambulance(texts: Catalogue) -> Phones:
    return Phones((Phone(texts("urgent.dial"), AMBULANCE),))


def _money_phones(state: VisitState, texts: Catalogue) -> Phones:
    """The bank's own number first, where the site has filled it in."""
    bank = state.pack.filled(BANK_PHONE) if state.pack is not None else ""
    own = (Phone(texts("urgent.phone-bank"), bank),) if bank else ()
    return Phones(
        (*own, Phone(texts("urgent.phone-police"), POLICE), Phone(texts("urgent.phone-fraud"), FRAUD_LINE))
    )


def _what_is_it(
    call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, told: list[Row]
) -> list[Block]:
    """The button was held, or 急事 was touched: what it is about is known by one more touch."""
    services = [service for service in state.pack.service if service.urgent] if state.pack is not None else []
    known = (
        Row("heart", texts("urgent.label-health"), texts("urgent.health")),
        Row("phone", texts("urgent.label-fraud"), texts("urgent.fraud")),
    )
    first = tuple(told[:1]) if standing.on_call_told(call, snapshot) else ()
    rows = (*first, *known, *told[len(first) :])
    if not services:
        return [Rows(rows[: 2 if state.size is TextSize.EXTRA else 3])]
    cards = tuple(Card(f"service-{one.id}", one.title, one.icon) for one in services[:MAX_KINDS])
    return [Rows(rows[: 2 + len(first)]), Cards(cards)]
