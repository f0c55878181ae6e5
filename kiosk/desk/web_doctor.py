"""``/api/doctor``: how hall and desk are, for ``kiosk doctor``. No person and no word of a customer is in it."""

from __future__ import annotations

from aiohttp import web
from msgspec import Struct

from kiosk import __version__, clock
from kiosk.desk import routes
from kiosk.desk.access import DESK, answer
from kiosk.desk.protocol import Trouble
from kiosk.desk.routes import Access, Route
from kiosk.desk.service import DeskService
from kiosk.desk.web_metrics import allow_machine
from kiosk.messages import Part


class Terminal(Struct, frozen=True):
    """A terminal of the hall, by its last word."""

    kiosk: str
    title: str
    place: str
    offline: bool
    version: str  # empty: it has not said
    parts: dict[str, Part]


class Condition(Struct, frozen=True):
    """How a desk and its hall are now.

    ``broker_fault``: why there is no connection. ``ledger``: the desk that keeps the record now. ``on_duty``: so
    many people of the hall are rung; ``missed``: nobody is, and the hall is open, or an urgent call waits.
    """

    desk: str
    version: str
    broker: bool
    broker_fault: str
    ledger: str | None
    on_duty: int
    missed: bool
    terminals: list[Terminal]
    troubles: list[Trouble]


def add_routes(app: web.Application) -> None:
    """What the doctor asks."""
    route = Route(
        method="GET",
        path="/api/doctor",
        handler=_doctor,
        right=Access.METRICS,
        summary="How the desk and the terminals of its hall are, for `kiosk doctor`",
        response=Condition,
    )
    routes.add(app, route)


def condition(desk: DeskService) -> Condition:
    """How it is now."""
    return Condition(
        desk.settings.name,
        __version__,
        desk.broker.connected,
        desk.broker.fault,
        desk.roster.ledger_desk(),
        len(desk.roster.on_duty()),
        desk.front.nobody(),
        [_terminal(desk, kiosk) for kiosk in desk.hall.kiosks],
        desk.troubles,
    )


def _terminal(desk: DeskService, kiosk: str) -> Terminal:
    offline, health = desk.hall.offline(kiosk, clock.now()), desk.hall.health_of(kiosk)
    if health is None:
        return Terminal(kiosk, "", "", offline, "", {})
    return Terminal(kiosk, health.title, health.place, offline, health.version, health.parts)


async def _doctor(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    allow_machine(request, desk.settings.metrics_token)
    return answer(condition(desk))
