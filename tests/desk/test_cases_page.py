"""A complaint, the whole way: said at a terminal, found at the desk by the number that was told, answered."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from parts import PEOPLE, Link
from playwright.async_api import Browser, Page, Route, expect

from kiosk import local
from kiosk.bench import page as pages
from kiosk.messages import Complain
from kiosk.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
LONG_AGO = 1_700_000_000_000


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hall() -> AsyncIterator[Stack]:
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people=PEOPLE)
        stack.make_desk("desk2", people=PEOPLE, ledger=False)
        stack.make_kiosk("k1")
        stack.start()
        yield stack
        print(stack.log("desk1")[-3000:])


async def signed_in(browser: Browser, hall: Stack, user: str, path: str, desk: str = "desk1") -> Page:
    context = await pages.new_context(browser)
    url = hall.url(desk)
    answer = await context.request.post(f"{url}/api/sign-in", data={"user": user, "password": hall.password})
    assert answer.ok
    page = await context.new_page()
    await page.goto(f"{url}{path}")
    return page


async def complain(hall: Stack, request: str, text: str) -> str:
    """At the terminal; gives the number that is shown and spoken there."""
    link = Link(await local.connect(hall.socket("k1")))
    try:
        await link.until(lambda state: state.online)
        return (await link.command(Complain(request, text))).case
    finally:
        await link.close()


async def test_the_number_told_at_the_terminal_is_found_answered_and_closed_at_the_desk(hall, browser):
    number = await complain(hall, "c1", "等了半小时 <b>没人管</b>")
    page = await signed_in(browser, hall, "wang", "/cases")
    line = page.locator(f'.line[data-number="{number}"]')
    while not await line.count():  # it is on its way to the ledger
        await page.locator("[data-show=all]").click()
    await page.keyboard.press("/")
    await page.keyboard.type(f"{number[:3]} {number[3:]}")
    await page.keyboard.press("Enter")
    await line.click()
    await expect(page.locator("#number")).to_have_text(number)
    await expect(page.locator(".words-said")).to_have_text("等了半小时 <b>没人管</b>")
    await expect(page.locator("[data-action=close]")).not_to_be_attached()

    other = await signed_in(browser, hall, "li", f"/cases{await page.evaluate('location.hash')}")
    await expect(other.locator("#number")).to_have_text(number)
    await page.locator("h1").click()  # out of the search
    await page.keyboard.press("t")
    await expect(page.locator(".facts")).to_contain_text("王芳")
    await page.keyboard.press("d")
    await page.locator("input[value=phone]").check()
    await page.locator("textarea").fill("打电话道歉，加了一个窗口")
    await page.locator(".case-panel [type=submit]").click()
    await expect(page.locator("h1 .state")).to_have_text("已答复")

    await other.locator("[data-action=reply]").click()  # has not seen it
    await other.locator("input[value=in-person]").check()
    await other.locator("textarea").fill("当面道歉")
    await other.locator(".case-panel [type=submit]").click()
    await expect(other.locator("#told")).to_contain_text("王芳刚刚答复了客户")
    await expect(other.locator("h1 .state")).to_have_text("已答复")
    await expect(other.locator("textarea")).to_have_value("当面道歉")

    await page.keyboard.press("j")
    await page.locator(".case-panel [type=submit]").click()
    await expect(page.locator("h1 .state")).to_have_text("已结案")
    await expect(page.locator("#entries strong")).to_have_text(
        ["客户在终端上投诉", "王芳 来处理", "王芳 答复了客户，打电话", "王芳 结案"]
    )
    await expect(page.locator("[data-action=reply]")).not_to_be_attached()


async def test_a_complaint_by_telephone_that_is_late_is_red_and_on_the_calls_page(hall, browser):
    page = await signed_in(browser, hall, "li", "/cases")
    calls = await signed_in(browser, hall, "zhao", "/")
    await page.locator("[data-action=new]").click()
    await page.locator("textarea").fill("卡 6222020200112233445 被吞")
    await page.locator("input[name=contact]").fill("13800000000")
    await page.locator(".case-panel [type=submit]").click()
    number = await page.locator("#number").inner_text()
    await expect(page.locator("#told")).to_contain_text(number)
    await expect(page.locator(".words-said")).to_have_text("卡 **** 被吞")
    await expect(calls.locator("#pages")).to_contain_text("投诉")
    await expect(calls.locator("[data-alert=cases]")).not_to_be_attached()

    with contextlib.closing(sqlite3.connect(hall.directory / "desk1.db")) as database, database:
        database.execute('update "case" set deadline_ms = ? where number = ?', (LONG_AGO, number))
    await page.locator("[data-action=take]").click()
    await expect(calls.locator("[data-alert=cases]")).to_contain_text("1 件投诉超时")
    await page.locator("[data-show=overdue]").click()
    await expect(page.locator(".line")).to_have_attribute("data-number", number)
    await expect(page.locator(".line .due")).to_have_attribute("data-late", "true")
    await expect(page.locator("#bar .badge")).to_have_text("1 件超时")


async def test_a_desk_that_keeps_no_record_says_which_one_does(hall, browser):
    context = await pages.new_context(browser)
    url = hall.url("desk2")
    await context.request.post(f"{url}/api/sign-in", data={"user": "li", "password": hall.password})
    for ask in (context.request.get, context.request.post):
        answer = await ask(f"{url}/api/cases")
        assert answer.status == 409
        assert "desk1" in (await answer.json())["error"]


async def test_a_case_that_is_clicked_while_the_list_is_still_being_read_opens(hall, browser):
    page = await signed_in(browser, hall, "li", "/cases")
    await page.locator("[data-action=new]").click()
    await page.locator("textarea").fill("空调太冷")
    await page.locator(".case-panel [type=submit]").click()
    number = await page.locator("#number").inner_text()
    await page.keyboard.press("Escape")

    async def slowly(route: Route) -> None:
        await asyncio.sleep(1.0)
        await route.continue_()

    await page.route("**/api/cases?*", slowly)
    await page.locator("[data-show=mine]").click()
    await page.locator(f'.line[data-number="{number}"]').click()
    await expect(page.locator("#number")).to_have_text(number)
