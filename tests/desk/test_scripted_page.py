"""The page in moments that a real desk brings about too seldom: the test says what the desk says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from parts import LIMIT_S
from playwright.async_api import Browser, BrowserContext, Route, expect
from scripted_desk import acts, call, colleagues, mine, open_page, person, row, script_of, snapshot, tell

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HERE = colleagues("wang", "li")
NOW = 1_790_000_000_000


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context()
    yield made
    await made.close()


# --- the connection ---------------------------------------------------------------------------------


async def test_a_connection_that_dies_before_its_first_tick_is_lost(context):
    page = await open_page(context, snapshot())
    await expect(page.locator("body")).to_have_attribute("data-link", "up")
    told = await page.evaluate("""async () => {
      const { Socket } = await import("/static/socket.js");
      let lost = 0;
      const socket = new Socket({ message() {}, lost: () => { lost += 1; }, async refused() {} });
      socket.start();
      while (!socket.open) await new Promise((done) => setTimeout(done, 10));
      const now = performance.now();
      socket.check(now + 11000);
      const before = lost;
      socket.check(now + 13000);
      socket.stop();
      return [before, lost];
    }""")
    assert told == [0, 1]


# --- video, and another tab -------------------------------------------------------------------------


async def test_another_tab_asks_before_it_takes_the_video_and_a_reload_does_not(context):
    by_video = mine("connected", mode="video", video=True)
    page = await open_page(context, snapshot(row("k1", call(video=True))))
    await expect(page.locator("[data-action=video]")).to_be_enabled()
    await page.keyboard.press("v")
    await tell(page, row("k1", by_video))
    here = page.get_by_text("在这里接通视频")
    owned = "sessionStorage.getItem('video')"
    assert await page.evaluate(owned) == "c1/0"
    await expect(here).to_have_count(0)

    async with context.expect_page() as opened:
        await page.locator("#pages a", has_text="投诉").click()
    other = await opened.value
    greeting = snapshot(row("k1", by_video))
    await other.add_init_script(script_of(greeting))
    await other.goto(page.url, wait_until="commit")
    await expect(other.get_by_text("在这里接通视频")).to_be_visible()
    assert "offer" not in [said["do"] for said in await acts(other)]

    await page.add_init_script(script_of(greeting))
    await page.reload(wait_until="commit")  # a picture that does not come holds "load" back
    await expect(page.locator("#video")).to_be_visible()
    assert await page.evaluate(owned) == "c1/0"
    await expect(here).to_have_count(0)


# --- what the desk refuses --------------------------------------------------------------------------


async def test_what_the_desk_has_refused_can_be_tried_again_at_once(context):
    page = await open_page(context, snapshot(row("k1", mine()), row("k2"), colleagues=HERE))
    await expect(page.locator("[data-action=release]")).to_be_enabled()
    await page.keyboard.press("t")
    await page.keyboard.press("1")
    await expect(page.locator(".card")).to_have_attribute("data-pending", "true")
    told = {"type": "notice", "level": "warn", "text": "这位同事已不在岗，没有转出"}
    await tell(page, {**told, "kiosk": "k2"})
    await expect(page.locator(".card")).to_have_attribute("data-pending", "true")
    await tell(page, {**told, "kiosk": "k1"}, row("k1", mine()))
    await expect(page.locator(".card")).to_have_attribute("data-pending", "false")
    await expect(page.locator(".panel [data-to=li]")).to_be_enabled()
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    assert [said["do"] for said in await acts(page)] == ["hand-over", "release"]


async def test_a_call_back_that_the_desk_has_refused_is_not_said_to_be_unanswered(context):
    await context.clock.install()

    async def without_worker(route: Route, path: str) -> bool:
        """Its time cannot be made to pass."""
        if found := path.endswith("clock-worker.js"):
            await route.abort()
        return found

    page = await open_page(context, snapshot(row("k1"), row("k2")), api=without_worker)
    await page.clock.run_for(1000)
    await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
    for key in "12":
        await page.keyboard.press("c")
        await page.keyboard.press(key)
    assert [said["kiosk"] for said in await acts(page)] == ["k1", "k2"]
    await tell(page, {"type": "notice", "level": "warn", "text": "没有", "kiosk": "k1"})
    await page.clock.run_for(10_500)
    await expect(page.locator("#notices p", has_text="终端没有回应")).to_have_count(1)


# --- keys and words ---------------------------------------------------------------------------------


async def test_a_key_that_is_held_down_does_not_choose_how_the_call_ended(context):
    page = await open_page(context, snapshot(row("k1", mine("connected")), colleagues=HERE))
    await page.locator("[data-action=end]").focus()
    for _ in range(3):
        await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await expect(page.locator("[data-outcome=resolved]")).to_be_focused()
    assert await acts(page) == []
    await page.keyboard.press("Enter")
    assert [said["outcome"] for said in await acts(page)] == ["resolved"]


async def test_a_second_call_with_the_same_words_is_announced(context):
    page = await open_page(context, snapshot(row("k1", call())))
    live = page.locator("#live")
    await expect(live).to_contain_text("新呼叫：1号机")
    await tell(page, row("k1", mine("ended", outcome="resolved")))
    await expect(live).to_have_text("")
    await tell(page, row("k1", call(id_="c2")))
    await expect(live).to_contain_text("新呼叫：1号机")


# --- people, complaints -----------------------------------------------------------------------------


async def test_a_double_click_removes_nobody(context):
    asked: list[str] = []
    who = {"id": "li", "name": "李强", "level": 1, "role": "agent", "skills": [], "duty": False}
    listed = {"people": [{**who, "away_ms": None, "one_time": False}], "here": [], "deeds": []}

    async def api(route: Route, path: str) -> bool:
        if not path.startswith("/api/people"):
            return False
        asked.append(route.request.method)
        await route.fulfill(json=listed)
        return True

    admin = snapshot(me=person(("skills", "people"), "admin"))
    page = await open_page(context, admin, "/people", api)
    await page.get_by_role("button", name="移除").dblclick()
    sure = page.get_by_role("button", name="确定移除")
    await expect(sure).to_be_visible()
    assert "DELETE" not in asked
    # Drawn soon enough, the second click meets the button that asks.
    await sure.evaluate("node => node.dispatchEvent(new MouseEvent('click', { detail: 2, bubbles: true }))")
    await page.wait_for_timeout(200)
    assert "DELETE" not in asked
    async with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await sure.click()


class Complaint:
    """The desk's side of one complaint; ``quicker``: what a colleague makes of it while somebody writes."""

    def __init__(self) -> None:
        self.case = {
            **{"id": 1, "number": "123456", "opened_ms": NOW, "deadline_ms": NOW, "close_by_ms": NOW, "kiosk": ""},
            **{
                "call": "",
                "summary": "吵",
                "contact": "",
                "state": "working",
                "owner": {"id": "wang", "name": "王芳"},
            },
            **{"reply_in_time": None, "closed_in_time": None, "version": 1},
        }
        self.quicker = ""
        self.by_itself: list[tuple[str, bool]] = []
        self.acts: list[dict[str, object]] = []

    async def api(self, route: Route, path: str) -> bool:
        request = route.request
        if not path.startswith("/api/cases"):
            return False
        if request.method == "GET":
            self.by_itself.append((path, "kiosk-itself" in request.headers))
        if path == "/api/cases":
            counts = {"open": 1, "mine": 1, "overdue": 0}
            await route.fulfill(json={"cases": [self.case], "counts": counts, "kiosks": {}, "now_ms": NOW})
            return True
        if request.method == "POST":
            self.acts.append(request.post_data_json)
            if self.quicker:
                self.case |= {"state": self.quicker, "version": 3}
                self.quicker = ""
                await route.fulfill(status=409, json={"error": "李强刚刚结案；你写的字还在"})
                return True
        told = {"case": self.case, "entries": [], "same": [], "colleagues": [], "kiosks": {}, "now_ms": NOW}
        await route.fulfill(json=told)
        return True


async def test_a_reply_stays_when_the_case_was_closed_meanwhile_and_can_be_noted(context):
    complaint = Complaint()
    page = await open_page(context, snapshot(), "/cases#1", complaint.api)
    await page.locator("[data-action=reply]").click()
    await page.locator("input[value=phone]").check()
    await page.locator("textarea").fill("写了很长的答复")
    # The keys of an input method close nothing.
    composing = "{key: 'Escape', isComposing: true, bubbles: true}"
    await page.locator("textarea").evaluate(
        f"node => node.dispatchEvent(new KeyboardEvent('keydown', {composing}))"
    )
    complaint.quicker = "closed"
    await page.locator(".case-panel [type=submit]").click()
    await expect(page.locator("#told")).to_contain_text("你写的字还在")
    await expect(page.locator("textarea")).to_have_value("写了很长的答复")
    await expect(page.locator(".case-panel [type=submit]")).to_be_disabled()
    await page.locator("textarea").press("Control+Enter")
    assert len(complaint.acts) == 1
    await page.get_by_role("button", name="改记为备注").click()
    await expect(page.locator("textarea")).to_have_value("写了很长的答复")
    await page.locator("textarea").press("Control+Enter")
    await expect(page.locator("textarea")).to_have_count(0)
    assert complaint.acts[-1] == {"do": "note", "text": "写了很长的答复", "version": 3}


async def test_taking_a_case_keeps_the_words_of_a_form_that_is_open(context):
    complaint = Complaint()
    complaint.case["owner"] = {"id": "", "name": ""}
    page = await open_page(context, snapshot(), "/cases#1", complaint.api)
    await page.locator("[data-action=note]").click()
    await page.locator("textarea").fill("已经查过")
    await page.locator("[data-action=take]").click()
    await expect(page.locator("#told")).to_contain_text("由你处理")
    await expect(page.locator("textarea")).to_have_value("已经查过")


async def test_the_page_of_complaints_says_what_it_asks_by_itself(context):
    await context.clock.install()
    complaint = Complaint()
    page = await open_page(context, snapshot(), "/cases#1", complaint.api)
    await expect(page.locator("#number")).to_have_text("123456")
    assert {itself for _, itself in complaint.by_itself} == {False}
    complaint.by_itself.clear()
    await page.clock.run_for(31_000)
    async with asyncio.timeout(LIMIT_S):
        while len(complaint.by_itself) < 2:  # noqa: ASYNC110 - the page has nothing to await
            await asyncio.sleep(0.02)
    assert complaint.by_itself == [("/api/cases", True), ("/api/cases/1", True)]
