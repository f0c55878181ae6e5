"""The demo's second visit: nobody is near, and the agent answers face to face."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

from kiosk.demo.album import Album
from kiosk.demo.timeline import Timeline
from kiosk.desk.client import DeskClient
from kiosk.desk.protocol import PageAccept, PageCard, PageEnd, PageRung
from kiosk.messages import Call, Mode, Outcome, Seen, State
from kiosk.screen import client as screens

#: So long the agent takes to answer, and leaves for reading.
ANSWER_S, READ_S = 1.0, 1.0
#: What the agent shows in large letters.
CARD = "请带身份证，到3号窗口"
FRAMES = 20  # of the agent, until a picture of the screen shows a face and not its first, grey moment


def lacking() -> list[str]:
    """What there is not on this machine for both sides of a video call, and what it means."""
    if importlib.util.find_spec("aiortc") is None:
        return ["aiortc (pip install 'rengong-kiosk[video]'): no video calls, agents walk over"]
    from aioice.ice import get_host_addresses

    if not get_host_addresses(use_ipv4=True, use_ipv6=True):
        return ["a network address that is not this machine's own: no video calls, agents walk over"]
    return []


async def call_by_video(
    agent: DeskClient, kiosk: str, screen: Path, timeline: Timeline, album: Album, limit_s: float
) -> Call:
    """The customer touches 人工, the agent answers by video, shows a card, and ends it; gives the call.

    Raises TimeoutError or :class:`~kiosk.screen.client.ScreenClientError` when it does not go all the way.
    """
    from kiosk.demo.facing import face_to_face

    async with screens.connect(screen, limit_s=limit_s) as customer:
        timeline.add("touch", "another customer touches 人工")
        await customer.go("human", "calling")
        call = await agent.until_call(kiosk, State.CALLING, State.RUNG)
        await agent.act(PageRung, kiosk, seen=Seen.DRAWN)
        await asyncio.sleep(ANSWER_S)
        await agent.act(PageAccept, kiosk, mode=Mode.VIDEO)
        call = await agent.until_call(kiosk, State.ACCEPTED)
        async with face_to_face(agent, kiosk) as facing:
            count = customer.shown.agent_frames
            shown = customer.until(lambda s: s.scene == "connected" and s.agent_frames >= count + FRAMES)
            delay_ms, hz, _ = await asyncio.gather(facing.seen(), facing.heard(), shown)
            timeline.add("sees", f"the agent sees the customer's picture, {delay_ms:.0f} ms old")
            timeline.add("hears", f"the agent hears the customer's tone, {hz:.0f} Hz")
            picture = await album.take(customer, "video")
            timeline.add("face to face", f"screen: the agent's picture ({picture.name})")
            await agent.act(PageCard, kiosk, text=CARD)
            await customer.until(lambda s: CARD in "".join(s.texts))
            picture = await album.take(customer, "card")
            await asyncio.sleep(READ_S)
            timeline.add("card", f"screen: what the agent shows in large letters ({picture.name})")
            await agent.act(PageEnd, kiosk, outcome=Outcome.RESOLVED)
            await agent.until_call(kiosk, State.ENDED)
        await customer.until_scene("ended")
        timeline.add("said good-bye", "screen: ended")
        await customer.go("resolved-yes", "rating")
    return call
