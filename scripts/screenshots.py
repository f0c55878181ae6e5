"""The pictures of README and docs: a customer's screen in a real window, the agents' page in a real Chromium.

Usage: screenshots.py [DIRECTORY]
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from kiosk import local, messages
from kiosk.bench import page as pages
from kiosk.desk.client import connect
from kiosk.desk.protocol import PageAccept, PageRung
from kiosk.display import DisplayError, VirtualDisplay
from kiosk.messages import Cause, Mode, Result, Seen, State, Summon, Urgency
from kiosk.processes import StackError
from kiosk.screen import client as screens
from kiosk.stack import Stack

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
DESKTOP, PHONE = (1366, 768), (390, 844)
SCREEN, SCREEN_INCH = (1280, 800), 10.1
MAX_BYTES = 200_000
LIMIT_S = 20.0
WAITED_S = 6.0  # long enough for the clocks of the cards to show something
KIOSKS = {
    "k1": ("1号自助终端", "大厅入口左侧"),
    "k2": ("2号自助终端", "取号机旁"),
    "k3": ("3号自助终端", "二楼服务区"),
}
SAID = ("我想查一下养老金", "有人打电话说我的卡有问题，叫我转钱")


async def main(directory: Path) -> None:
    await screen_pictures(directory)
    await desk_pictures(directory)


async def screen_pictures(directory: Path) -> None:
    """One visit, from the welcome to the agent who comes."""
    with VirtualDisplay(*SCREEN) as display, Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people={"wang": ("王芳", 1), "li": ("李强", 1)})
        title, place = KIOSKS["k1"]
        stack.make_kiosk("k1", title=title, place=place)
        more = f'hall_title = "新华路营业厅"\nvariant = "day"\ndiagonal_inch = {SCREEN_INCH}'
        name = stack.make_screen("k1", environment=display.environment, size="{}x{}".format(*SCREEN), more=more)
        voice = stack.make_simulated_voice("k1")
        stack.start()
        async with (
            connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent,
            screens.connect(stack.socket(name)) as screen,
        ):
            await agent.go_on_duty()
            await agent.until(lambda a: bool(a.colleagues) and "k1" in a.kiosks)
            await screen.until(lambda shown: any(target.action == "speak" for target in shown.targets))
            await take_screen(screen, directory / "screen-welcome.png")
            await screen.go("topic-card", "choices")
            await screen.go("service-card_loss", "answer")
            await take_screen(screen, directory / "screen-answer.png")
            await screen.go("human", "calling")
            await agent.until_call("k1", State.CALLING, State.RUNG)
            await agent.act(PageRung, "k1", seen=Seen.DRAWN)
            await screen.until(lambda shown: "6秒" in "".join(shown.texts))
            await take_screen(screen, directory / "screen-calling.png")
            await agent.act(PageAccept, "k1", mode=Mode.WALK)
            await screen.until_scene("accepted")
            await take_screen(screen, directory / "screen-accepted.png")
        stack.kill(voice)


async def take_screen(screen: screens.ScreenClient, path: Path) -> None:
    await asyncio.sleep(0.5)  # the press that led here has been seen
    await screen.save(path.resolve())
    told(path)


async def desk_pictures(directory: Path) -> None:
    """A hall in which one terminal calls, one has an agent and one is offline."""
    expect.set_options(timeout=LIMIT_S * 1000)
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people={"wang": ("王芳", 1), "li": ("李强", 1), "zhao": ("赵敏", 2)})
        for name, (title, place) in KIOSKS.items():
            stack.make_kiosk(name, title=title, place=place)
        stack.start()
        async with contextlib.AsyncExitStack() as parts:
            for user in ("li", "zhao"):
                client = await parts.enter_async_context(
                    connect(stack.url("desk1"), user, stack.password, stack.ca)
                )
                await client.go_on_duty()
            browser = await parts.enter_async_context(pages.chromium())
            desk = await open_page(browser, stack, DESKTOP)
            await one_call(desk, stack, "k3")
            stack.kill("k3")
            stack.boards["k2"].press()
            await expect(card(desk, "k2")).to_be_visible()
            await asyncio.sleep(WAITED_S)
            await summon(stack, "k1")
            await expect(card(desk, "k1")).to_have_attribute("data-state", "rung")
            await expect(desk.locator('#kiosks [data-kiosk="k3"]')).to_have_attribute("data-condition", "offline")
            await asyncio.sleep(WAITED_S)
            await take(desk, directory / "desk-ringing.png")

            phone = await open_page(browser, stack, PHONE)
            await expect(card(phone, "k1")).to_be_visible()
            await take(phone, directory / "desk-phone.png")
            await phone.context.close()

            await card(desk, "k1").locator("[data-action=walk]").click()
            await expect(card(desk, "k1").locator("[data-action=arrived]")).to_be_enabled()
            await asyncio.sleep(WAITED_S)
            await take(desk, directory / "desk-accepted.png")


async def open_page(browser: Browser, stack: Stack, size: tuple[int, int]) -> Page:
    width, height = size
    context = await browser.new_context(
        ignore_https_errors=True,
        permissions=["notifications"],
        viewport={"width": width, "height": height},
        device_scale_factor=2 if size == PHONE else 1,
    )
    page = await context.new_page()
    await page.goto(stack.url("desk1"))
    await page.fill("input[name=user]", "wang")
    await page.fill("input[name=password]", stack.password)
    await page.click("[data-action=sign-in]")
    await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
    if await page.locator("body").get_attribute("data-duty") == "false":
        await page.click("[data-action=duty]")
    await expect(page.locator("body")).to_have_attribute("data-can", "draw sound")
    return page


def card(page: Page, kiosk: str) -> Locator:
    return page.locator(f'.card[data-kiosk="{kiosk}"]')


async def one_call(page: Page, stack: Stack, kiosk: str) -> None:
    """A call that goes all the way, for the list of recent ones."""
    stack.boards[kiosk].press()
    for action in ("walk", "arrived", "end"):
        await card(page, kiosk).locator(f'[data-action="{action}"]').click()
    await card(page, kiosk).locator("[data-outcome=resolved]").click()
    await expect(page.locator("#recent [data-outcome-shown=resolved]")).to_be_visible()


async def summon(stack: Stack, kiosk: str) -> None:
    link = await local.connect(stack.socket(kiosk))
    await link.send(messages.encode(Summon("s1", Cause.VOICE, Urgency.URGENT, SAID)))
    async with asyncio.timeout(LIMIT_S):
        while b'"type":"result"' not in (line := await link.receive()):
            pass
    assert messages.decode(line, Result).ok
    await link.close()


async def take(page: Page, path: Path) -> None:
    """Nothing that a mouse or a passing remark leaves behind."""
    await page.mouse.move(0, 0)
    await expect(page.locator("#notices p")).to_have_count(0)
    await page.evaluate("document.activeElement?.blur()")
    for beat in ("true", "false"):  # a ringing card blinks: just when it has come on
        await expect(page.locator("body")).to_have_attribute("data-beat", beat)
    await page.screenshot(path=path)
    told(path)


def told(path: Path) -> None:
    size = path.stat().st_size
    print(f"{path} {size / 1000:.0f} kB")
    assert size < MAX_BYTES, "too large for the repository"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    target.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(main(target))
    except (StackError, DisplayError, pages.NoBrowser) as error:
        sys.exit(str(error))
