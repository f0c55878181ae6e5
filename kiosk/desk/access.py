"""Who a request comes from, and whether they may; for every route of the desk's web server."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from aiohttp import web
from msgspec import Struct

from kiosk import clock, messages
from kiosk.desk.person import Person
from kiosk.desk.roles import Right, may
from kiosk.desk.service import DeskService

log = logging.getLogger(__name__)

COOKIE = "__Host-kiosk"  # the prefix makes browsers insist on HTTPS, this host and the whole path
ITSELF = "Kiosk-Itself"  # a header: nobody has clicked, the page looks for news
DESK = web.AppKey("desk", DeskService)

_PERSON: web.RequestKey[Person | None] = web.RequestKey("person")  # once it has been asked for

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Struct, frozen=True, omit_defaults=True):
    """Why something is not done, as a sentence for people."""

    error: str
    retry_s: int = 0  # seconds until it is worth trying again, where that is known
    one_time: bool = False  # nothing but a password of one's own is allowed before


async def signed_in(request: web.Request, *, use: bool = True) -> Person:
    """Whose session the request has, be it only to set a first password of their own.

    ``use``: it counts as use of the session; what a page asks by itself (``ITSELF``) does not. The database is
    asked once for each request. Raises 401 with a JSON body.
    """
    if _PERSON not in request:
        desk = request.app[DESK]
        token = request.cookies.get(COOKIE, "")
        now_s = clock.wall_ms() // 1000
        look = partial(desk.sessions.of, token, now_s, use=use and ITSELF not in request.headers)
        request[_PERSON] = await desk.in_database(look) if token else None
    person = request[_PERSON]
    if person is None:
        raise refused(web.HTTPUnauthorized, "请先登录")
    return person


async def allow(request: web.Request, *rights: Right, use: bool = True) -> Person:
    """The person, if they are signed in with a password of their own and have one of the rights, if any is named.

    Raises as :func:`signed_in` does, and 403 with a JSON body.
    """
    person = await signed_in(request, use=use)
    if person.one_time:
        raise refused(web.HTTPForbidden, Refusal("请先设置自己的密码", one_time=True))
    if rights and not any(may(person.role, right) for right in rights):
        log.warning("%s (%s) may not %s %s", person.id, person.role, request.method, request.path)
        raise refused(web.HTTPForbidden, "没有这个权限")
    return person


def check_origin(request: web.Request) -> None:
    """Another site may not act for our people.

    A browser says where a WebSocket or a POST comes from. Programs, such as ``kiosk agent``, say nothing of the
    kind and have no other sites. A request that only lacks the origin is judged by what else a browser says.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    ours = f"https://{request.host}" if request.secure else f"http://{request.host}"
    if (origin is not None and origin != ours) or site not in ("same-origin", "none"):
        log.warning("refused %s %s from origin %s (%s)", request.method, request.path, origin, site)
        raise refused(web.HTTPForbidden, "来自别的网站")


def answer(body: object, status: int = 200, logged: str = "") -> web.Response:
    """JSON; ``logged`` is a warning for the log."""
    if logged:
        log.warning("%d: %s", status, logged)
    return web.Response(body=messages.encode(body), status=status, content_type="application/json")


def refused(
    kind: type[web.HTTPException], why: str | Refusal, headers: Mapping[str, str] | None = None
) -> web.HTTPException:
    """The error to raise, with its reason as JSON."""
    body = messages.encode(Refusal(why) if isinstance(why, str) else why).decode()
    return kind(text=body, content_type="application/json", headers=headers)
