"""Signing in and out, and one's own account; for everybody, whatever their role."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct
from msgspec.structs import replace

from kiosk import clock, messages
from kiosk.desk import frame, protocol, routes
from kiosk.desk.access import COOKIE, DESK, Refusal, answer, signed_in
from kiosk.desk.people import TooManyTries
from kiosk.desk.person import MIN_PASSWORD, Person, PersonError, Wrong
from kiosk.desk.routes import Access, Route, shell
from kiosk.desk.sessions import SESSION_S
from kiosk.messages import BadMessage

Password = Annotated[str, Meta(max_length=200)]


class SignIn(Struct, frozen=True):
    """Who wants to sign in."""

    user: Annotated[str, Meta(max_length=32)]
    password: Password


class SignOut(Struct, frozen=True):
    """``everywhere``: every session of the person ends."""

    everywhere: bool = False


class NewPassword(Struct, frozen=True):
    """A new password of one's own."""

    old: Password
    new: Password


class SignedIn(Struct, frozen=True):
    """Who is signed in."""

    me: protocol.Me


class Done(Struct, frozen=True):
    """It is done, and there is nothing to tell."""


def add_routes(app: web.Application) -> None:
    """Add them to the desk's application."""
    routes.add(
        app,
        shell("/account", frame.page("account", "我的账号"), "The page of one's own account"),
        Route(
            "GET",
            "/api/me",
            _me,
            "Who is signed in",
            Access.ACCOUNT,
            response=SignedIn,
        ),
        Route(
            "POST",
            "/api/sign-in",
            _sign_in,
            "Sign in; the answer sets the cookie",
            Access.PUBLIC,
            request=SignIn,
            response=SignedIn,
            also=(400, 401, 403, 429),
        ),
        Route(
            "POST",
            "/api/sign-out",
            _sign_out,
            "Sign out; the cookie is taken away",
            Access.PUBLIC,
            request=SignOut,
            response=Done,
            also=(400, 401, 403),
        ),
        Route(
            "POST",
            "/api/password",
            _password,
            "Set a new password; ends every other session of the person",
            Access.ACCOUNT,
            request=NewPassword,
            response=SignedIn,
            also=(400, 429),
        ),
    )


async def _me(request: web.Request) -> web.Response:
    return answer(SignedIn(protocol.me(await signed_in(request))))


async def _sign_in(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    try:
        asked = messages.decode(await request.read(), SignIn)
    except BadMessage as error:
        return answer(Refusal("请填写用户名和密码"), 400, str(error))
    try:
        person = await desk.with_passwords(desk.people.check, asked.user, asked.password, request.remote or "")
    except TooManyTries as error:
        return _too_many(error)
    if person is None:
        return answer(Refusal("用户名或密码不对"), 401, f"wrong password for '{asked.user}'")
    if before := request.cookies.get(COOKIE):
        await desk.in_database(desk.sessions.close, before)
    return await _begin(request, person)


async def _sign_out(request: web.Request) -> web.Response:
    desk = request.app[DESK]
    try:
        asked = messages.decode(await request.read() or b"{}", SignOut)
    except BadMessage as error:
        return answer(Refusal("请求不对"), 400, str(error))
    if asked.everywhere:
        person = await signed_in(request)
        await desk.in_database(desk.sessions.close_all, person.id)
    else:
        await desk.in_database(desk.sessions.close, request.cookies.get(COOKIE, ""))
    desk.watch.hurry()
    response = answer(Done())
    _set_cookie(response, "", 0)
    return response


async def _password(request: web.Request) -> web.Response:
    """A new password of one's own. Ends every session of the person, and begins one where it was set."""
    person = await signed_in(request)
    desk = request.app[DESK]
    try:
        asked = messages.decode(await request.read(), NewPassword)
    except BadMessage as error:
        return answer(Refusal("请填写现在的密码和新密码"), 400, str(error))
    change = partial(desk.people.set_password, person.id, asked.old, asked.new, request.remote or "")
    try:
        done = await desk.with_passwords(change)
    except TooManyTries as error:
        return _too_many(error)
    except PersonError as error:
        why = "新密码不能和现在的一样" if error.why is Wrong.SAME else f"新密码至少要 {MIN_PASSWORD} 个字符"
        return answer(Refusal(why), 400)
    if not done:
        return answer(Refusal("现在的密码不对"), 400, f"wrong old password for '{person.id}'")
    desk.watch.hurry()
    return await _begin(request, replace(person, one_time=False))


async def _begin(request: web.Request, person: Person) -> web.Response:
    desk = request.app[DESK]
    token = await desk.in_database(desk.sessions.open, person.id, clock.wall_ms() // 1000)
    response = answer(SignedIn(protocol.me(person)))
    _set_cookie(response, token, SESSION_S)
    return response


def _set_cookie(response: web.Response, token: str, max_age: int) -> None:
    response.set_cookie(COOKIE, token, max_age=max_age, secure=True, httponly=True, samesite="Strict", path="/")


def _too_many(error: TooManyTries) -> web.Response:
    wait = max(1, round(error.wait_s))
    return answer(Refusal(f"试的次数太多，请 {wait} 秒后再试", wait), 429, str(error))
