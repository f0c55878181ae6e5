"""The page in moments that a real desk brings about too seldom: the test says what the desk says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect
from scripted_desk import acts, call, colleagues, mine, open_page, row, script_of, snapshot, tell

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HERE = colleagues("wang", "li")


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
    await page.reload()
    await expect(page.locator("#video")).to_be_visible()
    assert await page.evaluate(owned) == "c1/0"
    await expect(here).to_have_count(0)
