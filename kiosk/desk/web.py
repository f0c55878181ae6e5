"""The desk's web server: HTTPS, sign-in, the page and its WebSocket."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web
from msgspec import Meta, Struct

from kiosk import config, messages
from kiosk.desk import protocol
from kiosk.desk.page import Page
from kiosk.desk.people import SESSION_S, Person, TooManyTries
from kiosk.desk.service import DeskService
from kiosk.messages import BadMessage

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
COOKIE = "__Host-kiosk"  # the prefix makes browsers insist on HTTPS, this host and the whole path
HEARTBEAT_S = 4.0  # a page that does not answer within 2 s more is gone
MAX_MESSAGE = 16 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_DESK = web.AppKey("desk", DeskService)


class DeskError(OSError):
    """The desk cannot be served; the text says what to do."""


class _SignIn(Struct, frozen=True):
    user: Annotated[str, Meta(max_length=32)]
    password: Annotated[str, Meta(max_length=200)]


def make_app(desk: DeskService) -> web.Application:
    """The web application around a desk."""
    app = web.Application(middlewares=[_headers], client_max_size=MAX_MESSAGE)
    app[_DESK] = desk
    app.router.add_get("/", _index)
    app.router.add_static("/static/", STATIC)
    app.router.add_post("/api/sign-in", _sign_in)
    app.router.add_post("/api/sign-out", _sign_out)
    app.router.add_get("/api/me", _me)
    app.router.add_get("/api/calls/{kiosk}/{call}", _timeline)
    app.router.add_get("/ws", _socket)
    return app


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
            raise DeskError(
                f"cannot listen on {settings.listen}:{settings.port} ({error.strerror}); "
                "change listen or port in desk.toml, or stop what listens there"
            ) from error
        port = runner.addresses[0][1]
        log.info("desk %s serves hall %s on https port %d", settings.name, settings.hall, port)
        on_ready(port)
        await desk.run()
    finally:
        await runner.cleanup()


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


async def _index(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html")


async def _person(request: web.Request) -> Person | None:
    token = request.cookies.get(COOKIE, "")
    desk = request.app[_DESK]
    person: Person | None = await desk.in_database(desk.people.of_session, token) if token else None
    return person


async def _sign_in(request: web.Request) -> web.Response:
    desk = request.app[_DESK]
    _check_origin(request)
    try:
        asked = messages.decode(await request.read(), _SignIn)
    except BadMessage as error:
        return _answer({"error": "请填写用户名和密码"}, 400, str(error))
    try:
        found = await desk.in_database(desk.people.sign_in, asked.user, asked.password, request.remote or "")
    except TooManyTries as error:
        wait = round(error.wait_s)
        return _answer({"error": f"试的次数太多，请 {wait} 秒后再试", "retry_s": wait}, 429, str(error))
    if found is None:
        return _answer({"error": "用户名或密码不对"}, 401, f"wrong password for '{asked.user}'")
    person, token = found
    response = _answer({"me": protocol.me(person)})
    response.set_cookie(COOKIE, token, max_age=SESSION_S, secure=True, httponly=True, samesite="Strict", path="/")
    return response


async def _sign_out(request: web.Request) -> web.Response:
    desk = request.app[_DESK]
    _check_origin(request)
    await desk.in_database(desk.people.sign_out, request.cookies.get(COOKIE, ""))
    response = _answer({})
    response.set_cookie(COOKIE, "", max_age=0, secure=True, httponly=True, samesite="Strict", path="/")
    return response


async def _me(request: web.Request) -> web.Response:
    person = await _person(request)
    return _answer({"me": protocol.me(person)}) if person else _answer({"error": "请先登录"}, 401)


async def _timeline(request: web.Request) -> web.Response:
    """One call's events, from the ledger."""
    if await _person(request) is None:
        return _answer({"error": "请先登录"}, 401)
    desk = request.app[_DESK]
    info = request.match_info
    events = await desk.in_database(desk.ledger.timeline, info["kiosk"], info["call"])
    return _answer({"events": events})


async def _socket(request: web.Request) -> web.StreamResponse:
    desk = request.app[_DESK]
    _check_origin(request)
    person = await _person(request)
    if person is None:
        return _answer({"error": "请先登录"}, 401)
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE, compress=False)
    await socket.prepare(request)
    page = Page(person)
    desk.join_page(page)
    sender = asyncio.create_task(_send(socket, page))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                desk.obey(page, message.data)
    finally:
        desk.leave_page(page)
        sender.cancel()
    return socket


async def _send(socket: web.WebSocketResponse, page: Page) -> None:
    try:
        while (text := await page.queue.get()) is not None:
            await socket.send_str(text)
    except ConnectionError:
        log.debug("the page of %s is gone", page.person.id)
    await socket.close()


def _check_origin(request: web.Request) -> None:
    """A browser always says where a WebSocket or POST comes from; another site may not act for our agents."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        log.warning("refused a request from origin %s", origin)
        raise web.HTTPForbidden(text="wrong origin")


def _answer(body: object, status: int = 200, logged: str = "") -> web.Response:
    if logged:
        log.warning("%d: %s", status, logged)
    return web.Response(body=messages.encode(body), status=status, content_type="application/json")
