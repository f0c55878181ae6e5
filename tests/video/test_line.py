"""The screen's end of a video call with real processes: the terminal's own peer, and others in its place."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from kiosk import config, messages
from kiosk.messages import (
    Agent,
    Answer,
    Call,
    Connect,
    Hang,
    IceServer,
    Media,
    Mode,
    Offer,
    PeerAnswer,
    PeerMessage,
    Ready,
    Setup,
    Signal,
    State,
)
from kiosk.video.frames import FRAMES_FD, Which
from kiosk.video.line import VideoLine, can_video

LIMIT_S = 20.0
WANG = Agent("wang", "王芳", "desk1")
OTHER = (sys.executable, str(Path(__file__).with_name("other_peer.py")))
T = TypeVar("T")


class Screen:
    """What a screen gives to its line, and what it has got from it."""

    def __init__(self, **video: Any) -> None:
        self.frames: list[tuple[Which, bytes, tuple[int, int]]] = []
        self.sent: list[Any] = []
        self.line = VideoLine(
            config.Kiosk("hall", "k1", video=config.Video(**video)),
            None,
            to_link=self.sent.append,
            to_voice=self.sent.append,
            on_frame=lambda *frame: self.frames.append(frame),
            on_view=lambda _view: None,
        )

    def call(self, state: State, mode: Mode | None = None) -> None:
        self.line.link(Call("c1", state, 0, 0, agent=WANG if mode else None, mode=mode))

    def offer(self, sdp: str = "v=0") -> None:
        self.line.signal(Offer("c1", 0, WANG, "s1", sdp))

    async def sent_one(self, kind: type[T]) -> T:
        """The first of a kind that goes to the link or the desk."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                for effect in self.sent:
                    inner = effect.signal if isinstance(effect, Signal) else effect
                    if isinstance(inner, kind):
                        return inner
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def screen(**video: Any) -> AsyncIterator[Screen]:
    made = Screen(**video)
    running = asyncio.create_task(made.line.run())
    try:
        yield made
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def children() -> set[int]:
    """The peers that this process has started; not what other tests have left."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended has no children
            found |= {int(pid) for pid in (task / "children").read_text().split()}
    return {pid for pid in found if is_peer(pid)}


def is_peer(pid: int) -> bool:
    try:
        return OTHER[1].encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has just gone
        return False


async def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while True:
        if true():
            return
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


async def test_another_back_end_answers_draws_and_goes_with_the_call():
    before = children()
    async with screen(backend=OTHER, camera="/dev/video7") as kiosk:
        kiosk.call(State.CALLING)
        await until(lambda: children() - before, "the peer is warm")
        kiosk.call(State.ACCEPTED, Mode.VIDEO)
        assert (await kiosk.sent_one(Ready)).faults == {"camera": "missing"}
        kiosk.offer("v=0 of the page")
        assert (await kiosk.sent_one(Answer)).sdp == "v=0 answer to v=0 of the page"
        assert (await kiosk.sent_one(Media)).running
        await until(lambda: kiosk.frames, "a picture")
        assert kiosk.frames == [(Which.AGENT, b"\xff\0\0" * (32 * 24), (32, 24))]
        kiosk.call(State.ENDED, Mode.VIDEO)
        await until(lambda: children() == before, "it goes with the call")


async def test_a_peer_that_was_started_early_serves_the_call_that_goes_on_and_is_ended_where_there_is_none():
    before = children()
    made = Screen(backend=OTHER)
    made.line.warm_up()
    await until(lambda: len(children() - before) == 1, "it is started at once")
    early = children()
    running = asyncio.create_task(made.line.run())
    made.call(State.CONNECTED, Mode.VIDEO)
    await made.sent_one(Ready)
    assert children() == early, "the same one"
    made.call(State.ENDED, Mode.VIDEO)
    await until(lambda: children() == before, "it goes with the call")
    running.cancel()

    made = Screen(backend=OTHER)
    made.line.warm_up()
    running = asyncio.create_task(made.line.run())
    await until(lambda: children() == before, "nobody wants it")
    running.cancel()


async def test_a_back_end_that_does_not_end_is_killed():
    before = children()
    async with screen(backend=(*OTHER, "stubborn")) as kiosk:
        kiosk.call(State.ACCEPTED, Mode.VIDEO)
        await kiosk.sent_one(Ready)
        kiosk.call(State.ENDED, Mode.VIDEO)
        await until(lambda: children() == before, "it is killed")


async def test_a_back_end_that_is_not_there_is_named_and_holds_up_nothing(caplog):
    async with screen(backend=("/opt/no/such/peer",)) as kiosk:
        kiosk.call(State.ACCEPTED, Mode.VIDEO)
        await until(lambda: "/opt/no/such/peer" in caplog.text, "the log names it")
        assert caplog.records[0].levelno == logging.ERROR
        kiosk.call(State.ENDED, Mode.VIDEO)


async def test_a_back_end_that_says_nonsense_is_counted_out_and_started_again(caplog):
    script = "import sys; print('hello'); print('{\"type\":\"answer\"}', flush=True); sys.stdin.readline()"
    async with screen(backend=(sys.executable, "-c", script)) as kiosk:
        kiosk.call(State.ACCEPTED, Mode.VIDEO)
        await until(lambda: caplog.text.count("the video peer said") >= 4, "both lines of two processes")
        assert not kiosk.sent


async def test_a_camera_that_is_named_is_a_part_of_the_terminal(tmp_path):
    device = tmp_path / "video7"
    device.touch()
    async with screen(backend=OTHER, camera=str(device)) as kiosk:
        assert kiosk.line.parts["camera"].ok
        device.unlink()
        assert kiosk.line.parts["camera"].fault == "missing"
        device.touch()
        kiosk.call(State.ACCEPTED, Mode.VIDEO)
        await kiosk.sent_one(Ready)
        assert kiosk.line.parts["camera"].fault == "missing", "as the call has found it"
    async with screen(backend=OTHER) as kiosk:
        assert not kiosk.line.parts


def test_a_screen_without_a_call_has_loaded_nothing_of_it():
    heavy = {"aiortc", "av", "sounddevice", "numpy", "pypinyin"}  # the last two: a second until a call is back
    code = f"import sys, kiosk.screen.app; print(sorted({heavy} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_a_terminal_without_aiortc_or_with_video_off_does_no_video():
    assert not can_video(config.Video(enabled=False, backend=OTHER))
    assert can_video(config.Video(backend=OTHER))


async def test_a_bad_offer_has_no_answer_and_the_next_one_has():
    pytest.importorskip("aiortc", reason="video needs aiortc")
    from aiortc import RTCPeerConnection
    from aiortc.mediastreams import AudioStreamTrack

    async with screen(camera="none", microphone="synthetic") as kiosk:
        kiosk.call(State.ACCEPTED, Mode.VIDEO)
        await kiosk.sent_one(Ready)
        kiosk.offer("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio nonsense\r\n")
        page = RTCPeerConnection()
        page.addTrack(AudioStreamTrack())
        await page.setLocalDescription(await page.createOffer())
        kiosk.line.signal(Offer("c1", 0, WANG, "s2", page.localDescription.sdp))
        answer = await kiosk.sent_one(Answer)
        assert answer.session == "s2"
        assert "m=audio" in answer.sdp
        await page.close()


class Silent(asyncio.DatagramProtocol):
    """A STUN server that never answers; how often each request came."""

    def __init__(self):
        self.requests = Counter()

    def datagram_received(self, data, addr):
        self.requests[data] += 1


@pytest.fixture
async def silent():
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        Silent, local_addr=("127.0.0.1", 0)
    )
    server.ice = (IceServer((f"stun:127.0.0.1:{transport.get_extra_info('sockname')[1]}",)),)
    yield server
    transport.close()


@contextlib.asynccontextmanager
async def worker():
    """The peer's process, as the screen starts it; commands go in, and what it says comes out until its end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk.video.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
            env={**os.environ, FRAMES_FD: str(theirs.fileno())},
        )

        async def said():
            async for line in process.stdout:
                yield messages.decode(line, PeerMessage)

        def tell(*commands):
            process.stdin.writelines(messages.encode(command) + b"\n" for command in commands)

        tell(Setup("none", "synthetic", "", 640, 480, 15, ducking=True))
        try:
            async with asyncio.timeout(LIMIT_S):
                yield tell, said()
        finally:
            process.stdin.close()
            await process.wait()


async def offered():
    aiortc = pytest.importorskip("aiortc", reason="video needs aiortc")
    page = aiortc.RTCPeerConnection()
    page.addTrack(aiortc.mediastreams.AudioStreamTrack())
    sdp = (await page.createOffer()).sdp
    await page.close()
    return sdp


async def test_of_two_offers_with_a_stun_server_that_is_silent_the_newer_one_is_answered(silent):
    sdp = await offered()
    async with worker() as (tell, said):
        tell(Connect("s1", sdp, silent.ice), Connect("s2", sdp, silent.ice))
        answer = await anext(message async for message in said if isinstance(message, PeerAnswer))
        assert answer.session == "s2"
        assert "m=audio" in answer.sdp
        # Requests go out at 0, 0.5, 1.5 and 3.5 s by the same clock that bounds the waiting.
        assert 0 < max(silent.requests.values()) < 4


async def test_a_session_whose_stun_server_is_silent_is_hung_up_at_once(silent):
    sdp = await offered()
    async with worker() as (tell, said):
        tell(Connect("s1", sdp, silent.ice), Hang(), Connect("s2", sdp))
        answer = await anext(message async for message in said if isinstance(message, PeerAnswer))
        assert answer.session == "s2", "the first has none"
