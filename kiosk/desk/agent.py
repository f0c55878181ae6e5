"""``kiosk agent``: the desk's page for a terminal, by hand or by script."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from msgspec import Struct

from kiosk.desk.client import DeskClient, connect
from kiosk.desk.hall import KioskRow
from kiosk.desk.protocol import (
    Notice,
    PageAccept,
    PageArrived,
    PageAssign,
    PageEnd,
    PageHandOver,
    PageOpened,
    PageRelease,
    PageRung,
)
from kiosk.messages import Call, FreezeState, Mode, Outcome, Seen, State

HELP = (
    "commands: a 我过去, v 视频接听, d 已到现场, r 放回, o 看到了, e [OUTCOME] 结束, t WHO [NOTE] 转给同事, "
    "m WHO WHY 主管介入, c KIOSK 回访, b [RECEIPT] 银行已收到, q quit; add @KIOSK when several call"
)
_VERBS = {"a", "v", "d", "r", "o", "e", "t", "m", "c", "b"}


class Script(Struct, frozen=True):
    """What a scripted agent does with each call."""

    answer: Mode = Mode.WALK
    answer_after: float = 0.5
    arrive_after: float = 1.0
    end_after: float = 1.0
    outcome: Outcome = Outcome.RESOLVED
    calls: Annotated[int, "0: for ever"] = 1


async def run_agent(url: str, user: str, password: str, ca: Path | None, script: Script | None) -> int:
    """Sign in, go on duty and answer; 0 when the script's calls have all been ended by this agent."""
    async with connect(url, user, password, ca) as client:
        await client.go_on_duty()
        print(f"on duty as {user}. {'' if script else HELP}", flush=True)
        if script is None:
            return await _by_hand(client)
        return await answer(client, script)


async def answer(client: DeskClient, script: Script, say: Callable[[str], None] = print) -> int:
    """Answer calls as the script says; returns 0 after the last."""
    done = 0
    while script.calls == 0 or done < script.calls:
        row = await _ringing(client)
        kiosk = row.kiosk
        assert row.call is not None
        say(_line(row))
        await client.act(PageRung, kiosk, seen=Seen.DRAWN)
        await _sleep(client, script.answer_after)
        await client.act(PageAccept, kiosk, mode=script.answer)
        call = await client.until_call(kiosk, State.ACCEPTED, State.CONNECTED, State.ENDED)
        if call.agent is None or call.agent.id != client.me:
            say(f"{kiosk}: 已被 {call.agent.name if call.agent else '别人'} 接走")
            await client.until(lambda c, k=kiosk: not _answered(c.kiosks[k].call))  # type: ignore[misc]
            continue
        if script.answer is Mode.WALK:
            await _sleep(client, script.arrive_after)
            await client.act(PageArrived, kiosk)
        await client.until_call(kiosk, State.CONNECTED)
        await _sleep(client, script.end_after)
        await client.act(PageEnd, kiosk, outcome=script.outcome)
        await client.until_call(kiosk, State.ENDED)
        say(f"{kiosk}: 结束 {script.outcome}")
        done += 1
    return 0


async def _ringing(client: DeskClient) -> KioskRow:
    await client.until(lambda c: any(c.rings(row) for row in c.kiosks.values()))
    return next(row for row in client.kiosks.values() if client.rings(row))


def _answered(call: Call | None) -> bool:
    return call is not None and call.state in (State.ACCEPTED, State.CONNECTED)


async def _sleep(client: DeskClient, seconds: float) -> None:
    """Wait, and go on reading meanwhile."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                await client.next()
    except TimeoutError:
        return


async def _by_hand(client: DeskClient) -> int:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin, lambda: lines.put_nowait(sys.stdin.readline()))
    rung: set[tuple[str, int]] = set()
    reading = asyncio.ensure_future(_show(client, rung))
    try:
        while not reading.done():
            waiting = asyncio.ensure_future(lines.get())
            await asyncio.wait({waiting, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                break
            words = waiting.result().split()
            if not waiting.result() or words == ["q"]:
                return 0
            if words:
                await _obey(client, words)
        print("the desk has closed the connection", file=sys.stderr)
        return 1
    finally:
        loop.remove_reader(sys.stdin)
        reading.cancel()


async def _show(client: DeskClient, rung: set[tuple[str, int]]) -> None:
    async for update in client:
        if isinstance(update, Notice):
            print(update.text, flush=True)
        if not isinstance(update, KioskRow) or update.call is None:
            continue
        key = (update.call.id, update.call.round)
        if client.rings(update) and key not in rung:
            rung.add(key)
            print("\a" + _line(update), flush=True)
            await client.act(PageRung, update.kiosk, seen=Seen.DRAWN)
        elif not client.rings(update):
            given = update.call.given and update.call.agent is not None and update.call.agent.id == client.me
            print(("\a" if given else "") + _line(update), flush=True)


async def _obey(client: DeskClient, words: list[str]) -> None:
    verb, *rest = words
    if verb not in _VERBS:
        print(HELP, flush=True)
        return
    if verb == "c":
        await client.call_back(*rest[:1]) if rest else print(HELP, flush=True)
        return
    calls = [row.kiosk for row in client.kiosks.values() if row.call and row.call.state is not State.ENDED]
    named = [word.removeprefix("@") for word in rest if word.removeprefix("@") in client.kiosks]
    if len(named or calls) != 1:
        print(f"which kiosk? {', '.join(calls) or 'nobody calls'}", flush=True)
        return
    kiosk = (named or calls)[0]
    try:
        await _act(client, verb, kiosk, [word for word in rest if word.removeprefix("@") != kiosk])
    except LookupError as error:
        print(error, flush=True)


async def _act(client: DeskClient, verb: str, kiosk: str, words: list[str]) -> None:
    """One verb about the call of one kiosk. Raises LookupError when it has none."""
    first, more = (words[0], " ".join(words[1:])) if words else ("", "")
    match verb:
        case "a":
            await client.act(PageAccept, kiosk, mode=Mode.WALK)
        case "v":
            await client.act(PageAccept, kiosk, mode=Mode.VIDEO)
        case "d":
            await client.act(PageArrived, kiosk)
        case "r":
            await client.act(PageRelease, kiosk)
        case "o":
            await client.act(PageOpened, kiosk)
        case "e":
            outcome = Outcome(first) if first in set(Outcome) else Outcome.RESOLVED
            await client.act(PageEnd, kiosk, outcome=outcome)
        case "t" if first:
            await client.act(PageHandOver, kiosk, to=first, note=more)
        case "m" if first:
            await client.act(PageAssign, kiosk, to=first, why=more)
        case "b":
            await client.freeze_received(kiosk, first)
        case _:
            print(HELP, flush=True)


def _line(row: KioskRow) -> str:
    call = row.call
    assert call is not None
    where = " ".join(part for part in (call.title or row.kiosk, call.place) if part)
    note = f" 留言：{call.note}" if call.note else ""
    said = f" 说过：{' / '.join(call.said)}" if call.said else ""
    who = f" {call.agent.name}" if call.agent else ""
    freeze = " 客户申请紧急冻结！" if call.freeze and call.freeze.state is not FreezeState.RECEIVED else ""
    return (
        f"[{call.state}{who}] {row.kiosk} {where} · {call.cause} · {call.urgency} · {call.level} 级 · "
        f"{call.age_ms / 1000:.0f} 秒 · 编号 {call.case}{freeze}{note}{said}"
    )
