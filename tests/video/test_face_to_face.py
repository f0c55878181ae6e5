"""A call by video: real Chromium, desk, broker, link, screen and peer; the devices of both sides are made up.

One hall and one browser serve the whole file; each test begins with an idle terminal and pages of its own.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from parts import LIMIT_S, Link, eventually
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from kiosk import local
from kiosk.bench import page as pages
from kiosk.display import DisplayError, VirtualDisplay
from kiosk.messages import Mode, Resolved, Staff, StaffAction, State
from kiosk.screen import client as screens
from kiosk.screen.client import ScreenClient
from kiosk.stack import Stack
from kiosk.video import synthetic

pytest.importorskip("aiortc", reason="video needs aiortc")
pytest.importorskip("kivy", reason="the screen needs Kivy")
room = pytest.importorskip("video_room", reason="video needs numpy")

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PIN = "4711"
#: The loudest frequency of what the page plays of the customer, over half a second.
HEAR = """async () => {
  const stream = document.querySelector("#video .remote").srcObject;
  if (!stream?.getAudioTracks().length) return 0;
  const context = (window.listener ??= new AudioContext());
  const ear = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(stream).connect(ear);
  await new Promise((done) => setTimeout(done, 600));
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  const best = bins.reduce((best, db, at) => (db > bins[best] ? at : best), 0);
  return bins[best] > -70 ? best * context.sampleRate / ear.fftSize : 0;
}"""
#: Colours in the middle of the left and of the right half of the customer's picture.
LOOK = """() => {
  const video = document.querySelector("#video .remote");
  if (!video.videoWidth) return null;
  const { videoWidth: width, videoHeight: height } = video;
  const pen = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  pen.drawImage(video, 0, 0);
  return [0.2, 0.8].map((x) => [...pen.getImageData(x * width, height * 0.6, 1, 1).data].slice(0, 3));
}"""

SignIn = Callable[..., Awaitable[Page]]


# --- the hall and the browser -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def card(tmp_path_factory) -> AsyncIterator[room.Room]:
    made = room.Room(tmp_path_factory.mktemp("room"))
    yield made
    made.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def whole(card) -> AsyncIterator[Stack]:
    try:
        display = VirtualDisplay(1280, 800)
    except DisplayError as error:
        pytest.skip(str(error))
    with display, Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people={"wang": ("王芳", 1), "zhao": ("赵主任", 1)})
        stack.make_desk("desk2", ledger=False, people={"li": ("李强", 1)})
        for kiosk, camera in (("k1", "synthetic"), ("k2", "none")):
            more = f'[staff]\npin = "{PIN}"\n[video]\ncamera = "{camera}"\necho = "system"\n'
            stack.make_kiosk(kiosk, title=f"{kiosk[1]}号自助终端", more=more)
            stack.make_screen(kiosk, environment={**display.environment, **card.environment})
            stack.make_simulated_voice(kiosk)
        stack.start("broker", "desk1", "desk2", "k1", "k1-voice", "k1-screen")
        yield stack


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser(tmp_path_factory) -> AsyncIterator[Browser]:
    expect.set_options(timeout=LIMIT_S * 1000)
    try:
        async with pages.chromium(more=room.agent_devices(tmp_path_factory.mktemp("agent"))) as program:
            yield program
    except pages.NoBrowser as error:
        pytest.skip(str(error))


@pytest_asyncio.fixture(loop_scope="module")
async def hall(whole: Stack) -> AsyncIterator[Stack]:
    """The hall with everything running and nobody calling; what it wrote is shown on failure."""
    size = {log: log.stat().st_size for log in whole.directory.glob("*.log")}
    async with linked(whole) as link:
        await put_away(link)
    yield whole
    for log in sorted(whole.directory.glob("*.log")):
        print(f"----- {log.stem}\n{log.read_text(errors='replace')[size.get(log, 0) :][-3000:]}")


@pytest_asyncio.fixture(loop_scope="module")
async def signed_in(hall: Stack, browser: Browser) -> AsyncIterator[SignIn]:
    """Signs somebody in, in a browser context of their own, and sends them on duty."""
    contexts: list[BrowserContext] = []

    async def sign_in(user: str, desk: str = "desk1", may: tuple[str, ...] = ("camera", "microphone")) -> Page:
        context = await browser.new_context(ignore_https_errors=True, permissions=["notifications", *may])
        contexts.append(context)
        page = await context.new_page()
        await page.goto(hall.url(desk))
        await page.fill("input[name=user]", user)
        await page.fill("input[name=password]", hall.password)
        await page.click("[data-action=sign-in]")
        await expect(page.locator("body")).to_have_attribute("data-fresh", "true")
        if await page.locator("body").get_attribute("data-duty") == "false":
            await page.click("[data-action=duty]")
        await expect(page.locator("body")).to_have_attribute("data-can", "draw sound")
        return page

    yield sign_in
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def screen(hall: Stack) -> AsyncIterator[ScreenClient]:
    async with screens.connect(hall.socket("k1-screen"), limit_s=4 * LIMIT_S) as client:
        yield client


class linked:
    """What a screen would see on ``link.sock``."""

    def __init__(self, stack: Stack, kiosk: str = "k1") -> None:
        self._path = stack.socket(kiosk)

    async def __aenter__(self) -> Link:
        self._link = Link(await local.connect(self._path))
        await self._link.until(lambda s: s.online)
        return self._link

    async def __aexit__(self, *_: object) -> None:
        await self._link.close()


async def put_away(link: Link) -> None:
    """Staff ends what an earlier test has left, so that the terminal is idle."""
    assert link.state is not None
    if link.state.call is not None:
        call = link.state.call.id
        await link.command(Staff("put-away", PIN, StaffAction.END))
        await link.command(Resolved("content", call, yes=True))
        await link.until(lambda s: s.call is None)


# --- what is seen and heard -------------------------------------------------------------------------


def of_card(page: Page, action: str, kiosk: str = "k1") -> Locator:
    return page.locator(f'.card[data-kiosk="{kiosk}"] [data-action="{action}"]')


def video(page: Page, state: str) -> Locator:
    return page.locator(f'#video[data-state="{state}"]')


def hitch(page: Page) -> Locator:
    return page.locator("#video .hitch")


async def answer(hall: Stack, page: Page, kiosk: str = "k1") -> None:
    """The customer presses, the agent answers by video."""
    hall.boards[kiosk].press()
    await of_card(page, "video", kiosk).click()


async def sees_customer(page: Page) -> None:
    """The page draws what the terminal's camera sees."""

    async def drawn() -> bool:
        seen = await page.evaluate(LOOK)
        wanted = (synthetic.LEFT, synthetic.RIGHT)
        return seen is not None and all(alike(*pair) for pair in zip(seen, wanted, strict=True))

    await until(drawn, "the customer's picture in the page")


async def sees_agent(screen: ScreenClient, directory: Path) -> None:
    """The terminal draws what the agent's camera sees."""
    path = directory / "screen.png"

    async def drawn() -> bool:
        await screen.save(path)
        pixels = room.read_png(path)
        return all(room.share_of(pixels, colour) > 0.05 for colour in (room.AGENT_LEFT, room.AGENT_RIGHT))

    await until(drawn, "the agent's picture on the screen")


async def hears_customer(page: Page, hz: float = room.CUSTOMER_HZ) -> None:
    async def heard() -> bool:
        return abs(await page.evaluate(HEAR) - hz) < 8

    await until(heard, f"{hz} Hz in the page")


async def hears_agent(card: room.Room) -> None:
    await until(lambda: asyncio.to_thread(card.hears, room.AGENT_HZ), "the agent's tone at the loudspeaker")


async def until(true: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not await true():
        assert time.monotonic() < deadline, f"{what} did not come within {LIMIT_S:.0f} s"
        await asyncio.sleep(0.1)


def alike(seen: list[int], wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(seen, wanted, strict=True))


def peers(stack: Stack, kiosk: str = "k1") -> list[str]:
    """The peer processes of a screen."""
    screen = stack.pid(f"{kiosk}-screen")
    children = Path(f"/proc/{screen}/task/{screen}/children").read_text().split()
    return [pid for pid in children if b"kiosk.video.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def written_by(pid: str) -> set[Path]:
    """The files on a disk that a process has open for writing."""
    found = set()
    for number in Path(f"/proc/{pid}/fd").iterdir():
        target = number.readlink()
        flags = re.search(r"flags:\s+(\d+)", Path(f"/proc/{pid}/fdinfo/{number.name}").read_text())
        if target.is_file() and flags and int(flags[1], 8) & (os.O_WRONLY | os.O_RDWR):
            found.add(target)
    return {path for path in found if not str(path).startswith("/dev/")}


# --- the call ---------------------------------------------------------------------------------------


async def test_face_to_face_and_the_agent_ends_it(hall, signed_in, screen, card, tmp_path):
    page = await signed_in("wang")
    await answer(hall, page)
    await expect(video(page, "connected")).to_be_visible()
    await screen.until_scene("connected")
    await sees_customer(page)
    await sees_agent(screen, tmp_path)
    await hears_customer(page)
    await hears_agent(card)
    await expect(page.locator("#video .light")).to_have_text("正在视频")
    await screen.until(lambda shown: "正在视频" in shown.texts)
    assert "the microphone is lent to a video call" in hall.log("k1-voice")
    (peer,) = peers(hall)
    assert written_by(peer) <= {hall.directory / "k1-screen.log"}, "nothing of a call is kept"
    assert re.search(r"Max core file size\s+0\s+0", Path(f"/proc/{peer}/limits").read_text())

    await of_card(page, "end").click()
    await page.locator(".card [data-outcome=resolved]").click()
    await screen.until_scene("ended")
    await expect(page.locator("#video")).to_be_hidden()
    assert await page.evaluate("document.querySelector('#video .own').srcObject?.getTracks().length ?? 0") == 0
    eventually(lambda: not peers(hall), "the end of the peer")
    eventually(lambda: hall.log("k1-voice").rstrip().endswith("the microphone is back"), "voice's microphone")


async def test_the_customer_ends_it(hall, signed_in, screen):
    page = await signed_in("wang")
    await answer(hall, page)
    await expect(video(page, "connected")).to_be_visible()
    await screen.until_scene("connected")
    await screen.until(lambda shown: "说完了" in shown.texts)
    await screen.go("not-needed", "confirm_end")
    await screen.go("end-yes", "ended")
    await expect(page.locator("#video")).to_be_hidden()
    eventually(lambda: not peers(hall), "the end of the peer")


async def test_the_page_is_reloaded_in_the_middle(hall, signed_in, screen, tmp_path):
    page = await signed_in("wang")
    await answer(hall, page)
    await screen.until_scene("connected")
    async with linked(hall) as link:
        await page.reload()
        await expect(video(page, "connected")).to_be_visible()
        await sees_customer(page)
        await sees_agent(screen, tmp_path)
        call = (await link.until(lambda s: s.call and s.call.state is State.CONNECTED)).call
        assert (call.round, call.mode, call.passed) == (0, Mode.VIDEO, ())


async def test_another_window_of_the_agent_asks_first_and_then_has_the_video_alone(hall, signed_in, screen):
    page = await signed_in("wang")
    await answer(hall, page)
    await screen.until_scene("connected")
    other = await page.context.new_page()
    await other.goto(hall.url("desk1"))
    await expect(video(other, "elsewhere")).to_be_visible()
    assert await no_tracks(other), "no camera is on that nobody has asked for"
    await other.locator("#video [data-action=video-here]").click()
    await expect(video(other, "connected")).to_be_visible()
    await sees_customer(other)
    await expect(video(page, "elsewhere")).to_be_visible()
    await until(lambda: no_tracks(page), "the end of the first window's camera")
    await asyncio.sleep(4)  # longer than a page waits before it offers again
    await expect(video(other, "connected")).to_be_visible()
    await sees_customer(other)


async def test_the_screen_is_killed_in_the_middle(hall, signed_in, tmp_path):
    page = await signed_in("wang")
    await answer(hall, page)
    await expect(video(page, "connected")).to_be_visible()
    await sees_customer(page)
    async with linked(hall) as link:
        await link.until(lambda s: s.call and s.call.state is State.CONNECTED)
    (peer,) = peers(hall)
    hall.kill("k1-screen")
    eventually(lambda: not Path(f"/proc/{peer}").exists(), "the end of the peer, with the screen's")
    hall.start("k1-screen")
    async with screens.connect(hall.socket("k1-screen"), limit_s=2 * LIMIT_S) as screen, linked(hall) as link:
        await screen.until_scene("connected")
        await expect(video(page, "connected")).to_be_visible()
        await sees_agent(screen, tmp_path)
        await sees_customer(page)
        call = (await link.until(lambda s: s.call and s.call.state is State.CONNECTED)).call
        assert (call.round, call.mode, call.passed) == (0, Mode.VIDEO, ())


async def test_a_peer_that_crashes_is_replaced(hall, signed_in, screen, tmp_path):
    page = await signed_in("wang")
    await answer(hall, page)
    await screen.until_scene("connected")
    await sees_agent(screen, tmp_path)
    (peer,) = peers(hall)
    os.kill(int(peer), signal.SIGKILL)
    await screen.until(lambda shown: "正在重新接通" in shown.texts)
    await sees_agent(screen, tmp_path)
    await expect(video(page, "connected")).to_be_visible()
    await sees_customer(page)


async def test_of_two_who_answer_by_video_one_is_seen(hall, signed_in, screen):
    opened = {"wang": await signed_in("wang"), "li": await signed_in("li", "desk2")}
    hall.boards["k1"].press()
    for page in opened.values():
        await expect(of_card(page, "video")).to_be_enabled()
    at = time.time() * 1000 + 500
    click = """at => { while (Date.now() < at); document.querySelector("[data-action=video]:enabled").click(); }"""
    await asyncio.gather(*(page.evaluate(click, at) for page in opened.values()))
    async with linked(hall) as link:
        winner = (await link.until(lambda s: s.call and s.call.agent)).call.agent.id
    (loser,) = opened.keys() - {winner}
    await screen.until_scene("connected")
    await expect(video(opened[winner], "connected")).to_be_visible()
    await expect(opened[loser].locator("#video")).to_be_hidden()
    # The loser's camera was asked for at the click, and is off again.
    await until(
        lambda: no_tracks(opened[loser]),
        "the end of the loser's camera",
    )


async def no_tracks(page: Page) -> bool:
    tracks: int = await page.evaluate("document.querySelector('#video .own').srcObject?.getTracks().length ?? 0")
    return tracks == 0


async def test_without_a_camera_at_the_desk_sound_goes_on(hall, signed_in, screen, card):
    page = await signed_in("wang", may=("microphone",))
    await answer(hall, page)
    await expect(video(page, "connected")).to_be_visible()
    await screen.until_scene("connected")
    await hears_agent(card)
    await hears_customer(page)
    await expect(hitch(page)).to_contain_text("摄像头用不了")
    await expect(hitch(page)).to_contain_text("改成“允许”")
    await page.locator("#video [data-action=video-sound]").click()
    await expect(hitch(page)).not_to_contain_text("摄像头用不了")
    await sees_customer(page)


async def test_without_a_camera_at_the_terminal_sound_goes_on(hall, signed_in, card):
    if not hall.running("k2-screen"):
        hall.start("k2", "k2-voice", "k2-screen")
    page = await signed_in("wang")
    async with screens.connect(hall.socket("k2-screen"), limit_s=2 * LIMIT_S) as screen:
        await answer(hall, page, "k2")
        await expect(video(page, "connected")).to_be_visible()
        await hears_customer(page)
        await hears_agent(card)
        await expect(hitch(page)).to_contain_text("终端的摄像头用不了")
        await screen.until(lambda shown: shown.scene == "connected" and "正在视频" in shown.texts)
        await of_card(page, "end", "k2").click()
        await page.locator(".card [data-outcome=resolved]").click()
        await screen.until_scene("ended")
        hall.kill("k2-screen")


async def test_without_any_permission_the_page_says_what_to_do_and_the_agent_walks(hall, signed_in, screen):
    page = await signed_in("wang", may=())
    await answer(hall, page)
    await expect(hitch(page)).to_contain_text("摄像头和麦克风都用不了")
    await expect(hitch(page)).to_contain_text("地址栏")
    await screen.until_scene("accepted")
    await page.locator("#video [data-action=video-walk]").first.click()
    await expect(page.locator("#video")).to_be_hidden()
    await expect(of_card(page, "arrived")).to_be_enabled()
    await screen.until(lambda shown: any("走过来" in text for text in shown.texts))
    async with linked(hall) as link:
        call = (await link.until(lambda s: s.call and s.call.mode is Mode.WALK)).call
        assert (call.state, call.round, call.agent.id) == (State.ACCEPTED, 0, "wang")


async def test_a_page_that_is_not_secure_says_so_and_the_agent_walks(hall, signed_in, screen):
    page = await signed_in("wang")
    # As a browser has it for a page that came by http://, which the desk itself does not serve.
    await page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    await page.reload()
    await expect(page.locator("#video-check")).to_contain_text("请用 https://")
    await answer(hall, page)
    await expect(hitch(page)).to_contain_text("请用 https://")
    await page.locator("#video [data-action=video-walk]").first.click()
    await screen.until(lambda shown: any("走过来" in text for text in shown.texts))


async def test_what_the_agent_shows_stands_in_large_letters(hall, signed_in, screen):
    page = await signed_in("wang")
    await answer(hall, page)
    await screen.until_scene("connected")
    await page.locator("#video .show input").fill("请到3号窗口")
    await page.locator("#video .show [type=submit]").click()
    await screen.until(lambda shown: "请到3号窗口" in shown.texts)
    await page.locator("#video select").select_option(label="银行卡丢了")
    await screen.until(lambda shown: "银行卡丢了" in shown.texts)
    await page.locator("#video [data-action=video-card-off]").click()
    await screen.until(lambda shown: "银行卡丢了" not in shown.texts and "正在视频" in shown.texts)


async def test_the_customer_is_not_heard_while_muted(hall, signed_in, screen):
    page = await signed_in("wang")
    await answer(hall, page)
    await screen.until_scene("connected")
    await hears_customer(page)
    await asyncio.sleep(0.6)  # what has just appeared does not count at once
    await screen.touch("mute")
    await screen.until(lambda shown: "不静音" in shown.texts)
    await hears_customer(page, 0)
    await asyncio.sleep(0.6)
    await screen.touch("mute")
    await hears_customer(page)
