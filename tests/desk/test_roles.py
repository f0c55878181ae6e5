"""Who may do what: over all commands and all routes, so that a new one without a right is seen here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import sqlalchemy as sa
from desks import ServedDesk, copy_database, serve

from kiosk.desk import database, protocol
from kiosk.desk.database import open_database
from kiosk.desk.roles import Right, Role, may
from kiosk.messages import Agent, Answer, Call, Freeze, FreezeState, Health, Mode, Outcome, Seen, State

ABOUT: dict[str, Any] = {"kiosk": "k1", "call": "c1", "round": 0}
#: One of every command, and the right that it takes.
COMMANDS: list[tuple[protocol.PageCommand, Right]] = [
    (protocol.Can(draw=True, sound=True), Right.CALLS),
    (protocol.Duty(on=True), Right.ANSWER),
    (protocol.Duty(on=False, pause=True), Right.ANSWER),
    (protocol.PageRung(**ABOUT, seen=Seen.DRAWN), Right.ANSWER),
    (protocol.PageAccept(**ABOUT, mode=Mode.WALK), Right.ANSWER),
    (protocol.PageAccept(**ABOUT, mode=Mode.VIDEO), Right.VIDEO),
    (protocol.PageRelease(**ABOUT), Right.ANSWER),
    (protocol.PageArrived(**ABOUT), Right.ANSWER),
    (protocol.PageHandOver(**ABOUT, to="li"), Right.ANSWER),
    (protocol.PageAssign(**ABOUT, to="li", why="空着"), Right.SUPERVISE),
    (protocol.PageOpened(**ABOUT), Right.ANSWER),
    (protocol.PageCallBack("k1"), Right.ANSWER),
    (protocol.PageEnd(**ABOUT, outcome=Outcome.RESOLVED), Right.ANSWER),
    (protocol.PageFreezeReceived("k1", "c1", "f1"), Right.WORDS),
    (protocol.PageOffer(**ABOUT, session="s", sdp="v=0"), Right.VIDEO),
    (protocol.PageBye(**ABOUT, session="s"), Right.VIDEO),
    (protocol.PageCard(**ABOUT, text="1号窗口"), Right.VIDEO),
]
#: Every route. A right; or whether one has to be signed in, be it with a password for once; or None for what
#: everybody may see.
SIGNED_IN, ACCOUNT = "signed in", "account"
SENDS_TO_SIGN_IN = {"/report"}  # a page that is made by the desk
ROUTES: dict[tuple[str, str], Right | str | None] = {
    ("GET", "/"): None,
    ("GET", "/static"): None,
    ("GET", "/account"): None,
    ("GET", "/people"): None,
    ("POST", "/api/sign-in"): None,
    ("POST", "/api/sign-out"): None,
    ("GET", "/api/me"): ACCOUNT,
    ("POST", "/api/password"): ACCOUNT,
    ("GET", "/ws"): Right.CALLS,
    ("GET", "/api/hall"): Right.CALLS,
    ("GET", "/api/calls/{kiosk}/{call}"): Right.WORDS,
    ("GET", "/cases"): None,
    ("GET", "/api/cases"): Right.CASES,
    ("POST", "/api/cases"): Right.CASES,
    ("GET", "/api/cases/leads"): Right.CASES,
    ("POST", "/api/cases/leads"): Right.CASES,
    ("GET", "/api/cases/{id}"): Right.CASES,
    ("POST", "/api/cases/{id}"): Right.CASES,
    ("GET", "/report"): Right.REPORT,
    ("GET", "/report/plot/{name}.svg"): Right.REPORT,
    ("GET", "/call/{kiosk}/{call}"): None,
    ("GET", "/api/timeline/{kiosk}/{call}"): Right.WORDS,  # or REPORT, which nobody has without it
    ("GET", "/metrics"): None,  # who has the token, or this machine: test_metrics.py
    ("GET", "/api/doctor"): None,  # the same: test_doctor_desk.py
    ("GET", "/openapi.json"): SIGNED_IN,
    ("GET", "/unanswered"): None,
    ("GET", "/api/unanswered"): Right.CONTENT,
    ("GET", "/api/unanswered/{pack}/patch"): Right.CONTENT,
    ("POST", "/api/unanswered/teach"): Right.CONTENT,
    ("POST", "/api/unanswered/ignore"): Right.CONTENT,
    ("POST", "/api/unanswered/undo"): Right.CONTENT,
    ("GET", "/api/people"): Right.SKILLS,
    ("POST", "/api/people"): Right.PEOPLE,
    ("POST", "/api/people/{user}"): Right.PEOPLE,
    ("POST", "/api/people/{user}/skills"): Right.SKILLS,
    ("POST", "/api/people/{user}/password"): Right.PEOPLE,
    ("DELETE", "/api/people/{user}"): Right.PEOPLE,
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with one person of each role, whose name is the role's."""
    path = tmp_path_factory.mktemp("roles")
    engine = open_database(f"sqlite:///{path}/desk.db")
    with engine.begin() as connection:
        for role in Role:
            values = {"id": role.value, "name": role.value, "level": 1, "password": "x", "role": role.value}
            connection.execute(sa.insert(database.person).values(**values))
    engine.dispose()
    return path


@pytest.fixture
def directory(prepared: Path, tmp_path: Path) -> Iterator[Path]:
    copy_database(prepared, tmp_path)
    yield tmp_path


@pytest.fixture
async def desk(directory: Path) -> AsyncIterator[ServedDesk]:
    async with serve(directory) as served:
        for role in Role:
            served.sign_in(role)
        yield served


def test_every_command_has_a_right_and_stands_in_the_table() -> None:
    kinds = set(get_args(protocol.PageCommand))
    assert set(protocol.COMMAND_RIGHTS) == kinds == {type(command) for command, _ in COMMANDS}
    assert [right for _, right in COMMANDS] == [protocol.right_of(command) for command, _ in COMMANDS]


def test_every_right_is_somebodys_and_no_role_has_them_all() -> None:
    assert all(any(may(role, right) for role in Role) for right in Right)
    assert all(any(not may(role, right) for right in Right) for role in Role)
    assert {role for role in Role if may(role, Right.WORDS)} == {Role.AGENT, Role.SUPERVISOR, Role.AUDITOR}


async def test_every_route_stands_in_the_table(desk: ServedDesk) -> None:
    found = {
        (route.method, route.resource.canonical)
        for route in desk.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert found == set(ROUTES), "a route is new or gone: say in ROUTES which right it takes"


@pytest.mark.parametrize(("method", "path"), [key for key, right in ROUTES.items() if right is not None])
async def test_a_route_is_for_those_who_have_its_right(desk: ServedDesk, method: str, path: str) -> None:
    right = ROUTES[(method, path)]
    address = filled(path)
    stranger = 302 if path in SENDS_TO_SIGN_IN else 401
    guess = {"Cookie": "__Host-kiosk=guess"}
    for headers in ({}, guess):
        assert (await desk.ask(method, address, headers=headers, allow_redirects=False))[0] == stranger
    refused = {role for role in Role if (await desk.ask(method, address, role))[0] == 403}
    assert refused == {role for role in Role if isinstance(right, Right) and not may(role, right)}
    if method != "GET":
        foreign = {"Origin": "https://evil.example"}
        assert (await desk.ask(method, address, Role.ADMIN, headers=foreign))[0] == 403


@pytest.mark.parametrize("role", [role for role in Role if may(role, Right.CALLS)])
async def test_a_command_without_its_right_is_refused_counted_and_said(desk: ServedDesk, role: Role) -> None:
    """Nothing else follows: the next answer to each refused command is the notice, and nobody is on duty."""
    refused = [command for command, right in COMMANDS if not may(role, right)]
    desk.says("k1", "call", Call("c1", State.RUNG, 0, 0))
    async with desk.page(role) as page:
        for number, command in enumerate(refused, 1):
            await page.do(**fields(command))
            assert "没有这个权限" in (await page.until("notice"))["text"]
            assert desk.service.refused == number
        assert desk.service.roster.nobody
        assert len(refused) == {Role.AGENT: 1, Role.SUPERVISOR: 0, Role.VOLUNTEER: 6}.get(role, 16)
        if may(role, Right.ANSWER):
            await page.do("duty", on=True)
            assert (await page.until("snapshot"))["duty"]
    written = await desk.service.in_database(desk.people.all)  # after the duty, in the same thread
    assert {one.id for one in written if one.duty} == ({role} if may(role, Right.ANSWER) else set())


SAID = "我的钱被骗走了"
CALL = Call(
    "c1",
    State.ACCEPTED,
    1000,
    1000,
    title="1号机",
    place="门口",
    service="scam",
    said=(SAID,),
    freeze=Freeze("f1", FreezeState.REFUSED, 500, receipt="R-77", why="账户不在本行"),
    agent=Agent("agent", "agent", "d1"),
    mode=Mode.WALK,
)
WORDS = (SAID, "scam", "R-77", "账户不在本行")


@pytest.mark.parametrize("role", [role for role in Role if may(role, Right.CALLS)])
async def test_the_words_of_a_customer_leave_the_desk_only_for_who_may_read_them(
    desk: ServedDesk, role: Role
) -> None:
    words = may(role, Right.WORDS)
    desk.says("k1", "health", Health(online=True, title="1号机", place="门口"))
    desk.says("k1", "call", CALL)
    async with desk.http.ws_connect(f"{desk.url}/ws", headers=desk.headers(role)) as socket:
        texts = [await socket.receive_str()]  # the snapshot
        desk.says("k1", "call", CALL)
        while '"type":"kiosk"' not in (text := await socket.receive_str()):
            texts.append(text)
        texts.append(text)
        await socket.send_json({"do": "release", "kiosk": "k1", "call": "c1", "round": 9})  # the row comes back
        texts += [await socket.receive_str(), await socket.receive_str()] if may(role, Right.ANSWER) else []
    for word in WORDS:
        assert any(word in text for text in texts) == words, word
    rows = [text for text in texts if '"k1"' in text and '"notice"' not in text]
    assert len(rows) >= 2
    # What it takes to walk over is there for everybody.
    assert all(part in row for row in rows for part in ("1号机", "门口", '"f1"', "refused"))


async def test_a_picture_and_its_signals_are_for_who_may_take_calls_by_video(desk: ServedDesk) -> None:
    for role in (Role.AGENT, Role.VOLUNTEER):
        agent = Agent(role, role, "d1")
        call = Call("c1", State.ACCEPTED, 0, 0, agent=agent, mode=Mode.VIDEO)
        desk.says("k1", "call", call)
        async with desk.page(role) as page:
            desk.says("k1", "signal/up", Answer("c1", 0, "s", "v=0 hidden"))
            desk.says("k1", "call", call)
            got = [await page.socket.receive_json() for _ in range(2 if role is Role.AGENT else 1)]
            assert ("signal" in [message["type"] for message in got]) == (role is Role.AGENT)


async def test_a_password_for_once_may_do_nothing_but_be_changed(desk: ServedDesk) -> None:
    with desk.people.engine.begin() as connection:
        connection.execute(sa.update(database.person).values(one_time=True))
    for (method, path), right in ROUTES.items():
        if right is None:
            continue
        status, body = await desk.ask(method, filled(path), Role.ADMIN)
        if right == ACCOUNT:
            assert status in (200, 400)
        else:
            assert status == 403 and body["one_time"], path


def filled(path: str) -> str:
    names = {"user": "nobody", "kiosk": "k1", "call": "c1", "id": "1", "pack": "bank", "name": "waits"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: names[found[1]], path)


def fields(command: protocol.PageCommand) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(command)
    return {"what": made.pop("do")} | made
