"""What a terminal could not answer, the whole way: link, mosquitto, ledger, the supervisor's page, the patch."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator

import pytest
from parts import LIMIT_S, Link
from playwright.async_api import Page, expect

from kiosk.bench import page as pages
from kiosk.desk.database import open_database
from kiosk.desk.people import People
from kiosk.desk.roles import Role
from kiosk.dialogue.pack import FOLDERS, load_pack
from kiosk.messages import Did, Missed
from kiosk.stack import Stack

HOSTILE = "<img src=x onerror=alert(1)>修鞋"
TAKEN = load_pack("bank", FOLDERS[1:]).find("card_loss").samples[0]


@pytest.fixture
async def page(stack: Stack) -> AsyncIterator[Page]:
    """A supervisor is signed in."""
    people = People(open_database(f"sqlite:///{stack.directory}/desk1.db"))
    people.add("zhu", "朱主管", stack.password, level=1, role=Role.SUPERVISOR)
    stack.make_kiosk("k1")
    stack.start()
    expect.set_options(timeout=LIMIT_S * 1000)
    try:
        async with pages.chromium() as browser:
            context = await pages.new_context(browser)
            page = await context.new_page()
            await page.set_viewport_size({"width": 1366, "height": 768})
            await sign_in(page, stack, "zhu")
            yield page
    except pages.NoBrowser as error:
        pytest.skip(str(error))


async def sign_in(page: Page, stack: Stack, user: str) -> None:
    await page.goto(stack.url("desk1"))
    await page.fill("input[name=user]", user)
    await page.fill("input[name=password]", stack.password)
    await page.click("[data-action=sign-in]")
    await expect(page.locator("[data-action=duty]")).to_be_visible()


async def miss(link: Link, number: int, text: str, did: Did = Did.ASKED_AGAIN, refused: tuple[str, ...] = ()):
    assert (await link.command(Missed(f"m{number}", text, "bank", did, refused))).ok


def exported(stack: Stack) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "kiosk",
        "content",
        "patch",
        "--hall",
        "bank",
        "--models",
        str(stack.directory),
    ]
    files = ["--config", str(stack.directory / "desk1.toml"), "-o", str(stack.directory / "patch.toml")]
    return subprocess.run([*command, *files], capture_output=True, text=True, timeout=60)


async def test_what_was_said_in_vain_is_taught_with_a_click_and_goes_out_as_a_patch(stack, page, link_of):
    link = await link_of(stack)
    said = ["公积金怎么提", "公积金怎么提取", "公积金怎么提", HOSTILE, TAKEN]
    for number, text in enumerate(said):
        await miss(link, number, text)
        await miss(link, number, text)  # a screen that has not heard the answer says it again
    await miss(link, 9, "公积金怎么提", Did.HANDED_OVER, ("cash", "transfer"))

    groups = page.locator("#groups > li")
    for _ in range(50):  # nothing tells the page that the ledger has it
        await page.goto(f"{stack.url('desk1')}/unanswered")
        await expect(page.locator("#how")).not_to_be_empty()
        if await groups.count() == 3:
            break
    first = groups.first
    await expect(first.locator("header")).to_contain_text("说了 4 次")
    await expect(first.locator("header")).to_contain_text("1号自助终端")
    await expect(first).to_contain_text("给了“取钱”“转账汇款”，顾客说不是；请顾客再说一遍 2 次；叫了人 1 次")
    await expect(first.locator(".near")).to_have_count(3)
    await expect(groups.filter(has_text="修鞋").locator(".said b")).to_have_text(HOSTILE)

    # taught: only what is ticked
    await first.locator("label", has_text="公积金怎么提取").locator("input").uncheck()
    await first.locator("select").select_option("cash")
    await first.locator("[data-action=teach]").click()
    await expect(page.locator("#told")).to_contain_text("1 句教给了“取钱”")
    await expect(groups.filter(has_text="公积金").locator(".said b")).to_have_text(["公积金怎么提取"])

    # refused: it is another service's already
    taken = groups.filter(has=page.locator(".said", has_text=TAKEN))
    await taken.locator("select").select_option("cash")
    await taken.locator("[data-action=teach]").click()
    await expect(taken.locator(".refusal")).to_contain_text("“银行卡丢了”的")

    # ignored, and taken back
    await groups.filter(has_text="修鞋").locator("[data-action=ignore]").click()
    settled = page.locator("#settled tbody tr")
    await expect(settled).to_have_count(2)
    await expect(settled.filter(has_text="公积金")).to_contain_text("朱主管")
    await settled.filter(has_text="修鞋").locator("[data-action=undo]").click()
    await expect(settled).to_have_count(1)
    await expect(groups).to_have_count(3)

    async with page.expect_download() as download:
        await page.click("#patch")
    file = await download.value
    assert file.suggested_filename == "bank.taught.toml"
    done = exported(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    patch = (stack.directory / "patch.toml").read_text(encoding="utf-8")
    assert patch == (await file.path()).read_text(encoding="utf-8")
    assert tomllib.loads(patch) == {"samples": {"cash": ["公积金怎么提"]}}

    # who only answers calls gets none of it
    await page.evaluate("fetch('/api/sign-out', { method: 'POST' })")
    await sign_in(page, stack, "wang")
    for path, body in (
        ("", None),
        ("/bank/patch", None),
        ("/teach", {"pack": "bank", "texts": ["x"], "service": "y"}),
    ):
        how = {"method": "POST", "body": json.dumps(body)} if body else {}
        status = "async ([path, how]) => (await fetch('/api/unanswered' + path, how)).status"
        assert await page.evaluate(status, [path, how]) == 403, path
    await page.goto(f"{stack.url('desk1')}/unanswered")
    await expect(page.locator("#told")).to_have_text("没有这个权限")
