"""Who is typing is not disturbed: what is written stays, and no letter of it acts on a call."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect
from scripted_desk import (
    LI,
    acts,
    call,
    colleagues,
    mine,
    open_page,
    person,
    row,
    snapshot,
    tell,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HERE = colleagues("wang", "li", "zhao")
SUPERVISOR = person(("supervise",), "supervisor")


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context()
    yield made
    await made.close()


def on_duty(*who: str) -> dict[str, object]:
    return {"type": "colleagues", "agents": colleagues(*who), "ledger": "desk1", "away": []}


async def note(page: Page, key: str, text: str) -> None:
    """Open what a card asks by its key, and begin to write."""
    await expect(page.locator(".card .actions button").first).to_be_enabled()
    await page.keyboard.press(key)
    await page.locator(".panel input").focus()
    await page.keyboard.type(text)


async def writing(page: Page, text: str) -> None:
    await expect(page.locator(".panel input")).to_have_value(text)
    await expect(page.locator(".panel input")).to_be_focused()


# --- a note, a reason -------------------------------------------------------------------------------


async def test_a_note_is_written_on_while_colleagues_come_and_go(context):
    page = await open_page(context, snapshot(row("k1", mine()), colleagues=HERE))
    await note(page, "t", "yao")
    await tell(page, on_duty("wang", "zhao", "sun"))
    await page.keyboard.type("rar1")
    await writing(page, "yaorar1")
    assert await acts(page) == []
    choices = page.locator(".panel [data-to]")
    await expect(choices).to_have_count(3)
    assert [await one.get_attribute("data-to") for one in await choices.all()] == ["li", "zhao", "sun"]
    await expect(choices.nth(0)).to_be_disabled()  # who has left keeps the number, and cannot be chosen
    await page.keyboard.press("Enter")
    await expect(choices.nth(1)).to_be_focused()
    await page.keyboard.press("1")
    assert await acts(page) == []
    await page.keyboard.press("2")
    (said,) = await acts(page)
    assert (said["do"], said["to"], said["note"]) == ("hand-over", "zhao", "yaorar1")


async def test_no_letter_of_a_supervisors_reason_is_a_command(context):
    other = row("k1", call("accepted", agent=LI, mode="walk"))
    page = await open_page(context, snapshot(other, row("k2", call(id_="c2")), me=SUPERVISOR, colleagues=HERE))
    await page.locator('[data-kiosk="k1"] [data-action=assign]').click()
    await page.keyboard.type("ren")
    await tell(page, on_duty("wang", "li", "sun"))
    await page.keyboard.type("a1")
    await writing(page, "rena1")
    await page.locator(".panel .ask").evaluate("node => document.activeElement.blur()")
    await page.keyboard.press("a")  # something is being asked
    assert await acts(page) == []


async def test_a_note_outlives_a_lost_connection_and_is_written_on_meanwhile(context):
    page = await open_page(context, snapshot(row("k1", mine()), colleagues=HERE))
    await note(page, "e", "ab")
    await page.evaluate("desk.drop()")
    await expect(page.locator("body")).to_have_attribute("data-link", "lost")
    await expect(page.locator("[data-outcome=resolved]")).to_be_disabled()
    await page.keyboard.type("c")
    await expect(page.locator("body")).to_have_attribute("data-link", "up")
    await expect(page.locator("[data-outcome=resolved]")).to_be_enabled()
    await page.keyboard.type("2")
    await writing(page, "abc2")
    assert await acts(page) == []


async def test_a_call_that_is_gone_under_a_note_leaves_no_letter_to_another_one(context):
    page = await open_page(context, snapshot(row("k1", mine()), row("k2", mine(id_="c2")), colleagues=HERE))
    await note(page, "t", "yao")
    await tell(page, row("k1", mine("ended", outcome="resolved")))
    await page.keyboard.type("rear")
    assert await acts(page) == []
    await page.wait_for_timeout(1600)  # who has stopped may command again
    await page.keyboard.press("r")
    assert [said["kiosk"] for said in await acts(page)] == ["k2"]


async def test_whom_to_call_back_keeps_the_numbers_while_it_is_asked(context):
    page = await open_page(context, snapshot(*(row(kiosk) for kiosk in ("k1", "k2", "k3"))))
    await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
    await page.keyboard.press("c")
    await tell(page, row("k1", mine(id_="c9", agent=LI)), row("k4"))
    choices = page.locator("#call-back .choices button")
    await expect(choices).to_have_count(4)
    assert [await one.get_attribute("data-back-kiosk") for one in await choices.all()] == ["k1", "k2", "k3", "k4"]
    await expect(choices.nth(0)).to_be_disabled()
    await expect(choices.nth(0)).to_contain_text("现在回访不了")
    await page.keyboard.press("1")
    assert await acts(page) == []
    await page.keyboard.press("2")
    assert [said["kiosk"] for said in await acts(page)] == ["k2"]


# --- the bank's receipt -----------------------------------------------------------------------------


def freeze(**more: object) -> dict[str, object]:
    return {"request": "f1", "state": "submitted", "age_ms": 1000, "receipt": "", "agent": None, "why": "", **more}


def line(kiosk: str, request: str) -> dict[str, object]:
    about = {"kiosk": kiosk, "call": f"c-{request}", "request": request, "case": "123456"}
    return {**about, "age_ms": 1000, "standing": "no-webhook", "why": ""}


def requests(*lines: dict[str, object]) -> dict[str, object]:
    return {"type": "freezes", "open": list(lines)}


async def test_a_half_typed_receipt_outlives_its_card_and_the_next_request(context):
    theirs = call("connected", "c-f1", agent=LI, mode="walk", freeze=freeze())
    greeting = snapshot(row("k1", theirs), row("k2", call(id_="c2")), freezes=[line("k1", "f1")])
    page = await open_page(context, greeting)
    await page.locator('.card[data-kiosk="k1"] .freeze input').click()
    await page.keyboard.type("2026")
    await tell(page, row("k1", {**theirs, "state": "ended", "outcome": "resolved"}))
    await page.keyboard.type("A7")
    loose = page.locator('#freezes [data-request="f1"] input')
    await expect(loose).to_be_focused()
    await tell(page, requests(line("k9", "f9"), line("k1", "f1")))
    await tell(page, requests(line("k9", "f9"), {**line("k1", "f1"), "standing": "trouble"}))
    await page.keyboard.type("-9")
    await expect(loose).to_be_focused()
    await expect(loose).to_have_value("2026A7-9")
    await expect(page.locator('#freezes [data-request="f9"] input')).to_have_value("")
    assert await acts(page) == []
    await page.keyboard.press("Enter")
    (said,) = await acts(page)
    assert (said["do"], said["request"], said["receipt"]) == ("freeze-received", "f1", "2026A7-9")
    await tell(page, requests(line("k9", "f9")))
    await expect(page.locator("#freezes .freeze")).to_have_count(1)


async def test_the_clock_of_a_request_is_not_read_aloud_every_second(context):
    page = await open_page(context, snapshot(row("k1", mine(freeze=freeze())), freezes=[line("k1", "f1")]))
    await expect(page.locator(".card .freeze-clock")).to_have_attribute("role", "timer")
