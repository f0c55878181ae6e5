"""Who may sign in, and as what: the page /people. Every change is on record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from aiohttp import web
from msgspec import Meta, Struct

from kiosk import messages
from kiosk.desk import frame, routes
from kiosk.desk.access import DESK, Refusal, allow, answer, refused
from kiosk.desk.deeds import Deed, Deeds
from kiosk.desk.person import MAX_NAME, Person, PersonError, Wrong
from kiosk.desk.roles import Right, Role, may
from kiosk.desk.routes import Route, shell
from kiosk.desk.web_account import Done
from kiosk.messages import MAX_SKILL, MAX_SKILLS, BadMessage, Level, Name

DEEDS = 200  # as many as somebody looks through

_WHY = {
    Wrong.USER: "工号只能用小写字母、数字和短横，1 到 32 个，字母或数字开头",
    Wrong.NAME: f"请填姓名，不超过 {MAX_NAME} 个字",
    Wrong.LEVEL: "级别只能是 1、2、3",
    Wrong.SKILLS: f"技能最多 {MAX_SKILLS} 个，每个不超过 {MAX_SKILL} 个字",
    Wrong.KNOWN: "已经有这个工号",
    Wrong.UNKNOWN: "没有这个人，可能刚被移除",
    Wrong.LAST: "至少要留一个管理员。请先设另一个人做管理员",
}


class ChangePerson(Struct, frozen=True):
    """What somebody is from now on."""

    name: Name
    role: Role
    level: Level


class NewPerson(ChangePerson, frozen=True):
    """Somebody new; ``user`` is what they sign in with."""

    user: Annotated[str, Meta(max_length=32)]


class Skills(Struct, frozen=True):
    """What somebody is good at, in a word each."""

    skills: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=60)]


class PersonList(Struct, frozen=True):
    """Everybody; who has a page open; what was done last, for who may change people."""

    people: list[Person]
    here: list[str]
    deeds: list[Deed]


class OneTime(Struct, frozen=True):
    """A password for one use; it is told here and never again."""

    password: str


class Given(Struct, frozen=True):
    """The skills as they are kept."""

    skills: tuple[str, ...]


T = TypeVar("T")


def add_routes(app: web.Application) -> None:
    """Add them to the desk's application."""
    one = "/api/people/{user}"
    change = partial(Route, right=Right.PEOPLE, also=(400, 404))
    routes.add(
        app,
        shell("/people", frame.page("people", "人员"), "The page of people"),
        Route("GET", "/api/people", _list, "Everybody", Right.SKILLS, response=PersonList),
        change(
            "POST",
            "/api/people",
            _add,
            "Add somebody; tells their one-time password",
            request=NewPerson,
            response=OneTime,
        ),
        change("POST", one, _change, "Change name, role and level", request=ChangePerson, response=Done),
        change("POST", f"{one}/skills", _skills, "Set skills", right=Right.SKILLS, request=Skills, response=Given),
        change("POST", f"{one}/password", _password, "Make a one-time password", response=OneTime),
        change("DELETE", one, _remove, "Remove somebody", response=Done),
    )


async def _list(request: web.Request) -> web.Response:
    """Everybody; and for who may change them, what was done last."""
    me = await allow(request)
    desk = request.app[DESK]
    deeds = Deeds(desk.people.engine)
    people = await desk.in_database(desk.people.all)
    done = await desk.in_database(deeds.last, DEEDS) if may(me.role, Right.PEOPLE) else []
    open_pages = sorted({page.person.id for page in desk.pages})
    return answer(PersonList(people, open_pages, done))


async def _add(request: web.Request) -> web.Response:
    me = await allow(request)
    asked = await _read(request, NewPerson)
    desk = request.app[DESK]
    add = partial(desk.people.create, asked.user, asked.name, asked.level, asked.role, by=me.id)
    return await _do(request, add, OneTime)


async def _change(request: web.Request) -> web.Response:
    me = await allow(request)
    asked = await _read(request, ChangePerson)
    people = request.app[DESK].people
    return await _do(
        request, partial(people.change, _user(request), asked.name, asked.level, asked.role, by=me.id)
    )


async def _skills(request: web.Request) -> web.Response:
    me = await allow(request)
    asked = await _read(request, Skills)
    people = request.app[DESK].people
    return await _do(request, partial(people.set_skills, _user(request), asked.skills, by=me.id), Given)


async def _password(request: web.Request) -> web.Response:
    """A one-time password; it is told in this answer and never again."""
    me = await allow(request)
    return await _do(request, partial(request.app[DESK].people.new_password, _user(request), by=me.id), OneTime)


async def _remove(request: web.Request) -> web.Response:
    me = await allow(request)
    return await _do(request, partial(request.app[DESK].people.remove, _user(request), by=me.id))


def _user(request: web.Request) -> str:
    return request.match_info["user"]


async def _read(request: web.Request, kind: type[T]) -> T:
    try:
        return messages.decode(await request.read(), kind)
    except BadMessage as error:
        raise refused(web.HTTPBadRequest, "填写得不对，请检查姓名、角色、级别和技能") from error


async def _do(request: web.Request, work: Any, gives: Callable[[Any], Struct] | None = None) -> web.Response:
    """Change somebody, and have the open pages learn it at once."""
    desk = request.app[DESK]
    try:
        result = await desk.with_passwords(work)
    except PersonError as error:
        why = _WHY.get(error.why, str(error.why))
        return answer(Refusal(why), 404 if error.why is Wrong.UNKNOWN else 400)
    desk.watch.hurry()
    return answer(gives(result) if gives else Done())
