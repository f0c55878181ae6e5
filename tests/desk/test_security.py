"""What somebody with bad intentions would try at the desk's page."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from desks import ServedDesk, copy_database, serve
from parts import LIMIT_S
from playwright.async_api import expect

from kiosk.bench import page as pages
from kiosk.desk.access import COOKIE
from kiosk.desk.database import open_database
from kiosk.desk.page import MAX_BEHIND, Page
from kiosk.desk.people import People
from kiosk.desk.person import Person
from kiosk.desk.roles import Role
from kiosk.desk.tries import PER_ADDRESS, PER_PAIR
from kiosk.messages import Call, Health, Part, State

PASSWORD = "hall-xinhua-1"
MEGABYTE = 1024 * 1024
HTML = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People whose password is known; to hash one is slow on purpose."""
    path = tmp_path_factory.mktemp("security")
    people = People(open_database(f"sqlite:///{path}/desk.db"))
    people.add("li", "李娜", PASSWORD)
    people.add("boss", "管理", PASSWORD, role=Role.ADMIN)
    people.engine.dispose()
    return path


@pytest.fixture
async def desk(prepared: Path, tmp_path: Path) -> AsyncIterator[ServedDesk]:
    copy_database(prepared, tmp_path)
    async with serve(tmp_path) as served:
        yield served


def origin_of(desk: ServedDesk) -> dict[str, str]:
    return {"Origin": desk.url}


# --- other web sites --------------------------------------------------------------------------------

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost"},  # another port is another site
    {"Sec-Fetch-Site": "cross-site"},  # and no origin at all
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: " ".join(headers.values()))
async def test_another_site_opens_no_websocket_and_writes_nothing(
    desk: ServedDesk, headers: dict[str, str]
) -> None:
    mine = desk.sign_in("boss")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await desk.http.ws_connect(f"{desk.url}/ws", headers={**mine, **headers})
    assert refused.value.status == 403
    new = {"user": "spy", "name": "间谍", "role": "admin", "level": 1}
    for method, path, body in (
        ("POST", "/api/people", new),
        ("POST", "/api/people/li", {"name": "李娜", "role": "admin", "level": 1}),
        ("DELETE", "/api/people/li", None),
        ("POST", "/api/password", {"old": PASSWORD, "new": "taken over"}),
        ("POST", "/api/sign-out", {"everywhere": True}),
        ("POST", "/api/sign-in", {"user": "li", "password": PASSWORD}),
    ):
        assert (await desk.ask(method, path, "boss", json=body, headers=headers))[0] == 403, path
    assert [person.id for person in desk.people.all()] == ["boss", "li"]
    assert (await desk.ask("GET", "/api/me", "boss"))[0] == 200


async def test_ones_own_page_and_programs_without_an_origin_are_let_in(desk: ServedDesk) -> None:
    mine = desk.sign_in("li")
    for headers in ({}, origin_of(desk), {**origin_of(desk), "Sec-Fetch-Site": "same-origin"}):
        async with desk.http.ws_connect(f"{desk.url}/ws", headers={**mine, **headers}) as page:
            assert (await page.receive_json())["type"] == "snapshot"


async def test_what_every_answer_says_to_the_browser(desk: ServedDesk) -> None:
    for path in ("/", "/account", "/people", "/api/me", "/static/desk.js", "/nothing"):
        async with desk.http.get(desk.url + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy and "*" not in policy
            assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy, path
            assert "camera=(self), microphone=(self), geolocation=()" in answer.headers["Permissions-Policy"]
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Strict-Transport-Security" not in answer.headers  # docs/security.md says why


# --- passwords --------------------------------------------------------------------------------------


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: ServedDesk) -> None:
    body = {"user": "li", "password": PASSWORD}
    async with desk.http.post(f"{desk.url}/api/sign-in", json=body, headers=origin_of(desk)) as answer:
        assert answer.status == 200
        cookie = answer.cookies[COOKIE]
    assert cookie["samesite"] == "Strict" and cookie["httponly"] and cookie["secure"] and cookie["path"] == "/"
    assert not cookie["domain"]


async def test_guessing_is_slowed_by_name_and_by_address(desk: ServedDesk) -> None:
    async def guess(user: str) -> int:
        return (await desk.ask("POST", "/api/sign-in", json={"user": user, "password": "guess"}))[0]

    assert [await guess("li") for _ in range(PER_PAIR + 1)] == [401] * PER_PAIR + [429]
    status, body = await desk.ask("POST", "/api/sign-in", json={"user": "li", "password": PASSWORD})
    assert status == 429 and 0 < body["retry_s"] <= 60
    spread = [await guess(f"user{number}") for number in range(PER_ADDRESS - PER_PAIR + 1)]
    assert spread == [401] * (PER_ADDRESS - PER_PAIR) + [429]
    assert (await desk.ask("POST", "/api/sign-in", json={"user": "boss", "password": PASSWORD}))[0] == 429


async def test_a_stolen_session_cannot_guess_the_password_either(desk: ServedDesk) -> None:
    desk.sign_in("li")
    body = {"old": "guess", "new": "taken over"}
    got = [(await desk.ask("POST", "/api/password", "li", json=body))[0] for _ in range(PER_PAIR + 1)]
    assert got == [400] * PER_PAIR + [429]


def test_an_unknown_name_takes_as_much_work_as_a_known_one(desk_people: People) -> None:
    """Work of the processor, so that it says the same on a busy machine."""

    def work(user: str) -> float:
        before = time.process_time()
        assert desk_people.check(user, "guess", "192.0.2.9") is None
        return time.process_time() - before

    assert work("nobody") > work("li") / 3


@pytest.fixture
def desk_people(prepared: Path) -> People:
    return People(open_database(f"sqlite:///{prepared}/desk.db"))


# --- sessions ---------------------------------------------------------------------------------------


async def test_after_signing_out_the_cookie_is_worth_nothing_and_its_page_is_closed(desk: ServedDesk) -> None:
    stolen = desk.sign_in("li")
    async with desk.page("li") as page:
        assert (await desk.ask("POST", "/api/sign-out", "li"))[0] == 200
        await page.closed()
    assert (await desk.ask("GET", "/api/me", headers=stolen))[0] == 401


async def test_sign_out_everywhere(desk: ServedDesk) -> None:
    elsewhere = desk.sign_in("li")
    desk.sign_in("li")
    assert (await desk.ask("POST", "/api/sign-out", "li", json={"everywhere": True}))[0] == 200
    assert (await desk.ask("GET", "/api/me", headers=elsewhere))[0] == 401
    desk.sign_in("boss")
    _, body = await desk.ask("GET", "/api/people", "boss")
    assert ("li", "signed-out-everywhere") in [(deed["who"], deed["what"]) for deed in body["deeds"]]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/people/li", {"name": "李娜", "role": "technician", "level": 1}),
        ("POST", "/api/people/li/password", None),
        ("DELETE", "/api/people/li", None),
    ],
    ids=["role", "password", "removed"],
)
async def test_who_is_changed_loses_session_and_page_at_once(
    desk: ServedDesk, method: str, path: str, body: object
) -> None:
    stolen = desk.sign_in("li")
    desk.sign_in("boss")
    async with desk.page("li") as page:
        await page.do("can", draw=True, sound=True)
        await page.do("duty", on=True)
        while not (await page.until("colleagues"))["agents"]:
            pass
        assert not desk.service.roster.nobody
        assert (await desk.ask(method, path, "boss", json=body))[0] == 200
        await page.closed()
        assert desk.service.roster.nobody
    assert (await desk.ask("GET", "/api/me", headers=stolen))[0] == 401


async def test_what_the_command_line_does_beside_the_desk_reaches_the_page(desk: ServedDesk) -> None:
    desk.sign_in("li")
    desk.sign_in("boss")
    beside = People(open_database(str(desk.people.engine.url)))
    async with desk.page("li") as page, desk.page("boss") as other:
        beside.set_skills("li", ["手语"], by="boss")
        beside.change("li", "李小娜", 2, Role.AGENT, by="boss")
        await desk.service.watch.look()
        while (me := (await page.until("snapshot"))["me"])["name"] != "李小娜":
            pass
        assert me["level"] == 2
        beside.remove("li")
        await page.closed()
        await other.do("duty", on=True)
        await other.until("notice")  # the others go on


# --- size and patience ------------------------------------------------------------------------------


async def test_a_megabyte_is_not_read(desk: ServedDesk) -> None:
    desk.sign_in("li")
    desk.sign_in("boss")
    much = "a" * MEGABYTE
    for path, body in (
        ("/api/sign-in", {"user": "li", "password": much}),
        ("/api/password", {"old": much, "new": much}),
        ("/api/people", {"user": much, "name": much, "role": "agent", "level": 1}),
    ):
        assert (await desk.ask("POST", path, "boss", json=body))[0] == 413, path
    assert (await desk.ask("GET", "/api/me", headers={"Cookie": f"{COOKIE}={'a' * 7000}"}))[0] == 401
    async with desk.page("li") as page, desk.page("boss") as other:
        await page.do("end", note=much)
        async with asyncio.timeout(LIMIT_S):
            while (message := await page.socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert message.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
        await other.do("duty", on=True)
        await other.until("notice")


def test_what_is_being_sent_to_a_page_that_does_not_read_is_given_up() -> None:
    aborted: list[bool] = []
    page = Page(Person("li", "李娜", 1), abort=lambda: aborted.append(True))
    for _ in range(MAX_BEHIND):
        page.send("x")
    assert not aborted
    page.send("one more")
    assert aborted and page.queue.get_nowait() is None and page.queue.empty()


async def test_a_page_that_does_not_read_is_cut_off_and_holds_up_nobody(desk: ServedDesk) -> None:
    desk.sign_in("li")
    desk.sign_in("boss")
    address = urlsplit(desk.url)
    loop = asyncio.get_running_loop()
    family, kind, _, _, where = (await loop.getaddrinfo(address.hostname, address.port, type=socket.SOCK_STREAM))[
        0
    ]
    slow = socket.socket(family, kind)
    slow.setblocking(False)
    await loop.sock_connect(slow, where)
    request = (
        f"GET /ws HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {desk.headers('li')['Cookie']}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await loop.sock_sendall(slow, request.encode())
    async with asyncio.timeout(LIMIT_S):
        while not desk.service.pages:  # noqa: ASYNC110 - it says nothing when it has taken a page
            await asyncio.sleep(0.01)
    async with desk.page("boss") as other:
        said = tuple("字" * 500 for _ in range(10))
        number = 0
        while len(desk.service.pages) == 2:
            number += 1
            desk.says("k1", "call", Call(f"c{number}", State.RUNG, 0, 0, said=said))
            assert (await other.until("kiosk"))["call"]["id"] == f"c{number}"
    slow.close()


# --- what is shown ----------------------------------------------------------------------------------


@pytest.mark.browser
async def test_html_is_only_text_on_every_page(desk: ServedDesk) -> None:
    """Names, titles, places, what was said, faults, skills, what was done: all of it is markup here."""
    name = HTML[:60]
    desk.people.change("li", name, 1, Role.SUPERVISOR, by="boss")
    desk.people.set_skills("li", ["<b>x</b>"], by="boss")
    expect.set_options(timeout=LIMIT_S * 1000)
    try:
        async with pages.chromium() as browser:
            context = await pages.new_context(browser)
            page = await context.new_page()
            await page.goto(desk.url)
            await page.fill("input[name=user]", "li")
            await page.fill("input[name=password]", PASSWORD)
            await page.click("[data-action=sign-in]")
            fault = Part(ok=False, fault=name, remedy=HTML)
            desk.says("k1", "health", Health(online=True, title=name, place=name, parts={HTML: fault}))
            call = Call("c1", State.RUNG, 0, 0, title=name, place=name, case=name, said=(HTML,), passed=(name,))
            desk.says("k1", "call", call)
            card = page.locator(".card")
            await expect(card.locator(".said q")).to_have_text(HTML)
            await expect(card.locator("h3")).to_have_text(name)
            await expect(page.locator("#kiosks")).to_contain_text(HTML)
            await expect(page.locator("#who")).to_contain_text(name)
            assert (
                await page.evaluate("document.querySelectorAll('.card img, #side img, .card script').length") == 0
            )
            await page.goto(f"{desk.url}/people")
            await expect(page.locator("#people")).to_contain_text(name)
            await expect(page.locator("#people")).to_contain_text("<b>x</b>")
            await expect(page.locator("#bar")).to_contain_text(name)
            await page.goto(f"{desk.url}/account")
            await expect(page.locator("#about")).to_contain_text(name)
            assert await page.evaluate("window.broken") is None
            assert await page.locator("main img, main b, main script").count() == 0
    except pages.NoBrowser as error:
        pytest.skip(str(error))
