"""The desk's web server: HTTPS, the page of calls and its WebSocket."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from functools import partial

from aiohttp import WSMsgType, web
from msgspec import Struct

from kiosk import config, messages
from kiosk.desk import (
    openapi,
    routes,
    web_account,
    web_cases,
    web_doctor,
    web_metrics,
    web_people,
    web_report,
    web_unanswered,
)
from kiosk.desk.access import COOKIE, DESK, Handler, allow, answer
from kiosk.desk.page import Page
from kiosk.desk.roles import Right
from kiosk.desk.routes import STATIC, Route, shell
from kiosk.desk.service import DeskService
from kiosk.desk.sessions import key_of
from kiosk.ops.notify import keep_watchdog, notify

log = logging.getLogger(__name__)

HEARTBEAT_S = 4.0  # a page that does not answer within 2 s more is gone
MAX_MESSAGE = 16 * 1024
#: No Strict-Transport-Security: a browser that has seen it shuts agents out when the certificate has ended, and
#: then nobody answers a customer. There is no http port here that it could keep them from.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": (
        "camera=(self), microphone=(self), geolocation=(), payment=(), usb=(), serial=(), hid=(), "
        "display-capture=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class DeskError(OSError):
    """The desk cannot be served; the text says what to do."""


class Nobody(Struct, frozen=True):
    """Whether a customer who calls now would wait in vain; of a closed hall, whether an urgent call does."""

    nobody: bool


class Timeline(Struct, frozen=True):
    """What the ledger has of one call, in the order it happened."""

    events: list[messages.Event]


def make_app(desk: DeskService) -> web.Application:
    """The web application around a desk."""
    app = web.Application(middlewares=[_headers], client_max_size=MAX_MESSAGE)
    app[DESK] = desk
    add_routes(app)
    return app


def add_routes(app: web.Application) -> None:
    """All that the desk answers to."""
    app.router.add_static("/static/", STATIC)
    routes.add(
        app,
        shell("/", (STATIC / "index.html").read_text(encoding="utf-8"), "The page of calls, and of signing in"),
        Route(
            "GET",
            "/api/hall",
            _hall,
            "What every page shows, and asks for by itself",
            Right.CALLS,
            response=Nobody,
            use=False,
        ),
        Route(
            "GET",
            "/api/calls/{kiosk}/{call}",
            _timeline,
            "One call's events, from the ledger",
            Right.WORDS,
            response=Timeline,
        ),
        Route(
            "GET",
            "/ws",
            _socket,
            "WebSocket of a page: the hall's calls as they change, and what the agent does",
            Right.CALLS,
            status=routes.SWITCHING,
        ),
    )
    for area in (web_account, web_people, web_cases, web_unanswered, web_report, web_metrics, web_doctor, openapi):
        area.add_routes(app)


def tls_context(settings: config.Desk) -> ssl.SSLContext:
    """The server's certificate. Raises :class:`DeskError`."""
    if not (settings.cert and settings.key):
        raise DeskError("desk.toml: 'cert' and 'key' are missing; make them with `kiosk certs issue`")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.cert, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise DeskError(
            f"certificate {settings.cert} or key {settings.key} cannot be used ({error}); see `kiosk certs`"
        ) from error
    return context


def deaf(settings: config.Desk, error: OSError) -> DeskError:
    """Why the page cannot be served there."""
    remedy = "change listen or port in desk.toml, or stop what listens there"
    if isinstance(error, PermissionError):
        remedy = "a port below 1024 is root's: in desk.toml take 1024 or more, such as 8443"
    return DeskError(f"cannot listen on {settings.listen}:{settings.port} ({error.strerror}); {remedy}")


async def serve(desk: DeskService, on_ready: Callable[[int], None] = lambda _port: None) -> None:
    """Serve pages and broker until cancelled; ``on_ready`` gets the port. Raises :class:`DeskError`."""
    settings = desk.settings
    context = tls_context(settings)
    runner = web.AppRunner(make_app(desk), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.listen, settings.port, ssl_context=context, shutdown_timeout=1.0)
        try:
            await site.start()
        except OSError as error:
            raise deaf(settings, error) from error
        port = runner.addresses[0][1]
        log.info("desk %s serves hall %s on https port %d", settings.name, settings.hall, port)
        on_ready(port)
        notify("READY=1")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_watchdog(desk.alive))
            tasks.create_task(desk.run())
    finally:
        notify("STOPPING=1")
        await runner.cleanup()


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)  # a route may be stricter about what it gives
    return response


async def _hall(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    return answer(Nobody(desk.front.nobody()))


async def _timeline(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    info = request.match_info
    events = await desk.in_database(desk.ledger.timeline, info["kiosk"], info["call"])
    return answer(Timeline(events))


async def _socket(request: web.Request) -> web.StreamResponse:
    desk = request.app[DESK]
    person = await allow(request)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE, compress=False)
    await socket.prepare(request)
    page = Page(person, key_of(request.cookies[COOKIE]), partial(_abort, request))
    desk.front.join(page)
    sender = asyncio.create_task(_send(socket, page))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                desk.front.obey(page, message.data)
    finally:
        desk.front.leave(page)
        sender.cancel()
    return socket


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _send(socket: web.WebSocketResponse, page: Page) -> None:
    try:
        while (text := await page.queue.get()) is not None:
            await socket.send_str(text)
    except ConnectionError:
        log.debug("the page of %s is gone", page.person.id)
    await socket.close()
