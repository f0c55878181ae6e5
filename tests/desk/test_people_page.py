"""People and their roles, as they see it: real Chromium, web server and database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import sqlalchemy as sa
from desks import ServedDesk, serve
from parts import LIMIT_S
from playwright.async_api import Browser, Page, expect

from kiosk.bench import page as pages
from kiosk.desk import database
from kiosk.desk.access import COOKIE
from kiosk.desk.database import open_database
from kiosk.desk.people import People
from kiosk.desk.roles import Role
from kiosk.messages import Agent, Call, Freeze, FreezeState, Mode, State

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (("li", "李娜", Role.AGENT), ("wang", "王芳", Role.AGENT), ("zhao", "赵敏", Role.SUPERVISOR))
Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path) -> AsyncIterator[ServedDesk]:
    people = People(open_database(f"sqlite:///{tmp_path}/desk.db"))
    with people.engine.begin() as connection:
        for user, name, role in PEOPLE:
            values = {"id": user, "name": name, "level": 1, "password": "x", "role": role.value}
            connection.execute(sa.insert(database.person).values(**values))
    async with serve(tmp_path, people) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def opened(desk: ServedDesk, browser: Browser) -> Open:
    """Opens a page for somebody who is signed in."""

    async def open_page(user: str, path: str = "/") -> Page:
        context = await pages.new_context(browser)
        desk.sign_in(user)
        await context.add_cookies(
            [{"name": COOKIE, "value": desk.tokens[user], "url": "https://localhost", "secure": True}]
        )
        page = await context.new_page()
        await page.goto(desk.url + path)
        return page

    return open_page


async def test_the_first_administrator_sets_a_password_and_adds_people(desk: ServedDesk, browser: Browser) -> None:
    with desk.people.engine.begin() as connection:
        connection.execute(sa.delete(database.person))
    password = desk.people.first_start()
    assert password is not None
    page = await (await pages.new_context(browser)).new_page()
    await page.goto(desk.url)
    await page.fill("input[name=user]", "admin")
    await page.fill("input[name=password]", password)
    await page.click("[data-action=sign-in]")
    await expect(page.locator("#first")).to_be_visible()  # 我的账号, and nothing else
    await expect(page.locator("#bar a")).to_have_text(["我的账号"])
    await page.goto(f"{desk.url}/people")
    await page.wait_for_url("**/account")
    await page.fill("input[name=old]", password)
    await page.fill("input[name=new]", "a password of my own")
    await page.fill("input[name=again]", "a password of my own")
    await page.click("#password button")
    await expect(page.locator("#watching")).to_be_visible()  # sees the hall, answers nothing
    await expect(page.locator("#hero")).to_be_hidden()

    await page.goto(f"{desk.url}/people")
    await page.fill("#add input[name=user]", "wang")
    await page.fill("#add input[name=name]", "王芳")
    await page.select_option("#add select[name=role]", "volunteer")
    await page.click("#add button")
    await expect(page.locator("#once")).to_be_visible()
    once = await page.locator("#once-password").text_content()
    assert once and desk.people.check("wang", once, "") is not None
    row = page.locator("tr[data-person=wang]")
    await expect(row).to_contain_text("志愿者")
    await expect(page.locator("#deeds tbody tr").first).to_contain_text("添加人员")
    await row.get_by_role("button", name="改", exact=True).click()
    await row.get_by_label("角色").select_option("agent")
    await row.get_by_label("技能").fill("手语，粤语")
    await row.get_by_role("button", name="保存").click()
    await expect(row).to_contain_text("坐席")
    await expect(row).to_contain_text("手语，粤语")
    await row.get_by_role("button", name="移除").click()
    await row.get_by_role("button", name="确定移除").click()
    await expect(row).to_have_count(0)
    admin = page.locator("tr[data-person=admin]")
    await admin.get_by_role("button", name="移除").click()
    await admin.get_by_role("button", name="确定移除").click()
    await expect(page.locator("#told")).to_have_text("至少要留一个管理员。请先设另一个人做管理员")


async def test_a_break_is_seen_by_colleagues_and_one_click_ends_it(desk: ServedDesk, opened: Open) -> None:
    agent, boss = await opened("li"), await opened("zhao")
    nobody = '[data-alert="nobody"]'
    await agent.click("#duty")
    await expect(boss.locator("#colleagues")).to_contain_text("李娜")
    await expect(boss.locator(nobody)).to_have_count(0)
    await agent.click("#break")
    await expect(agent.locator("#hero-title")).to_contain_text("小休")
    await expect(boss.locator('#colleagues [data-who="away"]')).to_contain_text("小休，")
    for page in (agent, boss):
        await expect(page.locator(nobody)).to_be_visible()
    elsewhere = await opened("li", "/account")
    await expect(elsewhere.locator(nobody)).to_be_visible()
    # The supervisor's page cannot ring before it has been touched, and says so.
    await expect(boss.locator("#unlock")).to_be_visible()
    await boss.click("#unlock")
    await boss.evaluate("""() => {
      window.rung = 0;
      const start = AudioBufferSourceNode.prototype.start;
      AudioBufferSourceNode.prototype.start = function (...rest) {
        if (this.buffer.duration > 1) window.rung++;
        return start.apply(this, rest);
      };
    }""")

    async with asyncio.timeout(LIMIT_S):
        while not await boss.evaluate("window.rung"):  # noqa: ASYNC110 - the page has nothing to await
            await asyncio.sleep(0.1)
    await agent.click("#duty")
    await expect(agent.locator("body")).to_have_attribute("data-can", "draw sound")
    for page in (agent, boss):
        await expect(page.locator(nobody)).to_have_count(0)
    await expect(boss.locator('#colleagues [data-who="away"]')).to_have_count(0)


async def test_a_volunteer_walks_over_and_reads_nothing(desk: ServedDesk, opened: Open) -> None:
    desk.people.change("li", "李娜", 1, Role.VOLUNTEER, by="admin")
    freeze = Freeze("f1", FreezeState.SUBMITTED, 0)
    desk.says(
        "k1", "call", Call("c1", State.RUNG, 0, 0, title="1号机", said=("被骗了",), freeze=freeze, video=True)
    )
    page = await opened("li")
    await page.click("#duty")
    card = page.locator(".card")
    await expect(card.locator("[data-action=walk]")).to_be_enabled()
    await expect(card.locator("[data-action=video]")).to_be_disabled()
    await expect(card.locator(".freeze")).to_contain_text("要马上打电话给银行")
    await expect(card.locator(".freeze button")).to_have_count(0)
    assert "被骗了" not in await page.content()


async def test_who_can_do_what_the_call_is_about_is_offered_first(desk: ServedDesk, opened: Open) -> None:
    desk.people.set_skills("zhao", ["手语", "pension"], by="admin")
    mine = Call("c1", State.CONNECTED, 0, 0, service="pension", agent=Agent("li", "李娜", "d1"), mode=Mode.WALK)
    desk.says("k1", "call", mine)
    page = await opened("li")
    for user in ("wang", "zhao"):
        desk.sign_in(user)
    async with desk.page("wang") as one, desk.page("zhao") as other:
        for colleague in (one, other):
            await colleague.do("can", draw=True, sound=True)
            await colleague.do("duty", on=True)
        await expect(page.locator("#colleagues")).to_contain_text("手语 · pension")
        await page.click("[data-action=hand-over]")
        await expect(page.locator("[data-to] .name")).to_have_text(["赵敏", "王芳"])
