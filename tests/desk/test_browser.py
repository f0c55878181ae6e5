"""The agents' page in a real Chromium: broker, desks, link and a button on a serial line are all real.

One hall and one browser serve the whole file; each test begins with idle terminals and pages of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
import pytest_asyncio
from browsers import Loudspeaker, headed, screen
from parts import LIMIT_S, Link, eventually
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from kiosk import local
from kiosk.bench import page as pages
from kiosk.button import Lamp
from kiosk.certs.roles import Role
from kiosk.config import Escalation
from kiosk.desk.client import connect
from kiosk.desk.hall import Hall
from kiosk.desk.roles import Role as PersonRole
from kiosk.messages import (
    AskFreeze,
    Call,
    Cause,
    FreezeState,
    Hello,
    Last,
    Part,
    Report,
    Resolved,
    Seen,
    Staff,
    StaffAction,
    State,
    Summon,
    Urgency,
    Work,
)
from kiosk.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PIN = "4711"
RING_HZ = (760, 950)
#: Listens at the loudspeaker's end of whatever the page plays.
EAR = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...rest) {
  const { context } = this;
  if (to === context.destination) {
    if (!context.ear) {
      context.ear = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
      window.ears = [...(window.ears ?? []), context.ear];
    }
    connect.call(this, context.ear);
  }
  return connect.call(this, to, ...rest);
};
window.hear = () => {
  const ear = window.ears?.at(-1);
  if (!ear || ear.context.state !== "running") return () => -200;
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  return (hz) => bins[Math.round(hz / (ear.context.sampleRate / ear.fftSize))];
};
"""

#: Nothing that arrives while the page waits for the moment can take the button away before the click.
CLICK_AT = """at => {
  const button = document.querySelector("[data-action=walk]:enabled");
  const inTime = Date.now() < at;
  while (Date.now() < at);
  button.click();
  return inTime;
}"""

SignIn = Callable[..., Awaitable[Page]]


# --- the hall and the browser -----------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def whole() -> AsyncIterator[Stack]:
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people={"wang": ("王芳", 1), "zhao": ("赵主任", 2, PersonRole.SUPERVISOR)})
        stack.make_desk("desk2", ledger=False, people={"li": ("李强", 1)})
        staff = f'[staff]\npin = "{PIN}"\n'
        stack.make_kiosk("k1", more=staff)
        stack.make_kiosk(
            "k2", title="2号自助终端", place="二楼东", more=f"{staff}[escalation]\nagent_gone_s = 1\n"
        )
        stack.start()
        yield stack


@pytest_asyncio.fixture(loop_scope="module")
async def hall(whole: Stack) -> AsyncIterator[Stack]:
    """The hall with everything running and nobody calling; what it wrote is shown on failure."""
    size = {log: log.stat().st_size for log in whole.directory.glob("*.log")}
    for name in ("broker", "desk1", "desk2", "k1", "k2"):
        if not whole.running(name):
            whole.start(name)
    for kiosk in whole.boards:
        async with linked(whole, kiosk) as link:
            await put_away(link)
    yield whole
    for log in sorted(whole.directory.glob("*.log")):
        print(f"----- {log.stem}\n{log.read_text(errors='replace')[size.get(log, 0) :][-3000:]}")


@pytest_asyncio.fixture(loop_scope="module")
async def signed_in(hall: Stack, browser: Browser) -> AsyncIterator[SignIn]:
    """Signs somebody in, in a browser context of their own, and sends them on duty."""
    contexts: list[BrowserContext] = []

    async def sign_in(user: str, desk: str = "desk1") -> Page:
        context = await pages.new_context(browser)
        contexts.append(context)
        page = await context.new_page()
        await page.add_init_script(EAR)
        await page.goto(hall.url(desk))
        await page.fill("input[name=user]", user)
        await page.fill("input[name=password]", hall.password)
        await page.click("[data-action=sign-in]")
        await on_duty(page)
        return page

    yield sign_in
    for context in contexts:
        await context.close()


async def on_duty(page: Page) -> None:
    """The desk remembers from an earlier test who is on duty."""
    await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
    if await page.locator("body").get_attribute("data-duty") == "false":
        await page.click("[data-action=duty]")
    await expect(page.locator("body")).to_have_attribute("data-can", "draw sound")


@contextlib.asynccontextmanager
async def linked(stack: Stack, kiosk: str = "k1") -> AsyncIterator[Link]:
    link = Link(await local.connect(stack.socket(kiosk)))
    try:
        await link.until(lambda s: s.online)
        yield link
    finally:
        await link.close()


async def put_away(link: Link) -> None:
    """Staff ends what an earlier test has left, so that the terminal is idle."""
    assert link.state is not None
    if link.state.call is not None:
        call = link.state.call.id
        await link.command(Staff("put-away", PIN, StaffAction.END))
        await link.command(Resolved("content", call, yes=True))
        await link.until(lambda s: s.call is None)


# --- what is on a page ------------------------------------------------------------------------------


def card(page: Page, kiosk: str = "k1") -> Locator:
    return page.locator(f'.card[data-kiosk="{kiosk}"]')


def ringing(page: Page) -> Locator:
    return page.locator('body[data-ringing="true"]')


async def act(page: Page, action: str, kiosk: str = "k1") -> None:
    await card(page, kiosk).locator(f'[data-action="{action}"]').click()


async def until(page: Page, expression: str) -> None:
    """Wait until a JavaScript expression is true."""
    async with asyncio.timeout(LIMIT_S):
        while not await page.evaluate(expression):  # noqa: ASYNC110 - the page has nothing to await
            await asyncio.sleep(0.02)


async def phase(page: Page, what: str, kiosk: str = "k1") -> None:
    await expect(card(page, kiosk)).to_have_attribute("data-phase", what)


# --- a call, seen and heard -------------------------------------------------------------------------


async def test_a_press_rings_for_eye_and_ear_and_the_terminal_knows(hall, signed_in):
    page = await signed_in("wang")
    async with linked(hall) as link:
        hall.boards["k1"].press()
        await expect(card(page)).to_be_visible()
        await expect(ringing(page)).to_be_attached()
        await expect(card(page).locator("h3")).to_have_text("1号自助终端")
        await expect(card(page).locator(".place")).to_have_text("大厅入口左侧")
        await expect(card(page).locator(".why")).to_have_text("按了人工按钮")
        await until(page, "document.title.includes('【1】')")
        # Each of its two tones stands out from what lies between them.
        low, high = RING_HZ
        for hz in RING_HZ:
            await until(
                page, f"(() => {{ const db = hear(); return db({hz}) > -50 && db({hz}) > db(500) + 20; }})()"
            )
        state = await link.until(lambda s: s.call and s.call.state is State.RUNG)
        assert state.call.rung_by == ("desk1",)

        await act(page, "walk")
        await phase(page, "mine")
        await expect(ringing(page)).not_to_be_attached()
        await until(page, f"(db => db({low}) < -100 && db({high}) < -100)(hear())")
        await until(page, "!document.title.includes('【')")


async def test_from_walking_over_to_the_outcome(hall, signed_in):
    page, board = await signed_in("wang"), hall.boards["k1"]
    board.press()
    await act(page, "walk")
    await expect(card(page)).to_have_attribute("data-state", "accepted")
    await expect(card(page).locator(".taken")).to_have_text("你已接，请走过去")
    eventually(lambda: board.lamp is Lamp.ANSWERED)
    await act(page, "arrived")
    await expect(card(page)).to_have_attribute("data-state", "connected")
    call = await card(page).get_attribute("data-call")
    await act(page, "end")
    await card(page).locator("input[name=note]").fill("换了新卡")
    await card(page).locator("[data-outcome=resolved]").click()
    await expect(card(page)).not_to_be_attached()
    await expect(page.locator(f'#recent [data-call="{call}"]')).to_contain_text("已办好")
    eventually(lambda: board.lamp is Lamp.READY)


async def test_of_two_who_click_at_once_one_wins_and_the_other_reads_who(hall, signed_in):
    names = {"wang": "王芳", "li": "李强"}
    opened = {"wang": await signed_in("wang"), "li": await signed_in("li", "desk2")}
    hall.boards["k1"].press()
    for page in opened.values():
        await expect(card(page).locator("[data-action=walk]")).to_be_enabled()
    at = time.time() * 1000 + 500
    assert await asyncio.gather(*(page.evaluate(CLICK_AT, at) for page in opened.values())) == [True, True]
    async with linked(hall) as link:
        winner = (await link.until(lambda s: s.call and s.call.agent)).call.agent.id
    for user, page in opened.items():
        await phase(page, "mine" if user == winner else "other")
    (loser,) = opened.keys() - {winner}
    await expect(card(opened[loser]).locator(".taken")).to_have_text(f"{names[winner]} 已接，走过去")
    await expect(card(opened[loser]).locator(".note")).to_have_text(f"已被 {names[winner]} 接走")
    await expect(ringing(opened[loser])).not_to_be_attached()


async def test_an_agent_whose_page_is_gone_rings_the_next_level_by_name(hall, signed_in):
    boss = await signed_in("zhao")
    page = await signed_in("wang")
    hall.boards["k2"].press()
    await phase(boss, "waiting", "k2")
    await act(page, "walk", "k2")
    await phase(boss, "other", "k2")
    await page.context.close()
    await expect(card(boss, "k2")).to_have_attribute("data-rings", "true")
    await expect(card(boss, "k2").locator(".passed")).to_have_text("之前接过：王芳")
    await expect(card(boss, "k2").locator("[data-badge=level]")).to_have_text("已升到第 2 级")


async def test_a_call_is_handed_over_by_keys_and_rings_until_the_colleague_has_opened_it(hall, signed_in):
    page, colleague = await signed_in("wang"), await signed_in("li", "desk2")
    hall.boards["k1"].press()
    await expect(card(page).locator("[data-action=walk]")).to_be_enabled()
    await page.keyboard.press("a")
    await phase(page, "mine")
    await expect(ringing(colleague)).not_to_be_attached()
    await expect(card(page).locator("[data-action=hand-over]")).to_be_enabled()
    await page.keyboard.press("t")
    await card(page).locator("input[name=note]").fill("要复印件<b>")
    await page.keyboard.press("Enter")
    await page.keyboard.press("1")
    await phase(page, "other")
    await phase(colleague, "mine")
    await expect(ringing(colleague)).to_be_attached()
    await until(colleague, "document.title.includes('【1】')")
    await until(colleague, f"hear()({RING_HZ[0]}) > -50")
    await expect(card(colleague).locator(".left")).to_have_text("留言：要复印件<b>")
    await expect(card(colleague).locator(".taken")).to_have_text("转给你了（王芳 接过），请走过去")
    await colleague.keyboard.press("o")
    await expect(ringing(colleague)).not_to_be_attached()
    await expect(card(colleague).locator(".taken")).to_have_text("你已接，请走过去")


async def test_a_supervisor_breaks_in_with_a_reason_and_nobody_else_can(hall, signed_in):
    page, boss = await signed_in("wang"), await signed_in("zhao")
    hall.boards["k1"].press()
    await act(page, "walk")
    await phase(page, "mine")
    await phase(boss, "other")
    await expect(card(page).locator("[data-action=assign]")).to_have_count(0)
    await expect(card(boss).locator("[data-action=assign]")).to_be_enabled()
    await boss.keyboard.press("m")
    reason = card(boss).locator("input[name=note]")
    await expect(reason).to_be_focused()
    await card(boss).locator("[data-to=zhao]").click()
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await reason.fill("顾客要找主管")
    await card(boss).locator("[data-to=zhao]").click()
    await phase(boss, "mine")
    await phase(page, "other")
    await expect(page.locator("#notices")).to_contain_text("转给了 赵主任，你不用再办。留言：顾客要找主管")
    await expect(ringing(boss)).not_to_be_attached()


async def test_an_agent_calls_back_by_keys_and_the_keys_are_told(hall, signed_in):
    page = await signed_in("wang")
    async with linked(hall) as link:
        await page.keyboard.press("?")
        await expect(page.locator("#help")).to_contain_text("回访")
        await page.keyboard.press("Escape")
        await page.keyboard.press("c")
        await page.locator('#call-back [data-back-kiosk="k1"]').click()
        await phase(page, "mine")
        assert link.state is not None
        state = await link.until(lambda s: s.call)
        assert (state.call.cause, state.call.agent.name) == (Cause.CALLBACK, "王芳")
        await expect(page.locator("#call-back")).to_be_hidden()


async def test_a_page_in_the_background_is_heard(hall, tmp_path):
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not installed: apt install xvfb")
    loudspeaker = None if Loudspeaker.missing() else Loudspeaker(tmp_path)
    try:
        with screen() as display:
            async with headed(tmp_path, display, loudspeaker) as window, linked(hall) as link:
                page = await window.open(hall.url("desk1"))
                await page.until("document.body?.dataset.view === 'sign-in'")
                await page.evaluate(
                    f"""(() => {{
                        const {{ user, password }} = document.getElementById("sign-in-form").elements;
                        [user.value, password.value] = ["wang", {hall.password!r}];
                        document.querySelector("[data-action=sign-in]").click();
                    }})()"""
                )
                await page.until("document.body.dataset.fresh === 'true'")
                await page.evaluate(
                    "document.body.dataset.duty === 'true' || document.querySelector('[data-action=duty]').click()"
                )
                await page.until("document.body.dataset.can === 'draw sound'")

                await window.open("about:blank")
                await page.until("document.visibilityState === 'hidden' && document.body.dataset.can === 'sound'")
                hall.boards["k1"].press()
                call = (await link.until(lambda s: s.call and s.call.state is State.RUNG)).call
                assert not link.state.alarm
                assert await page.evaluate("document.visibilityState") == "hidden"
                if loudspeaker:
                    await loudspeaker.hear(*RING_HZ)
                await page.until("document.title.includes('【1】')")
        assert await seen(hall, call.id) == [Seen.AUDIBLE]
    finally:
        if loudspeaker:
            loudspeaker.close()


async def seen(stack: Stack, call: str) -> list[Seen | None]:
    """How the pages have presented a call, from the ledger."""
    async with asyncio.timeout(LIMIT_S), connect(stack.url("desk1"), "zhao", stack.password, stack.ca) as client:
        while True:
            events = await client.timeline("k1", call)
            if any(event.kind == "rung" for event in events):
                return [event.seen for event in events if event.kind == "rung"]
            await asyncio.sleep(0.02)


#: The ids of the waiting calls as the page lists them, after each of several looks at the hall.
LISTED = """async looks => {
  const { State } = await import("/static/state.js");
  const state = new State();
  return looks.map(([now, rows]) => {
    if (!state.fresh) state.snapshot({ me: { id: "x" }, kiosks: rows }, now * 1000);
    else for (const row of rows) state.change(row, now * 1000);
    return state.listed("waiting").map((kiosk) => kiosk.call.id);
  });
}"""


async def test_page_and_desk_agree_on_who_is_next(hall, signed_in):
    page = await signed_in("wang")
    known, looks, queues = Hall(Escalation()), [], []
    ages = {"k1": 30.0, "k10": 30.0, "k2": 30.001, "k3": 12.0, "k4": 90.0, "k5": 29.999, "k6": 31.0}
    for now, late in ((1000.0, 0.0), (1005.0, 1.9), (1010.0, 0.4), (1015.0, 2.5)):
        for number, (kiosk, age) in enumerate(ages.items()):
            call = Call(
                f"btn-{kiosk}",
                State.ENDED if kiosk == "k4" and now > 1005 else State.RUNG,
                age_ms=round((age + now - 1000.0) * 1000),
                state_age_ms=0,
                urgency=Urgency.URGENT if kiosk == "k3" and now > 1000 else list(Urgency)[number % 2],
            )
            known.set_call(kiosk, call, now + (late if kiosk in ("k1", "k6") else 0.0))
        looks.append([now + late, [msgspec.to_builtins(known.row(kiosk, now + late)) for kiosk in known.kiosks]])
        queues.append(list(known.queue()))
    assert queues[1][0] == "btn-k3" and len({tuple(queue) for queue in queues}) > 2
    assert await page.evaluate(LISTED, looks) == queues


# --- a customer's money -----------------------------------------------------------------------------


async def test_a_request_to_freeze_is_red_and_one_click_tells_the_customer(hall, signed_in):
    page, boss = await signed_in("wang"), await signed_in("li", "desk2")
    async with linked(hall) as link:
        await link.command(Summon("fraud", Cause.VOICE, Urgency.URGENT, ("我被骗了",), service="urgent_fraud"))
        await expect(card(page)).to_be_visible()
        await expect(card(page).locator(".freeze")).to_be_hidden()
        await link.command(AskFreeze("freeze-1", "urgent_fraud"))
        for seen in (page, boss):
            await expect(card(seen).locator(".freeze-head strong")).to_have_text("客户申请紧急冻结")
        red = await card(page).locator(".freeze").evaluate("node => getComputedStyle(node).backgroundColor")
        assert red == "rgb(168, 13, 29)"
        await expect(page.locator("#notices")).to_contain_text("客户申请紧急冻结")
        await act(page, "walk")
        await phase(page, "mine")
        await phase(boss, "other")
        await expect(card(boss).locator(".freeze-head strong")).to_be_visible()

        await card(page).locator(".freeze input").fill("电话 8812")
        await act(page, "freeze-received")
        done = "冻结申请：银行已收到（回执 电话 8812，王芳 确认）"
        for seen in (page, boss):
            await expect(card(seen).locator(".freeze-done")).to_have_text(done)
        state = await link.until(lambda s: s.call and s.call.freeze and s.call.freeze.receipt)
        assert (state.call.freeze.state, state.call.freeze.agent.name) == (FreezeState.RECEIVED, "王芳")
        await expect(page.locator("#freezes")).to_be_hidden()


async def test_a_request_outlives_its_call_and_a_restart_of_the_desk(hall, signed_in):
    page = await signed_in("wang")
    async with linked(hall) as link:
        await link.command(Summon("fraud-2", Cause.VOICE, Urgency.URGENT, ("我被骗了",), service="urgent_fraud"))
        await link.command(AskFreeze("freeze-2", "urgent_fraud"))
        await expect(card(page).locator(".freeze-head strong")).to_be_visible()
        await expect(page.locator("#freezes")).to_be_hidden()
        await link.until(lambda s: s.call.freeze and s.call.freeze.state is FreezeState.SUBMITTED)
        await put_away(link)
        loose = page.locator("#freezes .freeze")
        await expect(loose.locator(".freeze-about")).to_contain_text("呼叫已结束")
        hall.kill("desk1")
        hall.start("desk1")
        await expect(page.locator("#banner")).to_be_hidden()
        await expect(loose).to_have_count(1)
        await expect(loose.locator("button")).to_be_enabled()
        await loose.locator("input").focus()
        await page.keyboard.type("F7")
        await page.keyboard.press("Enter")
        await expect(page.locator("#freezes")).to_be_hidden()


# --- what breaks ------------------------------------------------------------------------------------


async def test_a_reload_in_the_middle_loses_nothing(hall, signed_in):
    page = await signed_in("wang")
    async with linked(hall) as link:
        hall.boards["k1"].press()
        await expect(card(page)).to_have_attribute("data-rings", "true")
        await page.reload()
        await expect(page.locator("body")).to_have_attribute("data-duty", "true")
        await expect(card(page)).to_have_attribute("data-rings", "true")
        await act(page, "walk")
        await phase(page, "mine")
        await expect(page.locator("body")).to_have_attribute("data-can", "draw sound")

        await page.reload()
        await phase(page, "mine")
        await expect(card(page).locator("[data-action=arrived]")).to_be_enabled()
        await act(page, "arrived")
        state = await link.until(lambda s: s.call and s.call.state is State.CONNECTED)
        assert (state.call.round, state.call.agent.name, state.call.passed) == (0, "王芳", ())


async def test_a_desk_that_is_killed_comes_back_by_itself(hall, signed_in):
    page = await signed_in("wang")
    banner = page.locator("#banner")
    await expect(banner).to_be_hidden()
    hall.kill("desk1")
    await expect(banner).to_contain_text("与呼叫系统断开，正在重连")
    hall.boards["k1"].press()
    hall.start("desk1")
    await expect(banner).to_be_hidden()
    await expect(page.locator("body")).to_have_attribute("data-duty", "true")
    await expect(card(page)).to_have_attribute("data-rings", "true")
    await act(page, "walk")
    await phase(page, "mine")

    hall.kill("desk1")
    await expect(banner).to_be_visible()
    await expect(card(page).locator("[data-action=arrived]")).to_be_disabled()
    hall.start("desk1")
    await expect(banner).to_be_hidden()
    await act(page, "arrived")
    await expect(card(page)).to_have_attribute("data-state", "connected")


async def test_without_the_broker_the_page_says_so(hall, signed_in):
    page = await signed_in("wang")
    hall.kill("broker")
    await expect(page.locator("#banner")).to_contain_text("呼叫台连不上消息服务")
    hall.boards["k1"].press()
    hall.start("broker")
    await expect(page.locator("#banner")).to_be_hidden()
    await expect(card(page)).to_have_attribute("data-rings", "true")


async def test_a_terminal_that_dies_keeps_its_card_and_is_marked(hall, signed_in):
    page = await signed_in("wang")
    listed = page.locator('#kiosks [data-kiosk="k1"]')
    hall.boards["k1"].press()
    await expect(card(page)).to_have_attribute("data-state", "rung")
    hall.kill("k1")
    await expect(card(page).locator("[data-badge=offline]")).to_have_text("终端断线")
    await expect(listed).to_have_attribute("data-condition", "offline")
    await phase(page, "waiting")
    hall.start("k1")
    await expect(card(page).locator("[data-badge=offline]")).not_to_be_attached()
    await act(page, "walk")
    await phase(page, "mine")


async def test_a_certificate_of_the_desk_that_ends_soon_is_said_until_it_is_renewed(hall, signed_in):
    page = await signed_in("li", "desk2")
    now = datetime.datetime.now(datetime.UTC)
    alert = page.locator('[data-alert="trouble"]')
    hall.certs.authority.renew(Role.DESK, "desk2", now - datetime.timedelta(days=380))
    await expect(alert).to_contain_text("这个呼叫台：证书快到期")
    await expect(alert).to_contain_text("kiosk certs renew desk desk2")
    hall.certs.authority.renew(Role.DESK, "desk2", now)
    await expect(alert).to_have_count(0)


async def test_a_button_that_is_unplugged_is_a_fault_in_the_list(hall, signed_in):
    page = await signed_in("wang")
    listed = page.locator('#kiosks [data-kiosk="k1"]')
    await expect(listed).to_have_attribute("data-condition", "ok")
    hall.boards["k1"].cut(2)
    await expect(listed).to_have_attribute("data-condition", "fault")
    await expect(listed.locator(".fault")).to_contain_text("按钮：")
    await expect(listed.locator(".fault")).to_contain_text("插头")  # what an agent can do, in her language
    assert not re.search("[a-z]{3}", await listed.locator(".fault").inner_text())
    await expect(listed).to_have_attribute("data-condition", "ok")


async def test_the_list_says_what_a_terminal_has_last_really_done(hall, signed_in):
    page = await signed_in("wang")
    line = page.locator('#kiosks [data-kiosk="k2"] .last')
    await expect(line).to_be_hidden()  # it has neither screen nor voice
    parts = {name: Part(ok=True) for name in ("screen", "microphone", "speaker")}

    async def report(drawn_ms, heard, played_ms):
        last = {Work.DRAWN: Last(drawn_ms), Work.HEARD: heard, Work.PLAYED: Last(played_ms)}
        assert (await link.command(Report("r", parts, last))).ok

    async with linked(hall, "k2") as link:
        await link.command(Hello("screen"))
        await report(200, Last(60_000, off=True), None)
        await expect(line).to_have_text("画面 刚刚 · 麦克风关着")
        await report(200, Last(30), 7 * 60_000)
        await expect(line).to_have_text("画面 刚刚 · 麦克风 刚刚 · 说话 7 分钟前")
        await report(5 * 60_000, Last(30), 20_000)
        await expect(line).to_have_text("画面 5 分钟前 · 麦克风 刚刚 · 说话 不到 1 分钟前")
    await asyncio.to_thread(hall.kill, "k2")
    await expect(line).to_be_hidden()
    await asyncio.to_thread(hall.start, "k2")


# --- what people type and say -----------------------------------------------------------------------


async def test_what_a_customer_said_is_only_text(hall, signed_in):
    page = await signed_in("wang")
    said = ('<img src=x onerror="window.broken=1">', "<script>window.broken=1</script>", "&lt;b&gt; 我的卡被吞了")
    async with linked(hall) as link:
        await link.command(Summon("s1", Cause.VOICE, Urgency.URGENT, said))
        await expect(card(page).locator("[data-badge=urgent]")).to_have_text("急")
        await expect(card(page).locator(".said q")).to_have_text(list(said))
        assert await card(page).locator(".said q > *, img, script").count() == 0
        assert await page.evaluate("window.broken") is None


async def test_a_wrong_password_is_said_and_everything_works_without_a_mouse(hall, browser):
    context = await pages.new_context(browser)
    page = await context.new_page()
    keyboard = page.keyboard
    try:
        await page.goto(hall.url("desk1"))
        await expect(page.locator("input[name=user]")).to_be_focused()
        await keyboard.type("wang")
        await keyboard.press("Tab")
        await keyboard.type("not the password")
        await keyboard.press("Enter")
        await expect(page.locator("#sign-in-error")).to_have_text("用户名或密码不对")
        await expect(page.locator("input[name=password]")).to_be_focused()
        await keyboard.type(hall.password)
        await keyboard.press("Enter")
        await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
        if await page.locator("body").get_attribute("data-duty") == "true":  # from an earlier test
            await page.click("[data-action=duty]")
        await expect(page.locator("body")).to_have_attribute("data-duty", "false")
        await page.locator("[data-action=sign-out]").focus()
        await keyboard.press("Tab")
        await expect(page.locator("[data-action=duty]")).to_be_focused()
        await keyboard.press("Enter")
        await expect(page.locator("body")).to_have_attribute("data-can", "draw sound")

        hall.boards["k1"].press()
        await expect(card(page).locator("[data-action=walk]")).to_be_enabled()
        await keyboard.press("a")
        await phase(page, "mine")
        await expect(card(page).locator("[data-action=arrived]")).to_be_enabled()
        await keyboard.press("d")
        await expect(card(page)).to_have_attribute("data-state", "connected")
        await expect(card(page).locator("[data-action=end]")).to_be_enabled()
        await keyboard.press("e")
        await expect(card(page).locator("[data-outcome=referred]")).to_be_visible()
        await keyboard.press("3")
        await expect(page.locator("#recent")).to_contain_text("转到其他窗口")
    finally:
        await context.close()
