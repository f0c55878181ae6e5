"""A real Chromium with the desk's page, for measuring and for the tests."""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import ssl
from collections.abc import AsyncIterator

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from kiosk import clock
from kiosk.bench.floor import IDLE_S

ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(FileNotFoundError):
    """There is no Chromium; the text says how to get one."""


def find_chromium() -> str:
    """The system's Chromium. Raises :class:`NoBrowser`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise NoBrowser("Chromium is not installed: apt install chromium")
    return program


@contextlib.asynccontextmanager
async def chromium(*, more: tuple[str, ...] = ()) -> AsyncIterator[Browser]:
    """The system's Chromium, headless. Raises :class:`NoBrowser`."""
    program = find_chromium()
    async with async_playwright() as playwright:
        # Root has no user namespaces to build the sandbox from; the pages are our own.
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *ARGUMENTS, *more]
        )
        try:
            yield browser
        finally:
            await browser.close()


async def new_context(browser: Browser) -> BrowserContext:
    """One agent's browser: it trusts the hall's authority and grants notifications."""
    return await browser.new_context(ignore_https_errors=True, permissions=["notifications"])


async def sign_in(page: Page, url: str, user: str, password: str) -> None:
    """Sign in and go on duty, by the clicks an agent makes."""
    await page.goto(url)
    await page.fill("input[name=user]", user)
    await page.fill("input[name=password]", password)
    await page.click("[data-action=sign-in]")
    await page.click("[data-action=duty]")


async def clock_offset(page: Page) -> float:
    """Seconds to add to the page's ``performance.now() / 1000`` to get :func:`kiosk.clock.now`.

    From the quickest of 60 questions, so off by less than half a round trip to the browser.
    """
    best, offset = float("inf"), 0.0
    for _ in range(60):
        before = clock.now()
        page_ms = await page.evaluate("performance.now()")
        after = clock.now()
        if after - before < best:
            best, offset = after - before, (before + after) / 2 - page_ms / 1000
    return offset


async def empty_frames(page: Page, count: int) -> list[float]:
    """Milliseconds from any moment to the next animation frame of an idle page, with nothing to draw.

    After the pause that a press waits too, since a frame soon after another one has to wait for its turn.
    """
    times = []
    for _ in range(count):
        ms: float = await page.evaluate(
            """wait => new Promise(done => setTimeout(() => {
                const start = performance.now();
                requestAnimationFrame(() => done(performance.now() - start));
            }, wait))""",
            random.uniform(*IDLE_S) * 1000,
        )
        times.append(ms)
    return times


async def message_frames(browser: Browser, tls: ssl.SSLContext, text: str, count: int) -> list[float]:
    """Milliseconds from sending a WebSocket message over TLS to the frame of a bare page that shows its text."""
    loop = asyncio.get_running_loop()
    connected: asyncio.Future[web.WebSocketResponse] = loop.create_future()
    frames: asyncio.Queue[float] = asyncio.Queue()

    async def index(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><p></p>", content_type="text/html")

    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        connected.set_result(socket)
        await socket.receive()
        return socket

    app = web.Application()
    app.add_routes([web.get("/", index), web.get("/ws", listen)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = await new_context(browser)
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls, shutdown_timeout=0.1).start()
        page = await context.new_page()
        await page.expose_function("shown", frames.put_nowait)
        await page.goto(f"https://localhost:{runner.addresses[0][1]}/")
        await page.evaluate(
            """() => {
                new WebSocket(`wss://${location.host}/ws`).onmessage = ({ data }) => {
                    document.querySelector("p").textContent = data;
                    requestAnimationFrame(() => shown(performance.now()));
                };
            }"""
        )
        socket = await asyncio.wait_for(connected, 10)
        offset = await clock_offset(page)
        times = []
        for number in range(count):
            await asyncio.sleep(random.uniform(*IDLE_S))
            start = clock.now()
            await socket.send_str(f"{number} {text}")
            times.append((await asyncio.wait_for(frames.get(), 10) / 1000 + offset - start) * 1000)
        return times
    finally:
        await context.close()
        await runner.cleanup()
