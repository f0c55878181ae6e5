"""The desk's HTTP interface as one table: what is registered here is what the OpenAPI document says.

Each area has its routes in a module of its own, ``web_NAME.py``, and gives them to :func:`add`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from aiohttp import web
from msgspec import Struct

from kiosk.desk.access import Handler, allow, check_origin, signed_in
from kiosk.desk.roles import Right

STATIC = Path(__file__).parent / "static"
JSON, HTML = "application/json", "text/html"
SWITCHING = 101  # the status of a route that becomes a WebSocket


class Access(StrEnum):
    """Who may ask where no right of a role decides."""

    PUBLIC = "public"  # anybody
    ACCOUNT = "account"  # any person with an account, also before they have set a password of their own
    SIGNED_IN = "signed-in"  # any person with an account
    METRICS = "metrics"  # who has ``metrics_token``, or without one this machine


class Route(Struct, frozen=True):
    """One method of one path. Whoever has not the ``right``, or one of them, never gets to the ``handler``.

    What an area's routes have in common it says once: ``of_cases = partial(Route, right=Right.CASES)``.

    ``request``, ``response``: the types of the JSON in and out, None where there is none. ``query``: a struct with
    the query's parameters as fields. ``use``: it counts as use of the session. ``also``: statuses beside
    ``status``, and 401 and 403 of the right.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    right: Right | Access | tuple[Right, ...]
    request: Any = None
    response: Any = None
    query: Any = None
    use: bool = True
    also: tuple[int, ...] = ()
    status: int = 200
    media: str = JSON


TABLE: web.AppKey[list[Route]] = web.AppKey("table", list)


def add(app: web.Application, *routes: Route) -> None:
    """Register routes and remember them for the document."""
    table = app.setdefault(TABLE, [])
    for route in routes:
        app.router.add_route(route.method, route.path, _guarded(route))
        table.append(route)


def shell(path: str, text: str, summary: str) -> Route:
    """A page without its data: anybody may have it, what it then asks for is behind rights."""

    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=HTML)

    return Route("GET", path, handle, summary, Access.PUBLIC, response=str, media=HTML)


def rights_of(route: Route) -> tuple[Right, ...]:
    """Those of which a route takes one; none where no right decides."""
    if isinstance(route.right, Access):
        return ()
    return route.right if isinstance(route.right, tuple) else (route.right,)


async def _allow(request: web.Request, route: Route) -> None:
    try:
        await allow(request, *rights_of(route), use=route.use)
    except web.HTTPUnauthorized:
        if route.media == HTML:  # somebody at a browser, and not a program of ours
            raise web.HTTPFound("/") from None
        raise


def _guarded(route: Route) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if route.method != "GET" or route.status == SWITCHING:
            check_origin(request)
        if route.right is Access.ACCOUNT:
            await signed_in(request, use=route.use)
        elif route.right is Access.SIGNED_IN:
            await allow(request, use=route.use)
        elif not isinstance(route.right, Access):
            await _allow(request, route)
        return await route.handler(request)

    return handle
