"""The page's side of ``kiosk bench video``: camera and microphone that follow the clock, and what it sees.

All times are of :func:`kiosk.clock.now`; the page is told once how far its own clock is off.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, BrowserContext, Page

from kiosk.video.synthetic import BITS, ROW_SHARE

ARGUMENTS = ("--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required")
_POLL_S = 0.02

#: ``bench`` in every page.
SCRIPT = (
    f"const BITS = {BITS}, ROW = {ROW_SHARE};\n{Path(__file__).with_suffix('.js').read_text(encoding='utf-8')}"
)

#: Put in the place of the browser's own devices, which have no clock.
DEVICES = """
navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
  if (video) await new Promise((done) => setTimeout(done, 400)); // as a real camera takes to open
  const sources = [audio && bench.microphone(), video && bench.camera(640, 480, 15)].filter(Boolean);
  return new MediaStream(sources.flatMap((stream) => stream.getTracks()));
};
"""


async def new_page(browser: Browser) -> tuple[BrowserContext, Page]:
    """A page of an agent, in a browser context of its own."""
    context = await browser.new_context(
        ignore_https_errors=True, permissions=["notifications", "camera", "microphone"]
    )
    page = await context.new_page()
    await page.add_init_script(SCRIPT + DEVICES)
    return context, page


async def until(page: Page, expression: str, limit_s: float = 20.0) -> Any:
    """The value of an expression as soon as it is true. Raises TimeoutError, which names it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            while True:
                if value := await page.evaluate(expression):
                    return value
                await asyncio.sleep(_POLL_S)
    raise TimeoutError(f"within {limit_s:.0f} s the page did not come to {expression}")


class Rate(NamedTuple):
    """Pictures a second that came in: decoded by the browser's own count, and shown by its compositor."""

    decoded: float
    shown: float


async def rate(page: Page, seconds: float) -> Rate:
    """How many come in for so long.

    The browser itself counts what it decodes, and adds up the intervals in between (``totalInterFrameDelay`` of
    webrtc-stats). Fewer are shown: of two that come within one frame of the display the compositor takes one.
    """
    before = await until(page, "bench.decoded()")
    await asyncio.sleep(seconds)
    after = await until(page, "bench.decoded()")
    passed = {key: after[key] - before[key] for key in before}
    return Rate(passed["frames"] / passed["between"] if passed["between"] else 0.0, passed["shown"] / passed["at"])


class Direct:
    """The floor: two pages of this browser, which hand each other their descriptions at once."""

    def __init__(self, caller: Page, called: Page) -> None:
        self._caller, self._called = caller, called

    async def call(self, seconds: float) -> dict[str, Any]:
        """One call; gives when it began, the first moments of both sides, and delays if it lasts ``seconds``."""
        sides = (self._caller, self._called)
        begun = await self._caller.evaluate("bench.now()")
        await asyncio.gather(*(side.evaluate("bench.direct.make()") for side in sides))
        offer = await self._caller.evaluate("bench.direct.described()")
        await self._called.evaluate("sdp => bench.peer.setRemoteDescription({ type: 'offer', sdp })", offer)
        answer = await self._called.evaluate("bench.direct.described()")
        await self._caller.evaluate("sdp => bench.peer.setRemoteDescription({ type: 'answer', sdp })", answer)
        times = [await until(side, "bench.times.audio && bench.times.video && bench.times") for side in sides]
        seen: list[dict[str, Any]] = []
        if seconds:
            for side in sides:
                await side.evaluate("bench.measures = true, bench.delays = [], true")
            rates = await asyncio.gather(*(rate(side, seconds) for side in sides))
            seen = [
                {"rate": one, "delays": await side.evaluate("bench.delays")}
                for one, side in zip(rates, sides, strict=True)
            ]
        for side in sides:
            await side.evaluate("bench.direct.close()")
        return {"begun": begun, "times": times, "seen": seen}
