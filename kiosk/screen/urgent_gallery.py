"""The gallery of urgent calls: who is not well, whose money is in danger, and how far a freeze has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from kiosk.messages import Complain, Freeze, FreezeState, Mode, Part, State, Urgency
from kiosk.screen.walker import AGENT, Walker, bank

#: An urgent call that an agent has.
_COMING: dict[str, Any] = dict(agent=AGENT, mode=Mode.WALK, urgency=Urgency.URGENT, level=3)


def _urgent_no_pack(walker: Walker) -> None:
    walker.start(None)
    walker.call(urgency=Urgency.URGENT, level=3)


def _urgent_nobody(walker: Walker) -> None:
    walker.call(State.CALLING, urgency=Urgency.URGENT, level=3, rung_by=())
    walker.link(on_duty=0, parts=walker.snapshot.parts | {"duty": Part(True)})


def _urgent_about(service: str, *, phone: str = "") -> Callable[[Walker], None]:
    """``phone``: the bank's own number, where the site has filled it in."""

    def drive(walker: Walker) -> None:
        if phone:
            walker.start(replace(bank(), site=bank().site | {"bank_phone": phone}))
        walker.call(urgency=Urgency.URGENT, level=3, service=service)

    return drive


_money = _urgent_about("urgent_fraud", phone="95588")


def _money_nobody(walker: Walker) -> None:
    _money(walker)
    walker.call(State.CALLING, urgency=Urgency.URGENT, level=3, service="urgent_fraud", rung_by=())
    walker.link(alarm=True, on_duty=0)


def _health_nobody(walker: Walker) -> None:
    walker.call(State.CALLING, urgency=Urgency.URGENT, level=3, service="urgent_health", rung_by=())
    walker.link(alarm=True, on_duty=0)


def _offline(service: str) -> Callable[[Walker], None]:
    """The broker is away, and the bell rings."""

    def drive(walker: Walker) -> None:
        walker.start(replace(bank(), site=bank().site | {"bank_phone": "95588"}))
        walker.call(State.CALLING, urgency=Urgency.URGENT, level=3, service=service, rung_by=())
        walker.link(online=False, alarm=True, on_duty=0)

    return drive


def _out(drive: Callable[[Walker], None]) -> Callable[[Walker], None]:
    """And then the link is gone."""

    def further(walker: Walker) -> None:
        drive(walker)
        walker.link_gone()
        walker.wait(5)

    return further


def _freeze_confirm(walker: Walker) -> None:
    _money(walker)
    walker.touch("freeze")


def _freeze_asked(walker: Walker) -> None:
    _freeze_confirm(walker)
    walker.touch("freeze-yes")


def _freeze(how: FreezeState, age_ms: int = 2000, receipt: str = "", **call: Any) -> Callable[[Walker], None]:
    """How far the request has come; ``call``: how the call is."""

    def drive(walker: Walker) -> None:
        _freeze_asked(walker)
        freeze = Freeze("f1", how, age_ms, receipt)
        urgent: dict[str, Any] = dict(urgency=Urgency.URGENT, level=3, service="urgent_fraud", freeze=freeze)
        walker.call(**(urgent | call))

    return drive


def _freeze_long_phone(walker: Walker) -> None:
    """As long as a site's field may be."""
    _urgent_about("urgent_freeze", phone="400-8888-8888 转 88888888")(walker)
    unconfirmed = Freeze("f1", FreezeState.REFUSED, 4000)
    walker.call(urgency=Urgency.URGENT, level=3, service="urgent_freeze", freeze=unconfirmed)


def _freeze_ended(walker: Walker) -> None:
    _freeze(FreezeState.SUBMITTED, 70_000, state=State.CONNECTED, agent=AGENT, mode=Mode.WALK)(walker)
    freeze = Freeze("f1", FreezeState.SUBMITTED, 71_000)
    walker.call(State.ENDED, agent=AGENT, state_age_ms=0, service="urgent_fraud", freeze=freeze)


def _freeze_rating(walker: Walker) -> None:
    _freeze_ended(walker)
    walker.touch("resolved-yes")
    walker.link(call=None)


def _freeze_complaint_kept(walker: Walker) -> None:
    _freeze_rating(walker)
    walker.touch("complain", "reason-wait")
    walker.result(Complain, case="482913")


def _freeze_thanks(walker: Walker) -> None:
    _freeze_rating(walker)
    walker.touch("rate-5")


#: The name of each scene in the gallery, and how to get there.
URGENT: dict[str, Callable[[Walker], None]] = {
    "urgent": lambda walker: walker.call(urgency=Urgency.URGENT, level=3),
    "urgent_nobody": _urgent_nobody,
    "urgent_no_pack": _urgent_no_pack,
    "urgent_health": _urgent_about("urgent_health"),
    "urgent_health_nobody": _health_nobody,
    "urgent_health_accepted": lambda walker: walker.call(State.ACCEPTED, **_COMING, service="urgent_health"),
    "urgent_health_offline": _offline("urgent_health"),
    "urgent_money": _money,
    "urgent_money_no_bank_phone": _urgent_about("urgent_freeze"),
    "urgent_money_nobody": _money_nobody,
    "urgent_money_offline": _offline("urgent_fraud"),
    "urgent_money_accepted": lambda walker: walker.call(State.ACCEPTED, **_COMING, service="urgent_fraud"),
    "freeze_confirm": _freeze_confirm,
    "freeze_asked": _freeze_asked,
    "freeze_submitted": _freeze(FreezeState.SUBMITTED),
    "freeze_received": _freeze(FreezeState.RECEIVED, receipt="F20260316-0042"),
    "freeze_unconfirmed": _freeze(FreezeState.SUBMITTED, 61_000),
    "freeze_long_phone": _freeze_long_phone,
    "freeze_accepted": _freeze(FreezeState.SUBMITTED, state=State.ACCEPTED, **_COMING),
    "freeze_connected": _freeze(FreezeState.SUBMITTED, 90_000, state=State.CONNECTED, **_COMING),
    "freeze_video": _freeze(
        FreezeState.SUBMITTED, 90_000, state=State.CONNECTED, **(_COMING | {"mode": Mode.VIDEO})
    ),
    "freeze_ended": _freeze_ended,
    "freeze_rating": _freeze_rating,
    "freeze_complaint_kept": _freeze_complaint_kept,
    "freeze_thanks": _freeze_thanks,
    "out_of_order_urgent": _out(lambda walker: walker.call(urgency=Urgency.URGENT, level=3)),
    "out_of_order_health": _out(_offline("urgent_health")),
    "out_of_order_money": _out(_offline("urgent_fraud")),
    "out_of_order_freeze": _out(_freeze(FreezeState.SUBMITTED, 61_000)),
}
