"""docs/openapi.json is what the desk says, and what it does."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openapi_spec_validator import validate

from kiosk import config
from kiosk.desk import openapi
from kiosk.desk.access import COOKIE
from kiosk.desk.database import open_database
from kiosk.desk.ledger import Ledger
from kiosk.desk.openapi import path_of
from kiosk.desk.people import People
from kiosk.desk.roles import Role
from kiosk.desk.routes import TABLE, Access
from kiosk.desk.service import DeskService
from kiosk.desk.web import add_routes, make_app
from kiosk.messages import Event, EventBatch, State

ROOT = Path(__file__).parents[2]
PASSWORD = "hall-xinhua-1"
APP = web.Application()
add_routes(APP)
DOCUMENT = json.loads(openapi.text(APP))
#: What stands for a parameter of a path.
NAMES = {"kiosk": "k1", "call": "c1", "id": "1", "user": "li", "pack": "bank", "name": "waits"}


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
    return found


def valid(body: Any, schema: dict[str, Any]) -> None:
    jsonschema.validate(body, {**schema, "components": DOCUMENT["components"]})


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a person for each role that is asked for here, and one call."""
    path = tmp_path_factory.mktemp("openapi") / "desk.db"
    engine = open_database(f"sqlite:///{path}")
    for role in (Role.SUPERVISOR, Role.VOLUNTEER):
        People(engine).add(role.value, role.value, PASSWORD, role=role)
    events = (Event("opened", "c1", seq=1, at_ms=1), Event("complained", "c1", case="1", text="x", seq=2, at_ms=2))
    Ledger(engine).store("demo", "k1", EventBatch("j", 1, events), 1)
    engine.dispose()
    return path


@pytest.fixture
async def desk(prepared: Path, tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    """The real application, without TLS and broker."""
    url = f"sqlite:///{shutil.copy(prepared, tmp_path)}"
    engine = open_database(url)
    service = DeskService(config.Desk("demo", "desk1", database=url, ledger=True), People(engine), Ledger(engine))
    async with TestClient(TestServer(make_app(service))) as client:
        yield client


async def sign_in(desk: TestClient[Any, Any], role: Role, password: str = PASSWORD) -> tuple[Any, dict[str, str]]:
    answer = await desk.post("/api/sign-in", json={"user": role.value, "password": password})
    cookie = answer.cookies.get(COOKIE)  # only for HTTPS, so not kept by the client
    return answer, {"Cookie": f"{COOKIE}={cookie.value}"} if cookie else {}


def test_the_committed_document_is_up_to_date() -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert committed == openapi.text(APP), "run: kiosk openapi > docs/openapi.json"


def test_it_is_openapi() -> None:
    validate(DOCUMENT)


def test_every_route_of_the_desk_is_in_it() -> None:
    served = {
        (route.method.lower(), "/static/{file}" if isinstance(found, web.StaticResource) else found.canonical)
        for found in APP.router.resources()
        for route in found
        if route.method != "HEAD"
    }
    told = {(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations}
    assert served == told
    assert len(APP[TABLE]) + 1 == len(told)


async def test_the_answers_are_as_it_says(desk: TestClient[Any, Any]) -> None:
    _, session = await sign_in(desk, Role.SUPERVISOR)
    for route in APP[TABLE]:
        if route.method != "GET" or route.status == 101:
            continue
        answer = await desk.get(path_of(route).format_map(NAMES), headers=session)
        told = operation("GET", path_of(route))["responses"]
        assert str(answer.status) == "200", (route.path, await answer.text())
        (media,) = told["200"]["content"]
        assert answer.content_type == media, route.path
        if media == "application/json":
            valid(await answer.json(), told["200"]["content"][media]["schema"])


async def test_signing_in_is_as_it_says(desk: TestClient[Any, Any]) -> None:
    told = operation("POST", "/api/sign-in")
    valid({"user": "li", "password": "x"}, told["requestBody"]["content"]["application/json"]["schema"])
    for password, status in ((PASSWORD, 200), ("wrong", 401)):
        answer, _ = await sign_in(desk, Role.VOLUNTEER, password)
        assert answer.status == status
        valid(await answer.json(), told["responses"][str(status)]["content"]["application/json"]["schema"])
    nothing = await desk.post("/api/sign-in", data=b"x")
    assert nothing.status == 400
    valid(await nothing.json(), told["responses"]["400"]["content"]["application/json"]["schema"])


async def test_nobody_gets_past_the_right_that_it_names(desk: TestClient[Any, Any]) -> None:
    _, volunteer = await sign_in(desk, Role.VOLUNTEER)
    asked = 0
    for route in APP[TABLE]:
        if isinstance(route.right, Access) and route.right is not Access.SIGNED_IN:
            continue
        path = path_of(route).format_map(NAMES)
        answer = await desk.request(route.method, path, allow_redirects=False)
        refused = 302 if route.media == "text/html" else 401  # to sign in
        assert answer.status == refused, path
        assert str(refused) in operation(route.method, path_of(route))["responses"]
        asked += 1
    assert asked > 3
    answer = await desk.get("/api/calls/k1/c1", headers=volunteer)
    assert answer.status == 403
    assert operation("GET", "/api/calls/{kiosk}/{call}")["x-right"] == "words"


async def test_another_web_site_may_not_write(desk: TestClient[Any, Any]) -> None:
    for route in APP[TABLE]:
        if route.method == "GET":
            continue
        answer = await desk.request(
            route.method, path_of(route).format_map(NAMES), headers={"Origin": "https://evil.example"}
        )
        assert answer.status == 403, route.path


def test_the_words_of_a_call_are_in_the_schemas() -> None:
    assert set(State) == set(DOCUMENT["components"]["schemas"]["State"]["enum"])
