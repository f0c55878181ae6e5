"""The main job of each role in a real Chromium, from signing in to the end; desk, link and button are real too.

The agent's calls and the supervisor's 主管介入 are in ``test_browser.py``, complaints in ``test_cases_page.py``,
teaching in ``tests/test_unanswered_path.py``. One hall and one browser serve the whole file.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from parts import LIMIT_S, Link, on_record
from playwright.async_api import Browser, BrowserContext, Page, expect

from kiosk import local
from kiosk.bench import page as pages
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageArrived, PageEnd
from kiosk.desk.roles import Role
from kiosk.messages import Cause, Mode, Outcome, State, Summon
from kiosk.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = {
    "wang": ("王芳", 1),
    "hou": ("侯晓明", 1, Role.VOLUNTEER),
    "qian": ("钱工", 1, Role.TECHNICIAN),
    "sun": ("孙审计", 1, Role.AUDITOR),
    "zhou": ("周管理", 1, Role.ADMIN),
}
SAID = "我的养老金少了三千块"
NOTE = "带她去了二号窗口"

SignIn = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hall() -> AsyncIterator[Stack]:
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people=PEOPLE)
        # Nobody answers 事情办好了吗？ here. A self-test during the pulled plug would be due again in 5 min.
        stack.make_kiosk("k1", more="[escalation]\nlinger_s = 1\n[self_test]\nenabled = false\n")
        stack.start()
        yield stack
        print(stack.log("desk1")[-3000:])


@pytest_asyncio.fixture(loop_scope="module")
async def sign_in(hall: Stack, browser: Browser) -> AsyncIterator[SignIn]:
    """Signs somebody in at the desk's front page, as they do it in the morning."""
    contexts: list[BrowserContext] = []

    async def signed_in(user: str, password: str = "") -> Page:
        context = await pages.new_context(browser)
        contexts.append(context)
        page = await context.new_page()
        await page.goto(hall.url("desk1"))
        await page.fill("input[name=user]", user)
        await page.fill("input[name=password]", password or hall.password)
        await page.keyboard.press("Enter")
        return page

    yield signed_in
    for context in contexts:
        await context.close()


async def summon(hall: Stack, request: str) -> None:
    """A customer has said something, and then wants a human."""
    link = Link(await local.connect(hall.socket("k1")))
    try:
        await link.until(lambda state: state.online and state.call is None)
        assert (await link.command(Summon(request, Cause.VOICE, said=(SAID,), service="pension"))).ok
    finally:
        await link.close()


async def served(hall: Stack) -> str:
    """A call that an agent has answered, and that is on record; its id."""
    async with asyncio.timeout(LIMIT_S), connect(hall.url("desk1"), "wang", hall.password, hall.ca) as agent:
        await agent.go_on_duty()
        await agent.until(lambda one: "k1" in one.kiosks and one.kiosks["k1"].call is None)
        await summon(hall, "served")
        await agent.until_call("k1", State.CALLING, State.RUNG)
        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        call = await agent.until_call("k1", State.ACCEPTED)
        await agent.act(PageArrived, "k1")
        await agent.until_call("k1", State.CONNECTED)
        await agent.act(PageEnd, "k1", outcome=Outcome.RESOLVED, note=NOTE)
        await on_record(agent, "k1", call.id, "ended")
        await agent.until(lambda one: one.kiosks["k1"].call is None)
        return call.id


async def bar(page: Page) -> list[str]:
    """Which pages are offered beside the calls, or at the top of another page."""
    return await page.locator("nav a").all_inner_texts()


async def test_a_volunteer_walks_over_to_the_end_and_never_gets_a_word_of_the_customers(hall, sign_in):
    page = await sign_in("hou")
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
    await page.reload()  # that the connection is one that is listened to
    await page.click("[data-action=duty]")
    await expect(page.locator("body")).to_have_attribute("data-can", "draw sound")
    assert await bar(page) == ["我的账号"]

    await summon(hall, "volunteer")
    card = page.locator('.card[data-kiosk="k1"]')
    await expect(card).to_have_attribute("data-rings", "true")
    await expect(page.locator('body[data-ringing="true"]')).to_be_attached()
    await expect(card.locator("h3")).to_have_text("1号自助终端")
    await expect(card.locator(".place")).to_have_text("大厅入口左侧")
    await expect(card.locator("[data-action=video]")).to_be_disabled()
    await page.keyboard.press("a")
    await expect(card.locator(".taken")).to_have_text("你已接，请走过去")
    await expect(card.locator("[data-action=arrived]")).to_be_enabled()
    await page.keyboard.press("d")
    await expect(card).to_have_attribute("data-state", "connected")
    await expect(card.locator("[data-action=end]")).to_be_enabled()
    await page.keyboard.press("e")
    await card.locator("[data-outcome=resolved]").click()
    await expect(card).not_to_be_attached()
    recent = page.locator("#recent li").first
    await expect(recent).to_contain_text("已办好")
    await expect(recent.locator("a")).to_have_count(0)  # the timeline has words in it

    assert any('"k1"' in frame for frame in heard)
    assert not any(word in text for text in [*heard, await page.content()] for word in (SAID, "pension"))
    await page.click("[data-action=duty]")


async def test_a_technician_sees_a_fault_come_and_go_and_cannot_answer(hall, sign_in):
    page = await sign_in("qian")
    await expect(page.locator("#watching")).to_be_visible()
    await expect(page.locator("[data-action=duty]")).to_be_hidden()
    assert await bar(page) == ["我的账号"]
    listed = page.locator('#kiosks [data-kiosk="k1"]')
    await expect(listed).to_have_attribute("data-condition", "ok")
    await expect(listed.locator("button")).to_have_count(0)  # no 回访

    hall.boards["k1"].cut(3)
    await expect(listed).to_have_attribute("data-condition", "fault")
    await expect(listed.locator(".condition")).to_have_text("故障")
    fault = listed.locator(".fault")
    await expect(fault.locator("strong")).to_contain_text("按钮：")
    await expect(fault).to_contain_text("plug")  # and the terminal's own words, with what to do
    await expect(listed).to_have_attribute("data-condition", "ok")
    await expect(fault).to_have_count(0)

    await summon(hall, "technician")
    card = page.locator('.card[data-kiosk="k1"]')
    await expect(card).to_have_attribute("data-rings", "false")
    await expect(card.locator(".actions button:enabled")).to_have_count(0)
    await expect(card.locator("[data-action=walk] small")).to_have_text("你的账号只能看")
    await page.keyboard.press("a")
    assert SAID not in await page.content()
    async with asyncio.timeout(LIMIT_S), connect(hall.url("desk1"), "wang", hall.password, hall.ca) as agent:
        call = await agent.until_call("k1")
        assert call.agent is None
        await agent.act(PageAccept, "k1", mode=Mode.WALK)
        await agent.until_call("k1", State.ACCEPTED)
        await expect(card.locator(".taken")).to_have_text("王芳 已接，走过去")
        await expect(card.locator(".actions button")).to_have_count(0)
        await agent.act(PageEnd, "k1", outcome=Outcome.MISTAKEN)
        await expect(card).not_to_be_attached()


async def test_an_auditor_comes_to_the_report_reads_a_call_and_has_no_page_of_calls(hall, sign_in):
    call = await served(hall)
    page = await sign_in("sun")
    await page.wait_for_url("**/report")
    await expect(page.locator("#bar .who")).to_have_text("孙审计")
    assert await bar(page) == ["报表", "我的账号"]
    await expect(page.locator(".glance")).to_contain_text("呼叫")
    await expect(page.locator(".plots img")).to_have_count(4)
    drawn = "() => [...document.images].every((one) => one.complete && one.naturalWidth > 0)"
    await page.wait_for_function(drawn)
    await expect(page.locator(".notes code")).to_contain_text("@")  # for `kiosk ledger verify --head`
    await page.evaluate("window.print = () => { window.printed = true; }")
    await page.click("#print")
    assert await page.evaluate("window.printed")

    await page.select_option("select[name=kiosk]", "k1")
    await page.click("#choose [type=submit]")
    await page.wait_for_url("**kiosk=k1**")
    await page.locator(f'a[href*="{call}"]').first.click()
    await expect(page.locator(".timeline tbody tr").first).to_be_visible()
    kinds = await page.locator(".timeline tbody tr").evaluate_all("rows => rows.map((row) => row.dataset.kind)")
    steps = ["opened", "accepted", "connected", "ended"]
    assert [kind for kind in kinds if kind in steps] == steps
    await expect(page.locator(".timeline .words").last).to_have_text(f"“{NOTE}”")

    await page.goto(hall.url("desk1"))
    await page.wait_for_url("**/report")
    for path in ("/api/hall", "/api/cases", "/api/people"):
        assert await page.evaluate("async path => (await fetch(path)).status", path) == 403


async def test_somebody_new_signs_in_with_the_password_for_once_and_must_set_their_own(hall, sign_in):
    admin = await sign_in("zhou")
    await expect(admin.locator("#watching")).to_be_visible()
    assert await bar(admin) == ["人员", "我的账号"]
    await admin.goto(f"{hall.url('desk1')}/people")
    await admin.fill("#add input[name=user]", "he")
    await admin.fill("#add input[name=name]", "何平")
    await admin.select_option("#add select[name=role]", "agent")
    await admin.click("#add button")
    await expect(admin.locator("#once-who")).to_have_text("何平（he）")
    once = await admin.locator("#once-password").inner_text()
    row = admin.locator("tr[data-person=he]")
    await expect(row).to_contain_text("还没有换密码")
    await admin.click("#once-done")
    assert once not in await admin.content()

    page = await sign_in("he", once)
    await page.wait_for_url("**/account")
    await expect(page.locator("#first")).to_be_visible()
    for path in ("/", "/cases"):
        await page.goto(hall.url("desk1") + path)
        await page.wait_for_url("**/account")
    await expect(page.locator("#first")).to_be_visible()
    own = "my own words 7"
    for name, words in (("old", once), ("new", own), ("again", own)):
        await page.fill(f"input[name={name}]", words)
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-action=duty]")).to_have_text("上岗")
    assert await bar(page) == ["投诉", "我的账号"]

    late = await sign_in("he", once)
    await expect(late.locator("#sign-in-error")).to_have_text("用户名或密码不对")
    await late.fill("input[name=password]", own)
    await late.keyboard.press("Enter")
    await expect(late.locator("[data-action=duty]")).to_be_enabled()
    await admin.reload()
    await expect(row).to_contain_text("已登录")
