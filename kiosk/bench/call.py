"""``kiosk bench call``: from the bytes of a press to lamp, broker, desk and page, on real parts.

Pseudo-terminal, link, mosquitto, desk and page are processes of their own; all times are read from one clock
of this machine (:func:`kiosk.clock.now`). The page is a WebSocket client that has decoded the call, or with
``--browser`` a real Chromium at the first animation frame that has the call in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from kiosk import clock, local, messages, topics
from kiosk.bench import floor
from kiosk.bench.board import ByteBoard
from kiosk.bench.report import Report, summary
from kiosk.broker import Broker, Message
from kiosk.certs.roles import Role
from kiosk.desk.client import connect
from kiosk.desk.hall import KioskRow
from kiosk.messages import Call, Snapshot, State
from kiosk.stack import HALL, Stack

KIOSK, DESK = "k1", "desk1"
LIMIT_S = 10.0
FLOOR_COUNT = 200
WARM_UP = 5
#: A call, for the floor.
TEXT = messages.encode(
    Call("btn-0be7c4a1-100", State.CALLING, 0, 0, title="1号自助终端", place="大厅入口左侧", case="123456")
).decode()
Listener = Callable[[str, float], None]


class Marks:
    """When each press reached each place, in ms since its bytes were written; places are awaited."""

    def __init__(self) -> None:
        self._start = 0.0
        self._at: dict[str, float] = {}
        self._changed = asyncio.Event()

    def start(self, at: float) -> None:
        self._start = at

    def clear(self) -> None:
        self._at.clear()

    def mark(self, place: str, at: float) -> None:
        """The first time counts."""
        self._at.setdefault(place, at)
        self._changed.set()

    async def all(self, places: tuple[str, ...]) -> dict[str, float]:
        """Wait for every place. Raises RuntimeError that names those which the press has not reached."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while not all(place in self._at for place in places):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            missing = ", ".join(place for place in places if place not in self._at)
            raise RuntimeError(f"after {LIMIT_S:.0f} s a press had not reached: {missing}") from error
        return {place: (self._at[place] - self._start) * 1000 for place in places}


def run_bench(*, presses: int, browser: bool, as_json: bool) -> int:
    """Measure and print; 0 when every goal is met.

    Raises OSError or RuntimeError when a part is missing or a press does not arrive.
    """
    report = asyncio.run(_measure(presses, browser=browser))
    return report.show(as_json=as_json)


async def _measure(presses: int, *, browser: bool) -> Report:
    loop = asyncio.get_running_loop()
    marks = Marks()
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk(DESK, people={"wang": ("王芳", 1)})
        stack.make_kiosk(KIOSK, board=False)
        board = ByteBoard(stack.port(KIOSK), lambda at: loop.call_soon_threadsafe(marks.mark, "lamp", at))
        stack.start()
        report = Report("call", notes={"page": "chromium" if browser else "websocket client"})
        places = ("lamp", "publish", "desk", "page")
        try:
            async with contextlib.AsyncExitStack() as parts:
                await parts.enter_async_context(_subscriber(stack, marks.mark))
                page = _browser(stack, marks.mark, report) if browser else _client(stack, marks.mark)
                await parts.enter_async_context(page)
                await board.joined(LIMIT_S)
                rows = await _presses(stack, board, marks, places, presses)
        finally:
            board.close()
        await _floor(stack, report)
    for place in places:
        report.figures |= summary(f"press_to_{place}_ms", [row[place] for row in rows])
    _goals(report, browser=browser)
    return report


async def _presses(
    stack: Stack, board: ByteBoard, marks: Marks, places: tuple[str, ...], presses: int
) -> list[dict[str, float]]:
    link = await local.connect(stack.socket(KIOSK))
    rows = []
    for number in range(presses + WARM_UP):
        marks.clear()
        await asyncio.sleep(random.uniform(*floor.IDLE_S))
        marks.start(board.press())
        row = await marks.all(places)
        if number >= WARM_UP:
            rows.append(row)
        await _put_away(link, f"{number}")
        if sys.stderr.isatty() and number % 50 == 0:
            print(f"\r{number}/{presses}", end="", file=sys.stderr)
    await link.close()
    return rows


async def _put_away(link: local.LocalConnection, request: str) -> None:
    """The customer ends the call and is content, so that the next press is a new one."""
    async with asyncio.timeout(LIMIT_S):
        while (call := (await _state(link)).call) is None:
            pass
        await link.send(messages.encode(messages.CustomerEnd(f"end-{request}", call.id, confirmed=True)))
        await link.send(messages.encode(messages.Resolved(f"yes-{request}", call.id, yes=True)))
        while (await _state(link)).call is not None:
            pass


async def _state(link: local.LocalConnection) -> Snapshot:
    """The next state that the link tells."""
    while True:
        line = await link.receive()
        if b'"type":"state"' in line:
            return messages.decode(line, Snapshot)


@contextlib.asynccontextmanager
async def _subscriber(stack: Stack, mark: Listener) -> AsyncIterator[None]:
    """Another client of the broker: what it gets has been published."""
    ready = asyncio.Event()

    def on_message(message: Message) -> None:
        if b'"state":"calling"' in message.payload:
            mark("publish", clock.now())

    async def connected() -> None:
        await broker.subscribe([topics.kiosk(HALL, KIOSK, "call")])
        ready.set()

    broker = Broker(stack.client("bench"), "bench", on_connected=connected, on_message=on_message)
    async with _running(broker.run()):
        await asyncio.wait_for(ready.wait(), LIMIT_S)
        yield


@contextlib.asynccontextmanager
async def _client(stack: Stack, mark: Listener) -> AsyncIterator[None]:
    async def read() -> None:
        async for update in client:
            if isinstance(update, KioskRow) and update.call is not None and update.call.state == "calling":
                mark("desk", update.received_ms / 1000)
                mark("page", clock.now())

    async with connect(stack.url(DESK), "wang", stack.password, stack.ca) as client:
        await client.go_on_duty()
        async with _running(read()):
            yield


@contextlib.asynccontextmanager
async def _browser(stack: Stack, mark: Listener, report: Report) -> AsyncIterator[None]:
    from kiosk.bench import page as pages

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*stack.certs.issue(Role.PAGE, "floor"))
    async with pages.chromium() as browser:
        report.floor |= summary("message_to_frame_ms", await pages.message_frames(browser, tls, TEXT, FLOOR_COUNT))
        context = await pages.new_context(browser)
        page = await context.new_page()
        offset = 0.0

        def drawn(at_ms: float, received_ms: float) -> None:
            mark("desk", received_ms / 1000)
            mark("page", at_ms / 1000 + offset)

        await page.expose_function("benchDrawn", drawn)
        await page.add_init_script(
            "document.addEventListener('kiosk:drawn', ({detail}) => benchDrawn(detail.at, detail.receivedMs))"
        )
        await pages.sign_in(page, stack.url(DESK), "wang", stack.password)
        await page.wait_for_selector("[data-kiosk], #kiosks")
        report.floor |= summary("empty_frame_ms", await pages.empty_frames(page, FLOOR_COUNT))
        offset = await pages.clock_offset(page)
        yield


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()


async def _floor(stack: Stack, report: Report) -> None:
    clients = stack.client("floor-sub", free=True), stack.client("floor-pub", free=True)
    times = await floor.mqtt_round_trips(clients, TEXT.encode(), FLOOR_COUNT)
    report.floor |= summary("mqtt_round_trip_ms", times)
    with tempfile.TemporaryDirectory() as directory:
        report.floor |= summary("sqlite_commit_ms", floor.commits(Path(directory), TEXT.encode(), FLOOR_COUNT))


def _goals(report: Report, *, browser: bool) -> None:
    report.goal("press_to_lamp_ms_p99", 20)
    report.goal("press_to_page_ms_p50", 15)
    report.goal("press_to_page_ms_p99", 40)
    if browser:
        bare = report.floor["mqtt_round_trip_ms_p50"] + report.floor["empty_frame_ms_p50"]
        report.goal("press_to_page_ms_p50", 3 * bare)
