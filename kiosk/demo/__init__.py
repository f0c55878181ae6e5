"""``kiosk demo``: a whole hall on this machine, with an embedded broker and a simulated button board."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable

from kiosk import clock, local, messages
from kiosk.button.events import Lamp
from kiosk.button.simulate import LOOKS, by_hand
from kiosk.desk.agent import Script, answer
from kiosk.desk.client import DeskClient, connect
from kiosk.messages import Snapshot, State
from kiosk.stack import Stack

PEOPLE = {"wang": ("王芳", 1), "li": ("李强", 2)}
KIOSK, DESK = "k1", "desk1"
HEADLESS_LIMIT_S = 60.0
#: The steps of a call that went all the way, in their order.
STEPS = ("lamp calling", "ringing", "rung", "accepted", "lamp answered", "connected", "ended", "ledger")


def run_demo(*, headless: bool) -> int:
    """Show the product working; 0 when the headless call went all the way, or when the visitor has quit."""
    display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not headless and not (display and sys.stdin.isatty()):
        print("No display or no terminal to type in: the headless demo, with a scripted customer and agent.")
        headless = True
    for what in missing():
        print(f"missing: {what}")
    timeline = Timeline()
    on_lamp = timeline.lamp if headless else lambda _at, lamp: print(f"lamp: {LOOKS[lamp]}", flush=True)
    with Stack() as stack:
        stack.make_broker(embedded=True)
        stack.make_desk(DESK, people=PEOPLE)
        stack.make_kiosk(KIOSK, on_lamp=on_lamp)
        print("Starting broker, desk, link and button board ...", flush=True)
        stack.start()
        if headless:
            return asyncio.run(_headless(stack, timeline))
        return _by_hand(stack)


def missing() -> list[str]:
    """What this machine lacks of the whole product, each with what it means."""
    from kiosk.link.alarm import find_player

    lacks = []
    if not find_player():
        lacks.append("a sound player (apt install pulseaudio-utils or alsa-utils): the local alarm only blinks")
    return lacks


class Timeline:
    """What happened when, in milliseconds since the press."""

    def __init__(self) -> None:
        self._start = 0.0
        self._rows: list[tuple[float, str, str]] = []

    def press(self) -> None:
        self._start = time.monotonic()
        self.add("press", "the customer presses 人工")

    def add(self, step: str, text: str, at: float | None = None) -> None:
        self._rows.append((at or time.monotonic(), step, text))

    def lamp(self, at: float, lamp: Lamp) -> None:
        """Called by the board when the link commands its lamp."""
        self.add(f"lamp {lamp.lower()}", f"lamp {LOOKS[lamp]}", at)

    def show(self) -> None:
        for at, _, text in sorted(self._rows):
            if at >= self._start:
                print(f"{(at - self._start) * 1000:10.1f} ms  {text}")

    def lacking(self) -> list[str]:
        """Steps that did not happen, or not in their order."""
        found = {step: at for at, step, _ in sorted(self._rows, reverse=True) if at >= self._start}
        lack, last = [], self._start
        for step in STEPS:
            if step not in found:
                lack.append(step)
            elif found[step] + 0.001 < last and not step.startswith("lamp"):
                lack.append(f"{step} (too early)")
            elif not step.startswith("lamp"):
                last = found[step]
        return lack


async def _headless(stack: Stack, timeline: Timeline) -> int:
    link = await local.connect(stack.socket(KIOSK))
    watching = asyncio.create_task(_watch(link, timeline))
    try:
        async with (
            asyncio.timeout(HEADLESS_LIMIT_S),
            connect(stack.url(DESK), "wang", stack.password, stack.ca) as agent,
        ):
            await agent.go_on_duty()
            await agent.until(lambda a: bool(a.colleagues) and KIOSK in a.kiosks)
            timeline.press()
            stack.boards[KIOSK].press()
            call = await agent.until_call(KIOSK, State.CALLING, State.RUNG)
            timeline.add("ringing", f"the desk rings: {call.title}, {call.place}, case {call.case}")
            await answer(agent, Script(answer_after=1.0, arrive_after=1.0, end_after=1.0), say=lambda _: None)
            await _ledger(agent, call.id, timeline)
    except TimeoutError:
        print(f"The call did not go all the way within {HEADLESS_LIMIT_S:.0f} s.", file=sys.stderr)
    finally:
        watching.cancel()
        await link.close()
    timeline.show()
    if lacking := timeline.lacking():
        print(f"FAILED: {', '.join(lacking)}", file=sys.stderr)
        for name in ("broker", DESK, KIOSK):
            print(f"--- {name}\n{stack.log(name)[-3000:]}", file=sys.stderr)
        return 1
    print("The call went all the way: pressed, rung, answered, a person arrived, ended, on record.")
    return 0


async def _watch(link: local.LocalConnection, timeline: Timeline) -> None:
    """Note each new state that the link tells its local clients, as a screen would show it."""
    last: State | None = None
    texts: dict[State, Callable[[messages.Call], str]] = {
        State.CALLING: lambda c: "link: calling",
        State.RUNG: lambda c: f"link: a page at {', '.join(c.rung_by)} has shown it",
        State.ACCEPTED: lambda c: f"link: {c.agent.name if c.agent else '?'} is coming ({c.mode})",
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


def _by_hand(stack: Stack) -> int:
    print(f"\nThe agents' page:  {stack.url(DESK)}")
    print(f"  sign in as wang (王芳, hall) or li (李强, level 2), password {stack.password}")
    print(f"  the browser warns until it trusts this demo's authority: {stack.ca}")
    print("  click 上岗 (go on duty), then press the button here.\n")
    print("This terminal is the customer's button.", flush=True)
    by_hand(stack.boards[KIOSK])
    return 0
