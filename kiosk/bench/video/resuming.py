"""A call by video that is interrupted: from the screen's death, or a reload of the page, until all is back."""

from __future__ import annotations

import asyncio
import time

from playwright.async_api import Page

from kiosk import clock
from kiosk.bench.video import call as videocall, page as videopage
from kiosk.screen import client as screens
from kiosk.screen.catalogue import catalogue
from kiosk.screen.client import ScreenClient
from kiosk.stack import Stack

#: So long systemd waits before it starts a screen again (RestartSec in systemd/kiosk-screen.service).
RESTART_S = 0.5
#: Between two interruptions: the call runs as before, and both sides have done what they put off.
CALM_S = 4.0
BACK = "bench.times.audio && bench.times.video && bench.times"


async def of_screen(stack: Stack, page: Page, kiosk: str, times: int) -> list[float]:
    """Seconds from SIGKILL to sound and picture in the page and the agent's picture drawn by the new screen."""
    took = []
    for _ in range(times):
        await asyncio.sleep(CALM_S)
        await page.evaluate("bench.leave()")
        begun = clock.now()
        stack.kill(f"{kiosk}-screen")
        await asyncio.sleep(RESTART_S)
        stack.start(f"{kiosk}-screen")
        async with screens.connect(stack.socket(f"{kiosk}-screen"), limit_s=videocall.LIMIT_S) as screen:
            shown = await screen.until(lambda shown: shown.agent_frames)
        there = await videopage.until(page, BACK)
        took.append(max(there["audio"], there["video"], shown.drawn_ns / 1e9) - begun)
    return took


async def of_page(stack: Stack, page: Page, kiosk: str, times: int) -> list[float]:
    """Seconds from a reload of the page to sound and picture in it, and to the agent's picture on the screen."""
    took = []
    async with screens.connect(stack.socket(f"{kiosk}-screen"), limit_s=times * videocall.LIMIT_S) as screen:
        for _ in range(times):
            await asyncio.sleep(CALM_S)
            watching = asyncio.create_task(_picture_back(screen))
            begun, wall = clock.now(), time.time()
            await page.reload()
            there = await videopage.until(page, BACK)
            # The page's clock begins at its reload; this machine's wall clock says when that was.
            origin = await page.evaluate("performance.timeOrigin / 1000") - wall
            took.append(max(origin + there["audio"], origin + there["video"], await watching - begun))
    return took


async def _picture_back(screen: ScreenClient) -> float:
    """When the agent's picture was drawn again after it had gone from the screen."""
    lost = catalogue("zh_CN")("video.heading-lost")
    await screen.until(lambda shown: lost in shown.texts)
    count = screen.shown.agent_frames
    shown = await screen.until(lambda shown: shown.agent_frames > count)
    return shown.drawn_ns / 1e9
