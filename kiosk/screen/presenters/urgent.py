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
    age = freeze.age_ms / 1000 + max(0.0, now - state.frozen_at)  # the link says it only now and then
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
        status = [_status(call.freeze, freeze, texts)] if freeze else []
        most = 2 if state.size is TextSize.STANDARD else 1  # the number is what has to be seen
        blocks += [_ambulance(texts), Rows((*status, _sit(texts), *told)[:most])]
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
    speech = _speech(call, snapshot, state, freeze)
    return Picture(
        "urgent",
        Tone.TROUBLE if trouble else Tone.WAITING,
        tuple(blocks),
        "".join(texts(key) for key in speech),
        key=f"{' '.join(speech)} {call.round} {call.level}",
    )


def meanwhile(call: Call, state: VisitState, texts: Catalogue, now: float) -> list[Block]:
    """What an urgent call still has to show while somebody comes, is there, or has just been there."""
    freeze = shown(call.freeze, state, now)
    coming = call.state is CallState.ACCEPTED
    ambulance: list[Block] = [_ambulance(texts)] if coming and _needs_ambulance(call) else []
    if freeze:
        phones = freeze is Shown.UNCONFIRMED and _room_for_money_phones(call)
        status = Rows((_status(call.freeze, freeze, texts),))
        return [*ambulance, status, *([_money_phones(state, texts)] if phones else [])]
    if call.mode is Mode.VIDEO or ambulance:
        return ambulance  # a picture needs the room, and the agent sees that nobody has asked yet
    return [_offer(texts)] if coming and state.about_money else []


def meanwhile_speech(call: Call, state: VisitState, now: float) -> str:
    """The key of what is said aloud of that; empty: nothing."""
    freeze = shown(call.freeze, state, now)
    if freeze is Shown.UNCONFIRMED and not _room_for_money_phones(call):
        return "freeze.speech-unconfirmed-tell"  # there is no such number on the screen
    return _freeze_speech(freeze)


def afterwards(state: VisitState, texts: Catalogue, now: float) -> tuple[list[Block], str, str]:
    """The visit's request to freeze when its call is over: blocks, what is said aloud first, and the key of that.

    A request is not over with the call, and somebody may have to ring the bank. Said aloud is only that: it is no
    time any more to be asked to wait here.
    """
    freeze = shown(state.frozen, state, now) if state.frozen is not None else Shown.NOTHING
    if not freeze:
        return [], "", ""
    status = Rows((_status(state.frozen, freeze, texts),))
    if freeze is not Shown.UNCONFIRMED:
        return [status], "", ""
    speech = _freeze_speech(freeze)
    return [status, _money_phones(state, texts)], texts(speech), f" {speech}"


def without_link(about: str, state: VisitState, texts: Catalogue, now: float) -> list[Block]:
    """What is still true of something urgent when the link does not answer any more: whom to ring."""
    ways = (
        Row("hand", texts("out.label-button"), texts("out.button")),
        Row("person", texts("out.label-staff"), texts("out.staff")),
    )
    most = 2 if state.size is TextSize.EXTRA else 3
    if about == HEALTH:
        return [_ambulance(texts), Rows((_sit(texts), *ways)[:most])]
    if state.is_money(about):
        last = state.call.freeze if state.call is not None else None
        freeze = shown(last, state, now)
        status = (_status(last, freeze, texts),) if freeze else ()
        return [_money_phones(state, texts), Rows((*status, *ways)[:most])]
    return [Rows((*_known(texts), *ways)[:3])]


def ring(about: str, state: VisitState) -> str:
    """The key of whom to ring at once, as it is said aloud."""
    if about == HEALTH:
        return "urgent.ring-health"
    return "urgent.ring-money" if state.is_money(about) else "urgent.ring"


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


def _speech(call: Call, snapshot: Snapshot, state: VisitState, freeze: Shown) -> tuple[str, ...]:
    """The keys of what is said aloud. Whoever needs 120 hears that first, whatever has become of their money."""
    waits = freeze is Shown.SUBMITTED and not snapshot.online  # for an answer that cannot come now
    if call.service != HEALTH and not waits and (told := _freeze_speech(freeze)):
        return (told,)
    if not snapshot.online:  # a freeze is not spoken of: it would wait for the network too, and 110 does not
        return "urgent.offline-alarm" if snapshot.alarm else "urgent.offline", ring(call.service, state)
    there = standing.promised(call, snapshot)
    if call.service == HEALTH:
        return ("urgent.speech-health" if there else "urgent.speech-health-nobody",)
    if state.about_money:
        return ("urgent.speech-money" if there else "urgent.speech-money-nobody",)
    return ("urgent.speech" if there else "urgent.speech-nobody",)


def _freeze_speech(freeze: Shown) -> str:
    return f"freeze.speech-{freeze}" if freeze not in (Shown.NOTHING, Shown.ASKED) else ""


def _needs_ambulance(call: Call) -> bool:
    return call.service == HEALTH and call.mode is not Mode.VIDEO


def _room_for_money_phones(call: Call) -> bool:
    """Whether these numbers stand on the page of who has answered, or the picture or 120 needs the room."""
    return call.mode is not Mode.VIDEO and not (call.state is CallState.ACCEPTED and _needs_ambulance(call))


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


def _sit(texts: Catalogue) -> Row:
    return Row("heart", texts("urgent.label-health"), texts("urgent.sit"))


def _known(texts: Catalogue) -> tuple[Row, Row]:
    """What to do in either case, when it is not known which it is."""
    return (
        Row("heart", texts("urgent.label-health"), texts("urgent.health")),
        Row("phone", texts("urgent.label-fraud"), texts("urgent.fraud")),
    )


def _what_is_it(
    call: Call, snapshot: Snapshot, state: VisitState, texts: Catalogue, told: list[Row]
) -> list[Block]:
    """The button was held, or 急事 was touched: what it is about is known by one more touch."""
    services = [service for service in state.pack.service if service.urgent] if state.pack is not None else []
    first = tuple(told[:1]) if standing.on_call_told(call, snapshot) else ()
    rows = (*first, *_known(texts), *told[len(first) :])
    if not services:
        return [Rows(rows[: 2 if state.size is TextSize.EXTRA else 3])]
    cards = tuple(Card(f"service-{one.id}", one.title, one.icon) for one in services[:MAX_KINDS])
    return [Rows(rows[: 2 + len(first)]), Cards(cards)]
