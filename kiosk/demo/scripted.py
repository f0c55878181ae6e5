"""The headless demo: a scripted customer at button and screen, and a scripted agent."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from kiosk import clock, local, messages
from kiosk.demo.album import Album
from kiosk.demo.byvideo import call_by_video, lacking
from kiosk.demo.speaking import SENTENCE, Customer, Overhearing
from kiosk.demo.timeline import Timeline
from kiosk.desk.agent import Script, answer
from kiosk.desk.client import DeskClient, connect
from kiosk.messages import Mode, Snapshot, State
from kiosk.screen import client as screens
from kiosk.stack import Stack

KIOSK, DESK = "k1", "desk1"
LIMIT_S = 120.0
_HOW = {Mode.WALK: "is coming", Mode.VIDEO: "answers face to face"}
LEGIBLE = 4  # characters of a caption that say something in a picture
#: What a customer who does not speak touches before the call, and the scene that must come of it.
BEFORE = (("topic-card", "choices"), ("service-card_loss", "answer"))
#: Scenes that come by themselves, and what the customer touches in them, if anything.
AFTER = (
    ("calling", ""),
    ("accepted", ""),
    ("connected", ""),
    ("ended", "resolved-yes"),
    ("rating", "rate-5"),
    ("thanks", ""),
)


async def run_scripted(
    stack: Stack, timeline: Timeline, screen: Path | None, album: Album, speaker: Customer | None = None
) -> int:
    """One visit from the first touch to the rating, and one by video; 0 when the calls went all the way.

    ``screen``: the socket of a running screen, None for a terminal without one. ``speaker``: a customer who asks
    by speaking, where the terminal can hear.
    """
    by_video = screen is not None and not lacking()
    voice = stack.socket(f"{KIOSK}-voice") if speaker is not None else None
    link = await local.connect(stack.socket(KIOSK))
    watching = asyncio.create_task(_watch(link, timeline))
    try:
        async with (
            asyncio.timeout(LIMIT_S),
            connect(stack.url(DESK), "wang", stack.password, stack.ca) as agent,
        ):
            await agent.go_on_duty()
            await agent.until(lambda a: bool(a.colleagues) and KIOSK in a.kiosks)
            timeline.begin()
            async with _customer(screen, timeline, album, speaker, voice):
                timeline.press()
                stack.boards[KIOSK].press()
                call = await agent.until_call(KIOSK, State.CALLING, State.RUNG)
                timeline.add("ringing", f"the desk rings: {call.title}, {call.place}, case {call.case}")
                await answer(agent, Script(answer_after=1.5, arrive_after=1.5, end_after=1.5), say=lambda _: None)
                await _ledger(agent, call.id, timeline)
            if screen is not None and by_video:
                call = await call_by_video(agent, KIOSK, screen, timeline, album, LIMIT_S)
                await _ledger(agent, call.id, timeline)
    except (TimeoutError, screens.ScreenClientError) as error:
        print(f"The call did not go all the way within {LIMIT_S:.0f} s. {error}", file=sys.stderr)
    finally:
        watching.cancel()
        await link.close()
    timeline.show()
    for picture in album.pictures:
        print(f"picture: {picture}")
    if missed := timeline.lacking(spoken=speaker is not None, faced=by_video):
        print(f"FAILED: {', '.join(missed)}", file=sys.stderr)
        for name in stack.names:
            print(f"--- {name}\n{stack.log(name)[-3000:]}", file=sys.stderr)
        return 1
    print("The call went all the way: pressed, rung, answered, a person arrived, ended, on record.")
    if by_video:
        print("The second one too: touched, answered face to face, picture and sound both ways, ended, on record.")
    return 0


@contextlib.asynccontextmanager
async def _customer(
    path: Path | None, timeline: Timeline, album: Album, speaker: Customer | None, voice: Path | None
) -> AsyncIterator[None]:
    """The customer at the screen: asks before the press, answers 办好了 and rates after the call."""
    if path is None:
        yield
        return
    async with screens.connect(path, limit_s=LIMIT_S) as screen:
        await screen.until_scene("welcome")
        await album.take(screen)
        if speaker is not None and voice is not None:
            await _ask(screen, speaker, voice, timeline, album)
        else:
            for action, scene in BEFORE:
                await screen.go(action, scene)
                await album.take(screen)
        after = asyncio.create_task(_after(screen, timeline, album))
        yield
        await after


async def _ask(
    screen: screens.ScreenClient, speaker: Customer, voice: Path, timeline: Timeline, album: Album
) -> None:
    """The customer touches 按这里说话 and asks; the terminal shows and speaks the answer."""
    connection = await local.connect(voice)
    try:
        overhearing = Overhearing(connection, timeline)
        await screen.go("speak", "listening")
        await overhearing.until_open()
        await screen.until_scene("listening")
        before = set(screen.shown.texts)
        timeline.add("says", f"the customer says {SENTENCE}")
        speaker.speak()
        answered = asyncio.create_task(overhearing.until_answered())
        await screen.until(lambda s: s.scene != "listening" or any(len(t) >= LEGIBLE for t in {*s.texts} - before))
        if screen.shown.scene == "listening":
            picture = await album.take(screen)
            timeline.add("caption shown", f"screen: the words while they are spoken ({picture.name})")
        await screen.until_scene("answer", "choices")
        picture = await album.take(screen)
        timeline.add("answer", f"screen: the answer ({picture.name})")
        await answered
    finally:
        await connection.close()


async def _after(screen: screens.ScreenClient, timeline: Timeline, album: Album) -> None:
    following = [scene for scene, _ in AFTER[1:]] + ["thanks"]
    for (scene, action), then in zip(AFTER, following, strict=True):
        await screen.until_scene(scene)
        picture = await album.take(screen)
        timeline.add(f"screen {scene}", f"screen: {scene} ({picture.name})")
        if action:
            await screen.go(action, then)


async def _watch(link: local.LocalConnection, timeline: Timeline) -> None:
    """Note each new state that the link tells its local clients, as a screen would show it."""
    last: State | None = None
    texts: dict[State, Callable[[messages.Call], str]] = {
        State.CALLING: lambda c: "link: calling",
        State.RUNG: lambda c: f"link: a page at {', '.join(c.rung_by)} has shown it",
        State.ACCEPTED: lambda c: (
            f"link: {c.agent.name if c.agent else '?'} {_HOW[c.mode or Mode.WALK]} ({c.mode})"
        ),
        State.CONNECTED: lambda c: "link: the agent is there",
        State.ENDED: lambda c: f"link: ended, {c.outcome}",
    }
    async for line in link:
        if b'"type":"state"' not in line:
            continue
        call = messages.decode(line, Snapshot).call
        state = call.state if call else None
        if call is not None and state is not None and state is not last:
            timeline.add(str(state), texts[state](call))
        last = state


async def _ledger(agent: DeskClient, call: str, timeline: Timeline) -> None:
    """Wait until the ledger has the call's end."""
    deadline = clock.now() + 5
    while clock.now() < deadline:
        events = await agent.timeline(KIOSK, call)
        if events and events[-1].kind == "ended":
            timeline.add("ledger", f"ledger: {len(events)} events, {', '.join(event.kind for event in events)}")
            return
        await asyncio.sleep(0.05)
